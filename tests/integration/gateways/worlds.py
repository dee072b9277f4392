"""Each gateway with what stands behind it, so that one test asks them all the same."""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.integration.gateways import ukraine
from tests.stripe_simulator import Simulator
from tests.stripe_simulator.simulator import signed

type Delivery = tuple[bytes, dict[str, str]]
PORTAL = "https://balta.example"
AMOUNT = 4819


class World(ABC):
    """
    A gateway, a merchant, the people who pay there, and the switch that takes it down.
    """

    kind: str
    currency = "EUR"

    def __init__(self) -> None:
        from mains.payments.gateways import gateway

        self.gateway = gateway(self.kind)
        self.abilities = self.gateway.abilities
        self.merchant = self.merchant_named("one")

    @abstractmethod
    def merchant_named(self, name: str) -> Any:
        """Return a merchant of the gateway: `one` or `two`."""

    def charge(self, reference: str = "", *, merchant: Any = None, **about: Any) -> Any:
        from mains.payments.gateways.base import Charge

        reference = reference or secrets.token_urlsafe(24)
        return Charge(
            **{
                "reference": reference,
                "merchant": merchant or self.merchant,
                "amount_minor": AMOUNT,
                "currency": self.currency,
                "language": "lv",
                "text": "BAL-2026-000041",
                "email": "anna@example.org",
                "return_url": f"{PORTAL}/pay/result/{reference}/",
                "webhook_url": f"{PORTAL}/webhooks/{self.kind}/balta/",
                "payable_for": timedelta(minutes=30),
                **about,
            }
        )

    def page(self, started: Any) -> Any:
        """Return what makes a page the same page."""
        return started.gateway_reference, started.page_url, started.fields

    def pay(self, charge: Any) -> None:
        raise NotImplementedError

    def decline(self, charge: Any) -> None:
        """Let somebody try with a card that is declined, and go on no further."""
        raise NotImplementedError

    def webhook(self, charge: Any, *, age: timedelta = timedelta(0)) -> Delivery:
        """Return the latest news of a charge, as it was signed so long ago."""
        raise NotImplementedError

    def is_forgeable(self, monkeypatch: Any) -> None:
        """Switch the check of signatures off."""
        raise NotImplementedError

    def out(self, how: str) -> AbstractContextManager[None]:
        """Take the gateway down: `before` it acts, or `after` it acted."""
        raise NotImplementedError

    def store(self, charge: Any, card: str) -> str:
        """Store a card that is `good`, `declined` later, or `asks` each time; return its name."""
        raise NotImplementedError


class Sandbox(World):
    kind = "sandbox"

    def merchant_named(self, name: str) -> Any:
        from mains.payments.gateways.base import Merchant

        return Merchant(name=f"alder:{name}", title="Balta")

    def pay(self, charge: Any) -> None:
        self._with(charge, "4242424242424242")

    def decline(self, charge: Any) -> None:
        self._with(charge, "4000000000009995")

    def _with(self, charge: Any, card: str) -> None:
        from mains.guard import context
        from mains.sandbox import service

        page = service.find(merchant=charge.merchant.name, reference=charge.reference)
        with context.inside("public"):
            page = service.pay(token=page.token, card=card, now=datetime.now(UTC))
            if page.state == "AT_BANK":
                service.answer_bank(token=page.token, confirmed=True, now=datetime.now(UTC))

    def webhook(self, charge: Any, *, age: timedelta = timedelta(0)) -> Delivery:
        from mains.guard import context
        from mains.sandbox import signatures
        from mains.sandbox.models import Event

        with context.inside("public"):
            events = Event.objects.filter(checkout__reference=charge.reference)
            body = events.latest("pk").body.encode()
        name, now = charge.merchant.name, datetime.now(UTC) - age
        return body, {signatures.HEADER: signatures.sign(merchant=name, body=body, now=now)}

    def is_forgeable(self, monkeypatch: Any) -> None:
        from mains.sandbox import signatures

        monkeypatch.setattr(signatures, "check", lambda **_given: None)

    @contextmanager
    def out(self, how: str) -> Iterator[None]:
        from mains.sandbox import outages

        name, now = self.merchant.name, datetime.now(UTC)
        outages.begin(merchant=name, mode=how.upper(), minutes=5, now=now)
        yield
        outages.end(merchant=name)

    def store(self, charge: Any, card: str) -> str:
        number = {"good": "4000000000003220", "declined": "4000000000000341",
                  "asks": "4000002760003184"}[card]  # fmt: skip
        self.gateway.store_card(charge)
        self._with(charge, number)
        return str(self.gateway.ask_stored(charge, known_as="").card)


