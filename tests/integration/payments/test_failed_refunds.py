"""A refund that the payer's bank sends back weeks later: the money is the company's again."""

from dataclasses import replace
from itertools import permutations

import pytest
from tests.factories import money, utilities
from tests.factories.money import NOW, TODAY, MemoryGateway

from mains.payments.gateways.base import Back, BackState, MoneyBack

pytestmark = pytest.mark.usefixtures("tenant")


@pytest.fixture
def world(monkeypatch):
    from mains.payments import gateways

    gateway = MemoryGateway()
    monkeypatch.setitem(gateways.GATEWAYS, "sandbox", gateway)
    return World(utilities.configured("balta"), gateway)


class World:
    """
    A bill of 50.00 that was paid, of which 20.00 were given back.
    """

    def __init__(self, tenant, gateway):
        from mains.payments import refunding, settling
        from mains.payments.models import Payment, PaymentAttempt

        self.bill = money.bill(money.account(), 5_000)
        self.company = tenant.file.companies[0].code
        token = money.started([self.bill])
        gateway.pay(token)
        settling.settle(notice=gateway.notice(token), now=NOW, today=TODAY)
        self.payment = Payment.objects.get(attempt__token=token)
        self.token = refunding.refund(
            payment_id=self.payment.pk, amount_minor=2_000, request_key=money.key(), by="staff:1",
            now=NOW, today=TODAY,
        )  # fmt: skip
        self.refund = PaymentAttempt.objects.get(token=self.token)
        self.news = MoneyBack(
            kind=Back.REFUND, state=BackState.FAILED, key=f"r_{self.token}",
            gateway_reference=f"p_{token}", amount_minor=2_000, currency="EUR",
            reference=self.token, reason="lost_or_stolen_card",
        )  # fmt: skip

    def told(self, **changes):
        from mains.payments import money_back

        return money_back.book(
            news=replace(self.news, **changes), kind="sandbox", company=self.company, now=NOW,
            today=TODAY,
        )  # fmt: skip

    def asked(self, minor):
        """
        Return another refund, of which its gateway said nothing yet.
        """
        from mains.payments import refunding

        return refunding._reserve(self.payment.pk, minor, money.key(), "staff:1", None, NOW)

    def stands(self):
        from mains.ledger import queries
        from mains.payments import refunding
        from mains.payments.allocating import outstanding_minor

        self.refund.refresh_from_db()
        return (
            outstanding_minor(bill_ids=[self.bill.pk])[self.bill.pk],
            queries.balance_minor(account_id=self.bill.account_id),
            refunding.left_minor(payment=self.payment),
            self.refund.state,
        )


def test_pays_its_bill_again_once(world):
    assert world.stands() == (2_000, 2_000, 3_000, "SUCCEEDED")
    assert [world.told() for _ in range(3)] == [True, False, False]
    assert world.stands() == (0, 0, 5_000, "FAILED")
    assert world.refund.failure == "lost_or_stolen_card"


def test_stays_failed_when_older_news_come_late(world):
    world.told()

    assert not world.told(state=BackState.DONE)
    assert not world.told(state=BackState.PENDING)
    assert world.stands() == (0, 0, 5_000, "FAILED")


ORDERS = sorted(set(permutations([BackState.PENDING, BackState.DONE, BackState.FAILED] * 2)))


@pytest.mark.seed("S0.08")
@pytest.mark.parametrize("is_ours", [True, False])
def test_one_that_failed_is_back_in_whichever_order_it_is_told(world, is_ours):
    """
    Each of three news twice, in all ninety orders: of a refund of ours, and of one that was made in
    the gateway's own pages.
    """
    before = world.stands()
    assert len(ORDERS) == 90
    for number, order in enumerate(ORDERS):
        back = world.asked(1_000) if is_ours else None
        told = {"key": f"r{number}", "reference": back.token if back else "", "amount_minor": 1_000}
        for state in order:
            world.told(state=state, **told)
        assert world.stands() == before, order
        if back:
            back.refresh_from_db()
            assert back.state == "FAILED", order


def test_control_without_what_was_heard_the_order_matters(world, monkeypatch):
    from mains.payments import money_back

    monkeypatch.setattr(money_back, "_has_failed", lambda *_given: False)
    world.told(key="own", reference="", amount_minor=1_000)
    world.told(key="own", reference="", amount_minor=1_000, state=BackState.DONE)
    assert world.stands() == (3_000, 3_000, 2_000, "SUCCEEDED")


def test_one_that_was_done_is_booked_once_in_whichever_order_it_is_told(world):
    for order in sorted(set(permutations([BackState.PENDING, BackState.DONE] * 2))):
        owed, balance, left, _state = world.stands()
        back = world.asked(100)
        for state in order:
            world.told(state=state, key=back.token, reference=back.token, amount_minor=100)
        assert world.stands()[:3] == (owed + 100, balance + 100, left - 100), order
        back.refresh_from_db()
        assert back.state == "SUCCEEDED", order


def test_control_one_that_was_refused_and_done_all_the_same_is_booked(world):
    from mains.payments import refunding

    back = world.asked(1_000)
    refunding._note(attempt_id=back.pk, state="FAILED", failure="refused")

    assert world.told(key="first", reference=back.token, amount_minor=1_000, state=BackState.DONE)
    assert world.stands() == (3_000, 3_000, 2_000, "SUCCEEDED")


def test_that_was_made_in_the_gateways_own_pages_pays_it_again_too(world):
    world.told(state=BackState.DONE, key="own", reference="", amount_minor=1_000)
    assert world.stands() == (3_000, 3_000, 2_000, "SUCCEEDED")
    assert world.told(key="own", reference="", amount_minor=1_000)
    assert world.stands() == (2_000, 2_000, 3_000, "SUCCEEDED")


def test_is_told_on_the_statement(world):
    from mains.payments.statements import account
    from mains.payments.statements.account import Kind

    kinds = [account._kind("REFUND", money_of(minor)) for minor in (2_000, -2_000)]
    assert kinds == [Kind.REFUND, Kind.CHARGEBACK_WON]


def money_of(minor):
    from mains.core.money import Money

    return Money(minor, "EUR")


def test_control_one_that_was_never_given_changes_nothing(world):
    assert not world.told(key="another", reference="")
    assert world.stands() == (2_000, 2_000, 3_000, "SUCCEEDED")
