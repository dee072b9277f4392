"""Many bills as one file: choose them, check the list, ask for the file, fetch it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mains.branding.components import Cell, Column, Table
from mains.core.downloads import as_file
from mains.core.spreadsheets import TYPES
from mains.core.wording import instant_text, money_text, number_text, short_date_text
from mains.customers import portfolio
from mains.documents.serving import LINK_SECONDS
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.journeys import bill_downloads
from mains.journeys.bill_downloads import Download, Format, Step
from mains.payments.queries import BillRow
from mains.portal.access import PortalRequest, account_ids, customer_required, noted
from mains.portal.bills.download_forms import ACCOUNT, EVERY, TAX_ID, WantedBills
from mains.portal.bills.explaining import period_text
from mains.portal.readings.messages import language

# So many are shown with a box each; of more than that all are taken, or a shorter period.
SHOWN = 500
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Markable:
    """
    A bill with its box.
    """

    id: int
    number: str
    account: str
    period: str
    amount: str
    marked: bool


@require_safe
@customer_required
def every(request: PortalRequest) -> HttpResponse:
    """
    List the files that were asked for, the latest first.
    """
    found = bill_downloads.of_login(user_id=request.user.pk, now=request.now)
    return render(
        request,
        "portal/bills/downloads.html",
        {
            "table": _table(request, found) if found else None,
            "working": any(one.step in (Step.WAITING, Step.WORKING) for one in found),
        },
    )


@require_http_methods(["GET", "POST"])
@customer_required
def new(request: PortalRequest) -> HttpResponse:
    """
    Choose bills, show them, give them as a sheet, or ask for their file.
    """
    usual = _usual(request.today)
    shows = request.method == "GET" or "show" in request.POST
    typed = request.POST if request.method == "POST" else None
    form = WantedBills(typed, initial=usual, is_named="show" not in request.POST)
    if form.is_bound and not form.is_valid():
        return _page(request, form, [], status=422)
    rows = _found(request, form, form.cleaned_data if form.is_bound else usual)
    if shows or form.errors:
        return _page(request, form, rows, status=422 if form.errors else 200)
    return _asked(request, form, rows)


def _usual(today: date) -> dict[str, Any]:
    return {
        "first": today - _YEAR, "last": today, "by": EVERY, "number": "",
        "file_format": Format.ZIP,
    }  # fmt: skip


def _asked(request: PortalRequest, form: WantedBills, rows: list[BillRow]) -> HttpResponse:
    marked = {int(text) for text in request.POST.getlist("bill") if text.isdecimal()}
    # Each is among those that may be had, whatever was sent.
    chosen = rows if "all" in request.POST else [row for row in rows if row.id in marked]
    if "list" in request.POST and chosen:
        return as_file(bill_downloads.listed(chosen), name="bills.xlsx", content_type=TYPES["xlsx"])
    noted(request, Deed.DOCUMENT, {row.account_id for row in chosen})
    try:
        name = bill_downloads.ask(
            rows=chosen,
            title=form.cleaned_data["title"],
            file_format=Format(form.cleaned_data["file_format"]),
            user_id=request.user.pk,
            language=language(),
            now=request.now,
        )
    except bill_downloads.NothingChosen:
        form.add_error(None, _("No bill is marked. Mark at least one, or ask for all of them."))
    except bill_downloads.TooMany:
        form.add_error("file_format", _("One PDF holds up to 1,000 bills. Choose the ZIP."))
    else:
        return redirect("portal:bill-download", name=name)
    return _page(request, form, rows, marked=marked, status=422)


def _found(request: PortalRequest, form: WantedBills, given: dict[str, Any]) -> list[BillRow]:
    accounts = account_ids(request, Right.PAY)
    number = given["number"]
    if given["by"] in {ACCOUNT, TAX_ID}:
        accounts = portfolio.named(
            account_ids=accounts,
            number=number if given["by"] == ACCOUNT else "",
            tax_id=number if given["by"] == TAX_ID else "",
        )
        if not accounts:
            form.add_error("number", _("None of your accounts has this number."))
    try:
        rows = bill_downloads.found(
            account_ids=accounts, first=given["first"], last=given["last"], today=request.today
        )
    except bill_downloads.TooMany:
        form.add_error("first", _("These are more than 10,000 bills. Choose a shorter period."))
        return []
    noted(request, Deed.BILLS, {row.account_id for row in rows[:SHOWN]})
    return rows


def _page(
    request: PortalRequest,
    form: WantedBills,
    rows: Sequence[BillRow],
    *,
    marked: set[int] | None = None,
    status: int = 200,
) -> HttpResponse:
    count = len(rows)
    found = ngettext("%(count)s bill", "%(count)s bills", count) % {"count": count}
    return render(
        request,
        "portal/bills/download_new.html",
        {
            "form": form,
            "count": count,
            "found": found,
            "bills": [
                Markable(
                    row.id,
                    row.number,
                    row.account_number,
                    period_text(row.period_start, row.period_end),
                    money_text(row.total, language=language()),
                    marked is None or row.id in marked,
                )
                for row in rows[:SHOWN]
            ],
            "more": count > SHOWN,
            "shown": SHOWN,
            "nothing": not rows and not form.errors,
        },
        status=status,
    )


@require_safe
@customer_required
def one(request: PortalRequest, name: str) -> HttpResponse:
    """
    Say how far a file is.
    """
    found = _own(request, name)
    return render(
        request,
        "portal/bills/download.html",
        {
            "download": found,
            "state": _state(found)[0],
            "working": found.step in (Step.WAITING, Step.WORKING),
            "size": _size(found.size),
            "until": _day(request, found),
            "again": found.step in (Step.FAILED, Step.EXPIRED),
            "ready": found.step is Step.READY,
        },
    )


@require_safe
@never_cache
@customer_required
def fetch(request: PortalRequest, name: str) -> HttpResponse:
    """
    Lead to the file, for a minute, whoever asked for it and still sees all accounts in it.
    """
    found = _own(request, name)
    if not set(found.account_ids) <= set(account_ids(request, Right.PAY)):
        messages.error(
            request,
            _("The file has bills of an account that you no longer see. Ask for a new one."),
        )
        return redirect("portal:bill-download", name=name)
    try:
        address = bill_downloads.link(
            name=name, user_id=request.user.pk, now=request.now, seconds=LINK_SECONDS
        )
    except bill_downloads.NoSuchDownload as error:
        raise Http404 from error
    noted(request, Deed.DOCUMENT, found.account_ids)
    return redirect(address)


@require_POST
@customer_required
def again(request: PortalRequest, name: str) -> HttpResponse:
    """
    Ask for the same bills again.
    """
    _own(request, name)
    bill_downloads.ask_again(name=name, user_id=request.user.pk, now=request.now)
    return redirect("portal:bill-download", name=name)


def _own(request: PortalRequest, name: str) -> Download:
    try:
        return bill_downloads.one(name=name, user_id=request.user.pk or 0, now=request.now)
    except bill_downloads.NoSuchDownload as error:
        raise Http404 from error


def _table(request: PortalRequest, found: list[Download]) -> Table:
    return Table(
        caption=_("Downloads requested"),
        hide_caption=True,
        columns=(
            Column(_("Name")),
            Column(_("Asked for")),
            Column(_("State")),
            Column(_("Bills"), numeric=True),
            Column(_("Size"), numeric=True),
            Column(_("Until")),
        ),
        rows=tuple(
            (
                Cell(one.title, url=f"/bills/downloads/{one.name}/"),
                Cell(
                    instant_text(one.asked_at.astimezone(request.tenant.zone), language=language())
                ),
                Cell(*_state(one)[:1], meaning=_state(one)[1]),
                Cell(str(one.count)),
                Cell(_size(one.size)),
                Cell(_day(request, one)),
            )
            for one in found
        ),
    )


def _state(found: Download) -> tuple[str, Any]:
    return {
        Step.WAITING: (_("Waiting"), "info"),
        Step.WORKING: (_("%(percent)s %% done") % {"percent": found.percent}, "info"),
        Step.READY: (_("Ready"), "ok"),
        Step.FAILED: (_("Not made"), "bad"),
        Step.EXPIRED: (_("Ended"), ""),
    }[found.step]


def _size(count: int) -> str:
    if not count:
        return "–"
    if count < 100_000:
        return f"{max(1, count // 1000)} kB"
    size = Decimal(count) / 1_000_000
    return f"{number_text(size, language=language(), decimals=1)} MB"


def _day(request: PortalRequest, found: Download) -> str:
    if found.until is None:
        return "–"
    return short_date_text(request.tenant.date_of(found.until), language=language())
