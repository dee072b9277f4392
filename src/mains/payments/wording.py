"""What people read about payments, wherever they read it."""

import re

from django.utils.translation import gettext as _

from mains.branding.components import Cell, Meaning
from mains.core.wording import money_text, short_date_text
from mains.payments.queries import BillRow
from mains.payments.received import PaymentRow
from mains.payments.rules.bill_states import BillWord
from mains.payments.rules.collections import Hold

_LINE_KEY = re.compile(r"[0-9a-f]{64}")
_BEGINNING = 12


def reference_text(booking_key: str) -> str:
    """
    Return the bank's or the gateway's own reference, as a statement shows it.

    `bank:<company>:<reference>` and `<gateway>:<reference>` are what the database keeps apart. What
    a line of a statement is known by says nothing to people; its beginning is enough to find it.
    """
    kind, rest = booking_key.split(":", 1)
    reference = rest.split(":", 1)[1] if kind == "bank" else rest
    return reference[:_BEGINNING] if _LINE_KEY.fullmatch(reference) else reference


def payment_note(row: PaymentRow, *, language: str) -> str:
    """
    Say what else there is to a payment: its fee, what settled no bill, what went back.
    """
    parts = (
        (row.fee, _("and %(amount)s as a fee")),
        (row.credit, _("%(amount)s of it stays as credit")),
        (row.went_back, _("%(amount)s of it went back")),
    )
    said = [
        text % {"amount": money_text(amount, language=language)}
        for amount, text in parts
        if amount.minor
    ]
    return "; ".join(said)


def method_name(code: str) -> str:
    """
    Return what a way of paying is called.
    """
    return {
        "CARD": _("Card"),
        "BANK_TRANSFER": _("Bank transfer"),
        "DIRECT_DEBIT": _("Direct debit"),
        "CASH": _("Cash"),
    }.get(code, code)


def bill_state(row: BillRow, *, language: str) -> tuple[str, Meaning]:
    """
    Return the word that people are told of a bill, and what it means for them.
    """
    words: dict[BillWord, tuple[str, Meaning]] = {
        BillWord.NOTHING_TO_PAY: (_("Nothing to pay"), "ok"),
        BillWord.CREDIT: (_("Credit"), "ok"),
        BillWord.DUE: (_("Due"), "info"),
        BillWord.PART_PAID: (_("Part paid"), "info"),
        BillWord.OVERDUE: (_("Overdue"), "bad"),
        BillWord.PAID: (_("Paid"), "ok"),
        BillWord.CONFIRMING: (_("Payment being confirmed"), "info"),
        BillWord.CORRECTED: (_("Corrected"), "info"),
        BillWord.CANCELLED: (_("Taken back"), "info"),
    }
    if row.word is BillWord.COLLECTED and row.collection_date is not None:
        day = short_date_text(row.collection_date, language=language)
        return _("Collection on %(day)s") % {"day": day}, "info"
    return words[row.word]


def state_cell(row: BillRow, *, language: str) -> Cell:
    """
    Return the cell of a table that says where a bill stands.
    """
    text, meaning = bill_state(row, language=language)
    return Cell(text, meaning=meaning)


def held_text(hold: str) -> str:
    """
    Return why a bill is not collected, for its payer; empty where it is, or never was to be.
    """
    return {
        Hold.LIMIT: _("It is more than the limit that you set. Pay it, or let us collect it."),
        Hold.UNUSUAL: _(
            "It is far more than your last bills. Look at it, then let us collect it or tell us "
            "what is wrong."
        ),
        Hold.DISPUTED: _("You do not agree with it. We look at it and tell you."),
        Hold.CUSTOMER: _("You wanted to pay it yourself."),
        Hold.FAILED: _("It could not be collected. Pay it, or let us try once more."),
        Hold.ENDED: _("The authority to collect has ended. Pay it yourself."),
    }.get(Hold(hold), "")
