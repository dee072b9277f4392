"""A year of somebody's use as a Green Button feed: interval values, or else what readings say."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from zoneinfo import ZoneInfo

from mains.core.calendars import Period, first_instant
from mains.metering.consumption import UseSeries
from mains.metering.consumption import series_of as uses_of
from mains.metering.interval_use import Held, registers_held, values_of
from mains.metering.rules import espi
from mains.metering.rules.daygrid import day_grid
from mains.metering.rules.interval_use import FED_IN
from mains.metering.rules.intervals import MOST_DECIMALS, DayValues, Quality

CONTENT_TYPE = espi.CONTENT_TYPE
TITLE = "Green Button"
_MINUTE = 60
_EVER = date(1900, 1, 1)


def feed(*, account_ids: Collection[int], year: int, zone: ZoneInfo, now: datetime) -> str:
    """
    Return what accounts used in a calendar year, each day only under its own contract.

    A quantity that has interval values is given by these alone: what its readings say is the same
    energy once more. Units that ESPI does not have, such as Gcal, are left out.
    """
    known_year = min(max(year, 1), date.max.year - 1)
    period = Period(date(known_year, 1, 1), date(known_year + 1, 1, 1))
    held = registers_held(account_ids=account_ids)
    series = list(_from_intervals(held, period, zone))
    known = {(one.supply_point_id, one.quantity, one.unit) for one in held}
    for use in uses_of(account_ids=account_ids, since=_EVER):
        if (use.supply_point_id, use.quantity, use.unit) not in known:
            series += _from_readings(use, period, zone)
    return espi.feed(series, title=TITLE, updated=now)


def _from_intervals(held: list[Held], period: Period, zone: ZoneInfo) -> Iterator[espi.Series]:
    days: dict[int, list[tuple[date, DayValues]]] = {}
    for register_id, day, values in values_of(
        register_ids={one.register_id for one in held}, period=period
    ):
        days.setdefault(register_id, []).append((day, values))
    for one in held:
        own = [(day, values) for day, values in days.get(one.register_id, []) if one.on(day)]
        # A series has one length: a meter that began to send quarters has one of each.
        for minutes, same in groupby(
            sorted(own, key=lambda pair: pair[1].minutes), key=lambda pair: pair[1].minutes
        ):
            found = list(same)
            decimals = max(values.decimals for _day, values in found)
            blocks = [_block(day, values, decimals, zone) for day, values in found]
            yield _series(one, decimals, minutes, [block for block in blocks if block])


def _series(one: Held, decimals: int, minutes: int, blocks: list[list[espi.Value]]) -> espi.Series:
    return espi.Series(
        point=_plain(one.point_code),
        title=one.address,
        service=one.service,
        quantity=one.quantity,
        unit=one.unit,
        is_fed_in=one.magnitude == FED_IN,
        decimals=decimals,
        seconds=minutes * _MINUTE,
        blocks=blocks,
    )


def _block(day: date, held: DayValues, decimals: int, zone: ZoneInfo) -> list[espi.Value]:
    if len(held.values) == 1:
        starts = [first_instant(day, zone)]
    else:
        grid = day_grid(day, zone, held.minutes)
        starts = [grid.start_of(slot) for slot in range(grid.slots)]
    more = 10 ** (decimals - held.decimals)
    return [
        espi.Value(start, held.minutes * _MINUTE, value * more, quality)
        for start, value, quality in zip(starts, held.values, held.qualities, strict=True)
        if value is not None
    ]


def _from_readings(use: UseSeries, period: Period, zone: ZoneInfo) -> Iterator[espi.Series]:
    blocks = []
    for one in use.uses:
        if one.used is not None and one.used >= 0 and period.contains(one.months.last_day):
            start, end = (first_instant(day, zone) for day in (one.months.start, one.months.end))
            quality = Quality.ESTIMATED if one.is_estimated else Quality.MEASURED
            blocks.append(
                [espi.Value(start, int((end - start).total_seconds()), _whole(one.used), quality)]
            )
    if blocks:
        yield espi.Series(
            point=_plain(use.point_code),
            title=use.address,
            service=use.service,
            quantity=use.quantity,
            unit=use.unit,
            is_fed_in=False,
            decimals=MOST_DECIMALS,
            seconds=0,
            blocks=blocks,
        )


def _whole(used: Decimal) -> int:
    return int(used.scaleb(MOST_DECIMALS).to_integral_value())


def _plain(code: str) -> str:
    """
    Return the code of a supply point without what would end a part of an address.
    """
    return "".join(letter for letter in code if letter.isalnum())
