"""The one word that people are told of a bill, wherever they see it."""

from enum import StrEnum

from mains.billing.rules.status import BillStatus


class BillWord(StrEnum):
    """
    Where a bill stands, and what is happening about it.
    """

    NOTHING_TO_PAY = "NOTHING_TO_PAY"
    CREDIT = "CREDIT"
    DUE = "DUE"
    PART_PAID = "PART_PAID"
    OVERDUE = "OVERDUE"
    PAID = "PAID"
    # A payment is on its way; whoever reads this need not pay again.
    CONFIRMING = "CONFIRMING"
    # A mandate collects what is open.
    COLLECTED = "COLLECTED"
    # Taken back by a credit note, with another bill in its place or without.
    CORRECTED = "CORRECTED"
    CANCELLED = "CANCELLED"


_OPEN = (BillStatus.DUE, BillStatus.PART_PAID, BillStatus.OVERDUE)


def bill_word(
    status: BillStatus, *, is_confirming: bool, is_collected: bool, is_corrected: bool
) -> BillWord:
    """
    Return the word for a bill of a status; what is happening comes before what is owed.
    """
    if status is BillStatus.CANCELLED and is_corrected:
        return BillWord.CORRECTED
    if status in _OPEN and is_confirming:
        return BillWord.CONFIRMING
    if status in _OPEN and is_collected:
        return BillWord.COLLECTED
    return BillWord(status.value)
