"""The interval values of somebody's meters, for the archive of their data."""

from collections.abc import Collection, Iterator
from datetime import UTC, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from mains.core.calendars import Period, first_instant
from mains.metering.interval_use import Held, all_held, values_of
from mains.metering.rules.intervals import DayValues, Quality

type Row = dict[str, Any]


def days(*, account_ids: Collection[int]) -> list[Row]:
    """
    Return the days of accounts that have interval values, each only under its own contract.
    """
    return [
        {
            "meter": one.meter, "register": one.code, "unit": one.unit, "day": day,
            "minutes": held.minutes, "values": _texts(held),
            "qualities": [Quality(mark).name for mark in held.qualities],
        }
        for one in all_held(account_ids=account_ids)
        for day, held in _of(one)
    ]  # fmt: skip


def _of(one: Held) -> Iterator[tuple[Any, DayValues]]:
    span = Period(one.first_day, one.last_day + timedelta(days=1))
    for _register, day, held in values_of(register_ids=[one.register_id], period=span):
        yield day, held


def _texts(held: DayValues) -> list[str | None]:
    return [
        None if value is None else f"{Decimal(value).scaleb(-held.decimals):f}"
        for value in held.values
    ]


def values(rows: Collection[Row], *, zone: ZoneInfo) -> Iterator[Row]:
    """
    Yield the values of days, one a row, each with the instant at which it begins.
    """
    for row in rows:
        start = first_instant(row["day"], zone).astimezone(UTC)
        for place, (value, quality) in enumerate(zip(row["values"], row["qualities"], strict=True)):
            if value is not None:
                begun = start + timedelta(minutes=place * row["minutes"])
                yield {
                    "meter": row["meter"], "register": row["register"],
                    "start": begun.astimezone(zone).isoformat(timespec="minutes"),
                    "minutes": row["minutes"], "value": value, "unit": row["unit"],
                    "quality": quality,
                }  # fmt: skip
