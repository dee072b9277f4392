"""What was used, month by month or year by year, beside the same a year before."""

from dataclasses import replace
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mains.branding.components import Pages
from mains.branding.paging import page_asked, pages
from mains.core import spreadsheets
from mains.core.calendars import add_months
from mains.core.downloads import as_file
from mains.enrolment.rules.rights import Right
from mains.metering import green_button as feeds
from mains.metering.consumption import UseSeries, series_of
from mains.metering.conversions import conversion_of, priced_uses
from mains.metering.estimates import weather_plans
from mains.metering.interval_use import Held, registers_held
from mains.metering.rules.interval_use import Grain
from mains.portal.access import PortalRequest, account_ids, customer_required
from mains.portal.usage import by_reading, costs, intervals, weather, wording
from mains.portal.usage.audit import YearsForm
from mains.portal.usage.wording import UseChart

MONTH, YEAR, COST, WEATHER = "month", "year", "cost", "weather"
# Accounts on one page.
PAGE = 10
# The years by year, the months by month; a download holds everything.
MONTHS_SHOWN, MONTHS_READ, EVER = 13, 25, date(1900, 1, 1)
YEAR_DIGITS = 4


@require_safe
@customer_required
def usage(request: PortalRequest) -> HttpResponse:
    """
    Show a chart with its table for everything that the accounts used, or for what they paid.
    """
    by = request.GET.get("by", "month")
    page = page_asked(request)
    ids = sorted(account_ids(request, Right.SEE if by == COST else Right.READ))
    shown = ids[(page - 1) * PAGE : page * PAGE]
    readable = shown if by != COST else _readable(request, shown)
    held = registers_held(account_ids=readable)
    wanted = intervals.asked(request, held)
    if wanted is not None:
        charts = intervals.charts(request, held, wanted)
    elif by == COST:
        charts = costs.charts(request, shown, latest=MONTHS_SHOWN)
    else:
        charts = _use_charts(request, shown, held, by=by)
    return render(
        request,
        "portal/usage/usage.html",
        {
            "charts": charts,
            "by": by,
            "ways": _ways(request, with_intervals=bool(held)),
            "wanted": wanted,
            "turning": intervals.turning(wanted, held) if wanted else None,
            "both": bool(held) and by != COST,
            "pages": _pages(page, by, more=len(ids) > page * PAGE),
            "years": YearsForm(today=request.today),
            "readable": bool(readable),
            "foresees": bool(set(readable) & set(account_ids(request, Right.PAY))),
            "not_shared": bool(request.accounts) and not ids,
            "year": (wanted.day if wanted else request.today).year,
        },
    )


def _readable(request: PortalRequest, shown: list[int]) -> list[int]:
    return sorted(set(shown) & set(account_ids(request, Right.READ)))


def _ways(request: PortalRequest, *, with_intervals: bool) -> list[tuple[str, str]]:
    between = [
        (str(Grain.HOURS), _("Hours of a day")),
        (str(Grain.DAYS), _("Days of a month")),
        (str(Grain.MONTHS), _("Months of a year")),
    ]
    return [
        (MONTH, _("By reading")),
        (YEAR, _("By year")),
        *([(WEATHER, _("In usual weather"))] if weather_plans(request.tenant.file) else []),
        *(between if with_intervals else []),
        (COST, _("Cost")),
    ]


def _pages(page: int, by: str, *, more: bool) -> Pages | None:
    """
    Return what leads to the other accounts, seen the same way.
    """
    found = pages(page, more=more)
    if found is None or by not in {YEAR, COST, WEATHER, *Grain}:
        return found
    return replace(
        found,
        previous_url=found.previous_url and f"{found.previous_url}&by={by}",
        next_url=found.next_url and f"{found.next_url}&by={by}",
    )


def _use_charts(
    request: PortalRequest, shown: list[int], held: list[Held], *, by: str
) -> list[UseChart]:
    by_month = add_months(request.today.replace(day=1), -MONTHS_READ)
    series = series_of(account_ids=shown, since=EVER if by == YEAR else by_month)
    if by == WEATHER:
        return list(weather.charts(request, series, latest=MONTHS_SHOWN))
    return by_reading.charts(request, series, held, yearly=by == YEAR, latest=MONTHS_SHOWN)


@require_safe
@customer_required
def download(request: PortalRequest, suffix: str) -> HttpResponse:
    """
    Give every use of the accounts as a file: CSV for programs, XLSX for people.
    """
    if suffix not in spreadsheets.TYPES:
        raise Http404
    series = series_of(account_ids=account_ids(request, Right.READ), since=EVER)
    content = spreadsheets.file_of(
        suffix=suffix,
        title=_("Use"),
        header=wording.header(),
        rows=[row for one in series for row in _rows(request, one)],
    )
    return as_file(
        content, name=f"use-{request.today}.{suffix}", content_type=spreadsheets.TYPES[suffix]
    )


@require_safe
@customer_required
def interval_download(request: PortalRequest, suffix: str) -> HttpResponse:
    """
    Give the hours, days or months that the page shows as a file, of all accounts.
    """
    if suffix not in spreadsheets.TYPES:
        raise Http404
    held = registers_held(account_ids=account_ids(request, Right.READ))
    wanted = intervals.asked(request, held)
    if wanted is None:
        raise Http404
    content = spreadsheets.file_of(
        suffix=suffix,
        title=_("Use"),
        header=intervals.header(),
        rows=intervals.rows(request, held, wanted),
    )
    return as_file(
        content,
        name=f"use-{wanted.grain}-{wanted.day}.{suffix}",
        content_type=spreadsheets.TYPES[suffix],
    )


@require_safe
@customer_required
def green_button(request: PortalRequest) -> HttpResponse:
    """
    Give a year of the accounts' use as a Green Button feed.
    """
    year = request.GET.get("year", "")
    content = feeds.feed(
        account_ids=account_ids(request, Right.READ),
        year=int(year) if year.isdecimal() and len(year) == YEAR_DIGITS else request.today.year,
        zone=request.tenant.zone,
        now=request.now,
    )
    return as_file(
        content, name=f"green-button-{request.today}.xml", content_type=feeds.CONTENT_TYPE
    )


def _rows(request: PortalRequest, series: UseSeries) -> list[list[spreadsheets.Value]]:
    label = wording.service_label(request, series.service)
    conversion = conversion_of(series, file=request.tenant.file)
    worth = {use.months: use.used for use in priced_uses(series, conversion)} if conversion else {}
    return [
        [
            series.account_number,
            series.address,
            label,
            use.months.start,
            use.months.last_day,
            use.used,
            series.unit,
            use.before,
            _("yes") if use.is_estimated else _("no"),
            worth.get(use.months),
            conversion.to_unit if conversion else None,
        ]
        for use in wording.compared(series)
    ]
