"""A bill is paid once, whoever clicks, however often, and whatever the gateway says when."""

import json
from datetime import timedelta

import pytest

from mains.guard import context

pytestmark = pytest.mark.usefixtures("tenant")

CARD = "4242424242424242"


@pytest.fixture
def world(tenant):
    from tests.factories import utilities

    return World(utilities.billed("balta"))


class World:
    """
    A utility, its payers and its pretend gateway.
    """

    def __init__(self, utility):
        from tests.factories import utilities

        self.utility, self.tenant, self.now = utility, utility.tenant, utilities.NOW
        self.today = self.tenant.date_of(self.now)
        self.bills = [bill for bill in utility.bills if bill.total_minor > 0]

    def listed(self, bill):
        """
        Return what the account's holder sees: amount, credit, bills of each payment.
        """
        from mains.payments import received

        rows = received.payments(account_ids=[bill.account_id])
        return [(row.amount.minor, row.credit.minor, row.bill_numbers) for row in rows]

    def start(self, *bills, payer="user:1"):
        from mains.journeys import pay_bills

        return pay_bills.start(
            tenant=self.tenant,
            wish=pay_bills.Wish(
                bill_ids=tuple(bill.pk for bill in bills),
                payer=payer,
                email="anna@example.org",
                language="lv",
            ),
            company=self.tenant.file.companies[0].code,
            now=self.now,
            today=self.today,
        )

    def pay(self, page):
        from datetime import UTC, datetime

        from mains.sandbox import service

        with context.inside("public"):
            return service.pay(
                token=page.rstrip("/").split("/")[-1], card=CARD, now=datetime.now(UTC)
            )

    def come_back(self, page):
        from mains.journeys import pay_bills

        pay_bills.confirm(token=self.attempt_of(page).token, now=self.now, today=self.today)

    def attempt_of(self, page):
        from mains.payments.models import PaymentAttempt

        return PaymentAttempt.objects.get(page_url=page)

    def owed(self, bill):
        from mains.payments import allocating

        return allocating.outstanding_minor(bill_ids=[bill.pk])[bill.pk]

    def balance(self, bill):
        from mains.ledger import queries

        return queries.balance_minor(account_id=bill.account_id)

    def payments(self):
        from mains.payments.models import Payment

        return Payment.objects.count()

    def sound(self):
        from mains.ledger import queries

        strays = queries.strays()
        return (strays.transfers_without_account, strays.wrong_balances) == (0, 0)

    def event(self, page, **changes):
        from mains.sandbox import webhooks
        from mains.sandbox.models import Checkout

        with context.inside("public"):
            body = webhooks.event_of(Checkout.objects.get(token=page.rstrip("/").split("/")[-1]))
        return json.dumps(json.loads(body) | changes).encode()

    def receive(self, body, *, merchant=None, age=timedelta(0), header=None):
        from datetime import UTC, datetime

        from mains.payments import inbox
        from mains.sandbox import signatures

        code = self.tenant.file.companies[0].code
        signed = signatures.sign(
            merchant=merchant or f"{self.tenant.schema_name}:{code}",
            body=body,
            now=datetime.now(UTC) - age,
        )
        return inbox.receive(
            tenant=self.tenant,
            company=code,
            kind="sandbox",
            body=body,
            headers={signatures.HEADER: signed if header is None else header},
            now=self.now,
            today=self.today,
        )


def test_a_payment_settles_the_bill_and_the_account(world):
    bill = world.bills[0]
    page = world.start(bill)
    world.pay(page)
    world.come_back(page)
    world.come_back(page)

    assert (world.owed(bill), world.balance(bill), world.payments()) == (0, 0, 1)
    assert world.sound()


def test_a_double_click_leads_to_the_same_page(world):
    from mains.payments.models import PaymentAttempt

    pages = {world.start(world.bills[0]) for _ in range(3)}

    assert len(pages) == 1
    assert PaymentAttempt.objects.count() == 1


