"""Tariffs over time, and what their prices refer to: taxes, calendars, indexes."""

from datetime import date
from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from mains.tenancy.tenantfile.base import Section, Slug, Texts
from mains.tenancy.tenantfile.components import Component, TimeOfUse

# By the codes of EN 16931: standard, zero rated, exempt, reverse charge, outside the scope of tax.
Category = Literal["S", "Z", "E", "AE", "O"]
DayKind = Literal["workday", "saturday", "sunday", "holiday"]


class TariffVersion(Section):
    """
    The prices from a day on, until the next version.
    """

    start_date: date
    # Where the prices are published.
    source: str = ""
    components: tuple[Component, ...] = Field(min_length=1)


class Tariff(Section):
    code: Slug
    name: str
    service: Slug
    versions: tuple[TariffVersion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_version_a_day(self) -> Self:
        days = [version.start_date for version in self.versions]
        for day in days:
            if days.count(day) > 1:
                raise ValueError(f"the tariff {self.code} has two versions from {day} on")
        return self


class PriceChanges(Section):
    """
    What new prices of a tariff have to keep to.
    """

    # They hold at the earliest so many days after they are published; customers are told at once.
    notice_days: int = Field(default=0, ge=0, le=365)


class TaxVersion(Section):
    start_date: date
    percent: Decimal = Field(ge=0, le=100)
    category: Category = "S"


class Tax(Section):
    """
    A tax whose rate changes on days of its own; a bill over such a day is taxed by the day.
    """

    code: Slug
    versions: tuple[TaxVersion, ...] = Field(min_length=1)
    # Contract classes that are taxed otherwise: reverse charge for resellers, exempt embassies.
    otherwise: dict[Slug, Category] = {}
    # Why nothing is charged, as the law wants it printed, by category.
    reasons: dict[Category, Texts] = {}


class TariffPeriod(Section):
    code: str = Field(pattern=r"^[A-Za-z0-9_]{1,8}$")
    label: Texts


class CalendarSeason(Section):
    """
    A part of every year, both days included, as month and day; it may run over New Year.
    """

    code: Slug
    first: str = Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
    last: str = Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")


class CalendarHours(Section):
    """
    From an hour up to another, that one not included, on kinds of days.
    """

    period: str
    days: tuple[DayKind, ...] = ("workday", "saturday", "sunday", "holiday")
    start: int = Field(default=0, ge=0, le=23)
    end: int = Field(default=24, ge=1, le=24)
    seasons: tuple[Slug, ...] = ()

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.end <= self.start:
            raise ValueError(
                f"hours from {self.start} to {self.end} hold none; write two rules over midnight"
            )
        return self


class TariffCalendar(Section):
    code: Slug
    periods: tuple[TariffPeriod, ...] = Field(min_length=1)
    seasons: tuple[CalendarSeason, ...] = (
        CalendarSeason(code="year", first="01-01", last="12-31"),
    )
    hours: tuple[CalendarHours, ...] = Field(min_length=1)
    # Public holidays of the country are days of their own kind, and so are these.
    holidays: bool = True
    more_holidays: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _periods_known(self) -> Self:
        known = {period.code for period in self.periods}
        for position, rule in enumerate(self.hours):
            if rule.period not in known:
                raise ValueError(f"hours[{position}] names the period {rule.period!r}, not listed")
        unused = known - {rule.period for rule in self.hours}
        if unused:
            raise ValueError(f"no hour belongs to the period {min(unused)}")
        return self


class PriceIndex(Section):
    """
    Prices by the hour that are published elsewhere and imported; `unit` is what one price is for.
    """

    code: Slug
    label: Texts
    unit: str
    source: str = ""


def periods_priced(tariff: Tariff, calendars: dict[str, TariffCalendar]) -> None:
    """
    Pass silently if every price by time is for a period of a known calendar, and each has one.

    :raises ValueError: naming the place.
    """
    for position, version in enumerate(tariff.versions):
        for number, component in enumerate(version.components):
            if isinstance(component, TimeOfUse):
                place = f"tariffs.{tariff.code}.versions[{position}].components[{number}]"
                _all_priced(component, calendars, place)


def _all_priced(component: TimeOfUse, calendars: dict[str, TariffCalendar], place: str) -> None:
    calendar = calendars.get(component.calendar)
    if calendar is None:
        raise ValueError(f"{place} names the calendar {component.calendar!r}, which is not there")
    priced = [entry.period for entry in component.prices]
    periods = [period.code for period in calendar.periods]
    if sorted(priced) != sorted(periods):
        raise ValueError(
            f"{place} prices {', '.join(priced)}; the calendar has {', '.join(periods)}, "
            "and each needs one price"
        )
