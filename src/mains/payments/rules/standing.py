"""What an account owes at an instant, told apart by when it has to be paid."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from mains.billing.rules.instalments import Instalment
from mains.core.money import Money


class Debt(StrEnum):
    """
    The answer to whether something is owed.
    """

    NONE = "NONE"
    # Something is owed, and nothing of it has to be paid yet.
    LATER = "LATER"
    DUE = "DUE"


class OpenBill(NamedTuple):
    """
    A bill on which something is still owed. `parts` are the instalments that were agreed for it.
    """

    outstanding: Money
    due_date: date
    is_collected: bool
    parts: Sequence[Instalment] = ()


class Standing(NamedTuple):
    """
    How an account stands: what its bills leave open, and what the ledger says of all of it.

    overdue + later + other − credit is the balance. `collected` is the part of the open bills that
    a mandate collects; what is being `confirmed` is not counted as paid yet.
    """

    balance: Money
    overdue: Money
    later: Money
    # Owed on no bill, such as a payment that was taken back after its bill was credited.
    other: Money
    credit: Money
    collected: Money
    confirmed: Money

    @property
    def owed(self) -> Money:
        return self.overdue + self.later + self.other

    @property
    def debt(self) -> Debt:
        """
        Tell whether something is owed: nothing is only where no bill is open and no balance is.
        """
        if self.overdue.minor or self.other.minor:
            return Debt.DUE
        return Debt.LATER if self.later.minor else Debt.NONE


def standing_of(
    *, balance: Money, bills: Sequence[OpenBill], confirmed: Money, today: date
) -> Standing:
    """
    Return how an account stands by its open bills and its balance; the due date itself is in time.

    :raises MixedCurrencies: if a bill is of another currency.
    """
    zero = Money.zero(balance.currency)
    overdue = Money.total((late(bill, today) for bill in bills), currency=balance.currency)
    opened = Money.total((bill.outstanding for bill in bills), currency=balance.currency)
    return Standing(
        balance=balance,
        overdue=overdue,
        later=opened - overdue,
        other=max(balance - opened, zero),
        credit=max(opened - balance, zero),
        collected=Money.total(
            (bill.outstanding for bill in bills if bill.is_collected), currency=balance.currency
        ),
        confirmed=confirmed,
    )


def late(bill: OpenBill, today: date) -> Money:
    """
    Return what of a bill should have been paid before today; of instalments only those parts.
    """
    zero = Money.zero(bill.outstanding.currency)
    if not bill.parts:
        return bill.outstanding if bill.due_date < today else zero
    coming = Money.total(
        (part.amount for part in bill.parts if part.due_date >= today), currency=zero.currency
    )
    return max(bill.outstanding - coming, zero)
