"""What people do with open lines: twice, late, in the wrong order and never; and taken back."""

from datetime import date

import pytest
from tests.integration.bank.world import NOW, TODAY, World, csv

pytestmark = pytest.mark.usefixtures("tenant")
CSV = "signed_with_currency"


@pytest.fixture
def world():
    return World()


def open_line(world, minor=777, text="who knows", *payer):
    from mains.payments.models import BankLine

    known = set(BankLine.objects.values_list("pk", flat=True))
    world.take(csv((minor, text, *payer)), profile=CSV)
    return BankLine.objects.select_related("company", "payment").exclude(pk__in=known).get()


def state(line):
    line.refresh_from_db()
    if line.payment:
        line.payment.refresh_from_db()
    return line.state, line.way


def proposals(line):
    from mains.payments.bank import proposing

    return proposing.by_everything(line=line, today=TODAY).proposals


def test_what_is_proposed_is_booked_once_with_its_reasons(world):
    from mains.payments.bank import deeds
    from mains.payments.rules.matching import Confidence

    bill = world.bills[0]
    line = open_line(world, bill.total_minor, f"bill {bill.number}")
    first = proposals(line)[0]
    assert (first.confidence, first.reasons) == (Confidence.LIKELY, ("NUMBER", "AMOUNT"))

    deed = world.deed(line)
    deeds.book_proposal(deed, key=first.key)
    with pytest.raises(deeds.Handled):
        deeds.book_proposal(deed, key=first.key)
    assert state(line) == ("BOOKED", "BILLS")
    assert line.why == ["NUMBER", "AMOUNT"]
    assert (world.owed(bill), world.ledger("suspense"), world.ledger("bank")) == (
        0, 0, bill.total_minor,
    )  # fmt: skip


def test_a_proposal_that_does_not_hold_any_more_books_nothing(world):
    from mains.payments import booking
    from mains.payments.bank import deeds

    bill = world.bills[0]
    line = open_line(world, bill.total_minor, f"bill {bill.number}")
    first = proposals(line)[0]
    booking.book_bank_transfer.__wrapped__(
        bill_id=bill.pk, amount_minor=bill.total_minor, bank_reference="k", value_date=TODAY,
        booked_by="ana", now=NOW,
    )  # fmt: skip
    with pytest.raises(deeds.ProposalGone):
        deeds.book_proposal(world.deed(line), key=first.key)
    assert state(line) == ("OPEN", "")


def test_a_line_is_split_over_bills_and_accounts_and_the_rest_waits(world):
    from mains.payments.bank import deeds
    from mains.payments.suspense import NotFitting

    one, two = world.bills[:2]
    line = open_line(world, one.total_minor + two.total_minor + 500)
    with pytest.raises(NotFitting):
        deeds.book(world.deed(line), parts=[(one.pk, one.total_minor)],
                   credits=[(two.account_id, two.total_minor + 501)])  # fmt: skip
    deeds.book(world.deed(line), parts=[(one.pk, one.total_minor)], credits=[(two.account_id, 400)])
    assert state(line) == ("OPEN", "BILLS")
    waits = line.payment.suspense_minor
    assert waits == two.total_minor + 100
    deeds.book(world.deed(line), parts=[(two.pk, waits)], credits=[])
    assert state(line) == ("BOOKED", "BILLS")
    assert (world.owed(one), world.owed(two), world.ledger("suspense")) == (0, 0, 0)


def test_what_was_booked_is_taken_back_and_booked_otherwise(world):
    from mains.ledger import queries as ledger
    from mains.payments.bank import deeds

    one, two = world.bills[:2]
    line = open_line(world, one.total_minor, one.reference)
    assert state(line) == ("BOOKED", "BILLS")
    before = ledger.balance_minor(account_id=one.account_id)

    deed = world.deed(line)
    deeds.undo(deed)
    with pytest.raises(deeds.Handled):
        deeds.undo(deed)
    assert state(line) == ("OPEN", "")
    assert world.owed(one) == one.total_minor
    assert ledger.balance_minor(account_id=one.account_id) == before + one.total_minor
    assert world.ledger("suspense") == -one.total_minor
    assert world.ledger("bank") == one.total_minor

    # The file again brings nothing back.
    world.take(csv((one.total_minor, one.reference)), profile=CSV)
    assert state(line) == ("OPEN", "")
    deeds.book(world.deed(line), parts=[(two.pk, one.total_minor)], credits=[])
    assert world.owed(one) == one.total_minor
    assert (world.ledger("suspense"), world.ledger("bank")) == (0, one.total_minor)
    strays = ledger.strays()
    assert (strays.transfers_without_account, strays.wrong_balances) == (0, 0)


def test_money_that_was_taken_off_was_never_the_accounts_own(world):
    from mains.payments import queries, received
    from mains.payments.bank import deeds

    bill = world.bills[0]
    before = queries.last_payment_minor(account_id=bill.account_id)
    line = open_line(world, bill.total_minor, bill.reference)
    (row,) = received.payments(account_ids=[bill.account_id])
    assert (row.amount.minor, row.credit.minor) == (bill.total_minor, 0)
    assert queries.last_payment_minor(account_id=bill.account_id) == {bill.total_minor}
    deeds.undo(world.deed(line))
    assert received.payments(account_ids=[bill.account_id]) == []
    assert queries.last_payment_minor(account_id=bill.account_id) == before


def test_credit_that_another_bill_took_comes_back_too(world):
    from mains.payments import releasing
    from mains.payments.bank import deeds

    bill = world.bills[0]
    line = open_line(world, bill.total_minor)
    deeds.book(world.deed(line), parts=[], credits=[(bill.account_id, bill.total_minor)])
    releasing.use_credit_of.__wrapped__(account_id=bill.account_id)
    assert world.owed(bill) == 0
    deeds.undo(world.deed(line))
    assert world.owed(bill) == bill.total_minor