class Stripe(World):
    kind = "stripe"
    SECRET, OLD_SECRET = "whsec_test_new", "whsec_test_old"

    def __init__(self) -> None:
        super().__init__()
        self.simulator = Simulator(
            platform_key="sk_test_platform", accounts=["acct_one", "acct_two"]
        )

    def merchant_named(self, name: str) -> Any:
        from mains.payments.gateways.base import Merchant

        return Merchant(name=f"alder:{name}", title="Balta", account=f"acct_{name}",
                        webhook_secrets=(self.OLD_SECRET, self.SECRET))  # fmt: skip

    def session(self, charge: Any) -> str:
        account = self.simulator.accounts[charge.merchant.account]
        found = account.all("checkout.session", client_reference_id=charge.reference)
        return str(found[0]["id"])

    def pay(self, charge: Any) -> None:
        self.simulator.pay(self.session(charge), account=charge.merchant.account)

    def decline(self, charge: Any) -> None:
        self.simulator.pay(
            self.session(charge),
            "pm_card_chargeDeclinedInsufficientFunds",
            account=charge.merchant.account,
        )

    def webhook(self, charge: Any, *, age: timedelta = timedelta(0)) -> Delivery:
        event = self.simulator.events(account=charge.merchant.account)[-1]
        return signed(event, secret=self.SECRET, at=datetime.now(UTC) - age)

    def is_forgeable(self, monkeypatch: Any) -> None:
        from mains.payments.gateways import stripe

        monkeypatch.setattr(stripe, "_is_signed", lambda *_given: True)

    def out(self, how: str) -> AbstractContextManager[None]:
        return self.simulator.out(how)

    def store(self, charge: Any, card: str) -> str:
        token = {"good": "pm_card_visa", "declined": "pm_card_chargeCustomerFail",
                 "asks": "pm_card_authenticationRequired"}[card]  # fmt: skip
        self.gateway.store_card(charge)
        self.simulator.store(self.session(charge), token, account=charge.merchant.account)
        return str(self.gateway.ask_stored(charge, known_as="").card)


class LiqPay(World):
    kind, currency = "liqpay", "UAH"

    def __init__(self) -> None:
        super().__init__()
        self.server = ukraine.LiqPay({"i1001": "private-one", "i1002": "private-two"})

    def merchant_named(self, name: str) -> Any:
        from mains.payments.gateways.base import Merchant

        number = {"one": "i1001", "two": "i1002"}[name]
        return Merchant(name=f"alder:{name}", account=number, secret=f"private-{name}")

    def page(self, started: Any) -> Any:
        # It ends so long after it was opened; LiqPay takes one payment of an order all the same.
        asked = self.server.read(dict(started.fields))
        return started.page_url, {name: asked[name] for name in asked if name != "expired_date"}

    def pay(self, charge: Any) -> None:
        self.server.pay(dict(self.gateway.start(charge).fields), "success")

    def decline(self, charge: Any) -> None:
        self.server.pay(dict(self.gateway.start(charge).fields), "failure")

    def webhook(self, charge: Any, *, age: timedelta = timedelta(0)) -> Delivery:
        return self.server.callback(charge.reference), {}

    def is_forgeable(self, monkeypatch: Any) -> None:
        from mains.payments.gateways import liqpay

        monkeypatch.setattr(liqpay, "is_signed", lambda *_given: True)

    def out(self, how: str) -> AbstractContextManager[None]:
        return self.server.out(how)


class Privat(World):
    kind, currency = "privat", "UAH"

    def __init__(self) -> None:
        super().__init__()
        self.server = ukraine.Privat({"75001": "password-one", "75002": "password-two"})

    def merchant_named(self, name: str) -> Any:
        from mains.payments.gateways.base import Merchant

        number = {"one": "75001", "two": "75002"}[name]
        return Merchant(name=f"alder:{name}", account=number, secret=f"password-{name}")

    def pay(self, charge: Any) -> None:
        self.server.pay(dict(self.gateway.start(charge).fields), "ok")

    def decline(self, charge: Any) -> None:
        self.server.pay(dict(self.gateway.start(charge).fields), "fail")

    def webhook(self, charge: Any, *, age: timedelta = timedelta(0)) -> Delivery:
        return self.server.callback(charge.reference), {}

    def is_forgeable(self, monkeypatch: Any) -> None:
        from mains.payments.gateways.privat import signing

        monkeypatch.setattr(signing, "is_signed", lambda *_given: True)

    def out(self, how: str) -> AbstractContextManager[None]:
        return self.server.out(how)


class BankTransfer(World):
    kind = "bank_transfer"

    def merchant_named(self, name: str) -> Any:
        from mains.payments.gateways.base import Merchant

        return Merchant(name=f"alder:{name}", title="Balta")


WORLDS: dict[str, Callable[[], World]] = {
    world.kind: world for world in (Sandbox, Stripe, LiqPay, Privat, BankTransfer)
}
