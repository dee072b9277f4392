"""Staff take a bill back and bill its days again; the customer sees both."""

import html

import pytest
from tests.journeys import console_world as world
from tests.journeys.test_console_runs import (  # noqa: F401
    SLUG,
    SUMMER,
    ids,
    more_used,
    olga,
    page,
    provider,
    started,
)


@pytest.fixture
def billed(olga) -> int:  # noqa: F811
    """
    Return the id of the first account's bill of the summer.
    """
    run = started(olga, SUMMER)
    for step in ("rehearse", "approve", "issue"):
        olga.post(f"{run}{step}/")
    return bill_of(ids()[0])


def test_a_bill_is_taken_back_and_made_again(olga, billed):  # noqa: F811
    assert 'href="credit/"' in page(olga, f"bills/{billed}/")
    nothing_said = olga.post(f"bills/{billed}/credit/", {"reason": ""})
    assert nothing_said.status_code == 422
    assert "Nothing" not in page(olga, f"bills/{billed}/credit/")

    early = olga.post(f"bills/{billed}/again/")
    assert early["Location"] == f"/{SLUG}/bills/{billed}/"
    assert "This bill stands." in page(olga, f"bills/{billed}/")

    answer = olga.post(f"bills/{billed}/credit/", {"reason": "wrong reading"})
    note = answer["Location"].removeprefix(f"/{SLUG}/")
    assert "Credit note AVC2026-000001" in page(olga, note)
    assert answer["Location"] == olga.post(f"bills/{billed}/credit/", {"reason": "x"})["Location"]
    shown = page(olga, f"bills/{billed}/")
    assert "This bill was taken back" in shown
    assert "wrong reading" in shown

    more_used(ids()[0], 3)
    run = olga.post(f"bills/{billed}/again/")["Location"].removeprefix(f"/{SLUG}/")
    assert "Corrected bill" in page(olga, run)
    for step in ("approve", "issue"):
        olga.post(f"{run}{step}/")
    shown = page(olga, f"bills/{billed}/")
    assert "Made again as" in shown
    assert "Bill its days again" not in shown
    with_table = page(olga, f"bills/{last_bill()}/")
    assert "Before and after" in with_table
    assert "In place of" in with_table


def last_bill() -> int:
    from mains.billing.models import Bill
    from mains.guard.context import inside

    with inside(SLUG):
        return Bill.objects.latest("pk").pk


def test_only_billing_may(billed):
    world.add_staff("mira@alder.example", (SLUG, "SERVICE"))
    mira = world.signed_in("mira@alder.example")
    assert 'href="credit/"' not in html.unescape(mira.get(f"bills/{billed}/").content.decode())
    for place in ("credit", "keep", "again"):
        assert mira.post(f"bills/{billed}/{place}/", {"reason": "x"}).status_code == 403


def test_numbers_begin_after_those_of_another_system(olga):  # noqa: F811
    shown = page(olga, "settings/numbers/")
    assert "AV2027-000001" in shown
    data = {"series": "aguaviva:AV:2027", "next_number": "812"}
    assert olga.post("settings/numbers/", data).status_code == 302
    assert "AV2027-000812" in page(olga, "settings/numbers/")
    lower = olga.post("settings/numbers/", data | {"next_number": "811"})
    assert lower.status_code == 422
    assert "The next number is 812 already." in html.unescape(lower.content.decode())


def test_something_is_charged_once_from_the_page_of_an_account(olga):  # noqa: F811
    import re

    first = ids()[1]
    shown = page(olga, f"customers/{first}/charges/new/")
    key = re.search(r'name="key" value="([^"]+)"', shown).group(1)
    taxes = re.findall(r'<option value="([^"]+)"', shown)
    texts = dict.fromkeys(re.findall(r'name="(text_\w+)"', shown), "Visit")
    data = {"kind": "charge", "amount": "25.00", "tax": taxes[0], "day": "2026-11-02", "key": key,
            "reason": "broken seal"} | texts  # fmt: skip
    for _ in range(2):
        assert olga.post(f"customers/{first}/charges/new/", data).status_code == 302
    shown = page(olga, f"customers/{first}/")
    assert shown.count("broken seal") >= 1
    (cancel,) = set(re.findall(r'action="(charges/\d+/cancel/)"', shown))
    for amount in ("0", "-25", "25abc", "2e5", "9" * 20):
        wrong = olga.post(f"customers/{first}/charges/new/", data | {"amount": amount, "key": "x"})
        assert wrong.status_code == 422, amount
    late = olga.post(f"customers/{first}/charges/new/", data | {"day": "9999-12-31", "key": "x"})
    assert late.status_code == 422
    olga.post(f"customers/{first}/{cancel}")
    assert 'action="charges/' not in page(olga, f"customers/{first}/")
    assert olga.post(f"customers/{ids()[0]}/{cancel}").status_code == 404


@pytest.mark.usefixtures("billed")
def test_parts_that_cannot_be_agreed_say_what_is_wrong(olga):  # noqa: F811
    bill_id = bill_of(ids()[1])
    place = f"bills/{bill_id}/instalments/"
    assert "A day from today on, at most a year ahead." in page(olga, place)

    def refused(**typed: str) -> str:
        answer = olga.post(place, {"count": "3", "first_date": "2027-01-01"} | typed)
        assert answer.status_code == 422
        return html.unescape(answer.content.decode())

    passed, too_far = "This day has passed.", "This day is more than a year ahead."
    too_little = "Too little is open for so many parts. Choose fewer"
    assert passed in refused(first_date="2026-01-01")
    assert too_far in refused(first_date="2060-01-01")
    pay_all_but_two_cents(bill_id)
    said = refused()
    assert too_little in said
    assert passed not in said
    assert olga.post(place, {"count": "2", "first_date": "2027-01-01"}).status_code == 302
    olga.post(f"{place}withdraw/")


@pytest.mark.usefixtures("billed")
def test_parts_are_agreed_and_taken_back(olga):  # noqa: F811
    bill_id = bill_of(ids()[2])
    place, typed = f"bills/{bill_id}/instalments/", {"count": "3", "first_date": "2027-01-01"}
    for _ in range(2):
        assert olga.post(place, typed).status_code == 302
    assert "Jan 1, 2027" in page(olga, f"bills/{bill_id}/")
    other = olga.post(place, typed | {"count": "4"})
    assert "Other instalments are agreed for this bill." in html.unescape(other.content.decode())
    for _ in range(2):
        assert olga.post(f"{place}withdraw/").status_code == 302
    assert "Jan 1, 2027" not in page(olga, f"bills/{bill_id}/")


def bill_of(account_id: int) -> int:
    from mains.billing.models import Bill
    from mains.guard.context import inside

    with inside(SLUG):
        return Bill.objects.filter(account_id=account_id, kind="REGULAR").latest("pk").pk


def pay_all_but_two_cents(bill_id: int) -> None:
    from decimal import Decimal

    from mains.billing.models import Bill
    from mains.guard.context import inside
    from mains.journeys import bank_transfer

    with inside(SLUG):
        bill = Bill.objects.get(pk=bill_id)
        bank_transfer.book(
            reference=bill.reference,
            amount=(bill.total_minor - 2) / Decimal(100),
            bank_reference=f"{bill.number}/1",
            value_date=world.TODAY,
            booked_by="olga",
            now=world.NOW,
            today=world.TODAY,
        )
