"""Where a bill stands. Nothing of this is stored: it follows from the ledger and the day."""

from datetime import date
from enum import StrEnum

from mains.core.money import Money


class BillStatus(StrEnum):
    """
    What a customer is told about an issued bill.
    """

    NOTHING_TO_PAY = "NOTHING_TO_PAY"
    CREDIT = "CREDIT"
    DUE = "DUE"
    PART_PAID = "PART_PAID"
    OVERDUE = "OVERDUE"
    PAID = "PAID"
    # A credit note took it back: nothing is owed on it.
    CANCELLED = "CANCELLED"


def bill_status(*, total: Money, allocated: Money, due_date: date, today: date) -> BillStatus:
    """
    Return where an issued bill stands.

    `allocated` is what payments and credits have settled of it; of a credit, a bill below zero, it
    is what was used up or paid out, also below zero. The due date itself is still in time. A bill
    that is part paid and late is overdue.

    :raises MixedCurrencies: if the two amounts differ in currency.
    """
    open_amount = outstanding(total=total, allocated=allocated)
    if total.minor == 0:
        return BillStatus.NOTHING_TO_PAY
    if open_amount.minor == 0:
        return BillStatus.PAID
    if total.minor < 0:
        return BillStatus.CREDIT
    if today > due_date:
        return BillStatus.OVERDUE
    return BillStatus.PART_PAID if allocated.minor > 0 else BillStatus.DUE


def outstanding(*, total: Money, allocated: Money) -> Money:
    """
    Return what is left of a bill: to pay if above zero, to use up or pay out if below.

    More than the bill is never open the other way: what was paid too much is credit of the account.
    """
    left = total - allocated
    if total.minor >= 0:
        return max(left, Money.zero(total.currency))
    return min(left, Money.zero(total.currency))
