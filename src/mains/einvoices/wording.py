"""What formats, states and reasons are called."""

from django.utils.translation import gettext as _

from mains.branding.components import Meaning
from mains.einvoices.models import FilingState
from mains.einvoices.rules.chain import Fault, Finding

# Names of standards and offices, which are the same in every language.
FORMATS = {
    "json": "JSON",
    "csv": "CSV",
    "ubl": "UBL (XML)",
    "cii": "CII (XML)",
    "facturx": "Factur-X (PDF)",
    "fatturapa": "FatturaPA (XML)",
    "nav": "Online Számla (XML)",
    "verifactu": "VeriFactu (XML)",
}
OFFICES = {"FATTURAPA": "FatturaPA", "NAV": "Online Számla", "VERIFACTU": "VeriFactu"}


def state(code: str) -> tuple[str, Meaning]:
    """
    Return what a state of a filing is called, and its meaning for a tag.
    """
    words: dict[FilingState, tuple[str, Meaning]] = {
        FilingState.UNFIT: (_("Not filed"), "bad"),
        FilingState.MADE: (_("Made"), "info"),
        FilingState.DELIVERED: (_("Delivered"), "ok"),
        FilingState.UNDELIVERED: (_("Not delivered"), "warn"),
        FilingState.REJECTED: (_("Rejected"), "bad"),
        FilingState.ACCEPTED: (_("Accepted"), "ok"),
        FilingState.DECLINED: (_("Declined"), "bad"),
        FilingState.LAPSED: (_("Not answered"), "ok"),
        FilingState.IMPOSSIBLE: (_("Undeliverable"), "warn"),
    }
    return words[FilingState(code)]


def reason(code: str) -> str:
    """
    Say why a bill cannot be given in a format or filed, and what helps.
    """
    words = {
        "facts_too_old": _(
            "The bill was issued before the company gave bills in this format. "
            "JSON and CSV are there."
        ),
        "office_missing": _(
            "The bill was issued before the company reported to this office, so it says "
            "nothing for it."
        ),
        "buyer_tax_id_missing": _(
            "The customer's tax number is missing. Record it, credit the bill and issue it again."
        ),
        "buyer_place_unknown": _(
            "The customer's address has no street, post code and town. Write the post code and the "
            "town on a line of their own, credit the bill and issue it again."
        ),
        "nothing_to_report": _("The bill comes to nothing, so there is nothing to report."),
        "facts_tampered": _("The bill is no longer what was sealed when it was issued."),
    }
    return words.get(
        code, _("The figures of this bill do not fit the format. JSON and CSV are there.")
    )


def fault(finding: Finding) -> str:
    """
    Say what is wrong at a place in a company's filings.
    """
    sentences = {
        Fault.REMOVED: _("Filing %(position)s was removed."),
        Fault.CHANGED: _("Filing %(position)s was changed."),
        Fault.BROKEN: _("Filing %(position)s does not follow the one before."),
    }
    return sentences[finding.fault] % {"position": finding.position}
