"""The built-in pretend gateway, for demos, sandboxes and tests."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_noop as _

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
    StoredCard,
)
from mains.sandbox import outages, service, signatures, stored

STATES = {
    "OPEN": ChargeState.OPEN,
    "AT_BANK": ChargeState.OPEN,
    "DECLINED": ChargeState.OPEN,
    "PAID": ChargeState.SUCCEEDED,
    "STORED": ChargeState.SUCCEEDED,
    "NEEDS_CUSTOMER": ChargeState.NEEDS_CUSTOMER,
    "FAILED": ChargeState.FAILED,
    "CANCELLED": ChargeState.FAILED,
    "EXPIRED": ChargeState.EXPIRED,
}
NOT_PAYABLE = (stored.UnknownCard, stored.UnknownPayment, stored.TooMuch)


class SandboxGateway:
    kind = "sandbox"
    title = _("Pretend gateway")
    about = _("For trying out: test cards, and no real money.")
    abilities = frozenset(Ability)
    details: Mapping[Detail, Asked] = {}

    def moves_money(self, merchant: Merchant) -> bool:
        return False

    def try_out(self, merchant: Merchant) -> None:
        _answer(merchant, lambda _now: service.find(merchant=merchant.name, reference=""))

    def start(self, charge: Charge) -> Started:
        return _started(charge, "PAY")

    def ask(self, charge: Charge, *, known_as: str) -> Notice:
        return _notice(_found(charge))

    def expire(self, charge: Charge, *, known_as: str) -> Notice:
        return _notice(
            _answer(
                charge.merchant,
                lambda now: service.expire(
                    merchant=charge.merchant.name, reference=charge.reference, now=now
                ),
            )
        )

    def store_card(self, charge: Charge) -> Started:
        return _started(charge, "STORE")

    def ask_stored(self, charge: Charge, *, known_as: str) -> StoredCard:
        page = _found(charge)
        return StoredCard(
            reference=page.reference,
            state=STATES[page.state],
            card=page.card,
            label=page.label,
            good_until=page.good_until,
        )

    def charge_stored(self, charge: Charge, *, card: str) -> Notice:
        return _notice(
            _answer(
                charge.merchant,
                lambda now: stored.charge(
                    merchant=charge.merchant.name,
                    reference=charge.reference,
                    order=_order(charge, "CHARGE"),
                    card=card,
                    now=now,
                ),
            )
        )

    def refund(self, refund: Refund) -> MoneyBack:
        given = _answer(
            refund.merchant,
            lambda now: stored.refund(
                merchant=refund.merchant.name,
                reference=refund.reference,
                page=refund.gateway_reference,
                amount_minor=refund.amount_minor,
                currency=refund.currency,
                now=now,
            ),
        )
        return MoneyBack(
            kind=Back.REFUND,
            state=BackState.DONE,
            key=given.token,
            gateway_reference=given.page,
            amount_minor=given.amount_minor,
            currency=given.currency,
            reference=given.reference,
        )

    def check_webhook(self, *, merchant: Merchant, body: bytes, headers: Mapping[str, str]) -> None:
        header = headers.get(signatures.HEADER, "")
        now = datetime.now(UTC)
        try:
            signatures.check(merchant=merchant.name, body=body, header=header, now=now)
        except signatures.BadSignature as error:
            raise ForgedWebhook(str(error)) from error

    def read_webhook(self, body: bytes) -> News:
        event = json.loads(body)
        return READERS.get(event["what"], _other)(event)


def _answer[Answer](merchant: Merchant, act: Callable[[datetime], Answer]) -> Answer:
    now = datetime.now(UTC)
    try:
        return outages.answered(lambda: act(now), merchant=merchant.name, now=now)
    except outages.Down as error:
        raise GatewayUnavailable("The gateway does not answer.") from error
    except NOT_PAYABLE as error:
        raise GatewayRefused(type(error).__name__) from error


def _order(charge: Charge, kind: str) -> service.Order:
    return service.Order(
        merchant_name=charge.merchant.title,
        amount_minor=charge.amount_minor,
        currency=charge.currency,
        language=charge.language,
        return_url=charge.return_url,
        webhook_url=charge.webhook_url,
        kind=kind,
    )


def _started(charge: Charge, kind: str) -> Started:
    page = _answer(
        charge.merchant,
        lambda now: service.open_page(
            merchant=charge.merchant.name,
            reference=charge.reference,
            order=_order(charge, kind),
            expires_at=now + charge.payable_for,
            now=now,
        ),
    )
    return Started(gateway_reference=page.token, page_url=page.url)


def _found(charge: Charge) -> service.Page:
    page = _answer(
        charge.merchant,
        lambda _now: service.find(merchant=charge.merchant.name, reference=charge.reference),
    )
    if page is None:
        raise GatewayUnavailable("The gateway does not know this page yet.")
    return page


def _notice(page: service.Page) -> Notice:
    return Notice(
        reference=page.reference,
        state=STATES[page.state],
        gateway_reference=page.token,
        amount_minor=page.amount_minor,
        currency=page.currency,
        failure=page.decline,
    )


def _payment(event: Mapping[str, Any]) -> Notice:
    return Notice(
        reference=event["reference"],
        state=STATES[event["state"]],
        gateway_reference=event["page"],
        amount_minor=event["amount_minor"],
        currency=event["currency"],
        failure=event["failure"],
        event_id=event["id"],
    )


def _card(event: Mapping[str, Any]) -> StoredCard:
    return StoredCard(
        reference=event["reference"],
        state=STATES[event["state"]],
        card=event["card"],
        label=event["label"],
        good_until=event["good_until"],
        event_id=event["id"],
    )


def _refunded(event: Mapping[str, Any]) -> MoneyBack:
    return _back(event, Back.REFUND, reference=event["reference"])


def _disputed(event: Mapping[str, Any]) -> MoneyBack:
    is_won = event["state"] == "WON"
    return _back(event, Back.CHARGEBACK_WON if is_won else Back.CHARGEBACK, reason="disputed")


def _back(event: Mapping[str, Any], kind: Back, **more: str) -> MoneyBack:
    return MoneyBack(
        kind=kind,
        state=BackState.DONE,
        key=event["key"],
        gateway_reference=event["page"],
        amount_minor=event["amount_minor"],
        currency=event["currency"],
        event_id=event["id"],
        **more,
    )


def _other(event: Mapping[str, Any]) -> OtherNews:
    return OtherNews(event_id=event["id"], what=event["what"])


READERS: Mapping[str, Callable[[Mapping[str, Any]], News]] = {
    "payment": _payment,
    "card": _card,
    "refund": _refunded,
    "dispute": _disputed,
}
