"""The one place that knows when readings of a service are wanted, possible or suspended.

The portal, guests, the API, reminders and the calendar feed all ask here.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from mains.core.calendars import Period
from mains.core.public_holidays import holidays_of
from mains.metering.rules.spans import (
    Always,
    DayOfYear,
    FirstDays,
    FixedDates,
    FixedDays,
    LastDays,
    Rule,
    WindowContradiction,
)
from mains.metering.rules.windows import (
    FreeDay,
    ReadingWindow,
    WindowState,
    WindowView,
    period_of,
    recommended_between,
    view,
)
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile import TenantFile, windows
from mains.tenancy.tenantfile.services import Service

_SATURDAY = 5


def window_for(*, file: TenantFile, service: str, contract_class: str = "") -> ReadingWindow:
    """
    Return the window in which contracts of a class are read for a service of a tenant.

    :raises WindowContradiction: if the file's window cannot hold; none like that is published.
    """
    known = file.service(service)
    chosen = known.class_windows.get(contract_class, known.window)
    return _window(chosen, country=file.locale.country)


def view_for(
    *, tenant: TenantInfo, service: str, contract_class: str = "", instant: datetime
) -> WindowView:
    """
    Return how the window of contracts of a class looks at an instant, in the tenant's zone.
    """
    window = window_for(file=tenant.file, service=service, contract_class=contract_class)
    return view(window, instant=instant, zone=tenant.zone)


def next_days(
    *, tenant: TenantInfo, service: str, contract_class: str = "", today: date
) -> tuple[Period, Period]:
    """
    Return the days on which readings are wanted next, or now, and the month that they close.

    Where none are, it is the days that are left of this month.
    """
    window = window_for(file=tenant.file, service=service, contract_class=contract_class)
    near = Period(today - timedelta(days=62), today + timedelta(days=400))
    found = [days for days in recommended_between(window, near) if days.end > today]
    month = Period.month_of(today)
    days = found[0] if found else Period(today, month.end)
    return days, period_of(window, days.start)


def is_any_open(*, tenant: TenantInfo, services: Iterable[Service], instant: datetime) -> bool:
    """
    Tell whether any of these services takes readings from anybody at an instant.
    """
    return any(
        view_for(tenant=tenant, service=service.code, contract_class=code, instant=instant).state
        is not WindowState.LOCKED
        for service in services
        for code in ["", *service.class_windows]
    )


def contradictions(file: TenantFile) -> list[tuple[str, str]]:
    """
    Return what is wrong with the windows of a file, each with its place.
    """
    found = []
    for position, service in enumerate(file.services):
        for place, chosen in _places(service):
            try:
                _window(chosen, country=file.locale.country)
            except WindowContradiction as error:
                found.append((f"services[{position}].{place}", str(error)))
    return found


def _places(service: Service) -> Iterable[tuple[str, windows.Window]]:
    yield "window", service.window
    for code, chosen in service.class_windows.items():
        yield f"class_windows.{code}", chosen


# Checking a window for contradictions costs more than looking at it, and files rarely change.
@lru_cache(maxsize=512)
def _window(chosen: windows.Window, *, country: str) -> ReadingWindow:
    return ReadingWindow(
        recommended=_rule(chosen),
        lock=FixedDays(*chosen.locked) if chosen.locked else None,
        elsewhere=WindowState.LOCKED if chosen.elsewhere == "locked" else WindowState.OPEN,
        closing_through=chosen.closing_through,
        free_day=free_days_of(country) if chosen.free_days == "go_on" else None,
    )


def _rule(chosen: windows.Window) -> Rule:
    match chosen:
        case windows.LastDaysWindow():
            return LastDays(chosen.days, chosen.through)
        case windows.FirstDaysWindow():
            return FirstDays(chosen.days)
        case windows.FixedDaysWindow():
            return FixedDays(chosen.start, chosen.end)
        case windows.FixedDatesWindow():
            return FixedDates(
                tuple((_day(first), _day(last)) for first, last in chosen.dates),
                closes_before=chosen.closes == "month_before",
            )
        case _:
            return Always()


def _day(text: str) -> DayOfYear:
    month, day = text.split("-")
    return DayOfYear(int(month), int(day))


@lru_cache
def free_days_of(country: str) -> FreeDay:
    """
    Return what tells whether a day is a weekend or a public holiday of a country (ISO 3166).

    Where the holidays of a country are not known, only its weekends are free.
    """
    known = holidays_of(country)

    def is_free(day: date) -> bool:
        return day.weekday() >= _SATURDAY or day in known

    return is_free