def test_somebody_elses_open_page_is_closed_first(world):
    from mains.payments.actions import NothingToPay
    from mains.sandbox.service import PageClosed

    bill = world.bills[0]
    guests = world.start(bill, payer="guest:x")
    holders = world.start(bill, payer="user:1")

    assert guests != holders
    with pytest.raises(PageClosed):
        world.pay(guests)
    world.pay(holders)
    world.come_back(holders)
    assert (world.owed(bill), world.balance(bill), world.payments()) == (0, 0, 1)
    with pytest.raises(NothingToPay):
        world.start(bill, payer="guest:x")


def test_who_pays_while_another_opens_is_booked_and_the_other_has_nothing_to_pay(world):
    from mains.payments.actions import NothingToPay

    bill = world.bills[0]
    guests = world.start(bill, payer="guest:x")
    world.pay(guests)
    with pytest.raises(NothingToPay):
        world.start(bill, payer="user:1")

    assert (world.owed(bill), world.balance(bill), world.payments()) == (0, 0, 1)


def test_money_that_comes_late_on_a_closed_page_stays_as_credit(world):
    """
    Guest and holder both complete: one pays the bill, the other's money is not lost.
    """
    from mains.payments import settling
    from mains.payments.gateways.base import ChargeState, Notice

    bill = world.bills[0]
    guests = world.start(bill, payer="guest:x")
    token = world.attempt_of(guests).token
    holders = world.start(bill, payer="user:1")
    world.pay(holders)
    world.come_back(holders)
    late = Notice(
        reference=token,
        state=ChargeState.SUCCEEDED,
        gateway_reference="late",
        amount_minor=bill.total_minor,
        currency=bill.currency,
    )
    for _ in range(2):
        settling.settle(notice=late, now=world.now, today=world.today)

    assert (world.owed(bill), world.payments()) == (0, 2)
    assert world.balance(bill) == -bill.total_minor
    assert world.sound()
    assert world.listed(bill) == [
        (bill.total_minor, bill.total_minor, ""),
        (bill.total_minor, 0, bill.number),
    ]


def test_a_payment_of_two_bills_is_listed_once_and_only_to_its_account(world):
    bill, other = world.bills[:2]
    assert bill.account_id != other.account_id
    page = world.start(bill, other)
    world.pay(page)
    world.come_back(page)

    assert world.listed(bill) == [(bill.total_minor, 0, bill.number)]
    assert world.listed(other) == [(other.total_minor, 0, other.number)]


@pytest.mark.parametrize(("more", "credit"), [(0, 0), (1, 1), (-1, 0)])
def test_a_transfer_is_listed_as_the_sum_that_came(world, more, credit):
    from mains.payments import booking

    bill = world.bills[0]
    booking.book_bank_transfer(
        bill_id=bill.pk,
        amount_minor=bill.total_minor + more,
        bank_reference="B1",
        value_date=world.today,
        booked_by="olga",
        now=world.now,
    )

    assert world.listed(bill) == [(bill.total_minor + more, credit, bill.number)]


def test_baskets_that_share_a_bill_do_not_pay_it_twice(world):
    from mains.sandbox.service import PageClosed

    one, two, three = world.bills[:3]
    first = world.start(one, two, payer="user:1")
    second = world.start(two, three, payer="user:2")
    with pytest.raises(PageClosed):
        world.pay(first)
    world.pay(second)
    world.come_back(second)

    assert [world.owed(bill) > 0 for bill in (one, two, three)] == [True, False, False]
    assert world.balance(one) == one.total_minor
    assert world.payments() == 1
    assert world.sound()


def test_a_basket_whose_bill_was_paid_in_another_one_is_refused(world):
    from mains.payments.actions import NothingToPay

    one, two, three = world.bills[:3]
    world.pay(world.start(one, two, payer="user:1"))
    with pytest.raises(NothingToPay):
        world.start(two, three, payer="user:2")

    assert [world.owed(bill) > 0 for bill in (one, two, three)] == [False, False, True]


