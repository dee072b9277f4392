"""The totals that a camt gives of its own entries, and entries of their parts."""

from decimal import Decimal

from lxml import etree

from mains.bankfiles.unreadable import Reason, UnreadableFile
from mains.bankfiles.values import minor_of
from mains.bankfiles.xml import all_of, text_of

SUMS = {"CRDT": "TtlCdtNtries", "DBIT": "TtlDbtNtries"}


def check(statement: etree._Element, entries: list[etree._Element]) -> None:
    """
    Compare the summary of a statement with its entries: with all of them, or those booked.

    :raises UnreadableFile: where it fits neither.
    """
    summary = next(all_of(statement, "TxsSummry"), None)
    if summary is None:
        return
    booked = [entry for entry in entries if text_of(entry, "Sts/Cd", "Sts") in {"", "BOOK"}]
    if not _fits(summary, entries) and not _fits(summary, booked):
        raise UnreadableFile(Reason.TOTALS, summary.sourceline)


def check_batch(entry: etree._Element, amount: int, parts: list[int]) -> None:
    """
    Compare an entry with its parts; a part without an amount counts nothing.

    :raises UnreadableFile: where they are not its sum.
    """
    if sum(parts) != amount or 0 in parts:
        raise UnreadableFile(Reason.BATCH, entry.sourceline)


def _fits(summary: etree._Element, entries: list[etree._Element]) -> bool:
    return _fits_count(summary, "TtlNtries/NbOfNtries", entries) and all(
        _fits_count(summary, f"{path}/NbOfNtries", chosen)
        and _fits_sum(summary, f"{path}/Sum", chosen)
        for sign, path in SUMS.items()
        for chosen in [[entry for entry in entries if text_of(entry, "CdtDbtInd") == sign]]
    )


def _fits_count(summary: etree._Element, path: str, entries: list[etree._Element]) -> bool:
    given = text_of(summary, path)
    return not given or (given.isdecimal() and given.lstrip("0") == (str(len(entries) or "")))


def _fits_sum(summary: etree._Element, path: str, entries: list[etree._Element]) -> bool:
    given = text_of(summary, path)
    if not given:
        return True
    # A sum names no currency; hundredths compare any.
    total = sum(minor_of(text_of(entry, "Amt"), "") for entry in entries)
    return Decimal(minor_of(given, "")) == total
