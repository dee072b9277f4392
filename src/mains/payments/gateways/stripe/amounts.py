"""
Amounts as Stripe counts them.

Its smallest units follow a table of its own (docs.stripe.com/currencies): HUF, TWD and UGX have two
digits there, and the last ones of some have to be zeros.
"""

from collections.abc import Mapping
from decimal import Context, Decimal

from mains.core.money import UnknownCurrency, exponent_of
from mains.payments.gateways.base import GatewayRefused

# Digits after the point where they are not two.
EXPONENTS: Mapping[str, int] = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
         "XOF", "XPF"), 0,
    ),
    **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 3),
}  # fmt: skip
# Amounts are multiples of these: two digits that nobody has, or a third one that cards do not.
MULTIPLES: Mapping[str, int] = {
    **dict.fromkeys(("ISK", "UGX"), 100),
    **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 10),
}
_EXACT = Context(prec=40)


def stripe_exponent(currency: str) -> int:
    """
    Return how many digits after the point Stripe gives a currency (ISO 4217, upper case).
    """
    return EXPONENTS.get(currency, 2)


def to_stripe(amount_minor: int, currency: str) -> int:
    """
    Return an amount of our minor units in Stripe's.

    :raises GatewayRefused: if Stripe cannot collect such an amount, or we do not know the currency.
    """
    amount = _scaled(amount_minor, stripe_exponent(currency) - _ours(currency))
    if amount % MULTIPLES.get(currency, 1):
        raise GatewayRefused(f"{currency} cannot be collected to so many digits")
    return amount


def from_stripe(amount: int, currency: str) -> int:
    """
    Return an amount of Stripe's units in our minor units.

    :raises GatewayRefused: for a part of a unit that no bill of ours has.
    """
    return _scaled(amount, _ours(currency) - stripe_exponent(currency))


def _ours(currency: str) -> int:
    try:
        return exponent_of(currency)
    except UnknownCurrency as error:
        raise GatewayRefused(f"{currency} is no currency of ours") from error


def _scaled(amount: int, places: int) -> int:
    scaled = Decimal(amount).scaleb(places, _EXACT)
    if scaled != scaled.to_integral_value():
        raise GatewayRefused("an amount in parts of a unit")
    return int(scaled)
