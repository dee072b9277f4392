"""What was begun by one key or account of a gateway is settled there, whatever is offered now."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from tests.factories import money, utilities
from tests.factories.money import NOW, TODAY, MemoryGateway

from mains.payments.gateways.base import (
    ChargeState,
    ForgedWebhook,
    GatewayRefused,
    Notice,
    WrongKey,
)

pytestmark = [pytest.mark.usefixtures("tenant"), pytest.mark.seed("S3.12")]
LABEL = {"uk": "Картка", "en": "Card"}


class Keyed(MemoryGateway):
    """
    A gateway that knows under a key only what was begun in the account which the key opens.
    """

    kind = "stripe"

    def __init__(self):
        super().__init__()
        # The account of each key that is good, and what each account has.
        self.accounts, self.books = {}, {}

    def _open(self, merchant, reference=""):
        if merchant.secret not in self.accounts:
            raise WrongKey(merchant.secret)
        self.charges = self.books.setdefault(self.accounts[merchant.secret], {})
        if reference and reference not in self.charges:
            raise GatewayRefused("no such charge")

    def start(self, charge):
        self._open(charge.merchant)
        return super().start(charge)

    def ask(self, charge, **known):
        self._open(charge.merchant, charge.reference)
        return super().ask(charge, **known)

    def expire(self, charge, **known):
        self._open(charge.merchant, charge.reference)
        return super().expire(charge, **known)

    def refund(self, refund):
        self._open(refund.merchant, refund.gateway_reference.removeprefix("p_"))
        return super().refund(refund)

    def check_webhook(self, *, merchant, headers, **_body):
        if headers["Signed-By"] != merchant.secret:
            raise ForgedWebhook

    def read_webhook(self, body):
        found = json.loads(body)
        return Notice(**{**found, "state": ChargeState(found["state"])})

    def has(self, account):
        """Return by reference what was paid in an account, in minor units."""
        return {
            reference: minor
            for reference, (_charge, state, minor) in self.books.get(account, {}).items()
            if state is ChargeState.SUCCEEDED
        }

    def paid(self, attempt, account):
        self.charges = self.books[account]
        assert self.pay(attempt.token)


@pytest.fixture
def world(monkeypatch):
    from mains.payments import gateways

    cache.clear()
    for name in ("OLD", "NEW", "OTHER"):
        monkeypatch.setenv(f"MAINS_SECRET_ALDER__{name}", f"key-{name.lower()}")
    gateway = Keyed()
    gateway.accounts = {"key-old": "first", "key-new": "second", "key-other": "third"}
    monkeypatch.setitem(gateways.GATEWAYS, "stripe", gateway)
    return World(gateway)


class World:
    """
    A utility with ways to pay at one gateway, and bills to pay there.
    """

    def __init__(self, gateway):
        self.gateway = gateway
        self.offers({"key": "OLD"})

    def offers(self, *ways):
        from mains.tenancy.tenantfile.money import Payments

        gateways = tuple(way(**facts) for facts in ways)
        self.tenant = utilities.configured("teplo", payments=Payments(gateways=gateways))

    def start(self, bill, **wish):
        from mains.journeys import pay_bills
        from mains.payments.models import PaymentAttempt

        page = pay_bills.start(
            tenant=self.tenant,
            wish=pay_bills.Wish(
                bill_ids=(bill.pk,), payer="user:1", email="", language="uk", **wish
            ),
            company=bill.account.company.code, now=NOW, today=TODAY,
        )  # fmt: skip
        return PaymentAttempt.objects.get(page_url=page)

    def bill(self, *services, minor=5_000):
        from mains.billing.models import BillLine

        bill = money.bill(money.account(), minor)
        BillLine.objects.bulk_create(
            BillLine(
                bill_id=bill.pk, position=position, contract_id=1, service=service, code="use",
                label="Use", quantity=1, unit="kWh", unit_price=1, net=1, vat_rate=20,
            )
            for position, service in enumerate(services)
        )  # fmt: skip
        return bill

    def sweep(self, *, minutes=2):
        from mains.payments import settling

        settling.sweep(now=NOW + timedelta(minutes=minutes), today=TODAY)

    def tells(self, attempt, *, by, **changes):
        """Send the news that an attempt was paid, signed by a key."""
        from mains.payments import inbox

        body = {
            "reference": attempt.token, "state": "SUCCEEDED", "amount_minor": attempt.amount_minor,
            "gateway_reference": attempt.gateway_reference, "currency": attempt.currency,
            "event_id": f"evt_{attempt.token}", **changes,
        }  # fmt: skip
        return inbox.receive(
            tenant=self.tenant, company=attempt.company.code, kind="stripe",
            body=json.dumps(body).encode(), headers={"Signed-By": by}, now=NOW, today=TODAY,
        )  # fmt: skip


def way(*, key, label=LABEL, **facts):
    """Return a way to pay at the gateway, by the key of a name."""
    from mains.tenancy.tenantfile.money import Gateway, GatewayKind

    place = f"env:MAINS_SECRET_ALDER__{key}"
    return Gateway(kind=GatewayKind.STRIPE, label=label, secret=place, **facts)


def state(attempt):
    attempt.refresh_from_db()
    return attempt.state


class TestAfterAnotherAccountsKeyWasTyped:
    @pytest.fixture
    def attempt(self, world):
        attempt = world.start(world.bill())
        world.offers({"key": "NEW"})
        return attempt

    def test_a_page_that_was_open_is_found_paid(self, world, attempt):
        world.gateway.paid(attempt, "first")
        world.sweep()
        assert state(attempt) == "SUCCEEDED"

    def test_a_page_that_was_open_stays_open(self, world, attempt):
        world.sweep()
        assert state(attempt) == "PENDING"

    def test_control_without_its_key_nobody_would_know_of_it(self, world, attempt):
        type(attempt).objects.update(key_place="")
        world.gateway.paid(attempt, "first")
        world.sweep()
        assert state(attempt) == "FAILED"

    def test_its_payer_goes_on_in_the_new_account_and_pays_once(self, world, attempt):
        other = world.start(attempt.parts.get().bill)
        assert (state(attempt), state(other)) == ("EXPIRED", "PENDING")
        assert world.gateway.books["first"][attempt.token][1] is ChargeState.EXPIRED
        world.gateway.paid(other, "second")
        world.sweep()
        assert (state(other), world.gateway.has("first")) == ("SUCCEEDED", {})

    def test_its_payer_who_paid_meanwhile_does_not_pay_again(self, world, attempt):
        from mains.payments.actions import NothingToPay

        world.gateway.paid(attempt, "first")
        with pytest.raises(NothingToPay):
            world.start(attempt.parts.get().bill)
        assert state(attempt) == "SUCCEEDED"

    def test_money_goes_back_where_it_came_from(self, world, attempt):
        from mains.payments import refunding

        world.gateway.paid(attempt, "first")
        world.sweep()
        refunding.refund(
            payment_id=attempt.payment.pk, amount_minor=2_000, request_key="r", by="staff:1",
            now=NOW, today=TODAY,
        )  # fmt: skip
        assert attempt.payment.reversals.get().amount_minor == -2_000

    def test_news_signed_by_the_key_before_are_taken_once(self, world, attempt):
        world.gateway.paid(attempt, "first")
        assert world.tells(attempt, by="key-old")
        assert not world.tells(attempt, by="key-old")
        assert state(attempt) == "SUCCEEDED"

    @pytest.mark.parametrize(
        ("by", "changes"),
        [
            ("key-other", {}),
            ("", {}),
            ("key-old", {"reference": "nobody's"}),
            ("key-old", {"reference": "\x00"}),
            ("key-old", {"reference": ""}),
            ("key-old", {"state": "NONSENSE"}),
        ],
    )
    def test_forged_news_are_refused(self, world, attempt, by, changes):
        with pytest.raises(ForgedWebhook):
            world.tells(attempt, by=by, **changes)
        assert state(attempt) == "PENDING"

    def test_the_key_before_signs_nothing_that_was_begun_by_the_new_one(self, world, attempt):
        other = world.start(world.bill())
        with pytest.raises(ForgedWebhook):
            world.tells(other, by="key-old")
        assert world.tells(other, by="key-new")
        assert (state(other), state(attempt)) == ("SUCCEEDED", "PENDING")


class TestAfterTheSameAccountsNextKeyWasTyped:
    @pytest.fixture
    def attempt(self, world):
        world.gateway.accounts["key-new"] = "first"
        attempt = world.start(world.bill())
        world.offers({"key": "NEW"})
        world.gateway.paid(attempt, "first")
        return attempt

    def test_the_key_before_is_withdrawn_and_the_new_one_asks(self, world, attempt):
        del world.gateway.accounts["key-old"]
        world.sweep()
        assert state(attempt) == "SUCCEEDED"

    def test_the_key_before_is_nowhere_any_more_and_the_new_one_asks(
        self, world, attempt, monkeypatch
    ):
        monkeypatch.delenv("MAINS_SECRET_ALDER__OLD")
        world.sweep()
        assert state(attempt) == "SUCCEEDED"

    def test_while_no_key_is_good_it_waits(self, world, attempt):
        world.gateway.accounts.clear()
        world.sweep()
        assert state(attempt) == "PENDING"
        world.gateway.accounts["key-new"] = "first"
        world.sweep(minutes=3)
        assert state(attempt) == "SUCCEEDED"


class TestTwoWaysOfOneKind:
    def test_the_one_that_was_switched_off_still_settles(self, world):
        attempt = world.start(world.bill())
        world.offers({"key": "OLD", "available": False}, {"key": "NEW"})
        later = world.start(world.bill())
        world.gateway.paid(attempt, "first")
        world.gateway.paid(later, "second")
        world.sweep()
        assert (state(attempt), state(later)) == ("SUCCEEDED", "SUCCEEDED")

    def test_each_collects_in_its_own_account_and_hears_its_own_news(self, world):
        world.offers({"key": "OLD"}, {"key": "NEW"})
        first, second = (
            world.start(world.bill(), gateway="stripe"),
            world.start(world.bill(), gateway="stripe-2"),
        )
        world.gateway.paid(first, "first")
        world.gateway.paid(second, "second")
        assert world.tells(second, by="key-new")
        world.sweep()
        assert (state(first), state(second)) == ("SUCCEEDED", "SUCCEEDED")

    def test_are_offered_by_names_of_their_own(self, world):
        from mains.journeys import pay_bills
        from mains.payments import queries

        world.offers({"key": "OLD"}, {"key": "NEW", "label": {"uk": "Інша", "en": "Other"}})
        bill = world.bill()
        rows = queries.bills_with_ids(bill_ids=[bill.pk], today=TODAY)
        offers = pay_bills.offers(tenant=world.tenant, rows=rows, language="uk")
        assert [(one.name, one.label) for one in offers] == [
            ("stripe", "Картка"), ("stripe-2", "Інша"),
        ]  # fmt: skip

    def test_one_that_is_silent_leads_to_the_other(self, world):
        world.offers({"key": "OLD"}, {"key": "NEW"})
        del world.gateway.accounts["key-old"]
        attempt = world.start(world.bill())
        world.gateway.paid(attempt, "second")
        world.sweep()
        assert state(attempt) == "SUCCEEDED"


class TestWaysForSomeServices:
    """
    A company's heating is paid into one account and its hot water into another.
    """

    @pytest.fixture
    def split(self, world):
        world.offers(
            {"key": "OLD", "services": ("heating",)}, {"key": "NEW", "services": ("hot_water",)}
        )
        return world

    @pytest.mark.parametrize(
        ("service", "account"), [("heating", "first"), ("hot_water", "second")]
    )
    def test_a_bill_is_paid_where_its_service_is(self, split, service, account):
        attempt = split.start(split.bill(service, ""))
        split.gateway.paid(attempt, account)
        split.sweep()
        assert state(attempt) == "SUCCEEDED"

    @pytest.mark.parametrize("services", [("heating", "hot_water"), ()])
    def test_a_bill_for_both_or_for_nobody_knows_what_is_paid_at_neither(self, split, services):
        from mains.journeys.pay_bills import PaymentsOff

        with pytest.raises(PaymentsOff):
            split.start(split.bill(*services))

    def test_control_at_a_way_for_all_any_bill_is_paid(self, world):
        world.offers({"key": "OLD", "services": ("heating",)}, {"key": "NEW"})
        for services in (("heating", "hot_water"), ("hot_water",), ()):
            attempt = world.start(world.bill(*services))
            world.gateway.paid(attempt, "second")
