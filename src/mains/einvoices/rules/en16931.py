"""What UBL and CII have in common: the rules of EN 16931 for what our bills do not say so."""

from collections.abc import Sequence
from typing import NamedTuple

from mains.einvoices.rules.invoice import Invoice, VatGroup

PROFILE = "urn:cen.eu:en16931:2017"
INVOICE, CREDIT_NOTE = "380", "381"
OUTSIDE, EXEMPT, REVERSE = "O", "E", "AE"
# Codes of UNTDID 4461 for the means of payment.
TRANSFER, SEPA_TRANSFER, SEPA_DEBIT, UNDEFINED = "30", "58", "59", "1"
# BT-121; what is exempt is so by national law, which only words can say.
_REASON_CODES = {"AE": "VATEX-EU-AE", "O": "VATEX-EU-O"}
_REASONS = {"AE": "Reverse charge", "E": "Exempt from VAT", "O": "Outside the scope of VAT"}


class Reason(NamedTuple):
    """
    Why a group has no tax: a code where Europe has one, and words.
    """

    code: str
    text: str


def for_en16931(invoice: Invoice) -> Invoice:
    """
    Return the invoice in categories that EN 16931 lets stand beside each other.

    What is outside the scope of VAT may not be on one invoice with anything else (BR-O-11 to -14),
    but bills have such lines; there they are exempt for the reason that they are outside. Groups
    that become one are summed.
    """
    if {group.category for group in invoice.vat} <= {OUTSIDE} or all(
        group.category != OUTSIDE for group in invoice.vat
    ):
        return invoice
    lines = [
        line._replace(category=EXEMPT) if line.category == OUTSIDE else line
        for line in invoice.lines
    ]
    return invoice._replace(lines=lines, vat=_merged(invoice.vat))


def _merged(groups: Sequence[VatGroup]) -> list[VatGroup]:
    kept = [group for group in groups if group.category not in {OUTSIDE, EXEMPT}]
    joined = [group for group in groups if group.category in {OUTSIDE, EXEMPT}]
    texts = dict.fromkeys(group.reason or _REASONS[group.category] for group in joined)
    net = sum((group.net for group in joined[1:]), joined[0].net)
    tax = sum((group.tax for group in joined[1:]), joined[0].tax)
    return [*kept, VatGroup(EXEMPT, joined[0].percent, net, tax, "; ".join(texts))]


def reason_of(group: VatGroup) -> Reason | None:
    """
    Return why a group has no tax, or None where it is taxed, be it at zero.
    """
    if group.category not in _REASONS:
        return None
    return Reason(_REASON_CODES.get(group.category, ""), group.reason or _REASONS[group.category])


def is_outside(invoice: Invoice) -> bool:
    """
    Tell whether nothing on an invoice is within the scope of VAT: then no VAT number is on it
    (BR-O-02).
    """
    return any(group.category == OUTSIDE for group in invoice.vat)


def means_of(invoice: Invoice) -> str:
    """
    Return the code of the means by which an invoice is paid.
    """
    if invoice.is_collected and not invoice.is_credit:
        return SEPA_DEBIT
    if not invoice.iban:
        return UNDEFINED
    return SEPA_TRANSFER if invoice.currency == "EUR" else TRANSFER
