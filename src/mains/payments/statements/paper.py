"""Statements of account as letters."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from mains.core.wording import date_text, money_text, short_date_text
from mains.customers.models import Account
from mains.payments.statements import letters, wording
from mains.payments.statements.account import Line, Statement
from mains.payments.statements.tables import closing_sentence, sides
from mains.tenancy.queries import TenantInfo

# One letter after the other; whoever has more accounts takes the file for spreadsheets.
MOST_LETTERS = 50


class TooManyLetters(Exception):
    """More accounts than one document has letters."""


class NoLetters(Exception):
    """There is no account to write about."""


def pdf(
    *, statements: Sequence[Statement], tenant: TenantInfo, language: str, today: date
) -> bytes:
    """
    Return statements as one PDF, a letter for each account, in the language in force.

    :raises NoLetters: if there are none.
    :raises TooManyLetters: if there are more than fifty.
    """
    if not statements:
        raise NoLetters
    if len(statements) > MOST_LETTERS:
        raise TooManyLetters(len(statements))
    accounts = Account.objects.select_related("company", "customer").in_bulk(
        [one.account_id for one in statements]
    )
    return letters.printed(
        [_letter(one, accounts[one.account_id], language, today) for one in statements],
        title=_("Statement of account"),
        author=statements[0].company_name,
        tenant=tenant,
        language=language,
        day=today,
    )


def _letter(
    statement: Statement, account: Account, language: str, today: date
) -> dict[str, object]:
    return letters.letter(
        account=account,
        heading=_("Statement of account"),
        facts=[
            [_("Account"), statement.account_number],
            [_("Days"), wording.days_text(statement.days, language=language)],
            [_("Made"), date_text(today, language=language)],
        ],
        verdict=closing_sentence(statement, language=language),
        notes=[
            _(
                "Everything that was booked by the day it was made. Payments that are still being "
                "confirmed are not in it."
            )
        ],
        tables=[
            letters.table(
                title="",
                head=[_("Day"), _("What"), _("Charged"), _("Credited"), _("Balance")],
                texts=2,
                columns=["auto", "1", "auto", "auto", "auto"],
                rows=_rows(statement, language),
            )
        ],
    )


def _rows(statement: Statement, language: str) -> list[letters.Row]:
    def money(amount: object) -> str:
        return money_text(amount, language=language) if amount else ""  # type: ignore[arg-type]

    def row(line: Line) -> letters.Row:
        charged, credited = (money(one) for one in sides(line))
        day = short_date_text(line.day, language=language)
        said = (wording.what(line), wording.note(line))
        return [(day,), said, (charged,), (credited,), (money(line.balance),)], False

    first, last = (short_date_text(day, language=language) for day in statement.days)
    before = [(first,), (_("Balance before"),), ("",), ("",), (money(statement.opening),)]
    after = [
        (last,), (_("Balance after"),), (money(statement.charged),),
        (money(statement.credited),), (money(statement.closing),),
    ]  # fmt: skip
    return [(before, True), *(row(line) for line in statement.lines), (after, True)]