def test_money_is_given_back_and_the_debit_is_matched_to_it(world):
    from mains.payments.bank import deeds, overview

    line = open_line(world)
    deed = world.deed(line)
    deeds.give_back(deed)
    with pytest.raises(deeds.Handled):
        deeds.give_back(deed)
    assert state(line) == ("BOOKED", "GIVEN_BACK")
    assert (world.ledger("bank"), world.ledger("suspense")) == (0, 0)
    with pytest.raises(deeds.CannotUndo):
        deeds.undo(world.deed(line))

    debit = open_line(world, -777, "back to you")
    (payment,) = overview.linkable(line=debit)
    deeds.link(world.deed(debit), payment_id=payment.pk)
    assert state(debit) == ("BOOKED", "LINKED")
    assert world.ledger("bank") == 0
    deeds.undo(world.deed(debit))
    assert state(debit) == ("OPEN", "")


def test_a_payout_of_a_gateway_is_proposed_for_its_payer_afterwards(world):
    from mains.ledger import actions as ledger
    from mains.payments.bank import deeds, overview
    from mains.payments.suspense import NotFitting

    ledger.company_account.__wrapped__(
        company=world.company, kind="CLEARING", detail="sandbox", currency="EUR"
    )
    line = open_line(world, 5000, "payout 1", "Card Company")
    assert overview.payout_before(line=line) == ""
    with pytest.raises(NotFitting):
        deeds.pay_out(world.deed(line), clearing="stripe")
    deeds.pay_out(world.deed(line), clearing="sandbox")
    assert (world.ledger("bank"), world.ledger("clearing", "sandbox")) == (5000, -5000)
    later = open_line(world, 6000, "payout 2", "Card Company")
    assert overview.payout_before(line=later) == "sandbox"
    deeds.undo(world.deed(line))
    assert world.ledger("clearing", "sandbox") == 0
    assert world.ledger("suspense") == -11000


@pytest.mark.parametrize("minor", [777, -777])
def test_what_concerns_no_customer_is_set_aside_and_taken_up_again(world, minor):
    from mains.payments.bank import deeds

    line = open_line(world, minor)
    money = world.ledger("bank")
    deeds.set_aside(world.deed(line), note="own transfer")
    assert (*state(line), line.note) == ("SET_ASIDE", "", "own transfer")
    assert (world.ledger("bank"), world.ledger("suspense")) == (0, 0)
    deeds.undo(world.deed(line))
    assert state(line) == ("OPEN", "")
    assert world.ledger("bank") == money


def test_a_fee_goes_to_the_fees_and_back(world):
    from mains.payments.bank import deeds
    from mains.payments.suspense import NotFitting

    line = open_line(world, -250, "fee")
    for fees in (250, 0, 250):
        (deeds.book_fee if fees else _undo)(world.deed(line), **({"note": ""} if fees else {}))
        assert (world.ledger("fee", "bank"), world.ledger("bank")) == (fees, -fees)
    with pytest.raises(NotFitting):
        deeds.book_fee(world.deed(open_line(world)), note="")


def _undo(deed):
    from mains.payments.bank import deeds

    deeds.undo(deed)


def test_other_money_than_what_was_booked_by_hand_waits_in_suspense(world):
    from mains.payments.bank import deeds
    from mains.payments.models import BankLine

    line = open_line(world)
    BankLine.objects.filter(pk=line.pk).update(payment=None, why=["BOOKED_BEFORE"])
    deeds.keep_apart(world.deed(BankLine.objects.get(pk=line.pk)))
    assert state(line) == ("OPEN", "")
    assert line.payment is not None
    with pytest.raises(deeds.Handled):
        deeds.keep_apart(world.deed(line))


def test_nothing_is_done_in_a_closed_month(world):
    from mains.ledger import actions as ledger
    from mains.ledger.actions import ClosedMonth
    from mains.payments.bank import deeds

    line = open_line(world)
    ledger.close_month(
        company_id=world.company.pk, month=date(2026, 11, 1), closed_by="ana", now=NOW
    )
    with pytest.raises(ClosedMonth):
        deeds.set_aside(world.deed(line), note="x")
    assert state(line) == ("OPEN", "")


def test_every_deed_is_in_the_audit_without_names(world):
    from mains.audit.models import Entry
    from mains.payments.bank import deeds

    line = open_line(world)
    deeds.set_aside(world.deed(line), note="own transfer")
    deeds.undo(world.deed(line))
    actions = list(
        Entry.objects.filter(subject=f"bank_line:{line.pk}").values_list("action", "actor")
    )
    assert actions == [("bank_line.set_aside", "staff:1"), ("bank_line.undone", "staff:1")]


def test_the_sums_of_the_states_are_those_of_the_statement(world):
    from mains.payments.bank import deeds, overview
    from mains.payments.models import BankLine

    bill = world.bills[0]
    rows = [(bill.total_minor, bill.reference), (777, "a"), (-500, "b"), (100, "c")]
    world.take(csv(*rows), profile=CSV)
    deeds.set_aside(world.deed(BankLine.objects.get(amount_minor=-500)), note="rent")
    found = overview.sums(wanted=overview.Wanted())
    assert {one.state: (one.count, one.amount.minor) for one in found} == {
        "BOOKED": (1, bill.total_minor), "OPEN": (2, 877), "SET_ASIDE": (1, -500),
    }  # fmt: skip
    assert sum(one.amount.minor for one in found) == sum(minor for minor, _text in rows)
    assert world.ledger("bank") == bill.total_minor + 877
