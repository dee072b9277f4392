"""What one kind of evidence has to offer."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from mains.customers.models import Account

# Characters that people type between the groups of a number.
SEPARATORS = str.maketrans("", "", " \u00a0\u202f-–—./")


@dataclass(frozen=True, slots=True)
class Claim:
    """
    One fact that a visitor stated, as typed, with what is needed to judge it.
    """

    typed: str
    language: str
    today: date
    bill_max_age_days: int
    bill_number: str = ""


class Evidence(Protocol):
    @property
    def label(self) -> Any: ...
    @property
    def hint(self) -> Any: ...
    @property
    def inputmode(self) -> str: ...

    def holds(self, account: Account, claim: Claim) -> bool:
        """Tell whether the fact is true of the account."""


def plain(typed: str) -> str:
    """
    Return a number as it is stored: without separators, in capitals.
    """
    return typed.translate(SEPARATORS).upper()
