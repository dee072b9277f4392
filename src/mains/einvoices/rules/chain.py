"""Whether a chain of records is whole: nothing removed, nothing changed, nothing moved."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple


class Fault(StrEnum):
    """
    What is wrong with a chain at one place.
    """

    REMOVED = "removed"
    CHANGED = "changed"
    BROKEN = "broken"


class Link(NamedTuple):
    """
    A record as it is stored; `computed` is its hash made anew, or empty where its bill's facts are
    deleted.
    """

    position: int
    bill: str
    previous_hash: str
    hash: str
    computed: str


class Finding(NamedTuple):
    """
    A fault, the position where it shows, and the number of the bill there, if there is one.
    """

    position: int
    fault: Fault
    bill: str = ""


def faults_of(links: Sequence[Link], *, taken: int, is_chained: bool = True) -> list[Finding]:
    """
    Return what is wrong with the records of a company, oldest first.

    `taken` is how many positions were ever given, so that the last records are missed as well.
    Where records are not chained only their own hashes are compared.
    """
    found = []
    expected, before = 1, ""
    for link in links:
        found += [Finding(gone, Fault.REMOVED) for gone in range(expected, link.position)]
        if is_chained and link.previous_hash != before:
            found.append(Finding(link.position, Fault.BROKEN, link.bill))
        if link.computed and link.computed != link.hash:
            found.append(Finding(link.position, Fault.CHANGED, link.bill))
        expected, before = link.position + 1, link.hash
    return found + [Finding(gone, Fault.REMOVED) for gone in range(expected, taken + 1)]
