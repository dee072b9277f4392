"""The console's words for lines of bank statements."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from mains.branding.components import Meaning
from mains.console import wording
from mains.core.money import Money
from mains.core.wording import money_text
from mains.journeys.bank_desk_lines import Shown
from mains.payments.bank.overview import LineRow
from mains.payments.bank.placing import BY
from mains.payments.models import LineState, Way
from mains.payments.rules.matching import Confidence, Reason

_COMMAND_LINE, _STAFF = "command_line", "staff:"


def money(amount: Money) -> str:
    """
    Write an amount in the reader's language.
    """
    return money_text(amount, language=wording.language())


def confidence(code: Confidence) -> tuple[str, Meaning]:
    """
    Say how sure a proposal is.
    """
    words: dict[Confidence, tuple[str, Meaning]] = {
        Confidence.CERTAIN: (_("Certain"), "ok"),
        Confidence.LIKELY: (_("Likely"), "info"),
        Confidence.POSSIBLE: (_("Possible"), ""),
    }
    return words[code]


def reasons(codes: Sequence[str]) -> str:
    """
    Say why something is proposed, or was booked.
    """
    words = {
        Reason.REFERENCE: _("the payment reference is right, with its check digits"),
        Reason.NUMBER: _("the text names it"),
        Reason.AMOUNT: _("the amount is just what is owed"),
        Reason.IBAN: _("this bank account paid for the account before, or has its mandate"),
        Reason.NAME: _("the payer has the name of the account's holder"),
    }
    return ", ".join(words[Reason(code)] for code in codes if code in words)


def proposal(shown: Shown) -> str:
    """
    Say what would be booked: bills with what they get, and what stays as credit.
    """
    parts = [
        _("%(amount)s for bill %(number)s, of which %(owed)s is owed")
        % {"amount": money(amount), "number": bill.number, "owed": money(bill.outstanding)}
        for bill, amount in shown.bills
    ]
    if shown.rest.minor:
        parts.append(_("%(amount)s as credit") % {"amount": money(shown.rest)})
    return "; ".join(parts)


def state(row: LineRow) -> tuple[str, Meaning]:
    """
    Say what became of a line.
    """
    if row.state == LineState.SET_ASIDE:
        return _("Set aside"), ""
    if row.state == LineState.OPEN:
        part = row.waits.minor != row.amount.minor
        return (_("Partly placed"), "warn") if part else (_("To be placed"), "warn")
    return way(row.way), "ok"


def way(code: str) -> str:
    """
    Say by what a line was placed.
    """
    return {
        Way.BILLS: _("Booked on bills"),
        Way.CREDIT: _("Booked as credit"),
        Way.GIVEN_BACK: _("Given back"),
        Way.LINKED: _("Was booked by hand"),
        Way.PAYOUT: _("Payout"),
        Way.FEE: _("Bank fee"),
        Way.RETURNED: _("Returned direct debit"),
        Way.COLLECTION: _("Collected direct debits"),
        Way.CANCELLED: _("Cancelled at the counter"),
    }.get(Way(code) if code in Way.values else Way.BILLS, code)


def state_name(code: str) -> str:
    """
    Return the name of a state, for sums and the filter.
    """
    return {
        LineState.OPEN: _("To be placed"),
        LineState.BOOKED: _("Placed"),
        LineState.SET_ASIDE: _("Set aside"),
    }[LineState(code)]


def clearing(code: str) -> str:
    """
    Return the name of what collects for a company and pays out later.
    """
    names = {"cuaderno_57": _("Counters of banks"), "sandbox": "Sandbox", "stripe": "Stripe",
             "liqpay": "LiqPay", "privat": "PrivatBank"}  # fmt: skip
    return names.get(code, code)


def who(by: str, names: Mapping[int, str]) -> str:
    """
    Return who imported a file, or decided about a line.
    """
    if by in {BY, ""}:
        return _("by itself")
    if by == _COMMAND_LINE:
        return _("Command line")
    number = by.removeprefix(_STAFF)
    return names.get(int(number), _("A former colleague")) if number.isdecimal() else by


def trouble(found: Mapping[str, Any]) -> str:
    """
    Say why a file was refused, where, and what to do next.
    """
    text = _troubles(found).get(str(found["reason"]), "")
    if found["line"]:
        place = _("Line %(line)s of the file.") % {"line": found["line"]}
        return f"{text} {place}"
    return text


def _troubles(found: Mapping[str, Any]) -> dict[str, str]:
    values = {"found": found["found"], "expected": found["expected"]}
    return {
        "empty": _("There is nothing in this file. Download it from the bank again."),
        "too_big": _("This file is larger than any statement. Download fewer days at once."),
        "format": _(
            "This is none of the formats that banks use, or a table. For a table, say how its "
            "columns are written."
        ),
        "broken": _("This file ends too early, or is damaged. Download it from the bank again."),
        "declarations": _(
            "This file declares things of its own, which no bank does. Ask where it is from."
        ),
        "columns": _("A column is missing. Choose the way in which this bank writes its table."),
        "amount": _("An amount cannot be read. Download the file from the bank again."),
        "date": _("A day cannot be read. Choose the way in which this bank writes its table."),
        "currency": _(
            "The file has amounts in %(found)s, and the company's accounts are in %(expected)s. "
            "Choose the company whose statement it is."
        )
        % values
        if found["found"]
        else _("A currency is missing or not known. Download the file from the bank again."),
        "totals": _("The lines do not make the totals that the file names. Download it again."),
        "count": _("The file has fewer or more lines than it says. Download it again."),
        "batch": _("The parts of a batch do not make its sum. Ask the bank for the file again."),
        "account": _(
            "This is the statement of account %(found)s, and the company has %(expected)s. "
            "Choose the company whose statement it is."
        )
        % values,
        "no_currency": _(
            "The file does not say in which currency its amounts are. Upload it again and say it."
        ),
    }
