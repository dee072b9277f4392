"""Why a bill comes to another amount than an earlier one of its account."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mains.billing import queries as billing
from mains.billing.documents.figures import figures_of
from mains.billing.models import Bill, BillKind
from mains.billing.rules.causes import Cause
from mains.billing.rules.figures import BillFigures
from mains.billing.rules.reconciling import reconcile
from mains.core.calendars import Period
from mains.core.money import Money


class Against(StrEnum):
    """
    Which earlier bill a bill is compared with.
    """

    PREVIOUS = "previous_bill"
    LAST_YEAR = "last_year"


@dataclass(frozen=True, slots=True)
class Explanation:
    """
    The causes of the difference between two bills; their amounts add up to it.
    """

    against: Against
    earlier_id: int
    earlier_number: str
    before: BillFigures
    after: BillFigures
    causes: tuple[Cause, ...]

    @property
    def difference(self) -> Money:
        return self.after.total - self.before.total


def comparisons(*, bill_id: int) -> dict[Against, int]:
    """
    Return the ids of the bills of its account that an issued bill can be compared with: the one
    before, and the one for the same period of the year before.

    A bill whose facts the law no longer wanted, or in another currency, is left out. A settlement
    of fixed amounts is compared with another one, and every other bill with none.
    """
    own = Bill.objects.charging().filter(pk=bill_id)
    rows = (
        Bill.objects.charging()
        .filter(
            account_id__in=own.values("account_id"),
            currency__in=own.values("currency"),
            facts_deleted_at=None,
        )
        .values_list("pk", "period_start", "period_end", "kind")
    )
    kinds = {pk: kind == BillKind.SETTLEMENT for pk, _start, _end, kind in rows}
    if bill_id not in kinds:
        return {}
    periods = {
        pk: Period(start, end) for pk, start, end, _kind in rows if kinds[pk] == kinds[bill_id]
    }
    period = periods[bill_id]
    earlier = {pk: one for pk, one in periods.items() if one.end <= period.start}
    found = {}
    if earlier:
        found[Against.PREVIOUS] = max(earlier, key=lambda pk: earlier[pk].end)
    same = [pk for pk, one in earlier.items() if one == period.year_before()]
    if same:
        found[Against.LAST_YEAR] = same[0]
    return found


def explanation(*, facts: dict[str, Any], against: Against, earlier_id: int) -> Explanation | None:
    """
    Return why a bill with these facts differs from an earlier one, or None where that one's facts
    are gone.

    :raises FactsTampered: if the earlier bill's facts are not what was sealed at issue.
    """
    earlier = billing.facts(bill_id=earlier_id)
    if earlier is None:
        return None
    return compared(facts=facts, earlier=earlier, against=against, earlier_id=earlier_id)


def compared(
    *, facts: dict[str, Any], earlier: dict[str, Any], against: Against, earlier_id: int = 0
) -> Explanation:
    """
    Return why a bill with these facts differs from one with earlier facts.
    """
    before, after = figures_of(earlier), figures_of(facts)
    return Explanation(
        against=against,
        earlier_id=earlier_id,
        earlier_number=earlier["number"],
        before=before,
        after=after,
        causes=reconcile(before=before, after=after).causes,
    )
