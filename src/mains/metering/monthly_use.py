"""What was used month by month, whatever the months that readings close."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mains.core.calendars import Period
from mains.core.sharing import shared
from mains.metering.consumption import UseSeries, series_of
from mains.metering.conversions import conversion_of, priced_uses
from mains.metering.rules.comparing import Use
from mains.tenancy.tenantfile import TenantFile

_STEP = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class UsedMonth:
    """
    A month of a series in its unit, and in the one that is priced, where that is another.

    `used` is None where two readings contradict each other; `is_shared` if a reading closed several
    months, so that this one is a share by days.
    """

    series: UseSeries
    month: date
    used: Decimal | None
    priced: Decimal | None
    priced_unit: str
    is_estimated: bool
    is_shared: bool


def used_months(
    *, account_ids: Collection[int], within: Period, file: TenantFile
) -> list[UsedMonth]:
    """
    Return what accounts used in each month within a period, by account, place and service.

    The months of a reading add up to its use.
    """
    found = series_of(account_ids=account_ids, since=within.start)
    return [one for series in found for one in _months(series, file) if within.contains(one.month)]


def _months(series: UseSeries, file: TenantFile) -> Iterator[UsedMonth]:
    conversion = conversion_of(series, file=file)
    # Nothing is worth anything in another unit where none is priced.
    worth = (
        priced_uses(series, conversion)
        if conversion
        else [Use(use.months, None) for use in series.uses]
    )
    for use, priced in zip(series.uses, worth, strict=True):
        months = use.months.months()
        used, values = _by_month(use), _by_month(priced)
        for place, month in enumerate(months):
            yield UsedMonth(
                series=series,
                month=month.start,
                used=used[place],
                priced=values[place],
                priced_unit=conversion.to_unit if conversion else "",
                is_estimated=use.is_estimated,
                is_shared=len(months) > 1,
            )


def _by_month(use: Use) -> list[Decimal | None]:
    weights = [Decimal(month.days) for month in use.months.months()]
    if use.used is None:
        return [None] * len(weights)
    if len(weights) == 1:
        return [use.used]
    return list(shared(use.used, weights=weights, step=_STEP))
