"""Amounts of gateways that write them in major units, such as `48.19`."""

from decimal import Decimal, InvalidOperation

from mains.core.money import Money
from mains.payments.gateways.base import GatewayUnavailable


def minor_of(text: object, currency: str) -> int:
    """
    Return an amount in our minor units.

    :raises GatewayUnavailable: if it is no amount of ours, so that nobody guesses one.
    """
    try:
        amount = Decimal(str(text))
        money = Money.round_from(amount, currency)
    except (InvalidOperation, ValueError) as error:
        raise GatewayUnavailable(f"It tells an amount that cannot be read: {text!r}") from error
    if money.as_decimal() != amount:
        raise GatewayUnavailable(f"It tells an amount in parts of a unit: {text!r}")
    return money.minor
