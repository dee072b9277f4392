"""Every credit of a statement is money at once: on its bill where that is certain, else waiting."""

import pytest
from tests.integration.bank.world import NOW, TODAY, World, camt, csv

pytestmark = pytest.mark.usefixtures("tenant")
CSV = "signed_with_currency"


def lines():
    from mains.payments.models import BankLine

    return list(BankLine.objects.select_related("payment", "company").order_by("pk"))


@pytest.fixture
def world():
    return World()


def test_a_right_reference_with_its_amount_is_booked_with_the_reasons(world):
    bill = world.bills[0]
    note = world.take(csv((bill.total_minor, bill.reference)), profile=CSV)

    assert note["step"] == "DONE", note
    (line,) = lines()
    assert (line.state, line.way, line.handled_by) == ("BOOKED", "BILLS", "system")
    assert line.why == ["REFERENCE", "AMOUNT"]
    assert world.owed(bill) == 0
    assert world.ledger("bank") == bill.total_minor
    assert line.payment.value_date == line.value_date


def test_every_other_credit_waits_in_suspense(world):
    bill = world.bills[0]
    wrong = bill.reference[:-1] + str((int(bill.reference[-1]) + 1) % 10)
    note = world.take(
        csv(
            (bill.total_minor, wrong),
            (bill.total_minor, bill.number),
            (bill.total_minor + 1, bill.reference),
            (777, "who knows"),
            (-500, "fees"),
        ),
        profile=CSV,
    )
    assert (note["report"]["new"], note["report"]["booked"]) == (5, 0)
    assert {line.state for line in lines()} == {"OPEN"}
    assert world.owed(bill) == bill.total_minor
    credits = 3 * bill.total_minor + 1 + 777
    assert (world.ledger("bank"), world.ledger("suspense")) == (credits, -credits)


def test_the_same_file_and_overlapping_ones_add_nothing(world):
    bill = world.bills[0]
    first = csv((bill.total_minor, bill.reference), (100, "a"), (100, "a"))
    longer = csv((bill.total_minor, bill.reference), (100, "a"), (100, "a"), (200, "b"))
    counts = [world.take(content, profile=CSV)["report"] for content in (first, first, longer)]

    assert [(one["new"], one["known"]) for one in counts] == [(3, 0), (0, 3), (1, 3)]
    assert len(lines()) == 4
    assert world.ledger("bank") == bill.total_minor + 400


def test_a_reference_alone_is_enough_where_the_tenant_says_so():
    world = World(reference_alone=True)
    bill, other = world.bills[:2]
    world.take(
        csv((bill.total_minor - 100, bill.reference), (other.total_minor + 100, other.reference)),
        profile=CSV,
    )
    assert [line.state for line in lines()] == ["BOOKED", "BOOKED"]
    assert (world.owed(bill), world.owed(other)) == (100, 0)
    assert world.ledger("suspense") == 0


def test_two_lines_for_one_bill_book_the_first_and_keep_the_second(world):
    bill = world.bills[0]
    rows = [(bill.total_minor, f"{bill.reference} {text}") for text in ("one", "two")]
    world.take(csv(*rows), profile=CSV)

    assert [line.state for line in lines()] == ["BOOKED", "OPEN"]
    assert world.owed(bill) == 0


def test_a_transfer_that_staff_booked_before_is_not_booked_again(world):
    from mains.core.money import Money
    from mains.journeys import bank_transfer
    from mains.payments.bank import deeds, overview

    bill = world.bills[0]
    money = Money(bill.total_minor, bill.currency)
    bank_transfer.book(
        reference=bill.reference, amount=money.as_decimal(), bank_reference="N43-77",
        value_date=TODAY, booked_by="ana", now=NOW, today=TODAY,
    )  # fmt: skip
    text = (
        f"Date,Operation Number,Label,Detail,Debit,Credit\n04/11/26,N43-77,x,"
        f'{bill.reference},,"{money.as_decimal()}"\nend\n'
    ).replace(".", ",")
    world.take("a\nb\nc\nd\n" + text, profile="framed")

    (line,) = lines()
    assert (line.state, line.why, line.payment) == ("OPEN", ["BOOKED_BEFORE"], None)
    assert world.ledger("bank") == bill.total_minor
    (payment,) = overview.linkable(line=line)
    deeds.link(world.deed(line), payment_id=payment.pk)
    with pytest.raises(deeds.Handled):
        deeds.link(world.deed(line, seen="OPEN::"), payment_id=payment.pk)
    (line,) = lines()
    assert (line.state, line.way, line.payment) == ("BOOKED", "LINKED", payment)
    assert world.ledger("bank") == bill.total_minor


def test_value_dates_in_closed_months_and_ahead_are_booked_on_the_nearest_open_day(world):
    from datetime import date, timedelta

    from mains.ledger import actions as ledger
    from mains.ledger.models import Transfer
    from mains.payments.bank.placing import posting_date

    ledger.close_month(
        company_id=world.company.pk, month=date(2026, 10, 1), closed_by="ana", now=NOW
    )
    world.take(csv((777, "late")).replace("11/03/2026", "10/30/2026"), profile=CSV)

    (line,) = lines()
    assert line.value_date == date(2026, 10, 30)
    transfer = Transfer.objects.get(source=f"payment:{line.payment_id}")
    assert transfer.effective_date == date(2026, 11, 1)
    assert posting_date(line.company, TODAY + timedelta(days=2), TODAY) == TODAY


