"""Sentences, charts and columns of what was used."""

from collections.abc import Iterator, Sequence
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
from mains.metering.rules.comparing import Compared, by_period, by_year, is_striking
from mains.portal.access import PortalRequest
from mains.portal.readings.messages import language
from mains.portal.readings.windows import label_of
from mains.portal.templatetags.portal import unit as unit_text

_PERCENT = Decimal(100)
_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class UseChart:
    """
    The use of one service at one address, as a chart with its table.
    """

    label: str
    place: str
    chart: BarChart


def charts(
    request: PortalRequest, series: Sequence[UseSeries], *, by_year: bool, latest: int
) -> list[UseChart]:
    """
    Return a chart for each series that has something to show.
    """
    return list(_charts(request, series, yearly=by_year, latest=latest))


def _charts(
    request: PortalRequest, series: Sequence[UseSeries], *, yearly: bool, latest: int
) -> Iterator[UseChart]:
    for one in series:
        shown = by_year(one.uses) if yearly else by_period(one.uses, latest=latest)
        if not shown:
            continue
        yield UseChart(
            label=service_label(request, one.service),
            place=f"{one.address} · {one.account_number}",
            chart=BarChart(
                finding=finding(shown, unit=one.unit),
                unit=unit_text(one.unit),
                subject=_("use per year") if yearly else _("use per reading period"),
                periods=tuple(bar(use, yearly=yearly) for use in shown),
                now=_("Used"),
                before=_("A year before") if any(use.before is not None for use in shown) else "",
                note=_note(shown, unit=one.unit),
            ),
        )


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
        _("A year before"), _("Estimated"),
    ]  # fmt: skip


def finding(shown: Sequence[Compared], *, unit: str) -> str:
    """
    Say in one sentence what the latest bar shows, and how it compares with a year before.
    """
    latest = shown[-1]
    when = name_of(latest.months)
    if latest.used is None:
        return _("%(when)s: a reading is missing or being checked.") % {"when": when}
    figure = f"{_number(latest.used)} {unit_text(unit)}"
    if not latest.before:
        return _("%(when)s: you used %(figure)s.") % {"when": when, "figure": figure}
    percent = ((latest.used - latest.before) / latest.before * _PERCENT).quantize(Decimal(1))
    values = {"when": when, "figure": figure, "percent": _number(abs(percent))}
    if percent == 0:
        return _("%(when)s: you used %(figure)s, as much as a year before.") % values
    if percent > 0:
        return _("%(when)s: you used %(figure)s, %(percent)s %% more than a year before.") % values
    return _("%(when)s: you used %(figure)s, %(percent)s %% less than a year before.") % values


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


def bar(use: Compared, *, yearly: bool) -> chart.Period:
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
    )


def _note(shown: Sequence[Compared], *, unit: str) -> str:
    """
    Say what is worth a look; a hint, which keeps nobody from anything.
    """
    if is_striking(shown[-1]):
        if unit == "m3":
            return _(
                "That is much more than a year before. If you cannot explain it, close every tap "
                "and look whether the meter still turns: water may be running somewhere."
            )
        return _(
            "That is much more than a year before. If you cannot explain it, compare your last "
            "reading with the meter."
        )
    if any(use.used is None for use in shown):
        return _("Where nothing is drawn, a reading is missing or being checked.")
    return ""


def _number(value: Decimal) -> str:
    return number_text(round(value, _DECIMALS), language=language())
