"""Which of Stripe's events tells what."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from mains.core.money import EXPONENTS as CURRENCIES
from mains.payments.gateways.base import (
    Back,
    BackState,
    ChargeState,
    MoneyBack,
    News,
    Notice,
    OtherNews,
    StoredCard,
)
from mains.payments.gateways.stripe import reading

type Told = Notice | MoneyBack | StoredCard | None
# On the PaymentIntents of stored cards; those of pages lack it.
STORED = {"how": "stored"}


def read(body: bytes) -> News:
    """
    Read an event; what is nothing to us, or not ours, is other news.
    """
    event = json.loads(body)
    about = event["data"]["object"]
    reader = EVENTS.get(event["type"])
    # The account may sell other things, in currencies that no bill of ours has.
    is_foreign = (about.get("currency") or "eur").upper() not in CURRENCIES
    told = None if reader is None or is_foreign else reader(about)
    if told is None:
        return OtherNews(event_id=event["id"], what=event["type"])
    return replace(told, event_id=event["id"])


def _session(session: Mapping[str, Any]) -> Told:
    if not reading.reference_of(session):
        return None
    if session["mode"] == "setup":
        return reading.of_setup(session)
    return reading.of_session(session)


def _session_failed(session: Mapping[str, Any]) -> Told:
    if not reading.reference_of(session):
        return None
    return replace(reading.of_session(session), state=ChargeState.FAILED, failure="declined")


def _intent(intent: Mapping[str, Any]) -> Told:
    if not reading.reference_of(intent):
        return None
    told = reading.of_intent(intent)
    is_stored = intent["metadata"].get("how") == STORED["how"]
    if is_stored or told.state is ChargeState.SUCCEEDED:
        return told
    # A card was declined on a page: it is still open for another one.
    return replace(told, state=ChargeState.OPEN)


def _refund(refund: Mapping[str, Any]) -> Told:
    return reading.of_refund(refund) if refund.get("payment_intent") else None


def _taken(dispute: Mapping[str, Any]) -> Told:
    # An inquiry takes nothing yet.
    is_inquiry = dispute["status"].startswith("warning")
    state = BackState.PENDING if is_inquiry else BackState.DONE
    return reading.of_dispute(dispute, kind=Back.CHARGEBACK, state=state)


def _given_again(dispute: Mapping[str, Any]) -> Told:
    return reading.of_dispute(dispute, kind=Back.CHARGEBACK_WON, state=BackState.DONE)


def _closed(dispute: Mapping[str, Any]) -> Told:
    readers = {"won": _given_again, "lost": _taken}
    return readers[dispute["status"]](dispute) if dispute["status"] in readers else None


EVENTS: Mapping[str, Callable[[Mapping[str, Any]], Told]] = MappingProxyType(
    {
        "checkout.session.completed": _session,
        "checkout.session.expired": _session,
        "checkout.session.async_payment_succeeded": _session,
        "checkout.session.async_payment_failed": _session_failed,
        "payment_intent.succeeded": _intent,
        "payment_intent.payment_failed": _intent,
        "refund.created": _refund,
        "refund.updated": _refund,
        "refund.failed": _refund,
        "charge.dispute.created": _taken,
        "charge.dispute.funds_withdrawn": _taken,
        "charge.dispute.funds_reinstated": _given_again,
        "charge.dispute.closed": _closed,
    }
)
