"""Rows that were not taken: on the page, and as a file with the reason beside each row."""

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from mains.branding.components import Cell, Column, Table
from mains.console.access import StaffRequest
from mains.console.imports import words
from mains.core import spreadsheets
from mains.core.downloads import as_file
from mains.documents.waiting import NotWaiting
from mains.journeys import rejected_rows
from mains.journeys.rejected_rows import Rejected

SHOWN = 20
_LONGEST = 60


def rejected_file(request: StaffRequest, *, name: str, suffix: str) -> HttpResponse:
    """
    Answer with the rows of a waiting file, or of an import, that were not taken.
    """
    found = rejected(request, name=name)
    if suffix not in spreadsheets.TYPES or found is None:
        raise Http404
    content = spreadsheets.file_of(
        suffix=suffix, title=_("Rejected rows"), header=_header(found), rows=_rows(found)
    )
    return as_file(content, name=f"rejected-rows.{suffix}", content_type=spreadsheets.TYPES[suffix])


def rejected(request: StaffRequest, *, name: str) -> Rejected | None:
    """
    Return the rows that were not taken, or None where there are none.
    """
    try:
        return rejected_rows.find(name=name, now=request.now)
    except NotWaiting:
        return None


def table(found: Rejected) -> Table:
    """
    Return the first rows that were not taken, for the page.
    """
    return Table(
        caption=_("First rejected rows"),
        hide_caption=True,
        columns=(
            Column(_("Row"), numeric=True), Column(_("Column")), Column(_("What stands there")),
            Column(_("Why it is rejected")),
        ),
        rows=tuple(
            (
                Cell(str(one.row)),
                Cell(words.column(one.column) or "–"),
                Cell(one.text[:_LONGEST] or "–"),
                Cell(words.trouble(one.trouble)),
            )
            for one in found.refusals[:SHOWN]
        ),
    )  # fmt: skip


def _header(found: Rejected) -> list[str]:
    width = max((len(fields) for fields in found.rows.values()), default=0)
    names = [*found.header, *[""] * width][:width]
    sent = [name or str(number) for number, name in enumerate(names, 1)]
    return [_("Row"), _("Column"), _("What stands there"), _("Why it is rejected"),
            _("What to do"), *sent]  # fmt: skip


def _rows(found: Rejected) -> list[list[Any]]:
    rows = []
    width = max((len(fields) for fields in found.rows.values()), default=0)
    for one in found.refusals:
        reason, advice = words.reason_and_advice(one)
        fields = found.rows.get(one.row, [])
        sent = [*fields, *[""] * (width - len(fields))]
        rows.append([one.row, words.column(one.column), one.text, reason, advice, *sent])
    return rows
