"""Every state of a bill has one word: in the list, on its page, in the API and at the desk."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from tests.journeys import console_world
from tests.journeys import sharing_world as world
from tests.journeys.sharing_world import SLUG

from mains.guard.context import inside

SOON = date(2026, 12, 3)
WORDS = {
    "DUE": "Due",
    "PART_PAID": "Part paid",
    "PAID": "Paid",
    "OVERDUE": "Overdue",
    "CONFIRMING": "Payment being confirmed",
    "COLLECTED": "Collection on Dec 3, 2026",
    "CANCELLED": "Taken back",
    "CORRECTED": "Corrected",
}


@pytest.fixture(scope="module")
def home(django_db_setup, django_db_blocker) -> Iterator[world.Person]:
    """
    Somebody with an account for each state, and one more whose bill is in another's place.
    """
    with django_db_blocker.unblock(), world.opened("teplo", count=len(WORDS) + 1):
        accounts = [one for one in world.accounts() if world.bill_of(one)]
        person = world.person("hanna@home.example", *accounts)
        person.bills = dict(zip(WORDS, map(world.bill_of, accounts), strict=False))
        spare = world.bill_of(accounts[len(WORDS)])
        with inside(SLUG):
            for state, bill in person.bills.items():
                made(state, bill, spare)
        yield person


@pytest.fixture(autouse=True)
def allowed(home, unblocked):
    from django.core.cache import cache

    cache.clear()


def made(state, bill, spare) -> None:
    """
    Bring a bill, which is due in some days, into a state.
    """
    from mains.billing.models import Bill, BillRun
    from mains.payments import booking
    from mains.payments.models import AttemptBill, PaymentAttempt

    later = world.TODAY + timedelta(days=9)
    changes: dict[str, object] = {"due_date": later}
    if state == "OVERDUE":
        changes = {"due_date": world.TODAY - timedelta(days=1)}
    if state == "COLLECTED":
        changes |= {"collection_date": SOON}
    if state in {"CANCELLED", "CORRECTED"}:
        changes |= {"state": "CANCELLED"}
    Bill.objects.filter(pk=bill.pk).update(**changes)
    if state in {"PART_PAID", "PAID"}:
        booking.book_bank_transfer(
            bill_id=bill.pk, bank_reference=state, value_date=world.TODAY, booked_by="staff:1",
            amount_minor=bill.total_minor if state == "PAID" else 1, now=world.NOW,
        )  # fmt: skip
    if state == "CONFIRMING":
        attempt = PaymentAttempt.objects.create(
            token="t" * 20, gateway="sandbox", company=bill.account.company, state="UNKNOWN",
            amount_minor=bill.total_minor, currency=bill.currency, payer="x", language="uk",
            created_at=world.NOW, expires_at=world.NOW,
        )  # fmt: skip
        AttemptBill.objects.create(attempt=attempt, bill=bill, amount_minor=bill.total_minor)
    if state == "CORRECTED":
        run = BillRun.objects.get(pk=spare.run_id)
        run.pk, run.kind, run.corrects, run._state.adding = None, "CORRECTION", bill, True
        run.save()
        Bill.objects.filter(pk=spare.pk).update(run=run, kind="CORRECTION")


@pytest.mark.seed("S2.06", "S3.13")
@pytest.mark.parametrize("state", WORDS)
def test_a_state_has_one_word_everywhere(home, state):
    bill, tag = home.bills[state], f"</svg>{WORDS[state]}</span>"
    listed = home.get("/bills/").content.decode()
    row = listed[listed.index(f'href="/bills/{bill.pk}/"') :].partition("</tr>")[0]
    page = home.get(f"/bills/{bill.pk}/").content.decode()
    desk = console_world.signed_in("olga@alder.example")
    staff_page = desk.get(f"bills/{bill.pk}/").content.decode()
    account = desk.get(f"customers/{bill.account_id}/").content.decode()
    assert all(tag in text for text in (row, page, staff_page, account))
    assert row.count('class="tag') == 1
    assert home.call("GET", f"/bills/bil_{bill.pk}").json()["state"] == state


def test_the_status_of_the_api_stays_what_is_owed(home):
    for state, status in (
        ("CONFIRMING", "DUE"), ("COLLECTED", "DUE"), ("CORRECTED", "CANCELLED"), ("PAID", "PAID"),
    ):  # fmt: skip
        found = home.call("GET", f"/bills/bil_{home.bills[state].pk}").json()
        assert found["status"] == status
