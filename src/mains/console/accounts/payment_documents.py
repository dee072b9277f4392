"""The payment documents of an account, for staff: how each stands, and why."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from mains.branding.components import Cell, Column, Table
from mains.console import wording
from mains.payments.bills_due import overview
from mains.payments.bills_due.overview import DocumentRow
from mains.payments.bills_due.telling import happened, state_word


def table(*, account_id: int, zone: ZoneInfo, today: date) -> Table | None:
    """
    List an account's payment documents with what happened to their bills, or None without any.
    """
    rows = overview.documents(account_ids=[account_id], today=today)
    return _table(rows, zone) if rows else None


def _table(rows: Sequence[DocumentRow], zone: ZoneInfo) -> Table:
    return Table(
        caption=_("Payment documents"),
        columns=(
            Column(_("Number")),
            Column(_("Made")),
            Column(_("Valid until")),
            Column(_("Status")),
            Column(_("Bills")),
            Column(_("Amount"), numeric=True),
            Column(_("Still open"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(row.number),
                Cell(wording.moment(row.created_at, zone)),
                Cell(wording.day(row.last_date)),
                Cell(state_word(row.state)[0], meaning=state_word(row.state)[1]),
                Cell(", ".join(line.bill.number for line in row.lines), note=_why(row)),
                Cell(row.total),
                Cell(row.owed),
            )
            for row in rows
        ),
    )


def _why(row: DocumentRow) -> str:
    return "; ".join(
        f"{line.bill.number}: {happened(line, language=wording.language())}" for line in row.changed
    )
