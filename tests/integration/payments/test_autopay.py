"""Autopay: the exact amount that is open, once, told before, and never beside an open page."""

import itertools
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.factories import money, utilities
from tests.factories.money import NOW, TODAY, MemoryGateway

from mains.payments.gateways.base import ChargeState

pytestmark = pytest.mark.usefixtures("tenant")


@pytest.fixture
def world(monkeypatch):
    from mains.payments import gateways

    gateway = MemoryGateway()
    monkeypatch.setitem(gateways.GATEWAYS, "sandbox", gateway)
    return World(utilities.configured("balta"), gateway)


class World:
    """
    An account with a stored card and a bill that is collected in two weeks.
    """

    def __init__(self, tenant, gateway, *, card="good"):
        from mains.customers.models import Mandate

        self.tenant, self.gateway = tenant, gateway
        self.account = money.account()
        self.account.customer.email = "payer@example.org"
        self.account.customer.save()
        self.mandate = Mandate.objects.create(
            account=self.account, reference=f"CARD-{money.key()}", scheme="CARD", holder="P",
            gateway="sandbox", card=card, card_label="Visa •••• 4242", signed_date=TODAY,
            start_date=TODAY,
        )  # fmt: skip
        self.day = TODAY + timedelta(days=14)
        self.bill = money.bill(self.account, 4_819, collection_date=self.day)
        self.at(0)

    def at(self, days):
        """
        Do what a sweep does on a day, counted from the issue of the bill.
        """
        from mains.journeys import collections

        self.now = NOW + timedelta(days=days)
        collections.sweep(tenant=self.tenant, now=self.now)

    def collect(self):
        from mains.payments.autopay import charging

        return charging.collect(tenant=self.tenant, bill_id=self.bill.pk, now=self.now)

    def told(self):
        from mains.notifications.models import Message

        rows = Message.objects.filter(
            recipient="payer@example.org", values__number=self.bill.number
        )
        return [(row.kind, row.values.get("why", "")) for row in rows.order_by("pk")]

    def state(self):
        from mains.payments.allocating import outstanding_minor

        self.bill.refresh_from_db()
        return outstanding_minor(bill_ids=[self.bill.pk])[self.bill.pk], self.bill.collection_hold

    def charged(self):
        return [
            minor
            for _charge, state, minor in self.gateway.charges.values()
            if state is ChargeState.SUCCEEDED
        ]


@pytest.mark.seed("S0.09")
class TestTheExactAmount:
    def test_is_told_and_collected_on_its_day_once(self, world):
        world.at(13)
        assert world.charged() == []
        for _ in range(3):
            world.at(14)
        assert (world.charged(), world.state()) == ([4_819], (0, ""))
        assert world.told() == [("collection-announced", ""), ("payment-received", "")]

    def test_is_what_is_open_at_that_moment(self, world):
        from mains.payments import booking

        booking.book_bank_transfer(
            bill_id=world.bill.pk, amount_minor=819, bank_reference=money.key(), value_date=TODAY,
            booked_by="staff:1", now=NOW,
        )  # fmt: skip
        world.at(14)
        assert (world.charged(), world.state()) == ([4_000], (0, ""))

    def test_is_nothing_where_the_bill_was_paid(self, world):
        from mains.payments import booking

        booking.book_bank_transfer(
            bill_id=world.bill.pk, amount_minor=4_819, bank_reference=money.key(),
            value_date=TODAY, booked_by="staff:1", now=NOW,
        )  # fmt: skip
        world.at(14)
        assert world.charged() == []

    def test_that_was_never_told_is_not_collected(self, world):
        from mains.notifications.models import Message

        Message.objects.filter(kind="collection-announced").delete()
        world.now = NOW + timedelta(days=14)
        assert not world.collect()
        assert world.charged() == []

    def test_is_told_by_letter_where_there_is_no_mail(self, world):
        from mains.notifications.models import Message

        account = money.account()
        account.postal_address = "Brīvības iela 1, Rīga"
        account.save()
        world.mandate.account = world.account = account
        world.mandate.save()
        world.bill = money.bill(account, 4_819, collection_date=world.day)
        world.at(0)
        world.at(14)
        (letter,) = Message.objects.filter(
            kind="collection-announced", values__number=world.bill.number
        )
        whole = f"{account.customer.name}\nBrīvības iela 1, Rīga"
        assert (letter.channel, letter.recipient) == ("LETTER", whole)
        assert world.state() == (0, "")

    def test_printed_for_a_day_that_is_over_is_told_anew(self, world, monkeypatch):
        from mains.payments.autopay import announcing

        monkeypatch.setattr(announcing, "_is_printed", lambda _tenant, _bill: True)
        world.bill = money.bill(world.account, 4_819, collection_date=world.day)
        world.at(20)
        assert world.state() == (4_819, "")
        assert world.bill.collection_date == TODAY + timedelta(days=23)
        world.at(23)
        assert world.state() == (0, "")

    def test_comes_late_where_nobody_swept_for_days(self, world):
        world.at(20)
        assert (world.charged(), world.state()) == ([4_819], (0, ""))


