"""What is charged or given once is on the next bill, whatever kind that is, and on no other."""

import json
from collections.abc import Iterator
from datetime import date

import pytest
from tests.journeys.estimates import world
from tests.journeys.estimates.test_apart import apart_bill
from tests.journeys.estimates.test_crediting import credited, made_again
from tests.journeys.estimates.world import at, bill, issued, last_day, lines, started

from mains.billing import charges
from mains.billing.documents import proofs
from mains.billing.models import Bill, Charge
from mains.billing.rules.verifying import verify

pytestmark = pytest.mark.usefixtures("unblocked")
VISIT = {"en": "Visit of a fitter", "lv": "Montiera vizīte"}


@pytest.fixture
def home(unblocked) -> Iterator:
    with world.opened(world.file_of()) as opened:
        opened.read(last_day(2027, 1), 3_760)
        opened.read(last_day(2027, 2), 4_000)
        yield opened


def added(
    home,
    minor: int = 2_500,
    *,
    key: str = "one",
    day: date = date(2027, 1, 20),
    tax: str = "21",
    texts: dict[str, str] | None = None,
    reason: str = "visit of January 20",
) -> int:
    wish = charges.Wish(VISIT if texts is None else texts, day, minor, tax, "charges", reason)
    return charges.add(
        account_id=home.account.pk,
        wish=wish,
        sent_key=key,
        added_by="ana",
        actor="staff:1",
        now=at(2027, 1, 20),
    )


def cancel(home, charge_id: int) -> None:
    charges.cancel(
        account_id=home.account.pk, charge_id=charge_id, actor="staff:1", now=at(2027, 1, 21)
    )


def of(facts: dict) -> list[tuple[str, str, str]]:
    return [
        (line["label"], line["net"], line["vat"])
        for line in facts["lines"]
        if line["code"].startswith("charge-")
    ]


def test_on_the_next_bill_once_and_in_the_ledger(home):
    from mains.ledger import queries as ledger
    from mains.ledger.models import LedgerAccount

    added(home)
    facts = bill(2027, 1)
    assert of(facts) == [("Visit of a fitter", "25.00", "21")]
    assert (facts["net"], facts["tax"], facts["total"]) == ("60.00", "12.60", "72.60")
    book = LedgerAccount.objects.get(key__contains="electricity:charges")
    assert ledger.summed_minor(ledger_account_id=book.pk) == -2_500
    assert ledger.strays() == ledger.Strays(0, 0)
    assert of(bill(2027, 2)) == []


def test_a_deduction_may_make_a_bill_one_in_the_customers_favour(home):
    from mains.billing.documents import pdf
    from mains.billing.rules.status import BillStatus
    from mains.payments import queries
    from mains.tenancy.queries import tenant

    added(home, -10_000)
    facts = bill(2027, 1)
    assert facts["total"] == "-78.65"
    row = queries.bill(bill_id=Bill.objects.get().pk, today=date(2027, 2, 10))
    assert row.status is BillStatus.CREDIT
    assert row.outstanding.minor == 0
    assert pdf.pdf(bill_id=row.id, tenant=tenant(world.SLUG)).startswith(b"%PDF")


def test_a_bill_that_comes_to_nothing_is_nothing_to_pay(home):
    from mains.billing.rules.status import BillStatus
    from mains.payments import queries

    added(home, -3_500)
    assert bill(2027, 1)["total"] == "0.00"
    row = queries.bill(bill_id=Bill.objects.get().pk, today=date(2027, 2, 10))
    assert row.status is BillStatus.NOTHING_TO_PAY


def test_a_bill_of_another_kind_takes_it_as_well(home):
    bill(2027, 1)
    added(home)
    home.read(date(2027, 2, 11), 3_900)
    assert of(apart_bill(home, "INTERIM", date(2027, 2, 11))) != []
    assert of(bill(2027, 2)) == []


def test_sent_twice_it_is_one(home):
    assert added(home) == added(home)
    assert added(home, key="two") != added(home)
    assert Charge.objects.count() == 2


def test_cancelled_it_is_on_no_bill(home):
    charge_id = added(home)
    cancel(home, charge_id)
    cancel(home, charge_id)
    assert of(bill(2027, 1)) == []


def test_billed_it_is_not_cancelled(home):
    charge_id = added(home)
    bill(2027, 1)
    with pytest.raises(charges.AlreadyOnBill):
        cancel(home, charge_id)
    (row,) = charges.charges_of(account_id=home.account.pk)
    assert row.bill_number == Bill.objects.get().number


def test_what_is_added_or_cancelled_after_the_rehearsal_refuses_the_account(home):
    from mains.billing.actions import ContentChanged

    charge_id = added(home)
    run = started(2027, 1)
    cancel(home, charge_id)
    with pytest.raises(ContentChanged):
        issued(run)


def test_what_is_cancelled_while_a_bill_is_written_refuses_it(home):
    from mains.billing.inputs.covered import BilledMeanwhile
    from mains.core.transactions import owns_transaction

    charge_id = added(home)
    cancel(home, charge_id)
    with pytest.raises(BilledMeanwhile):
        owns_transaction(charges.put_on_bills)(bills={1: [charge_id]})


def test_a_later_day_waits_for_a_later_bill(home):
    added(home, day=date(2027, 2, 20))
    assert of(bill(2027, 1)) == []
    assert of(bill(2027, 2)) != []


def test_credited_with_its_bill_it_waits_for_the_next(home):
    added(home)
    bill(2027, 1)
    old = Bill.objects.get()
    note = credited(old.pk)
    assert of(json.loads(note.facts)) == [("Visit of a fitter", "-25.00", "21")]
    new = made_again(old.pk)
    assert new.total_minor == old.total_minor
    assert of(json.loads(new.facts)) != []
    assert lines(bill(2027, 2))[-1][0] == "energy"


def test_its_bill_can_be_computed_again_by_anybody(home):
    added(home)
    bill(2027, 1)
    proof = proofs.proof(bill_id=Bill.objects.get().pk)
    assert verify(proof).findings == ()
    proof["facts"] = proof["facts"].replace('"net":"25.00"', '"net":"26.00"')
    assert verify(proof).findings != ()


def test_what_it_needs(home):
    with pytest.raises(charges.NothingCharged):
        added(home, 0)
    with pytest.raises(charges.WordsMissing):
        added(home, texts={"en": " "})
    with pytest.raises(charges.WordsMissing):
        added(home, reason="")
    with pytest.raises(charges.UnknownCharge):
        cancel(home, 77)
    assert Charge.objects.count() == 0
