"""The calendars of a utility with its zone and holidays, as its file says."""

from collections.abc import Mapping
from hashlib import sha256
from zoneinfo import ZoneInfo

import holidays

from mains.core.public_holidays import holidays_of
from mains.tariffs.rules.calendars import Calendar, DayKind, HourRule, Season, Timetable
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.tariffs import TariffCalendar

type Timetables = Mapping[str, Timetable]


def timetables_of(file: TenantFile) -> Timetables:
    """
    Return the calendars of a utility by code.

    :raises CalendarWrong: if an hour of one has no tariff period, or two.
    """
    zone, country = ZoneInfo(file.locale.timezone), file.locale.country
    return {
        one.code: Timetable(
            _calendar(one),
            zone,
            _holidays(one, country).__contains__,
            key=_key(one, zone=file.locale.timezone, country=country),
        )
        for one in file.calendars
    }


def _key(one: TariffCalendar, *, zone: str, country: str) -> str:
    # Public holidays are decreed anew, so what the library knows of them belongs to it.
    content = f"{one.model_dump_json()} {zone} {country} {holidays.__version__}"
    return f"{one.code}:{sha256(content.encode()).hexdigest()[:12]}"


def _calendar(one: TariffCalendar) -> Calendar:
    return Calendar(
        code=one.code,
        seasons=tuple(
            Season(season.code, _month_and_day(season.first), _month_and_day(season.last))
            for season in one.seasons
        ),
        rules=tuple(
            HourRule(
                rule.period,
                tuple(DayKind(kind) for kind in rule.days),
                rule.start,
                rule.end,
                rule.seasons,
            )
            for rule in one.hours
        ),
    )


def _month_and_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)


def _holidays(one: TariffCalendar, country: str) -> holidays.HolidayBase:
    known = holidays_of(country) if one.holidays else holidays.HolidayBase()
    known.update(dict.fromkeys(one.more_holidays, "more"))
    return known
