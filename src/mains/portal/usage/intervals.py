"""Hours of a day, days of a month and months of a year, where a meter sends interval values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from mains.branding.components import Pages
from mains.branding.figures import BarChart
from mains.branding.rules import chart
from mains.core import spreadsheets
from mains.core.calendars import Period
from mains.core.wording import date_text, month_text, number_text, short_date_text, short_month_text
from mains.metering.interval_use import Held, IntervalSeries, series_of
from mains.metering.rules import interval_use as rules
from mains.metering.rules.interval_use import FED_IN, Amount, Grain, Part
from mains.portal.access import PortalRequest
from mains.portal.readings.messages import language
from mains.portal.templatetags.portal import unit as unit_text
from mains.portal.usage import wording
from mains.portal.usage.wording import UseChart

_DECIMALS, _PERCENT = 3, Decimal(100)
_ISO_DAY = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """
    Which bars are wanted, and a day in their period.
    """

    grain: Grain
    day: date

    @property
    def query(self) -> str:
        return f"by={self.grain}&at={self.day}"


def asked(request: PortalRequest, held: Sequence[Held]) -> Asked | None:
    """
    Return what a page wants to see, or None where it wants no interval values or there are none.

    A day that is none, or lies outside of what is known, leads to the nearest one that is.
    """
    by = request.GET.get("by", "")
    if not held or by not in set(Grain):
        return None
    first, last = min(one.first_day for one in held), max(one.last_day for one in held)
    try:
        day = date.fromisoformat(request.GET.get("at", "")[:_ISO_DAY])
    except ValueError:
        day = last
    return Asked(Grain(by), min(max(day, first), last))


def turning(wanted: Asked, held: Sequence[Held]) -> Pages:
    """
    Return what leads to the period before and after.
    """
    period = rules.period_of(wanted.grain, wanted.day)
    first, last = min(one.first_day for one in held), max(one.last_day for one in held)
    before, after = period.start - timedelta(days=1), period.end
    return Pages(
        summary=name_of(wanted.grain, period),
        previous_url=f"?by={wanted.grain}&at={before}" if before >= first else "",
        next_url=f"?by={wanted.grain}&at={after}" if after <= last else "",
    )


def charts(request: PortalRequest, held: Sequence[Held], wanted: Asked) -> list[UseChart]:
    """
    Return a chart with its table for each quantity at each supply point.
    """
    found = series_of(held=held, grain=wanted.grain, day=wanted.day, zone=request.tenant.zone)
    return [_chart(request, one) for one in found if one.parts]


def _chart(request: PortalRequest, series: IntervalSeries) -> UseChart:
    compared = any(part.before is not None for part in series.parts)
    return UseChart(
        label=label_of(request, series),
        place=f"{series.address} · {series.account_number}",
        chart=BarChart(
            finding=finding(series),
            unit=unit_text(series.unit),
            subject=_subject(series.grain),
            periods=tuple(_bar(part, series.grain) for part in series.parts),
            now=_("Fed in") if series.magnitude == FED_IN else _("Used"),
            before=_("A year before") if compared else "",
            note=_note(series),
            gap=_("No value"),
            oldest_first=True,
            short_labels=True,
        ),
    )


def label_of(request: PortalRequest, series: IntervalSeries) -> str:
    """
    Return what is counted: the service, and what else than use it is.
    """
    service = wording.service_label(request, series.service)
    if series.magnitude == FED_IN:
        return _("%(service)s: fed in") % {"service": service}
    if series.unit == "kvarh":
        return _("%(service)s: reactive energy %(code)s") % {
            "service": service, "code": series.magnitude,
        }  # fmt: skip
    return service


def _subject(grain: Grain) -> str:
    return {
        Grain.HOURS: _("use per hour"),
        Grain.DAYS: _("use per day"),
        Grain.MONTHS: _("use per month"),
    }[grain]


def name_of(grain: Grain, period: Period) -> str:
    """
    Return a day, a month or a year in words.
    """
    if grain is Grain.HOURS:
        return date_text(period.start, language=language())
    if grain is Grain.DAYS:
        return month_text(period.start, language=language())
    return str(period.start.year)


def part_name(part: Part, grain: Grain) -> str:
    """
    Return what a row of the table is called.
    """
    if grain is Grain.HOURS:
        hours = f"{_clock(part.start)}–{_clock(part.start, hours=1)}"
        return _("%(hours)s again") % {"hours": hours} if part.again else hours
    if grain is Grain.DAYS:
        return short_date_text(part.start, language=language())
    return month_text(part.start, language=language())


def _clock(instant: date, *, hours: int = 0) -> str:
    """
    Return the time on the clock, or that so many hours later, as if it were not moved between.
    """
    assert isinstance(instant, datetime)
    return f"{instant.replace(tzinfo=None) + timedelta(hours=hours):%H:%M}"


def _bar(part: Part, grain: Grain) -> chart.Period:
    return chart.Period(
        label=part_name(part, grain),
        short=_short(part, grain),
        value=None if part.now is None else round(part.now.used, _DECIMALS),
        before=None if part.before is None else round(part.before.used, _DECIMALS),
        estimated=part.now is not None and part.now.is_estimated,
        note=_mark(part.now),
    )


def _short(part: Part, grain: Grain) -> str:
    if grain is Grain.MONTHS:
        return short_month_text(part.start, language=language())
    assert isinstance(part.start, date)
    return str(part.start.day if grain is Grain.DAYS else _clock(part.start)[:2])


def _mark(amount: Amount | None) -> str:
    if amount is None:
        return ""
    if not amount.is_whole:
        return _("incomplete")
    return _("corrected") if amount.is_corrected else ""


def quality(amount: Amount | None) -> str:
    """
    Return in a word how a value came about.
    """
    if amount is None:
        return _("no value")
    return _mark(amount) or (_("estimated") if amount.is_estimated else _("measured"))


def finding(series: IntervalSeries) -> str:
    """
    Say in one sentence what the whole period came to, and how it compares with a year before.
    """
    when = _when(series)
    now, before = rules.totals(series.parts)
    if now is None:
        return _("%(when)s: there are no values.") % {"when": when}
    figure = f"{number_text(round(now.used, _DECIMALS), language=language())} "
    values = {"when": when, "figure": figure + unit_text(series.unit)}
    if series.magnitude == FED_IN:
        return _("%(when)s: you fed in %(figure)s.") % values
    if not now.is_whole:
        return _("%(when)s: %(figure)s; some values are missing.") % values
    if before is None or not before.is_whole or not before.used:
        return _("%(when)s: you used %(figure)s.") % values
    return _against(values, now.used, before.used)


def _when(series: IntervalSeries) -> str:
    """
    Return the period in words, and until when there are values, where that is before its end.
    """
    when = name_of(series.grain, series.period)
    end = series.parts[-1].end if series.parts else series.period.end
    if isinstance(end, datetime) or end >= series.period.end:
        return when
    last = short_date_text(_last(end), language=language())
    return _("%(when)s, until %(last)s") % {"when": when, "last": last}


def _against(values: dict[str, str], used: Decimal, before: Decimal) -> str:
    percent = ((used - before) / before * _PERCENT).quantize(Decimal(1))
    values["percent"] = number_text(abs(percent), language=language())
    if percent == 0:
        return _("%(when)s: you used %(figure)s, as much as a year before.") % values
    if percent > 0:
        return _("%(when)s: you used %(figure)s, %(percent)s %% more than a year before.") % values
    return _("%(when)s: you used %(figure)s, %(percent)s %% less than a year before.") % values


def _note(series: IntervalSeries) -> str:
    if any(part.again for part in series.parts):
        return _("On this day clocks went back, so it has 25 hours.")
    if series.grain is Grain.HOURS and len(series.parts) == 23:
        return _("On this day clocks went forward, so it has 23 hours.")
    if any(part.now is not None and not part.now.is_whole for part in series.parts):
        return _("What is incomplete shows the values that are known.")
    return ""


def header() -> list[str]:
    """
    Return the names of a download's columns.
    """
    return [
        _("Account"), _("Address"), _("Service"), _("From"), _("Until"), _("Used"), _("Unit"),
        _("A year before"), _("Quality"),
    ]  # fmt: skip


def rows(
    request: PortalRequest, held: Sequence[Held], wanted: Asked
) -> list[list[spreadsheets.Value]]:
    """
    Return the rows of the tables on the page.
    """
    found = series_of(held=held, grain=wanted.grain, day=wanted.day, zone=request.tenant.zone)
    return [
        [
            series.account_number,
            series.address,
            label_of(request, series),
            _edge(part.start),
            _edge(part.end) if series.grain is Grain.HOURS else _last(part.end),
            None if part.now is None else round(part.now.used, _DECIMALS),
            series.unit,
            None if part.before is None else round(part.before.used, _DECIMALS),
            quality(part.now),
        ]
        for series in found
        for part in series.parts
    ]


def _edge(at: date) -> spreadsheets.Value:
    """
    Return a day as one, and an instant with its offset, which tells the repeated hour apart.
    """
    return at.isoformat(timespec="minutes") if isinstance(at, datetime) else at


def _last(end: date) -> date:
    return end - timedelta(days=1)
