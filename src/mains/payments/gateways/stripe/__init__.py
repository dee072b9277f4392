"""
Stripe through its SDK: Checkout pages, cards stored for autopay, refunds, disputes.

Every request that changes something carries our reference as its idempotency key, and the objects
carry it as metadata, so that a lost answer is found again (docs.stripe.com/api).
"""

import json
from collections.abc import Mapping
from typing import Any

import stripe
from django.conf import settings
from django.utils.translation import gettext_noop as _

from mains.payments.gateways.base import (
    Ability,
    Asked,
    Charge,
    Detail,
    ForgedWebhook,
    GatewayRefused,
    GatewayUnavailable,
    Merchant,
    MoneyBack,
    News,
    Notice,
    Refund,
    Started,
    StoredCard,
)
from mains.payments.gateways.stripe import news, reading
from mains.payments.gateways.stripe.amounts import to_stripe
from mains.payments.gateways.stripe.client import asked, client

HEADER = "Stripe-Signature"
TOLERANCE_SECONDS = 300
# Languages of ours that its pages speak; for the others it looks at the browser.
LOCALES = frozenset({"en", "es", "hu", "it", "lv"})
_MOST = 100


class StripeGateway:
    kind = "stripe"
    title = "Stripe"
    about = _("Cards and wallets on Stripe's own page; cards can be stored for autopay.")
    abilities = frozenset(Ability)
    details: Mapping[Detail, Asked] = {
        Detail.ACCOUNT: Asked(
            _("Connected account"),
            _("Only where the platform's key acts for you: in Stripe under Settings, Account."),
            ("acct_",),
            is_needed=False,
        ),
        Detail.KEY: Asked(
            _("Secret key"),
            _("In Stripe under Developers, API keys. A test key moves no real money."),
            ("sk_", "rk_"),
            stands_in="STRIPE_SECRET_KEY",
        ),
        Detail.WEBHOOK_KEY: Asked(
            _("Signing secret"),
            _("In Stripe under Developers, Webhooks, at the endpoint for the address shown here."),
            ("whsec_",),
            # Without it we ask at Stripe, later.
            is_needed=False,
        ),
    }

    def moves_money(self, merchant: Merchant) -> bool:
        return "_test_" not in (merchant.secret or settings.STRIPE_SECRET_KEY)

    def try_out(self, merchant: Merchant) -> None:
        asked(lambda: client(merchant).v1.checkout.sessions.list({"limit": 1}))

    def start(self, charge: Charge) -> Started:
        session = self._page(charge)
        return Started(gateway_reference=session["id"], page_url=session["url"] or "")

    def ask(self, charge: Charge, *, known_as: str) -> Notice:
        if charge.card and not known_as:
            return reading.of_intent(self._lost(charge))
        api = client(charge.merchant).v1
        if known_as.startswith("pi_"):
            return reading.of_intent(asked(lambda: api.payment_intents.retrieve(known_as)))
        # The same request again is answered with the same page, as it was then.
        name = known_as or self._page(charge)["id"]
        session = asked(
            lambda: api.checkout.sessions.retrieve(name, {"expand": ["payment_intent"]})
        )
        return reading.of_session(session)

    def expire(self, charge: Charge, *, known_as: str) -> Notice:
        api = client(charge.merchant).v1
        name = known_as or (self._lost(charge)["id"] if charge.card else self._page(charge)["id"])
        try:
            if name.startswith("pi_"):
                asked(lambda: api.payment_intents.cancel(name))
            else:
                asked(lambda: api.checkout.sessions.expire(name))
        except GatewayRefused:
            # It is over already, by whatever it tells next.
            pass
        return self.ask(charge, known_as=name)

    def store_card(self, charge: Charge) -> Started:
        session = self._setup(charge)
        return Started(gateway_reference=session["id"], page_url=session["url"] or "")

    def ask_stored(self, charge: Charge, *, known_as: str) -> StoredCard:
        api = client(charge.merchant).v1
        name = known_as or self._setup(charge)["id"]
        session = asked(
            lambda: api.checkout.sessions.retrieve(
                name, {"expand": ["setup_intent.payment_method"]}
            )
        )
        return reading.of_setup(session)

    def charge_stored(self, charge: Charge, *, card: str) -> Notice:
        customer, _slash, method = card.partition("/")
        api = client(charge.merchant).v1
        known = self._charged(charge, customer)
        if known is not None:
            return reading.of_intent(known)
        params: Any = {
            "amount": to_stripe(charge.amount_minor, charge.currency),
            "currency": charge.currency.lower(),
            "customer": customer,
            "payment_method": method,
            "payment_method_types": ["card"],
            "off_session": True,
            "confirm": True,
            "description": charge.text,
            "metadata": {"reference": charge.reference, **news.STORED},
        }
        try:
            made = asked(lambda: api.payment_intents.create(params, _once(charge.reference)))
        except GatewayRefused as refused:
            return reading.of_intent(_declined(refused))
        return reading.of_intent(made)

    def refund(self, refund: Refund) -> MoneyBack:
        api = client(refund.merchant).v1
        made = asked(
            lambda: api.refunds.list({"payment_intent": refund.gateway_reference, "limit": _MOST})
        )
        # Keys are forgotten after a day, and refunds are asked about for longer.
        for one in made["data"]:
            if reading.reference_of(one) == refund.reference:
                return reading.of_refund(one)
        params: Any = {
            "payment_intent": refund.gateway_reference,
            "amount": to_stripe(refund.amount_minor, refund.currency),
            "metadata": {"reference": refund.reference},
        }
        return reading.of_refund(asked(lambda: api.refunds.create(params, _once(refund.reference))))

    def check_webhook(self, *, merchant: Merchant, body: bytes, headers: Mapping[str, str]) -> None:
        secrets = merchant.webhook_secrets or settings.STRIPE_WEBHOOK_SECRETS
        if not any(_is_signed(body, headers.get(HEADER, ""), secret) for secret in secrets):
            raise ForgedWebhook("No secret of this merchant signed it lately.")
        try:
            account = json.loads(body).get("account") or ""
        except (ValueError, AttributeError) as error:
            raise ForgedWebhook("It is no event.") from error
        # With a key of its own an account hears of itself, and then it is not named.
        if account != merchant.account and not (merchant.secret and not account):
            raise ForgedWebhook("It is about another account.")

    def read_webhook(self, body: bytes) -> News:
        return news.read(body)

    def _page(self, charge: Charge) -> dict[str, Any]:
        about = {"reference": charge.reference}
        price = {
            "currency": charge.currency.lower(),
            "unit_amount": to_stripe(charge.amount_minor, charge.currency),
            "product_data": {"name": charge.text or charge.reference},
        }
        params: Any = {
            "mode": "payment",
            "line_items": [{"quantity": 1, "price_data": price}],
            "payment_intent_data": {"description": charge.text, "metadata": about},
            **_common(charge),
        }
        if charge.email:
            params["customer_email"] = charge.email
        api = client(charge.merchant).v1
        return asked(lambda: api.checkout.sessions.create(params, _once(charge.reference)))

    def _setup(self, charge: Charge) -> dict[str, Any]:
        about = {"reference": charge.reference}
        api = client(charge.merchant).v1
        holder: Any = {"metadata": about, "description": charge.text}
        # The address may have changed when this is asked again, and the key allows no change.
        customer = asked(lambda: api.customers.create(holder, _once(f"{charge.reference}:holder")))
        params: Any = {
            "mode": "setup",
            "customer": customer["id"],
            "payment_method_types": ["card"],
            "setup_intent_data": {"metadata": about},
            **_common(charge),
        }
        return asked(lambda: api.checkout.sessions.create(params, _once(charge.reference)))

    def _charged(self, charge: Charge, customer: str) -> dict[str, Any] | None:
        api = client(charge.merchant).v1
        made = asked(lambda: api.payment_intents.list({"customer": customer, "limit": _MOST}))
        fitting = [one for one in made["data"] if reading.reference_of(one) == charge.reference]
        return fitting[0] if fitting else None

    def _lost(self, charge: Charge) -> dict[str, Any]:
        found = self._charged(charge, charge.card.partition("/")[0])
        if found is None:
            raise GatewayUnavailable("It does not know this charge, or not yet.")
        return found


def _common(charge: Charge) -> dict[str, Any]:
    return {
        "client_reference_id": charge.reference,
        "metadata": {"reference": charge.reference},
        "success_url": charge.return_url,
        "cancel_url": charge.return_url,
        "locale": charge.language if charge.language in LOCALES else "auto",
    }


def _once(key: str) -> Any:
    return {"idempotency_key": key}


def _declined(refused: GatewayRefused) -> Mapping[str, Any]:
    """
    Return the PaymentIntent whose card was declined; any other refusal stays one.
    """
    error = refused.__cause__
    if not isinstance(error, stripe.CardError):
        raise refused
    body: Any = error.json_body
    if "payment_intent" not in body["error"]:
        raise refused
    return dict(body["error"]["payment_intent"])


def _is_signed(body: bytes, header: str, secret: str) -> bool:
    try:
        return stripe.WebhookSignature.verify_header(body, header, secret, TOLERANCE_SECONDS)
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False
