"""Share out to tariff periods what meters used by intervals, as soon as it is known."""

from collections.abc import Collection, Sequence

from mains.core.calendars import Period, add_months
from mains.metering import period_use
from mains.metering.models import MeterImport
from mains.metering.period_use import MonthUse
from mains.tariffs.rules.calendars import Timetable, UnfitIntervals, per_hour
from mains.tariffs.timetables import timetables_of
from mains.tenancy.queries import TenantInfo


def keep(*, tenant: TenantInfo, register_ids: Collection[int], period: Period) -> int:
    """
    Keep what registers used in the tariff periods of the months of a period; return how many.

    Where a utility has no calendar nothing is kept, for nothing is priced by it. What is not kept,
    because a worker ended before, is shared out when it is billed.
    """
    timetables = timetables_of(tenant.file)
    if not timetables or not register_ids:
        return 0
    return period_use.keep(
        register_ids=register_ids,
        period=period,
        share_out=lambda days, month: share_out(list(timetables.values()), days, month),
    )


def after_import(*, tenant: TenantInfo, import_id: int) -> int:
    """
    Keep what an import brought, by months; return how many months of registers those are.
    """
    entry = MeterImport.objects.get(pk=import_id)
    if entry.first_day is None or entry.last_day is None:
        return 0
    after = add_months(entry.last_day.replace(day=1), 1)
    return keep(
        tenant=tenant,
        register_ids=entry.register_ids,
        period=Period(entry.first_day.replace(day=1), after),
    )


def share_out(
    timetables: Sequence[Timetable], days: Sequence[Sequence[int]], month: Period
) -> MonthUse:
    """
    Return what was used in each tariff period of a month, by the calendar's key, and in all.
    """
    found = {
        "": {
            "": (sum(map(sum, days)), max(max(of_day) * per_hour(of_day) for of_day in days)),
        }
    }
    for timetable in timetables:
        try:
            totals = timetable.totals(days, period=month)
            peaks = timetable.peaks(days, period=month)
        except UnfitIntervals:
            # Nobody can bill it by this calendar; the run says which day.
            continue
        found[timetable.key] = {name: (totals[name], peaks[name]) for name in totals}
    return found