class TestWhatStopsIt:
    def test_more_than_the_limit_is_asked_about(self, world):
        world.mandate.limit_minor = 4_000
        world.mandate.save()
        world.bill = money.bill(world.account, 4_001, collection_date=world.day)
        world.at(0)
        world.at(14)
        assert world.state() == (4_001, "limit")
        assert world.told() == [("collection-held", "limit")]

    def test_an_unusual_bill_is_asked_about_and_collected_once_it_is_wanted(self, world):
        from mains.payments.autopay import holding

        for _ in range(3):
            money.bill(world.account, 1_000)
        world.bill = money.bill(world.account, 9_000, collection_date=world.day)
        world.at(0)
        assert world.state() == (9_000, "unusual")

        today = world.tenant.date_of(world.now)
        assert holding.go_on(bill_id=world.bill.pk, by="user:1", now=world.now, today=today)
        assert not holding.go_on(bill_id=world.bill.pk, by="user:1", now=world.now, today=today)
        world.at(1)
        world.at(14)
        world.at(15)
        assert world.state() == (0, "")
        assert world.told()[:2] == [("collection-held", "unusual"), ("collection-announced", "")]

    def test_a_dispute_stops_it_until_it_is_over(self, world):
        from mains.payments.autopay import holding
        from mains.payments.rules.collections import Hold

        facts = {"bill_id": world.bill.pk, "why": Hold.DISPUTED, "by": "staff:1", "now": NOW}
        assert holding.hold(**facts)
        assert not holding.hold(**facts)
        world.at(20)
        assert (world.charged(), world.state()) == ([], (4_819, "disputed"))

    def test_a_pause_moves_it_and_it_is_told_anew(self, world):
        from mains.payments import mandates

        mandates.pause(
            mandate_id=world.mandate.pk, until=TODAY + timedelta(days=30), by="user:1", now=NOW,
            today=TODAY,
        )  # fmt: skip
        for day in (14, 16, 29):
            world.at(day)
            assert world.charged() == []
        world.at(30)
        assert world.charged() == [4_819]
        assert [kind for kind, _why in world.told()].count("collection-announced") == 2

    def test_a_mandate_that_ended_leaves_it_to_be_paid_by_hand(self, world):
        from mains.payments import mandates, queries

        facts = {"why": "customer", "by": "user:1", "now": NOW, "today": TODAY}
        assert mandates.end(mandate_id=world.mandate.pk, **facts)
        assert not mandates.end(mandate_id=world.mandate.pk, **facts)
        world.at(14)
        assert (world.charged(), world.state()) == ([], (4_819, "ended"))
        row = queries.bill(bill_id=world.bill.pk, today=TODAY)
        assert (row.collection_date, row.hold) == (None, "ended")


class TestWhatFails:
    def test_for_want_of_money_is_tried_again_and_then_over(self, world):
        world.mandate.card = "FAILED"
        world.mandate.save()
        for day in range(14, 40):
            world.at(day)
            world.at(day)
        assert len(world.gateway.charges) == 3
        assert world.state() == (4_819, "failed")
        kinds = [kind for kind, _why in world.told()]
        assert kinds == ["collection-announced"] * 3 + ["collection-held"]

    def test_with_a_lost_card_is_over_at_once(self, world, monkeypatch):
        world.mandate.card = "FAILED"
        world.mandate.save()
        plain = world.gateway.notice
        monkeypatch.setattr(
            world.gateway, "notice", lambda one: replace(plain(one), failure="lost_card")
        )
        world.at(14)
        world.at(40)
        assert (len(world.gateway.charges), world.state()) == (1, (4_819, "failed"))
        assert world.told()[-1] == ("collection-held", "lost_card")

    def test_where_the_payer_is_needed_they_are_told_and_pay_by_hand(self, world):
        world.mandate.card = "NEEDS_CUSTOMER"
        world.mandate.save()
        for _ in range(2):
            world.at(14)
        assert world.told()[-1] == ("collection-held", "customer_needed")
        token = money.started([world.bill])
        world.gateway.pay(token)
        from mains.payments import settling

        settling.ask_and_settle(token=token, now=world.now, today=TODAY)
        world.at(15)
        assert (world.charged(), world.state()[0]) == ([4_819], 0)

    def test_without_an_answer_is_asked_again_and_charged_once(self, world):
        from mains.payments import settling
        from mains.payments.models import PaymentAttempt

        world.gateway.silent = True
        world.at(14)
        assert PaymentAttempt.objects.get(parts__bill=world.bill).state == "UNKNOWN"
        world.at(14)
        world.gateway.silent = False
        settling.sweep(now=world.now + timedelta(minutes=5), today=TODAY)
        world.at(15)
        assert (world.charged(), world.state()) == ([4_819], (0, ""))


