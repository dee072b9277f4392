"""Stripe's objects in our words; each is read the same from an answer and from a webhook."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mains.payments.gateways.base import (
    Back,
    BackState,
    ChargeState,
    MoneyBack,
    Notice,
    StoredCard,
)
from mains.payments.gateways.stripe.amounts import from_stripe

NEEDS_HOLDER = "authentication_required"
REFUND_STATES = MappingProxyType(
    {
        "pending": BackState.PENDING,
        "requires_action": BackState.PENDING,
        "succeeded": BackState.DONE,
        "failed": BackState.FAILED,
        "canceled": BackState.FAILED,
    }
)
_INTENTS = MappingProxyType(
    {
        "succeeded": ChargeState.SUCCEEDED,
        "processing": ChargeState.PROCESSING,
        "requires_capture": ChargeState.PROCESSING,
        "canceled": ChargeState.EXPIRED,
        "requires_action": ChargeState.NEEDS_CUSTOMER,
        "requires_confirmation": ChargeState.NEEDS_CUSTOMER,
        "requires_payment_method": ChargeState.FAILED,
    }
)


def reference_of(found: Mapping[str, Any]) -> str:
    """
    Return our reference of one of Stripe's objects, or an empty text where it has none.
    """
    return str((found.get("metadata") or {}).get("reference", ""))


def of_session(session: Mapping[str, Any]) -> Notice:
    """
    Read a Checkout Session in payment mode; what it is paid by may be an object or its id.
    """
    intent = session.get("payment_intent") or ""
    state, failure = _of_session(session, intent)
    is_paid = state is ChargeState.SUCCEEDED
    currency = session["currency"].upper()
    return Notice(
        reference=reference_of(session),
        state=state,
        # A page has one name until it is paid, and what was paid another: refunds go by that.
        gateway_reference=_id(intent) if is_paid else session["id"],
        amount_minor=from_stripe(session["amount_total"], currency),
        currency=currency,
        failure=failure,
    )


def _of_session(session: Mapping[str, Any], intent: Any) -> tuple[ChargeState, str]:
    if session["status"] == "open":
        return ChargeState.OPEN, ""
    if session["status"] == "expired":
        return ChargeState.EXPIRED, ""
    if session["payment_status"] == "paid":
        return ChargeState.SUCCEEDED, ""
    if isinstance(intent, Mapping) and intent["status"] in {"requires_payment_method", "canceled"}:
        return ChargeState.FAILED, failure_of(intent)
    return ChargeState.PROCESSING, ""


def of_intent(intent: Mapping[str, Any]) -> Notice:
    """
    Read a PaymentIntent of a stored card.
    """
    currency = intent["currency"].upper()
    state, failure = _INTENTS[intent["status"]], failure_of(intent)
    if state is ChargeState.FAILED and failure == NEEDS_HOLDER:
        state = ChargeState.NEEDS_CUSTOMER
    is_paid = state is ChargeState.SUCCEEDED
    return Notice(
        reference=reference_of(intent),
        state=state,
        gateway_reference=intent["id"],
        amount_minor=from_stripe(
            intent["amount_received"] if is_paid else intent["amount"], currency
        ),
        currency=currency,
        failure="" if is_paid else failure,
    )


def failure_of(intent: Mapping[str, Any]) -> str:
    """
    Return the code for which a card was not charged last, or an empty text.
    """
    error = intent.get("last_payment_error") or {}
    if error.get("code") == NEEDS_HOLDER:
        return NEEDS_HOLDER
    return str(error.get("decline_code") or error.get("code") or "")[:40]


def of_refund(refund: Mapping[str, Any]) -> MoneyBack:
    """
    Read a Refund; one that somebody made in Stripe's own pages has no reference of ours.
    """
    currency = refund["currency"].upper()
    return MoneyBack(
        kind=Back.REFUND,
        state=REFUND_STATES[refund["status"]],
        key=refund["id"],
        gateway_reference=_id(refund["payment_intent"]),
        amount_minor=from_stripe(refund["amount"], currency),
        currency=currency,
        reference=reference_of(refund),
        reason=str(refund.get("failure_reason") or "")[:40],
    )


def of_dispute(dispute: Mapping[str, Any], *, kind: Back, state: BackState) -> MoneyBack:
    """
    Read a Dispute as money that was taken, or came again.
    """
    currency = dispute["currency"].upper()
    return MoneyBack(
        kind=kind,
        state=state,
        key=dispute["id"],
        gateway_reference=_id(dispute["payment_intent"]),
        amount_minor=from_stripe(dispute["amount"], currency),
        currency=currency,
        reason=str(dispute["reason"])[:40],
    )


def of_setup(session: Mapping[str, Any]) -> StoredCard:
    """
    Read a Checkout Session in setup mode; without the card itself it is `PROCESSING`: ask for it.
    """
    reference, intent = reference_of(session), session.get("setup_intent")
    if session["status"] != "complete":
        is_open = session["status"] == "open"
        return StoredCard(reference, ChargeState.OPEN if is_open else ChargeState.EXPIRED)
    if not isinstance(intent, Mapping) or intent["status"] == "processing":
        return StoredCard(reference, ChargeState.PROCESSING)
    method = intent.get("payment_method")
    if intent["status"] != "succeeded" or not isinstance(method, Mapping):
        return StoredCard(reference, ChargeState.FAILED)
    card = method["card"]
    return StoredCard(
        reference=reference,
        state=ChargeState.SUCCEEDED,
        card=f"{_id(session['customer'])}/{method['id']}",
        label=f"{card['brand'].replace('_', ' ').title()} •••• {card['last4']}",
        good_until=f"{card['exp_year']}-{card['exp_month']:02}",
    )


def _id(found: Any) -> str:
    return str(found["id"] if isinstance(found, Mapping) else found or "")
