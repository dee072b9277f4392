"""What a link to an account allows. Everything that a customer's page or call touches asks here."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol


class Right(StrEnum):
    # The balance, and of each bill its number, days, state and amount.
    SEE = "see"
    # Meters and their readings, and sending new ones.
    READ = "read"
    # The whole bill with its document, what was paid, and paying.
    PAY = "pay"
    # Letting others in, and seeing what they did.
    SHARE = "share"


DELEGATE = "DELEGATE"
SHARING = ("HOLDER", "COMPANY")


class Linked(Protocol):
    @property
    def rights(self) -> frozenset[Right]: ...


def rights_of(*, role: str, may_read: bool, may_pay: bool) -> frozenset[Right]:
    """
    Return what a link allows. Seeing is in each; sharing only in a holder's own.
    """
    rights = {Right.SEE}
    if may_read:
        rights.add(Right.READ)
    if may_pay:
        rights.add(Right.PAY)
    if role in SHARING:
        rights.add(Right.SHARE)
    return frozenset(rights)


def permits(rights: frozenset[Right], right: Right) -> bool:
    """
    Tell whether rights hold one; the one guard behind every page and every call.
    """
    return right in rights


def allowed[One: Linked](accounts: Iterable[One], right: Right) -> list[One]:
    """
    Return those of the linked accounts on which a login has a right.
    """
    return [account for account in accounts if permits(account.rights, right)]
