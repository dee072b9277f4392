"""
When a run takes how bills are delivered: every choice is wholly before a run, or wholly after it.

A run bills as is chosen for its issue date, and its `snapshot_at` is the instant at which it got
that date. Whoever begins a run and whoever chooses stand behind the row of the company.
"""

from datetime import date, timedelta

from django.db.models import Max, Q

from mains.billing.models import BillRun, BillRunChunk, RunKind, RunStage
from mains.core.calendars import Period, add_months
from mains.core.transactions import inside_transaction
from mains.customers.models import Company


@inside_transaction
def lock(*, company_id: int) -> None:
    """
    Let nobody else begin a run of a company, or choose how its bills come, until the commit.

    Bills that are written meanwhile may refer to it.
    """
    Company.objects.select_for_update(no_key=True).get(pk=company_id)


def first_open_day(*, company_id: int, account_id: int, today: date) -> date:
    """
    Return the first day, today or later, whose choices no run has taken for an account.

    A regular run takes those of all its company's accounts, another one those of its own. Only
    behind `lock` nobody takes them meanwhile.
    """
    runs = BillRun.objects.filter(company_id=company_id, issue_date__gte=today)
    its_own = BillRunChunk.objects.filter(
        run__in=runs.values("pk"), account_ids__contains=[account_id]
    )
    runs = runs.filter(Q(kind=RunKind.REGULAR) | Q(pk__in=its_own.values("run")))
    taken = runs.exclude(stage=RunStage.CANCELLED).aggregate(day=Max("issue_date"))["day"]
    return today if taken is None else taken + timedelta(days=1)


def next_period(*, company_id: int, ended: Period) -> Period:
    """
    Return the days of the next regular run of a company: the period that ended last, unless it was
    begun, or the one after what was begun.
    """
    runs = BillRun.objects.filter(company_id=company_id, kind=RunKind.REGULAR)
    last = runs.exclude(stage=RunStage.CANCELLED).aggregate(day=Max("period_end"))["day"]
    if last is None or last <= ended.start:
        return ended
    months = (ended.end.year - ended.start.year) * 12 + ended.end.month - ended.start.month
    return Period(last, add_months(last, months))
