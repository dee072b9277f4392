"""Statements of account as tables on a page and as rows of a file."""

from collections.abc import Callable, Sequence
from datetime import date

from django.utils.translation import gettext as _

from mains.billing.kinds import kind_name
from mains.branding.components import Cell, Column, Table
from mains.core.money import Money
from mains.core.spreadsheets import Value, file_of
from mains.core.wording import money_text, short_date_text
from mains.payments.statements import wording
from mains.payments.statements.account import Kind, Line, Statement
from mains.payments.wording import method_name, reference_text


def table(statement: Statement, *, bill_url: Callable[[int], str], language: str) -> Table:
    """
    Return the movements of a statement between its opening and its closing balance.
    """
    first, last = (_day(day, language) for day in statement.days)
    return Table(
        caption=_("Account %(number)s") % {"number": statement.account_number},
        hide_caption=True,
        columns=(
            Column(_("Day")),
            Column(_("What")),
            Column(_("Charged"), numeric=True),
            Column(_("Credited"), numeric=True),
            Column(_("Balance"), numeric=True),
        ),
        rows=(
            (Cell(first), Cell(_("Balance before")), *_blank(), Cell(statement.opening)),
            *(_row(line, bill_url, language) for line in statement.lines),
            (
                Cell(last),
                Cell(_("Balance after")),
                Cell(statement.charged),
                Cell(statement.credited),
                Cell(statement.closing),
            ),
        ),
    )


def _day(day: date, language: str) -> str:
    # In one line, however long the words beside it are.
    return short_date_text(day, language=language).replace(" ", "\u00a0")


def _blank() -> tuple[Cell, Cell]:
    return Cell(""), Cell("")


def _row(line: Line, bill_url: Callable[[int], str], language: str) -> tuple[Cell, ...]:
    charged, credited = sides(line)
    url = bill_url(line.bill_id) if line.bill_id is not None else ""
    return (
        Cell(_day(line.day, language)),
        Cell(wording.what(line), url=url, note=wording.note(line)),
        Cell(charged or ""),
        Cell(credited or ""),
        Cell(line.balance),
    )


def sides(line: Line) -> tuple[Money | None, Money | None]:
    """
    Return an amount as what was charged and what was credited; one of them is None.
    """
    return (line.amount, None) if line.amount.minor > 0 else (None, -line.amount)


def closing_sentence(statement: Statement, *, language: str) -> str:
    """
    Say what the balance after the last movement means.
    """
    closing = statement.closing
    if not closing.minor:
        return _("Balance: nothing owed")
    amount = money_text(closing if closing.minor > 0 else -closing, language=language)
    if closing.minor > 0:
        return _("Balance: %(amount)s owed") % {"amount": amount}
    return _("Balance: %(amount)s in credit") % {"amount": amount}


def file(statements: Sequence[Statement], *, suffix: str) -> bytes:
    """
    Return statements as a file of one of `spreadsheets.TYPES`, one after the other; balances are
    those of each account.
    """
    return file_of(
        suffix=suffix,
        title=_("Statement of account"),
        header=[
            _("Company"), _("Account"), _("Day"), _("Kind"), _("Number"), _("Method"),
            _("Reference"), _("Concerns bills"), _("Charged"), _("Credited"), _("Balance"),
            _("Currency"),
        ],
        rows=[row for one in statements for row in _rows(one)],
    )  # fmt: skip


def _rows(statement: Statement) -> list[list[Value]]:
    whose: list[Value] = [statement.company_name, statement.account_number]
    currency = statement.opening.currency
    none: list[Value] = [None, None, None, None, None, None]
    return [
        [
            *whose, statement.days.first, _("Balance before"), *none,
            statement.opening.as_decimal(), currency,
        ],
        *([*whose, *_cells(line), currency] for line in statement.lines),
        [
            *whose, statement.days.last, _("Balance after"), *none[:4],
            statement.charged.as_decimal(), statement.credited.as_decimal(),
            statement.closing.as_decimal(), currency,
        ],
    ]  # fmt: skip


def _cells(line: Line) -> list[Value]:
    charged, credited = sides(line)
    return [
        line.day,
        kind_text(line),
        line.number or None,
        method_name(line.method) if line.method else None,
        reference_text(line.booking_key) if line.booking_key else None,
        line.about or None,
        charged.as_decimal() if charged else None,
        credited.as_decimal() if credited else None,
        line.balance.as_decimal(),
    ]


def kind_text(line: Line) -> str:
    """
    Return what a movement is called, without its number.
    """
    if line.bill_id is not None:
        return kind_name(line.bill_kind)
    return {
        Kind.PAYMENT: _("Payment"),
        Kind.REFUND: _("Paid back"),
        Kind.CHARGEBACK: _("Payment taken back"),
        Kind.CHARGEBACK_WON: _("Payment came again"),
        Kind.UNMATCHED: _("Payment being matched again"),
        Kind.CORRECTION: _("Correction"),
    }[line.kind]
