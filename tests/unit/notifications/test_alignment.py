"""The records with which a tenant's mail passes as its own."""

from mains.notifications.rules.alignment import domain_of, records


def test_every_record_is_in_the_senders_domain():
    found = records(sender="Facturas@Aguaviva.Example", relay="relay.host.example")

    assert [(one.name, one.type) for one in found] == [
        ("aguaviva.example", "TXT"),
        ("mains._domainkey.aguaviva.example", "TXT"),
        ("_dmarc.aguaviva.example", "TXT"),
    ]
    spf, dkim, dmarc = (one.value for one in found)
    assert spf == "v=spf1 a:relay.host.example ~all"
    assert dkim.startswith("v=DKIM1;")
    assert dmarc.startswith("v=DMARC1; p=quarantine; adkim=r; aspf=r;")


def test_the_selector_is_the_servers_own():
    found = records(sender="a@b.example", relay="r.example", selector="s2026")
    assert found[1].name == "s2026._domainkey.b.example"


def test_a_domain_is_one_whatever_its_capitals():
    assert domain_of('"odd@local"@Bills.Example') == "bills.example"
