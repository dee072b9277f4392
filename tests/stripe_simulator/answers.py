"""What each request does."""

import copy
from typing import Any

from tests.stripe_simulator import paying, shapes
from tests.stripe_simulator.accounts import Account
from tests.stripe_simulator.errors import Problem

type Found = dict[str, Any]


class Requests:
    """
    The requests that are known, by method and place; `*` is the name of an object.
    """

    # What a refund becomes at first.
    refund_status = "succeeded"

    def __init__(self, address: str = "") -> None:
        self.address = address

    def act(self, shape: str, account: Account, name: str, found: Found) -> Found:
        """
        Do what is asked and return the object.
        """
        known = {
            "POST customers": self._customer,
            "POST payment_intents": self._charge,
            "GET payment_intents": self._intents,
            "GET payment_intents/*": lambda a, n, _f: a.get("payment_intent", n),
            "POST payment_intents/*/cancel": self._cancel,
            "POST checkout/sessions": self._session,
            "GET checkout/sessions": self._sessions,
            "GET checkout/sessions/*": lambda a, n, _f: a.get("checkout.session", n),
            "POST checkout/sessions/*/expire": self._expire,
            "POST refunds": self._refund,
            "GET refunds": self._refunds,
        }
        return self._expanded(account, known[shape](account, name, found), found)

    def _customer(self, account: Account, _name: str, found: Found) -> Found:
        return account.add("cus", "customer", email=found.get("email"),
                           metadata=shapes.nested(found, "metadata"))  # fmt: skip

    def _charge(self, account: Account, _name: str, found: Found) -> Found:
        _check_currency(found["currency"])
        if found.get("confirm") != "true" or found.get("off_session") != "true":
            raise Problem(400, message="Pages are for people; here nobody is there.")
        method = account.get("payment_method", found.get("payment_method"))
        customer = account.get("customer", found.get("customer"))
        if method["customer"] != customer["id"]:
            raise Problem(400, code="payment_method_customer_mismatch")
        intent = paying.new_intent(
            account, amount=int(found["amount"]), currency=found["currency"],
            customer=customer["id"], payment_method=method["id"],
            description=found.get("description"), metadata=shapes.nested(found, "metadata"),
        )  # fmt: skip
        if not paying.confirm(account, intent, account.tokens[method["id"]], is_there=False):
            error = intent["last_payment_error"]
            more = {key: is_ for key, is_ in error.items() if key != "type"}
            raise Problem(402, kind="card_error", payment_intent=intent, **more)
        return intent

    def _intents(self, account: Account, _name: str, found: Found) -> Found:
        fitting = {"customer": found["customer"]} if "customer" in found else {}
        return _listed(account.all("payment_intent", **fitting), found, "payment_intents")

    def _cancel(self, account: Account, name: str, _found: Found) -> Found:
        intent = account.get("payment_intent", name)
        if intent["status"] in {"succeeded", "canceled", "processing"}:
            raise Problem(400, code="payment_intent_unexpected_state")
        intent |= {"status": "canceled", "cancellation_reason": "requested_by_customer"}
        account.tell("payment_intent.canceled", intent)
        return intent

    def _session(self, account: Account, _name: str, found: Found) -> Found:
        if found.get("locale", "auto") not in shapes.LOCALES:
            raise Problem(400, param="locale")
        if found["mode"] not in {"payment", "setup"}:
            raise Problem(400, param="mode")
        if "customer" in found and "customer_email" in found:
            raise Problem(400, message="A customer has an address already.")
        if "customer" in found:
            account.get("customer", found["customer"])
        is_setup = found["mode"] == "setup"
        about = self._to_store(account, found) if is_setup else self._to_pay(found)
        session = account.add(
            "cs_test", "checkout.session", mode=found["mode"], status="open",
            client_reference_id=found.get("client_reference_id"), customer=found.get("customer"),
            customer_email=found.get("customer_email"), success_url=found["success_url"],
            cancel_url=found.get("cancel_url"), locale=found.get("locale"),
            expires_at=1_790_086_400,
            metadata=shapes.nested(found, "metadata"), **about,
        )  # fmt: skip
        session["url"] = f"{self.address}/c/pay/{session['id']}"
        # The intent is made when somebody pays; until then a page has none.
        account.intents[session["id"]] = {
            "description": found.get("payment_intent_data.description"),
            "metadata": shapes.nested(found, "payment_intent_data.metadata"),
        }
        return session

    def _sessions(self, account: Account, _name: str, found: Found) -> Found:
        return _listed(account.all("checkout.session"), found, "checkout/sessions")

    def _to_pay(self, found: Found) -> Found:
        currency = found["line_items.0.price_data.currency"]
        _check_currency(currency)
        amount = int(found["line_items.0.quantity"]) * int(
            found["line_items.0.price_data.unit_amount"]
        )
        if amount < 1:
            raise Problem(400, code="amount_too_small")
        return {"amount_total": amount, "amount_subtotal": amount, "currency": currency,
                "payment_status": "unpaid", "payment_intent": None,
                "setup_intent": None}  # fmt: skip

    def _to_store(self, account: Account, found: Found) -> Found:
        intent = account.add(
            "seti", "setup_intent", status="requires_payment_method", payment_method=None,
            customer=found.get("customer"),
            metadata=shapes.nested(found, "setup_intent_data.metadata"),
        )  # fmt: skip
        return {"amount_total": None, "amount_subtotal": None, "currency": None,
                "payment_status": "no_payment_required", "payment_intent": None,
                "setup_intent": intent["id"]}  # fmt: skip

    def _expire(self, account: Account, name: str, _found: Found) -> Found:
        session = account.get("checkout.session", name)
        if session["status"] != "open":
            raise Problem(400, message="Only open sessions can be expired.")
        session |= {"status": "expired", "url": None}
        account.tell("checkout.session.expired", session)
        return session

    def _refund(self, account: Account, _name: str, found: Found) -> Found:
        about = {**found, "metadata": shapes.nested(found, "metadata")}
        return paying.refund(account, about, self.refund_status)

    def _refunds(self, account: Account, _name: str, found: Found) -> Found:
        fitting = {"payment_intent": found["payment_intent"]} if "payment_intent" in found else {}
        return _listed(account.all("refund", **fitting), found, "refunds")

    def _expanded(self, account: Account, made: Found, found: Found) -> Found:
        made = copy.deepcopy(made)
        for place in shapes.nested(found, "expand").values():
            inner = made
            for step in place.split("."):
                if inner.get(step):
                    inner[step] = copy.deepcopy(account.objects[inner[step]])
                    inner = inner[step]
        return made


def _listed(rows: list[Found], found: Found, place: str) -> Found:
    most = int(found.get("limit", 10))
    return {"object": "list", "data": rows[:most], "has_more": len(rows) > most,
            "url": f"/v1/{place}"}  # fmt: skip


def _check_currency(currency: str) -> None:
    if len(currency) != 3 or not currency.islower():
        raise Problem(400, param="currency")
