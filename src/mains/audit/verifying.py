"""
Recompute the chain of the schema being served, and name every row that is not as it was written.

A row that was edited no longer has its hash. One that was edited together with its hash no longer
fits the row after it, or the head where it is the newest, or an anchor where the head was edited
as well. Removed rows leave a gap, added ones stand beyond the head or out of the row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, Subquery
from django.db.models.functions import Coalesce

from mains.audit import queries
from mains.audit.models import Entry, Head
from mains.audit.queries import Anchor
from mains.audit.rules import chain


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """
    A row, or the rows up to `last`: `changed`, `removed`, `added`, or `rewritten` since an anchor.
    """

    number: int
    last: int
    kind: str


@dataclass(frozen=True, slots=True)
class Verdict:
    entries: int
    problems: list[Problem]


def verify(*, anchors: Sequence[Anchor] = ()) -> Verdict:
    """
    Walk the chain once, in a few megabytes, and compare it with its head and with older anchors.
    """
    # The head is read first and the rows up to it after: what is appended meanwhile is not missed.
    head = queries.head()
    known = {anchor.number: anchor.hash for anchor in anchors}
    before, count, found = Anchor(0, chain.GENESIS), 0, set()
    rows = Entry.objects.filter(number__range=(1, head.number)).order_by("number")
    for row in rows.iterator(chunk_size=2_000):
        found |= _compare(row, before, known)
        before, count = Anchor(row.number, row.hash), count + 1
    if before.number < head.number:
        found.add(Problem(before.number + 1, head.number, "removed"))
    elif before.hash != head.hash:
        found.add(Problem(head.number, head.number, "changed"))
    found |= {Problem(number, number, "removed") for number in known if number > head.number}
    found |= {Problem(number, number, "added") for number in _out_of_line()}
    return Verdict(count, sorted(found))


def _compare(row: Entry, before: Anchor, known: Mapping[int, str]) -> set[Problem]:
    found = set()
    if row.number > before.number + 1:
        found.add(Problem(before.number + 1, row.number - 1, "removed"))
    if not _is_intact(row):
        found.add(Problem(row.number, row.number, "changed"))
    elif row.number == before.number + 1 and row.previous != before.hash:
        # This row is as it was written, so the one before it was given another hash.
        found.add(Problem(before.number or 1, before.number or 1, "changed"))
    if known.get(row.number, row.hash) != row.hash:
        found.add(Problem(row.number, row.number, "rewritten"))
    return found


def _is_intact(row: Entry) -> bool:
    try:
        digest = chain.row_hash(
            number=row.number,
            previous=row.previous,
            at=row.at,
            action=row.action,
            subject=row.subject,
            actor=row.actor,
            detail=row.detail,
        )
    except (TypeError, ValueError):
        return False
    return digest == row.hash


def _out_of_line() -> list[int]:
    # One statement sees one moment, so an entry that is just being written is never taken for one.
    newest = Coalesce(Subquery(Head.objects.values("number")[:1]), 0)
    rows = Entry.objects.filter(Q(number__gt=newest) | Q(number__lt=1)).order_by("number")
    return list(rows.values_list("number", flat=True)[:1_000])
