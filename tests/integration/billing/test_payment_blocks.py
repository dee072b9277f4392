"""The ways to pay that a bill prints follow from its sealed facts."""

import re

import pytest
from django.utils import translation


def billed(name):
    from tests.factories import utilities

    from mains.billing import queries

    made = utilities.billed(name, count=1)
    return made, queries.facts(bill_id=made.bills[0].pk)


def blocks(made, facts, language="en", **changes):
    from mains.billing.documents.paying import payment_blocks
    from mains.billing.documents.speaking import Speaker

    with translation.override(language):
        found = payment_blocks(
            facts={**facts, **changes},
            say=Speaker(language, facts["currency"]),
            tenant=made.tenant,
        )
    return {block["scheme"]: block for block in found}


@pytest.mark.seed("S1.27")
@pytest.mark.seed("S1.31")
def test_a_spanish_bill_is_paid_online_by_transfer_and_at_any_bank(tenant):
    made, facts = billed("aguaviva")

    found = blocks(made, facts)

    assert list(found) == ["link", "epc", "cuaderno_57"]
    rows = dict(found["cuaderno_57"]["rows"])
    assert (rows["CPR code"], rows["Issuer"]) == ("90507", "58818501-501")
    assert re.fullmatch(r"2026\d{7}-\d\d", rows["Reference"])
    # Due on 24 November; banks take it for 75 more days.
    assert (rows["Identification"], rows["Payable until"]) == ("070227", "Feb 7, 2027")
    assert found["cuaderno_57"]["code-kind"] == "bar"
    assert re.fullmatch(r"9050758818501501\d{30}", found["cuaderno_57"]["code-note"])


def test_the_short_link_is_of_twelve_characters(tenant):
    made, facts = billed("aguaviva")

    (row,) = blocks(made, facts)["link"]["rows"]

    assert re.fullmatch(r"alder\.localhost(:\d+)?/p/[2-9A-HJKMNP-Z]{12}", row[1])


@pytest.mark.parametrize(
    ("name", "schemes", "label", "value"),
    [
        ("balta", ["link", "epc"], "Reference", r"RF\d\d BE20 2600 0001"),
        ("teplo", ["link", "nbu"], "Tax number of the payee", "32855961"),
        ("tavho", ["mnb"], "Customer code", r"U\d{5}"),
        ("fiamma", ["epc", "pagopa", "bollettino_896"], "Payee", "Fiamma Gas S.r.l."),
    ],
)
def test_each_utility_has_its_own(tenant, name, schemes, label, value):
    made, facts = billed(name)

    found = blocks(made, facts, collection_date=None)

    assert list(found) == schemes
    assert re.fullmatch(
        value, dict(found[next(key for key in schemes if key != "link")]["rows"])[label]
    )


def test_an_italian_bill_has_a_notice_and_a_slip(tenant):
    made, facts = billed("fiamma")
    found = blocks(made, facts, number="FG2026-000042", total="48.19", collection_date=None)

    assert dict(found["pagopa"]["rows"]) == {
        "Notice code": "3010 0202 6000 0042 26",
        "Tax number of the payee": "00743110157",
        "CBILL code": "FIAMG",
        "Amount": "€48.19",
    }
    slip = dict(found["bollettino_896"]["rows"])
    assert slip["Line of the slip"] == "<301902026000004262>  00000048+19>  000012345674<  896>"
    assert found["bollettino_896"]["code"] is None


@pytest.mark.parametrize(
    "changes",
    [
        {"total": "0.00"},
        {"total": "-12.50"},
        {"collection_date": "2026-11-20"},
        {"credits": {"number": "AV2026-000001"}},
    ],
)
def test_nothing_is_asked_for_where_nothing_is_to_be_paid(tenant, changes):
    made, facts = billed("aguaviva")

    assert blocks(made, facts, **changes) == {}


def test_bills_from_before_there_were_codes_have_their_transfer(tenant):
    made, facts = billed("aguaviva")
    company = {key: facts["company"][key] for key in ("name", "tax_id", "address", "iban")}

    assert list(blocks(made, facts, company=company)) == ["link", "epc"]


def test_the_company_changed_later_changes_nothing_on_the_bill(tenant):
    from mains.billing import queries
    from mains.customers.models import Company

    made, facts = billed("aguaviva")
    before = blocks(made, facts)

    Company.objects.update(payment_codes={}, iban="ES7921000813610123456789")

    assert blocks(made, queries.facts(bill_id=made.bills[0].pk)) == before


def test_where_guests_cannot_pay_there_is_no_link(tenant):
    from tests.factories import utilities

    file = utilities.file_of("aguaviva", schema_name="alder")
    made, facts = billed("aguaviva")
    closed = utilities.configured(
        "aguaviva", payments=file.payments.model_copy(update={"guest": False})
    )

    assert "link" not in blocks(utilities.Utility(closed, made.run), facts)


@pytest.mark.parametrize("language", ["en", "es", "hu", "it", "lv", "uk"])
def test_the_words_are_in_the_language_of_the_bill(tenant, language):
    made, facts = billed("aguaviva")

    titles = [block["title"] for block in blocks(made, facts, language).values()]

    assert len(set(titles)) == 3
    assert (titles[0] == "Pay online") is (language == "en")
