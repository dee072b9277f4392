"""What stands on a statement of account, wherever it is read."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from mains.billing.kinds import title_of
from mains.core.wording import date_text, money_text, short_date_text, time_text
from mains.payments.rules.standing import Debt, Standing
from mains.payments.rules.statements import Days
from mains.payments.statements.account import Kind, Line
from mains.payments.wording import method_name, reference_text


def what(line: Line) -> str:
    """
    Say what moved the balance.
    """
    if line.bill_id is not None:
        return title_of(kind=line.bill_kind, number=line.number)
    words = {
        Kind.PAYMENT: _("Payment, %(method)s"),
        Kind.REFUND: _("Paid back, %(method)s"),
        Kind.CHARGEBACK: _("Payment taken back, %(method)s"),
        Kind.CHARGEBACK_WON: _("Payment came again, %(method)s"),
        Kind.UNMATCHED: _("Payment being matched again, %(method)s"),
        Kind.CORRECTION: _("Correction"),
    }
    return words[line.kind] % {"method": method_name(line.method)}


def note(line: Line) -> str:
    """
    Say which bills a movement concerns, and by which references it is found.
    """
    if line.kind is Kind.CREDIT_NOTE:
        return _("takes back bill %(number)s") % {"number": line.about} if line.about else ""
    parts = []
    if line.is_placed:
        parts.append(_("assigned to this account later"))
    if line.about:
        parts.append(_("for %(bills)s") % {"bills": line.about})
    if line.booking_key:
        parts.append(references(line))
    return "; ".join(parts)


def references(line: Line) -> str:
    """
    Return the number of the receipt, and what the bank or the gateway calls the payment.
    """
    return f"{line.number}, {reference_text(line.booking_key)}"


def days_text(days: Days, *, language: str) -> str:
    """
    Write the first and the last day of a statement.
    """
    first, last = (short_date_text(day, language=language) for day in days)
    return f"{first} – {last}"


def moment_text(instant: datetime, *, language: str) -> str:
    """
    Write an instant that is in the reader's zone, the day in words, e.g. `29 November 2026, 16:45`.
    """
    day, time = date_text(instant, language=language), time_text(instant, language=language)
    return f"{day}, {time}"


def verdict(found: list[Standing], *, instant: datetime, language: str) -> str:
    """
    Say as of an instant, in the reader's zone, whether anything is owed on accounts together.

    `found` has a standing for each currency. Nothing is said to be owed only where that is so for
    each of the accounts.
    """
    when = moment_text(instant, language=language)
    owing = [one for one in found if one.debt is not Debt.NONE]
    if not owing:
        return _("You owe nothing as of %(when)s") % {"when": when}
    amounts = " + ".join(money_text(one.owed, language=language) for one in owing)
    if all(one.debt is Debt.LATER for one in owing):
        return _("Nothing is overdue as of %(when)s; %(amount)s is due later") % {
            "when": when, "amount": amounts,
        }  # fmt: skip
    return _("You owe %(amount)s as of %(when)s") % {"when": when, "amount": amounts}


def parts_of(one: Standing, *, language: str) -> list[tuple[str, str]]:
    """
    Return what makes up how an account stands: names with amounts, those of nothing left out.
    """
    named = [
        (_("Overdue"), one.overdue),
        (_("Due later"), one.later),
        (_("Owed without a bill"), one.other),
        (_("Of this, collected by direct debit or card"), one.collected),
        (_("Credit"), one.credit),
        (_("Being confirmed: not counted yet"), one.confirmed),
    ]
    return [(name, money_text(amount, language=language)) for name, amount in named if amount.minor]


def file_stem(name: str, day: date) -> str:
    """
    Return the name of a downloaded file, without its ending.
    """
    return f"{name}-{day.isoformat()}"
