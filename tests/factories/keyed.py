"""A gateway with several accounts, each behind keys of its own, and a utility that pays there."""

import json
from datetime import timedelta

from mains.payments.gateways.base import (
    Ability,
    ChargeState,
    ForgedWebhook,
    GatewayRefused,
    Notice,
    OtherNews,
    StillPayable,
    WrongKey,
)
from tests.factories import money, utilities
from tests.factories.money import NOW, TODAY, MemoryGateway

LABEL = {"uk": "Картка", "en": "Card"}


class Keyed(MemoryGateway):
    """
    A gateway that knows under a key only what was begun in the account which the key opens.
    """

    kind, title, details = "stripe", "Keyed", {}

    def __init__(self):
        super().__init__()
        # The account of each key that is good, what each account has, and the cards stored there.
        self.accounts = {"key-old": "first", "key-new": "second", "key-other": "third"}
        self.books, self.cards, self.opened_by = {}, {}, []
        # Calls open what it does not know, and closes no page.
        self.is_vague = False

    @property
    def abilities(self):
        return frozenset(Ability) - ({Ability.CLOSE_PAGES} if self.is_vague else set())

    def _open(self, merchant, reference=""):
        self.opened_by.append(merchant.secret)
        if merchant.secret not in self.accounts:
            raise WrongKey(merchant.secret)
        self.charges = self.books.setdefault(self.accounts[merchant.secret], {})
        if reference and reference not in self.charges and not self.is_vague:
            raise GatewayRefused("no such charge")

    def start(self, charge):
        self._open(charge.merchant)
        return super().start(charge)

    def ask(self, charge, **known):
        self._open(charge.merchant, charge.reference)
        if charge.reference not in self.charges:
            return Notice(
                charge.reference, ChargeState.OPEN, "", charge.amount_minor, charge.currency
            )
        return super().ask(charge, **known)

    def expire(self, charge, **known):
        self._open(charge.merchant, charge.reference)
        if self.is_vague:
            raise StillPayable(charge.reference)
        return super().expire(charge, **known)

    def refund(self, refund):
        self._open(refund.merchant, refund.gateway_reference.removeprefix("p_"))
        return super().refund(refund)

    def charge_stored(self, charge, *, card):
        self._open(charge.merchant)
        if card not in self.cards.get(self.accounts[charge.merchant.secret], ()):
            raise GatewayRefused("no such card")
        return super().charge_stored(charge, card=card)

    def ask_stored(self, charge, **_known):
        self._open(charge.merchant, charge.reference)

    def check_webhook(self, *, merchant, headers, **_body):
        if headers["Signed-By"] not in (merchant.secret, *merchant.webhook_secrets):
            raise ForgedWebhook

    def read_webhook(self, body):
        found = json.loads(body)
        if "reference" not in found:
            return OtherNews(event_id=found["event_id"])
        return Notice(**{**found, "state": ChargeState(found["state"])})

    def has(self, account):
        """
        Return by reference what was paid in an account, in minor units.
        """
        return {
            reference: minor
            for reference, (_charge, state, minor) in self.books.get(account, {}).items()
            if state is ChargeState.SUCCEEDED
        }

    def paid(self, attempt, account):
        self.charges = self.books[account]
        assert self.pay(attempt.token)


def way(*, key, label=LABEL, **facts):
    """
    Return a way to pay at the gateway, by the key of a name.
    """
    from mains.tenancy.tenantfile.money import Gateway, GatewayKind

    place = f"env:MAINS_SECRET_ALDER__{key}"
    return Gateway(kind=GatewayKind.STRIPE, label=label, secret=place, **facts)


class World:
    """
    A utility with ways to pay at one gateway, and bills to pay there.
    """

    def __init__(self, monkeypatch):
        from mains.payments import gateways

        for name in ("OLD", "NEW", "OTHER"):
            monkeypatch.setenv(f"MAINS_SECRET_ALDER__{name}", f"key-{name.lower()}")
        self.gateway = Keyed()
        monkeypatch.setitem(gateways.GATEWAYS, "stripe", self.gateway)
        self.offers({"key": "OLD"})

    def offers(self, *ways, **facts):
        from mains.tenancy.tenantfile.money import Payments

        gateways = tuple(way(**about) for about in ways)
        payments = Payments(gateways=gateways, **facts)
        self.tenant = utilities.configured("teplo", payments=payments)
        self.codes = [one.code for one in self.tenant.file.companies]

    def start(self, *bills, **wish):
        from mains.journeys import pay_bills
        from mains.payments.models import PaymentAttempt

        asked = pay_bills.Wish(
            bill_ids=tuple(bill.pk for bill in bills), payer="user:1", email="", language="uk",
            **wish,
        )  # fmt: skip
        page = pay_bills.start(
            tenant=self.tenant, wish=asked, company=bills[0].account.company.code, now=NOW,
            today=TODAY,
        )  # fmt: skip
        return PaymentAttempt.objects.get(page_url=page)

    def bill(self, *services, minor=5_000, company=0):
        from mains.customers.models import Company

        account = money.account()
        account.company = Company.objects.get(code=self.codes[company])
        account.save()
        return money.with_lines(money.bill(account, minor), *services)

    def rows(self, *bills):
        from mains.payments import queries

        return queries.bills_with_ids(bill_ids=[bill.pk for bill in bills], today=TODAY)

    def names(self, *bills):
        """
        Return how the ways to pay bills are called, and by what customers choose them.
        """
        from mains.journeys import pay_bills

        offers = pay_bills.offers(tenant=self.tenant, rows=self.rows(*bills), language="uk")
        return {one.label: one.name for one in offers}

    def sweep(self, *, after=timedelta(minutes=2)):
        from mains.payments import settling

        settling.sweep(now=NOW + after, today=TODAY)

    def tells(self, attempt, *, by, **changes):
        """
        Send the news that an attempt was paid, signed by a key.
        """
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


def state(attempt):
    attempt.refresh_from_db()
    return attempt.state