DEEDS = ("open", "pay", "autopay", "expire", "webhook")


class Order:
    """
    Five things in some order, on the day of the collection.
    """

    def __init__(self, world):
        self.world, self.token = world, None
        world.now = NOW + timedelta(days=14)

    def open(self):
        from mains.payments import actions

        with suppress(actions.NothingToPay):
            self.token = money.started([self.world.bill])

    def pay(self):
        if self.token:
            self.world.gateway.pay(self.token)

    def autopay(self):
        self.world.collect()

    def expire(self):
        from mains.payments import settling

        if self.token:
            later = self.world.now + timedelta(hours=1)
            settling.ask_and_settle(token=self.token, now=later, today=TODAY)

    def webhook(self):
        from mains.payments import settling

        if self.token:
            notice = self.world.gateway.notice(self.token)
            settling.settle(notice=notice, now=self.world.now, today=TODAY)

    def finish(self):
        """
        Let the sweeps do what is left, and return what was charged.
        """
        from mains.payments import settling

        for hours in (1, 2):
            later = self.world.now + timedelta(hours=hours)
            settling.sweep(now=later, today=TODAY)
            self.world.collect()
        return self.world.charged()


def interleaved(world, order):
    deeds = Order(world)
    for deed in order:
        getattr(deeds, deed)()
    return deeds.finish()


@pytest.mark.seed("S0.09", "S1.24")
@pytest.mark.parametrize("order", list(itertools.permutations(DEEDS)), ids="-".join)
def test_autopay_and_an_open_page_never_both_collect(world, order):
    """
    All 120 orders of opening a page, paying on it, autopay, its end and its webhook.
    """
    assert interleaved(world, order) == [4_819]
    assert world.state()[0] == 0


def test_control_without_closing_the_page_first_both_collect(world, monkeypatch):
    """
    No attempt is live, so nothing is closed before a collection and nothing stands in its way.
    """
    from mains.payments.models import AttemptBill

    one, many = AttemptBill.objects.create, AttemptBill.objects.bulk_create
    monkeypatch.setattr(AttemptBill.objects, "create", lambda **of: one(**of, live=False))
    monkeypatch.setattr(
        AttemptBill.objects,
        "bulk_create",
        lambda parts: many(
            AttemptBill(attempt=part.attempt, bill=part.bill, amount_minor=part.amount_minor,
                        live=False)
            for part in parts
        ),
    )  # fmt: skip
    charged = interleaved(world, ("open", "autopay", "pay", "webhook", "expire"))
    assert charged == [4_819, 4_819]


def test_nobody_can_work_out_the_name_of_a_collection_and_open_its_page(world):
    """
    Whoever has the name of a try sees its amount and bill; bill and day are no secrets.
    """
    import hashlib

    from mains.payments.models import PaymentAttempt

    world.at(14)
    (token,) = PaymentAttempt.objects.filter(parts__bill=world.bill).values_list("token", flat=True)
    known = f"collect:{world.tenant.schema_name}:{world.bill.pk}:{world.day}"
    assert hashlib.sha256(known.encode()).hexdigest()[:32] not in token
    assert len(token) == 32


def test_a_day_on_which_it_failed_is_not_tried_again(world):
    """
    Control: the names of tries are random, so it is not by them that a day has only one.
    """
    world.mandate.card = "FAILED"
    world.mandate.save()
    world.at(14)
    world.bill.refresh_from_db()
    world.bill.collection_date = world.day
    world.bill.save(update_fields=["collection_date"])
    assert not world.collect()
    assert len(world.gateway.charges) == 1
