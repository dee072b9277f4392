"""Sentences, charts and columns of what was used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from mains.branding.figures import BarChart
from mains.branding.rules import chart
from mains.core.calendars import Period
from mains.core.wording import (
    month_text,
    number_text,
    short_month_text,
    short_month_year_text,
)
from mains.metering.consumption import UseSeries
from mains.metering.rules.comparing import Compared, by_period
from mains.portal.access import PortalRequest
from mains.portal.readings.messages import language
from mains.portal.readings.windows import label_of
from mains.portal.templatetags.portal import unit as unit_text

_PERCENT = Decimal(100)
_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """
    A question about something striking, and what to do; it keeps nobody from anything.
    """

    question: str
    advice: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """
    How a use compares with that of similar homes, what they used, and how that was found.
    """

    state: str
    finding: str
    method: str


@dataclass(frozen=True, slots=True)
class UseChart:
    """
    The use of one service at one address, as a chart with its table.
    """

    label: str
    place: str
    chart: BarChart
    hint: Asked | None = None
    similar: Likeness | None = None


def compared(series: UseSeries) -> list[Compared]:
    """
    Return every use of a series beside the same months a year before.
    """
    return by_period(series.uses, latest=len(series.uses))


def service_label(request: PortalRequest, code: str) -> str:
    """
    Return a service's name, or its code where the provider no longer offers it.
    """
    known = next((one for one in request.tenant.file.services if one.code == code), None)
    return label_of(known) if known else code


def header() -> list[str]:
    """
    Return the names of a download's columns.
    """
    return [
        _("Account"), _("Address"), _("Service"), _("From"), _("Until"), _("Used"), _("Unit"),
        _("A year before"), _("Estimated"), _("Priced as"), _("Priced unit"),
    ]  # fmt: skip


def finding(shown: Sequence[Compared], *, unit: str, priced: str = "") -> str:
    """
    Say in one sentence what the latest bar shows, and how it compares with a year before.

    `priced` is the same in the unit that is priced, with that unit.
    """
    latest = shown[-1]
    when = name_of(latest.months)
    if latest.used is None:
        return _("%(when)s: a reading is missing or being checked.") % {"when": when}
    values = {"when": when, "figure": amount(latest.used, unit)}
    if priced:
        values["figure"] += f" ({priced})"
    percent = percent_of(latest)
    if percent is None:
        return _("%(when)s: you used %(figure)s.") % values
    values["percent"] = number(abs(percent))
    if percent == 0:
        return _("%(when)s: you used %(figure)s, as much as a year before.") % values
    if percent > 0:
        return _("%(when)s: you used %(figure)s, %(percent)s %% more than a year before.") % values
    return _("%(when)s: you used %(figure)s, %(percent)s %% less than a year before.") % values


def percent_of(use: Compared) -> Decimal | None:
    """
    Return by how many percent a use is more than a year before, or None where that says nothing.
    """
    if use.used is None or not use.before:
        return None
    return ((use.used - use.before) / use.before * _PERCENT).quantize(Decimal(1))


def amount(used: Decimal, unit: str) -> str:
    """
    Write a quantity with its unit.
    """
    return f"{number(used)} {unit_text(unit)}"


def name_of(months: Period) -> str:
    """
    Return a month, a year or months from one to another in words.
    """
    if _is_year(months):
        return str(months.start.year)
    last = month_text(months.last_day, language=language())
    if Period.month_of(months.last_day) == months:
        return last
    return f"{month_text(months.start, language=language())} – {last}"


def _is_year(months: Period) -> bool:
    return months == Period(date(months.start.year, 1, 1), date(months.start.year + 1, 1, 1))


def bar(use: Compared, *, yearly: bool, note: str = "") -> chart.Period:
    """
    Return what the chart draws of a use, named by its last month or by its year.
    """
    label = short_month_year_text(use.months.last_day, language=language())
    short = short_month_text(use.months.last_day, language=language())
    if yearly:
        short = str(use.months.start.year)
        first = short_month_text(use.months.start, language=language())
        label = short if _is_year(use.months) else f"{first} – {label}"
    return chart.Period(
        label=label,
        short=short,
        value=None if use.used is None else round(use.used, _DECIMALS),
        before=None if use.before is None else round(use.before, _DECIMALS),
        estimated=use.is_estimated,
        note=note,
    )


def number(value: Decimal) -> str:
    """
    Write a quantity with up to three decimals.
    """
    return number_text(round(value, _DECIMALS), language=language())
