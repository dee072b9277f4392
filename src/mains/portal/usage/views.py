"""What was used, month by month or year by year, beside the same a year before."""

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mains.core import spreadsheets
from mains.core.calendars import add_months
from mains.enrolment.rules.rights import Right
from mains.metering.consumption import UseSeries, series_of
from mains.portal.access import PortalRequest, account_ids, customer_required
from mains.portal.paging import page_asked, pages
from mains.portal.usage import costs, wording
from mains.portal.usage.wording import UseChart

MONTH, YEAR, COST = "month", "year", "cost"
# Accounts on one page.
PAGE = 10
# The years by year, the months by month; a download holds everything.
MONTHS_SHOWN, MONTHS_READ, EVER = 13, 25, date(1900, 1, 1)


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
    if by == COST:
        charts = costs.charts(request, shown, latest=MONTHS_SHOWN)
    else:
        charts = _use_charts(request, shown, by_year=by == YEAR)
    return render(
        request,
        "portal/usage/usage.html",
        {
            "charts": charts,
            "by": by,
            "ways": [(MONTH, _("By reading")), (YEAR, _("By year")), (COST, _("Cost"))],
            "pages": pages(page, more=len(ids) > page * PAGE),
            "not_shared": bool(request.accounts) and not ids,
        },
    )


def _use_charts(request: PortalRequest, shown: list[int], *, by_year: bool) -> list[UseChart]:
    since = EVER if by_year else add_months(request.today.replace(day=1), -MONTHS_READ)
    series = series_of(account_ids=shown, since=since)
    return wording.charts(request, series, by_year=by_year, latest=MONTHS_SHOWN)


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
    answer = HttpResponse(content, content_type=spreadsheets.TYPES[suffix])
    answer["Content-Disposition"] = f'attachment; filename="use-{request.today}.{suffix}"'
    return answer


def _rows(request: PortalRequest, series: UseSeries) -> list[list[spreadsheets.Value]]:
    label = wording.service_label(request, series.service)
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
        ]
        for use in wording.compared(series)
    ]
