"""What a domain says of its mail, beside what it should say."""

import pytest

from mains.notifications.rules.alignment import records

SPF, DKIM, DMARC = records(sender="bills@balta.example", relay="mx.mains.example")


@pytest.mark.parametrize(
    ("wanted", "found", "is_met"),
    [
        (SPF, ["v=spf1 a:mx.mains.example ~all"], True),
        (SPF, ["google-site-verification=1", "v=spf1 a:other a:mx.mains.example -all"], True),
        (SPF, ["v=spf1 include:_spf.other.example -all"], False),
        (SPF, [], False),
        (DKIM, ["v=DKIM1; k=rsa; p=MIGf"], True),
        (DKIM, ["v=spf1 a:mx.mains.example"], False),
        (DMARC, ["v=DMARC1; p=reject"], True),
        (DMARC, ["v=dmarc1; p=none"], True),
        (DMARC, ["p=none"], False),
    ],
)
def test_a_record_is_met_by_what_does_the_same(wanted, found, is_met):
    assert wanted.is_met(found) is is_met


def test_a_name_server_that_does_not_answer_is_told_apart_from_no_record(monkeypatch):
    import dns.resolver

    from mains.notifications.channels import names

    def silent(*_args, **_more):
        raise dns.resolver.LifetimeTimeout(timeout=3, errors=[])

    monkeypatch.setattr(dns.resolver.Resolver, "resolve", silent)
    with pytest.raises(names.NotAnswered):
        names.texts_at("balta.example")

    def nothing(*_args, **_more):
        raise dns.resolver.NXDOMAIN

    monkeypatch.setattr(dns.resolver.Resolver, "resolve", nothing)
    assert names.texts_at("balta.example") == []
