"""What happens to money: intents are confirmed, refunded and disputed."""

from typing import Any

from tests.stripe_simulator.accounts import Account
from tests.stripe_simulator.cards import TOKENS, Token
from tests.stripe_simulator.errors import Problem


def new_intent(account: Account, **about: Any) -> dict[str, Any]:
    """
    Make a PaymentIntent that waits for a card.
    """
    intent = {
        "status": "requires_payment_method",
        "amount_received": 0,
        "customer": None,
        "payment_method": None,
        "payment_method_types": ["card"],
        "last_payment_error": None,
        "latest_charge": None,
        "description": None,
        "cancellation_reason": None,
        **about,
    }
    return account.add("pi", "payment_intent", **intent)


def intent_of(account: Account, session: dict[str, Any]) -> dict[str, Any]:
    """
    Return the intent of a page, made when somebody first tries to pay on it.
    """
    if session["payment_intent"] is None:
        about = account.intents[session["id"]]
        made = new_intent(
            account, amount=session["amount_total"], currency=session["currency"], **about
        )
        session["payment_intent"] = made["id"]
    return account.get("payment_intent", session["payment_intent"])


def confirm(account: Account, intent: dict[str, Any], token: str, *, is_there: bool) -> bool:
    """
    Charge an intent by a card, whose holder is there or not, and tell whether it was paid.
    """
    card = TOKENS[token]
    error = _declined(card, is_there=is_there)
    if error:
        intent |= {"status": "requires_payment_method", "last_payment_error": error}
        account.tell("payment_intent.payment_failed", intent)
        return False
    succeed(account, intent)
    if card.disputed:
        dispute(account, intent)
    return True


def _declined(card: Token, *, is_there: bool) -> dict[str, Any] | None:
    if card.asks and not is_there:
        return {"type": "card_error", "code": "authentication_required",
                "decline_code": "authentication_required"}  # fmt: skip
    if not card.code or (card.later and is_there):
        return None
    more = {"decline_code": card.decline_code} if card.decline_code else {}
    return {"type": "card_error", "code": card.code, **more}


def succeed(account: Account, intent: dict[str, Any]) -> None:
    """
    Let the money of an intent arrive.
    """
    charge = account.add(
        "ch", "charge", amount=intent["amount"], amount_refunded=0, currency=intent["currency"],
        payment_intent=intent["id"],
    )  # fmt: skip
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": charge["id"],
        "last_payment_error": None,
    }
    account.tell("payment_intent.succeeded", intent)


def refund(account: Account, found: dict[str, Any], status: str) -> dict[str, Any]:
    """
    Give back a part of what an intent brought, and never more than is left.
    """
    intent = account.get("payment_intent", found["payment_intent"])
    if intent["status"] != "succeeded":
        raise Problem(400, code="payment_intent_unexpected_state")
    charge = account.get("charge", intent["latest_charge"])
    left = charge["amount"] - charge["amount_refunded"]
    amount = int(found.get("amount", left))
    if not left:
        raise Problem(400, code="charge_already_refunded")
    if not 0 < amount <= left:
        raise Problem(400, param="amount")
    charge["amount_refunded"] += amount
    made = account.add(
        "re", "refund", amount=amount, currency=charge["currency"], charge=charge["id"],
        payment_intent=intent["id"], status=status, reason=found.get("reason"),
        failure_reason=None, metadata=found["metadata"],
    )  # fmt: skip
    account.tell("refund.created", made)
    return made


def dispute(account: Account, intent: dict[str, Any], *, inquiry: bool = False) -> dict[str, Any]:
    """
    Let a holder dispute a payment; an inquiry takes no money yet.
    """
    made = account.add(
        "du", "dispute", amount=intent["amount"], currency=intent["currency"],
        charge=intent["latest_charge"], payment_intent=intent["id"], reason="fraudulent",
        status="warning_needs_response" if inquiry else "needs_response",
    )  # fmt: skip
    account.tell("charge.dispute.created", made)
    if not inquiry:
        account.tell("charge.dispute.funds_withdrawn", made)
    return made


def decide(account: Account, made: dict[str, Any], status: str) -> None:
    """
    Close a dispute as `won`, `lost` or `warning_closed`.
    """
    made["status"] = status
    if status == "won":
        account.tell("charge.dispute.funds_reinstated", made)
    account.tell("charge.dispute.closed", made)