def test_a_stopped_worker_is_followed_by_one_that_does_the_rest(world, monkeypatch):
    from mains.journeys import bank_desk
    from mains.payments.bank import importing, placing

    bill = world.bills[0]
    content = csv((bill.total_minor, bill.reference), (100, "a"), (200, "b"))
    monkeypatch.setattr(importing, "CHUNK", 1)
    plain, calls = placing._place, []

    def dying(**given):
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return plain(**given)

    monkeypatch.setattr(placing, "_place", dying)
    with pytest.raises(KeyboardInterrupt):
        world.take(content, profile=CSV)
    assert [line.payment is None for line in lines()] == [False, True, True]

    later = NOW.replace(hour=12)
    bank_desk.take_up_lost(tenant=world.tenant, now=later)
    bank_desk.take_up_lost(tenant=world.tenant, now=later)
    (file,) = bank_desk.latest(now=later)
    assert file.note["step"] == "DONE"
    assert (file.note["report"]["new"], file.note["report"]["known"]) == (3, 0)
    assert world.ledger("bank") == bill.total_minor + 300


def test_a_line_that_fails_keeps_no_other_waiting_and_is_tried_again(world, monkeypatch):
    from mains.journeys import bank_desk
    from mains.payments import booking

    plain = booking.book_unknown

    def failing(**given):
        if given["amount"].minor == 100:
            raise RuntimeError
        return plain(**given)

    with monkeypatch.context() as patched:
        patched.setattr(booking, "book_unknown", failing)
        note = world.take(csv((100, "a"), (200, "b")), profile=CSV)
    assert note["step"] == "DONE"
    assert world.ledger("bank") == 200
    bank_desk.take_up_lost(tenant=world.tenant, now=NOW)
    assert world.ledger("bank") == 200
    bank_desk.take_up_lost(tenant=world.tenant, now=NOW.replace(hour=12))
    assert world.ledger("bank") == 300


def test_a_payment_document_that_is_named_pays_all_its_bills(world):
    from datetime import timedelta

    from mains.payments.models import PaymentDocument

    bill = world.bills[0]
    document = PaymentDocument.objects.create(
        account=bill.account, bills=[[bill.pk, bill.total_minor]], total_minor=bill.total_minor,
        currency=bill.currency, last_date=TODAY - timedelta(days=1), created_at=NOW,
        created_by="tests", request_key="1",
    )  # fmt: skip
    world.take(csv((bill.total_minor, f"doc {document.number}")), profile=CSV)
    (line,) = lines()
    # Its bare number has no check digits, so it is proposed and no more.
    assert (line.state, world.owed(bill)) == ("OPEN", bill.total_minor)

    from mains.core.money import Money
    from mains.payments.bank import naming
    from mains.references import rf
    from mains.references.payable import Payable

    payable = Payable(document.number, Money(bill.total_minor, "EUR"), document.last_date)
    printed = rf.printed(payable, naming.payee_of(world.company)).fields["reference"]
    world.take(csv((bill.total_minor, f"doc {printed}")), profile=CSV)
    assert lines()[1].state == "BOOKED"
    assert world.owed(bill) == 0


def test_direct_debits_are_asked_first_and_once(world, monkeypatch):
    from mains.payments.direct_debits import collecting, returning

    asked = []

    def credited(**given):
        asked.append(given)
        return "DD-7" in " ".join(given["texts"])

    def take_in(**given):
        asked.append(given)
        return given["reason"] == "AM04"

    monkeypatch.setattr(collecting, "credited", credited)
    monkeypatch.setattr(returning, "take_in", take_in)
    bill = world.bills[0]
    content = (
        camt([("R1", [("DD-7", 300, "collected")]), ("R2", [("E2", 200, "other")]),
              ("R3", [("E3", -50, "back")]), ("R4", [("E4", -60, "paid by us")])])
        .replace("<Ustrd>back</Ustrd></RmtInf>", "<Ustrd>back</Ustrd></RmtInf>"
                 "<RtrInf><Rsn><Cd>AM04</Cd></Rsn></RtrInf>")
    )  # fmt: skip
    for _ in range(2):
        world.take(content)
    assert {line.amount_minor: (line.state, line.way) for line in lines()} == {
        300: ("BOOKED", "COLLECTION"), 200: ("OPEN", ""), -50: ("BOOKED", "RETURNED"),
        -60: ("OPEN", ""),
    }  # fmt: skip
    assert len(asked) == 4
    assert {one["company_id"] for one in asked} == {bill.account.company_id}
    returned = next(one for one in asked if one.get("reason") == "AM04")
    assert (returned["end_to_end_id"], returned["amount_minor"]) == ("E3", 50)
    # Neither is money in suspense: whoever said yes has booked it.
    assert world.ledger("suspense") == -200


def test_whoever_is_paid_by_hand_gets_a_receipt_as_by_itself(world):
    from mains.notifications.models import Message
    from mains.payments.bank import deeds

    one, two = world.bills[:2]
    world.take(csv((one.total_minor, one.reference), (two.total_minor, "who knows")), profile=CSV)
    line = lines()[1]
    deeds.book(world.deed(line), parts=[(two.pk, two.total_minor)], credits=[])
    deeds.undo(world.deed(line))
    deeds.book(world.deed(line), parts=[(two.pk, two.total_minor)], credits=[])
    emails = [bill.account.customer.email for bill in (one, two) if bill.account.customer.email]
    assert emails
    sent = Message.objects.filter(kind="payment-received").order_by("pk")
    assert list(sent.values_list("recipient", flat=True)) == emails
