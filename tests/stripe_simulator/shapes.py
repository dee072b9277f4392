"""Which parameters each request may have, and which it must; `#` is a place in a list."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from tests.stripe_simulator.errors import Problem

METADATA = {"metadata.*"}
LISTING = {"limit", "starting_after", "ending_before", "expand.#"}
ALLOWED: Mapping[str, set[str]] = {
    "POST customers": {"email", "name", "description", "expand.#", *METADATA},
    "POST payment_intents": {
        "amount", "currency", "customer", "payment_method", "payment_method_types.#",
        "off_session", "confirm", "description", "expand.#", *METADATA,
    },
    "GET payment_intents": {"customer", *LISTING},
    "GET payment_intents/*": {"expand.#"},
    "POST payment_intents/*/cancel": {"cancellation_reason", "expand.#"},
    "POST checkout/sessions": {
        "mode", "customer", "customer_email", "client_reference_id", "success_url", "cancel_url",
        "locale", "payment_method_types.#", "line_items.#.quantity",
        "line_items.#.price_data.currency", "line_items.#.price_data.unit_amount",
        "line_items.#.price_data.product_data.name", "payment_intent_data.description",
        "payment_intent_data.metadata.*", "setup_intent_data.metadata.*", "expand.#", *METADATA,
    },
    "GET checkout/sessions": {"payment_intent", *LISTING},
    "GET checkout/sessions/*": {"expand.#"},
    "POST checkout/sessions/*/expire": {"expand.#"},
    "POST refunds": {"payment_intent", "amount", "reason", "expand.#", *METADATA},
    "GET refunds": {"payment_intent", *LISTING},
}  # fmt: skip
REQUIRED: Mapping[str, set[str]] = {
    "POST payment_intents": {"amount", "currency"},
    "POST checkout/sessions": {"mode", "success_url"},
    "POST refunds": {"payment_intent"},
}
WHOLE = ("amount", "unit_amount", "quantity", "limit")
# What its pages speak.
LOCALES = {
    "auto", "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hr", "hu", "id", "it",
    "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sv", "th",
    "tr", "vi", "zh",
}  # fmt: skip


def read(shape: str, text: str) -> dict[str, Any]:
    """
    Read the parameters of a request, as `a.b.0.c`.

    :raises Problem: if one is unknown, missing or no whole number.
    """
    pairs = parse_qsl(text, keep_blank_values=True)
    found = {_dotted(name): value for name, value in pairs}
    if len(found) != len(pairs):
        raise Problem(400, message="A parameter is given twice.")
    for name, value in found.items():
        if not _is_allowed(name, ALLOWED[shape]):
            raise Problem(400, code="parameter_unknown", param=name)
        if name.rsplit(".", 1)[-1] in WHOLE and not value.isdecimal():
            raise Problem(400, code="parameter_invalid_integer", param=name)
    for name in REQUIRED.get(shape, set()) - set(found):
        raise Problem(400, code="parameter_missing", param=name)
    return found


def nested(found: Mapping[str, Any], under: str) -> dict[str, Any]:
    """
    Return what stands under a name, e.g. the metadata.
    """
    start = f"{under}."
    return {name[len(start) :]: value for name, value in found.items() if name.startswith(start)}


def _dotted(name: str) -> str:
    return name.replace("][", ".").replace("[", ".").replace("]", "")


def _is_allowed(name: str, allowed: set[str]) -> bool:
    parts = ["#" if part.isdecimal() else part for part in name.split(".")]
    general = ".".join(parts)
    return general in allowed or ".".join([*parts[:-1], "*"]) in allowed
