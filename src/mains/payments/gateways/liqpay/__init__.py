"""
LiqPay: a posted form opens its page, status and refunds over its API, signed callbacks.

A payment goes by our reference there (`order_id`), which can be paid once. It closes no pages: they
have an end that is fixed when they are opened. Refunds know no key of ours, so only whole payments
are given back: a second request for one finds it given back.

www.liqpay.ua/documentation/en/api/aquiring/checkout/doc, …/api/callback,
…/api/information/status/doc, …/api/aquiring/refund/doc
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlencode

from django.utils.translation import gettext_noop as _

from mains.core.money import Money
from mains.payments.gateways.base import (
    Ability,
    Asked,
    Back,
    BackState,
    Charge,
    ChargeState,
    Detail,
    ForgedWebhook,
    GatewayRefused,
    GatewayUnavailable,
    Merchant,
    MoneyBack,
    News,
    Notice,
    OtherNews,
    Refund,
    Started,
    StillPayable,
    StoresNoCards,
    WrongKey,
)
from mains.payments.gateways.decimals import minor_of
from mains.payments.gateways.http import post
from mains.payments.gateways.liqpay.signing import Unreadable, is_signed, pack, sign, unpack

PAGE = "https://www.liqpay.ua/api/3/checkout"
API = "https://www.liqpay.ua/api/request"
VERSION = 3
FORM = "application/x-www-form-urlencoded"
NOT_FOUND = "payment_not_found"
# www.liqpay.ua/en/doc/errors
WRONG_KEY = frozenset({
    "invalid_signature", "public_key_not_found", "shop_blocked", "shop_not_active", "err_auth",
})  # fmt: skip
# What is in no table waits for its payer: a code, a password, a confirmation.
STATES = {
    "success": ChargeState.SUCCEEDED,
    # Paid, and paid out to the shop with the day's others.
    "wait_compensation": ChargeState.SUCCEEDED,
    # It was paid; that it was given back is news of its own.
    "reversed": ChargeState.SUCCEEDED,
    "processing": ChargeState.PROCESSING,
    "wait_accept": ChargeState.PROCESSING,
    "wait_secure": ChargeState.PROCESSING,
    "wait_reserve": ChargeState.PROCESSING,
    "wait_lc": ChargeState.PROCESSING,
    "hold_wait": ChargeState.PROCESSING,
    "failure": ChargeState.FAILED,
    "error": ChargeState.FAILED,
    # Nobody's money.
    "sandbox": ChargeState.FAILED,
}


class LiqPayGateway(StoresNoCards):
    kind = "liqpay"
    title = "LiqPay"
    about = _("Cards and Privat24 on LiqPay's own page; gives whole payments back.")
    abilities = frozenset({Ability.REFUND})
    details: Mapping[Detail, Asked] = {
        Detail.ACCOUNT: Asked(
            _("Public key"), _("In LiqPay under the shop's settings, API."), ("sandbox_i", "i")
        ),
        Detail.KEY: Asked(
            _("Private key"), _("Beside the public key. It also signs what LiqPay tells us.")
        ),
    }

    def moves_money(self, merchant: Merchant) -> bool:
        return not merchant.account.startswith("sandbox_")

    def try_out(self, merchant: Merchant) -> None:
        _status(merchant, f"try-{secrets.token_hex(8)}")

    def start(self, charge: Charge) -> Started:
        ends_at = datetime.now(UTC) + charge.payable_for
        params = {
            "action": "pay",
            "amount": _amount(charge.amount_minor, charge.currency),
            "currency": charge.currency,
            "description": charge.text or charge.reference,
            "order_id": charge.reference,
            "language": "uk" if charge.language == "uk" else "en",
            "result_url": charge.return_url,
            "server_url": charge.webhook_url,
            "expired_date": f"{ends_at:%Y-%m-%d %H:%M:%S}",
        }
        return Started(
            gateway_reference=charge.reference,
            page_url=PAGE,
            fields=tuple(_signed(charge.merchant, params).items()),
        )

    def ask(self, charge: Charge, *, known_as: str) -> Notice:
        found = _status(charge.merchant, charge.reference)
        if found is None:
            # Nobody has tried to pay it yet.
            return Notice(
                reference=charge.reference,
                state=ChargeState.OPEN,
                gateway_reference=charge.reference,
                amount_minor=charge.amount_minor,
                currency=charge.currency,
            )
        return _notice(found)

    def expire(self, charge: Charge, *, known_as: str) -> Notice:
        notice = self.ask(charge, known_as=known_as)
        if notice.state is ChargeState.OPEN:
            raise StillPayable(charge.reference)
        return notice

    def refund(self, refund: Refund) -> MoneyBack:
        found = _status(refund.merchant, refund.gateway_reference)
        if found is None or STATES.get(found["status"]) is not ChargeState.SUCCEEDED:
            raise GatewayRefused(NOT_FOUND)
        paid = _notice(found)
        if (refund.amount_minor, refund.currency) != (paid.amount_minor, paid.currency):
            raise GatewayRefused("gives back whole payments only")
        if found["status"] == "reversed":
            return _back(found, reference=refund.reference)
        answer = _ask(
            refund.merchant,
            {
                "action": "refund",
                "order_id": refund.gateway_reference,
                "amount": _amount(refund.amount_minor, refund.currency),
            },
        )
        if answer.get("result") != "ok":
            raise GatewayRefused(_code(answer))
        is_done = answer.get("status") == "reversed"
        return _back(
            found,
            reference=refund.reference,
            state=BackState.DONE if is_done else BackState.PENDING,
        )

    def check_webhook(self, *, merchant: Merchant, body: bytes, headers: Mapping[str, str]) -> None:
        """
        Accept what this merchant's key signed.

        LiqPay does not sign when it sent it: an old one again is the same event, and taken once.
        """
        data, signature = _form(body)
        keys = [key for key in (merchant.secret, *merchant.webhook_secrets) if key]
        if not any(is_signed(data, signature, key) for key in keys):
            raise ForgedWebhook("No key of this merchant signed it.")
        try:
            public_key = unpack(data).get("public_key")
        except Unreadable as error:
            raise ForgedWebhook("It cannot be read.") from error
        if public_key != merchant.account:
            raise ForgedWebhook("It is about another merchant.")

    def read_webhook(self, body: bytes) -> News:
        data, _signature = _form(body)
        event_id, found = hashlib.sha256(data.encode()).hexdigest(), unpack(data)
        if not found.get("order_id") or found.get("action", "pay") != "pay":
            return OtherNews(event_id=event_id, what=str(found.get("action", "")))
        if found["status"] == "reversed":
            return _back(found, event_id=event_id)
        return _notice(found, event_id=event_id)


def _signed(merchant: Merchant, params: Mapping[str, Any]) -> dict[str, str]:
    if not merchant.secret:
        raise WrongKey("LiqPay has no private key here: set the secret.")
    data = pack({"version": VERSION, "public_key": merchant.account, **params})
    return {"data": data, "signature": sign(data, merchant.secret)}


def _ask(merchant: Merchant, params: Mapping[str, Any]) -> dict[str, Any]:
    body = urlencode(_signed(merchant, params)).encode()
    answer = post(API, body, content_type=FORM)
    try:
        found = json.loads(answer, parse_float=Decimal)
    except ValueError as error:
        raise GatewayUnavailable("Its answer cannot be read.") from error
    if not isinstance(found, dict):
        raise GatewayUnavailable("Its answer cannot be read.")
    return found


def _status(merchant: Merchant, reference: str) -> dict[str, Any] | None:
    """
    Return a payment as LiqPay knows it, or None where it knows none.
    """
    found = _ask(merchant, {"action": "status", "order_id": reference})
    if found.get("payment_id") and found.get("status"):
        return found
    if _code(found) == NOT_FOUND:
        return None
    # A key that does not fit says nothing about the payment.
    raise (WrongKey if _code(found) in WRONG_KEY else GatewayUnavailable)(_code(found))


def _code(found: Mapping[str, Any]) -> str:
    return str(found.get("err_code") or found.get("code") or "error")[:40]


def _notice(found: Mapping[str, Any], *, event_id: str = "") -> Notice:
    state = STATES.get(found["status"], ChargeState.OPEN)
    if found["status"] == "sandbox" and str(found.get("public_key")).startswith("sandbox_"):
        state = ChargeState.SUCCEEDED
    return Notice(
        reference=found["order_id"],
        state=state,
        gateway_reference=found["order_id"],
        amount_minor=minor_of(found["amount"], found["currency"]),
        currency=found["currency"],
        failure=_code(found) if state is ChargeState.FAILED else "",
        event_id=event_id,
    )


def _back(
    found: Mapping[str, Any],
    *,
    reference: str = "",
    event_id: str = "",
    state: BackState = BackState.DONE,
) -> MoneyBack:
    return MoneyBack(
        kind=Back.REFUND,
        state=state,
        # A payment is given back once, whoever asked for it.
        key=f"{found['order_id']}:reversed",
        gateway_reference=found["order_id"],
        amount_minor=minor_of(found["amount"], found["currency"]),
        currency=found["currency"],
        reference=reference,
        event_id=event_id,
    )


def _amount(amount_minor: int, currency: str) -> str:
    return Money(amount_minor, currency).as_text()


def _form(body: bytes) -> tuple[str, str]:
    fields = parse_qs(body.decode("utf-8", "replace"))
    return fields.get("data", [""])[0], fields.get("signature", [""])[0]
