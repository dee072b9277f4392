"""What paying in some way costs the payer on top."""

from decimal import Decimal

from mains.core.money import Money


def fee(amount: Money, *, percent: Decimal, fixed: Decimal) -> Money:
    """
    Return the fee on an amount: its share in percent and a fixed sum in whole units, rounded once.
    """
    return Money.round_from(amount.as_decimal() * percent / 100 + fixed, amount.currency)