def test_the_database_holds_one_live_attempt_per_bill(world):
    from django.db import IntegrityError, transaction

    from mains.payments.models import AttemptBill

    part = world.attempt_of(world.start(world.bills[0])).parts.get()
    other = world.attempt_of(world.start(world.bills[1]))
    with pytest.raises(IntegrityError, match="one_live_attempt_per_bill"), transaction.atomic():
        AttemptBill.objects.create(attempt_id=other.pk, bill_id=part.bill_id, amount_minor=1)


class TestWebhooks:
    def test_are_taken_once_however_often_they_come(self, world):
        bill = world.bills[0]
        page = world.start(bill)
        world.pay(page)
        body = world.event(page)

        assert [world.receive(body) for _ in range(4)] == [True, False, False, False]
        world.come_back(page)
        assert (world.owed(bill), world.balance(bill), world.payments()) == (0, 0, 1)

    def test_may_come_after_the_return_page(self, world):
        bill = world.bills[0]
        page = world.start(bill)
        world.pay(page)
        world.come_back(page)

        assert world.receive(world.event(page))
        assert (world.owed(bill), world.payments()) == (0, 1)

    def test_in_the_wrong_order_change_nothing_that_was_paid(self, world):
        bill = world.bills[0]
        page = world.start(bill)
        world.pay(page)
        world.receive(world.event(page))
        world.receive(world.event(page, id="evt_later", state="CANCELLED"))

        assert world.attempt_of(page).state == "SUCCEEDED"
        assert (world.owed(bill), world.payments()) == (0, 1)

    @pytest.mark.parametrize(
        "how",
        [
            {"header": ""},
            {"header": "t=1,v1=00"},
            {"merchant": "birch:balta"},
            {"merchant": "alder:other"},
            {"age": timedelta(minutes=6)},
            {"age": -timedelta(minutes=6)},
        ],
    )
    def test_forged_foreign_and_old_ones_are_refused_and_leave_nothing(self, world, how):
        from mains.payments.gateways.base import ForgedWebhook
        from mains.payments.models import GatewayEvent

        bill = world.bills[0]
        page = world.start(bill)
        world.pay(page)
        with pytest.raises(ForgedWebhook):
            world.receive(world.event(page), **how)

        assert GatewayEvent.objects.count() == 0
        assert (world.owed(bill), world.payments()) == (bill.total_minor, 0)

    def test_control_without_the_signature_a_forged_one_pays(self, world, monkeypatch):
        from mains.sandbox import signatures

        monkeypatch.setattr(signatures, "check", lambda **_given: None)
        bill = world.bills[0]
        page = world.start(bill)
        assert world.receive(world.event(page, state="PAID"), header="forged")
        assert world.owed(bill) == 0

    def test_of_an_unknown_reference_book_nothing(self, world):
        from mains.payments.models import GatewayEvent

        page = world.start(world.bills[0])
        assert world.receive(world.event(page, reference="nobody", state="PAID", id="evt_x"))
        assert GatewayEvent.objects.get().outcome == "unknown reference"
        assert world.payments() == 0

    def test_of_another_currency_wait_in_suspense(self, world):
        from mains.ledger.models import LedgerAccount

        bill = world.bills[0]
        page = world.start(bill)
        world.pay(page)
        world.receive(world.event(page, currency="USD"))

        assert world.owed(bill) == bill.total_minor
        assert LedgerAccount.objects.filter(kind="SUSPENSE", currency="USD").exists()
        assert world.sound()


def test_a_transfer_sent_twice_in_one_instant_is_told_apart(world):
    from decimal import Decimal

    from mains.journeys import bank_transfer

    bill = world.bills[0]
    first, again = (
        bank_transfer.book(
            reference=bill.number,
            amount=Decimal(bill.total_minor) / 100,
            bank_reference="B2",
            value_date=world.today,
            booked_by="olga",
            now=world.now,
            today=world.today,
        )
        for _ in range(2)
    )

    assert (first.before, again.before) == (False, True)
    assert (world.owed(bill), world.payments()) == (0, 1)
