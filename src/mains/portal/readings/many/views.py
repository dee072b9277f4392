"""Readings of many meters: paste or upload a list, look at it, send it, mend the rest."""

import re
from collections.abc import Sequence
from typing import Any

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from mains.branding.paging import page_asked, pages
from mains.core import spreadsheets
from mains.core.downloads import as_file
from mains.enrolment.access_log import Deed
from mains.metering import queries
from mains.metering.models import Reading, ReadingQuality
from mains.metering.rules.pasted import Given
from mains.portal.access import PortalRequest, customer_required, noted
from mains.portal.readings.many import checking, lists, tables
from mains.portal.readings.many.checking import Rows

SENT = "many_readings_sent"
# Meters on one page of the list; the files hold all.
PAGE = 100
_KEY = re.compile(r"[\w-]{16,43}")


@require_http_methods(["GET", "POST"])
@customer_required
def every(request: PortalRequest) -> HttpResponse:
    """
    Show the meters, take a list of what they show, and lead to what would come of it.
    """
    cells = lists.cells_typed(request.POST)
    if cells:
        return _look(request, lists.rows_of(cells, registers=checking.registers(request)))
    form = lists.Paste(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return _look(request, form.pasted.rows, unread=form.pasted.unread)
    page = page_asked(request)
    found = checking.registers(request, first=(page - 1) * PAGE, limit=PAGE + 1)
    return render(
        request,
        "portal/readings/many/list.html",
        {
            "form": form,
            "meters": tables.meters(request, found[:PAGE]),
            "pages": pages(page, more=len(found) > PAGE),
            "not_shared": bool(request.linked) and not checking.account_ids(request),
        },
        status=422 if form.errors else 200,
    )


@require_safe
@customer_required
def template(request: PortalRequest, suffix: str) -> HttpResponse:
    """
    Give the list of the meters to fill: CSV for programs, XLSX for people.
    """
    if suffix not in spreadsheets.TYPES:
        raise Http404
    rows = tables.blank(request, checking.registers(request))
    return _file(request, suffix, _("Readings"), tables.header(), rows)


def _file(
    request: PortalRequest,
    suffix: str,
    title: str,
    header: Sequence[str],
    rows: Sequence[Sequence[spreadsheets.Value]],
) -> HttpResponse:
    content = spreadsheets.file_of(suffix=suffix, title=title, header=header, rows=rows)
    return as_file(
        content, name=f"readings-{request.today}.{suffix}", content_type=spreadsheets.TYPES[suffix]
    )


@require_http_methods(["GET", "POST"])
@customer_required
def check(request: PortalRequest) -> HttpResponse:
    """
    Take the list as it came back: look at it again, send what is right, or give what is not.
    """
    if request.method != "POST":
        return redirect("portal:readings-many")
    typed = {name: str(request.POST[name]) for name in request.POST}
    try:
        rows = lists.unpacked(typed.get("rows", ""), typed=typed)
    except lists.Unreadable:
        notices.error(request, _("The list was cut off on its way. Paste it again."))
        return redirect("portal:readings-many")
    if "send" in typed:
        return _send(request, rows, key=typed.get("key", ""))
    if "file" in typed:
        return _left_file(request, rows)
    return _look(request, rows, key=typed.get("key", ""))


def _look(
    request: PortalRequest,
    rows: Sequence[Given],
    *,
    key: str = "",
    unread: int = 0,
    status: int = 200,
) -> HttpResponse:
    """
    Show what would come of each row; nothing is stored.
    """
    lines = checking.checked(request, [row for row in rows if row.typed])
    form = Rows(key=key if _KEY.fullmatch(key) else "", lines=lines)
    good = [line for line in lines if line.is_good]
    wrong = [line for line in lines if not line.is_good]
    shown = {line.position for line in [*form.wrong, *form.unusual]}
    return render(
        request,
        "portal/readings/many/check.html",
        {
            "form": form,
            "good": tables.of_good(good) if good else None,
            "good_count": len(good),
            "wrong_count": len(wrong),
            "unread": unread,
            "others": len([line for line in wrong if line.position not in shown]),
            "send": _send_words(len(good)),
        },
        status=status,
    )


def _send_words(count: int) -> str:
    if not count:
        return _("Send the ticked readings")
    return ngettext("Send %(count)s reading", "Send %(count)s readings", count) % {"count": count}


def _left_file(request: PortalRequest, rows: Sequence[Given]) -> HttpResponse:
    lines = checking.checked(request, rows)
    header = [_("Meter"), _("Register"), _("New reading"), _("Why")]
    left = tables.left([line for line in lines if not line.is_good])
    return _file(request, "xlsx", _("Not sent"), header, left)


def _send(request: PortalRequest, rows: Sequence[Given], *, key: str) -> HttpResponse:
    """
    Store what is right, once for a key; what is not stays in the session for the receipt.
    """
    if not _KEY.fullmatch(key):
        return _look(request, rows, status=422)
    lines = checking.sent(request, [row for row in rows if row.typed], key=key)
    stored = [line.outcome for line in lines if isinstance(line.outcome, Reading)]
    if not stored:
        return _look(request, rows, key=key, status=422)
    noted(
        request,
        Deed.READING,
        {
            line.register.account_id
            for line in lines
            if line.register and isinstance(line.outcome, Reading)
        },
    )
    left = [line.given for line in lines if not line.is_good]
    request.session[SENT] = {
        "ids": [reading.pk for reading in stored],
        "left": lists.packed(left),
    }
    return redirect("portal:readings-many-sent")


@require_safe
@customer_required
def sent(request: PortalRequest) -> HttpResponse:
    """
    Say what was stored, with references, and what was not, to be mended or kept as a file.
    """
    kept: dict[str, Any] = request.session.get(SENT, {})
    ids = kept.get("ids", [])
    readings = queries.readings_of(
        account_ids=checking.account_ids(request), limit=len(ids), ids=ids
    )
    if not readings:
        return redirect("portal:readings-many")
    left = checking.checked(request, lists.unpacked(kept["left"], typed={}))
    review = sum(reading.quality == ReadingQuality.NEEDS_REVIEW for reading in readings)
    return render(
        request,
        "portal/readings/many/sent.html",
        {
            "count": len(readings),
            "review": review,
            "table": tables.of_sent(sorted(readings, key=lambda one: one.id)),
            "left": tables.of_left(left) if left else None,
            "left_count": len(left),
            "rows": kept["left"],
        },
    )
