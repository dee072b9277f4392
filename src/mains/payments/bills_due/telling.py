"""What is said about payment documents, the same on every page and on paper."""

from django.utils.translation import gettext as _

from mains.branding.components import Meaning
from mains.core.wording import date_text, money_text
from mains.payments.bills_due.overview import DocumentLine
from mains.payments.rules.bills_due import Change, DocumentState


def state_word(state: DocumentState) -> tuple[str, Meaning]:
    """
    Return how a document stands in words, and the kind of tag for it.
    """
    words: dict[DocumentState, tuple[str, Meaning]] = {
        DocumentState.OPEN: (_("Payable"), "info"),
        DocumentState.STALE: (_("Partly out of date"), "warn"),
        DocumentState.PAID: (_("Paid"), "ok"),
        DocumentState.EXPIRED: (_("Expired"), "bad"),
    }
    return words[state]


def happened(line: DocumentLine, *, language: str) -> str:
    """
    Say what happened to a bill since its document was made; nothing where nothing did.
    """
    left = {
        "amount": money_text(line.bill.outstanding, language=language),
        "day": date_text(line.paid_date, language=language) if line.paid_date else "",
    }
    return {
        Change.NONE: "",
        Change.PAID: _("paid on %(day)s") % left,
        Change.PART_PAID: _("part paid on %(day)s, %(amount)s left") % left,
        Change.CREDITED: _("taken back"),
        Change.MORE: _("%(amount)s owed by now") % left,
    }[line.change]
