"""Let somebody with a bill in hand find it, without telling anybody else anything."""

from datetime import date
from decimal import Decimal

from django.core.cache import cache

from mains.core.money import Money
from mains.payments import queries
from mains.payments.queries import BillRow

TRIES, WINDOW_SECONDS = 10, 600


class NotFound(Exception):
    """No open bill has this reference and amount; which of them is wrong is not told."""


class TooManyTries(Exception):
    """This visitor failed too often within the last ten minutes."""


def find_bill(*, reference: str, amount: Decimal, visitor: str, today: date) -> BillRow:
    """
    Return the bill with a payment reference or number and exactly this outstanding amount.

    :raises NotFound: if there is none.
    :raises TooManyTries: if the visitor failed too often; right details do not help then either.
    """
    key = f"guest-find:{visitor}"
    if cache.get(key, 0) >= TRIES:
        raise TooManyTries
    bill = queries.bill_of_reference(reference=reference, today=today)
    if bill is not None and bill.outstanding.minor > 0:
        stated = Money.round_from(amount, bill.outstanding.currency)
        if stated == bill.outstanding and stated.as_decimal() == amount:
            return bill
    cache.add(key, 0, WINDOW_SECONDS)
    cache.incr(key)
    raise NotFound
