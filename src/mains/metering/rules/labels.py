"""
When an interval starts, from how a file labels it.

Files name an interval by the wall clock at its beginning or at its end ("24:00", or "00:00" of the
next day), by its number within the day ("Hora=25"), or by an instant with its offset. The hour that
autumn repeats has one wall time twice; a file tells the two apart by a summer flag or by their
order. Two customs exist for the end of the first of them: what the clock shows then (02:00 winter
time again), and the beginning plus an hour (03:00, though the clock never shows it); both are read.
"""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from mains.core.calendars import first_instant
from mains.metering.rules.daygrid import day_grid
from mains.metering.rules.sentences import Told
from mains.metering.rules.sentences import gettext_noop as _


class Marks(StrEnum):
    BEGINNING = "beginning"
    ENDING = "ending"


class Repeated(StrEnum):
    """
    How a file tells the two hours of the same name apart in autumn.
    """

    FLAG = "flag"
    ORDER = "order"
    NUMBERED = "numbered"
    OFFSET = "offset"


class NoSuchTime(Told):
    """
    No clock in the zone shows this: it lies in the hour that spring leaves out.
    """


def shown_at(wall: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """
    Return the instants, in UTC, at which clocks in a zone show a wall time: none, one or two.
    """
    instants = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return tuple(
        instant
        for instant in sorted(instants)
        if instant.astimezone(zone).replace(tzinfo=None) == wall
    )


def starts(
    wall: datetime, *, zone: ZoneInfo, minutes: int, marks: Marks, summer: bool | None = None
) -> tuple[datetime, ...]:
    """
    Return the instants, in UTC, at which an interval with this label may start, the earlier first.

    `wall` is without a zone. `summer` is what the file's flag says, if it has one; it decides only
    between two instants, so a flag that is wrong on an ordinary day does no harm.

    :raises NoSuchTime: if there is none.
    """
    found = _candidates(wall, zone=zone, minutes=minutes, marks=marks)
    if not found:
        raise NoSuchTime(_("Clocks in %(zone)s never show %(wall)s."), zone=zone, wall=wall)
    if summer is None or len(set(found)) == 1:
        begun = [start for start, by_clock in found if not by_clock] or [found[0][0]]
        return tuple(sorted(set(begun)))
    length = timedelta(minutes=minutes)
    told = [start + length * by_clock for start, by_clock in found]
    for (start, _by_clock), instant in zip(found, told, strict=True):
        if _is_summer(instant, zone) is summer:
            return (start,)
    return (found[0][0],)


def numbered(day: date, number: int, *, zone: ZoneInfo, minutes: int) -> datetime:
    """
    Return the instant, in UTC, at which the n-th interval of a day starts, from 1 to 23, 24 or 25
    hours' worth.

    :raises NoSuchTime: if the day has fewer.
    """
    slots = day_grid(day, zone, minutes).slots
    if not 1 <= number <= slots:
        raise NoSuchTime(
            _("%(day)s in %(zone)s has %(slots)s intervals, so none is number %(number)s."),
            day=day, zone=zone, slots=slots, number=number,
        )  # fmt: skip
    return first_instant(day, zone) + timedelta(minutes=minutes * (number - 1))


def _candidates(
    wall: datetime, *, zone: ZoneInfo, minutes: int, marks: Marks
) -> list[tuple[datetime, bool]]:
    """
    Return possible starts, and whether each was read from what the clock shows at the end.
    """
    if marks is Marks.BEGINNING:
        return [(instant, False) for instant in shown_at(wall, zone)]
    length = timedelta(minutes=minutes)
    by_clock = [(instant - length, True) for instant in shown_at(wall, zone)]
    return by_clock + [(instant, False) for instant in shown_at(wall - length, zone)]


def _is_summer(instant: datetime, zone: ZoneInfo) -> bool:
    return bool(instant.astimezone(zone).dst())
