"""Which bills and payment documents the text of a bank line names."""

from collections.abc import Iterator
from datetime import date

from mains.customers.models import Company
from mains.payments import finding, queries
from mains.payments.queries import BillRow
from mains.payments.rules.matching import Named
from mains.payments.rules.pieces import pieces
from mains.references import schemes
from mains.references.payable import Payee, Typed, WrongReference, digits_of, is_document


def payee_of(company: Company) -> Payee:
    """
    Return a company as the schemes of references know it.
    """
    iban = company.iban.replace(" ", "")
    return Payee(company.code, company.name, iban, company.tax_id, company.payment_codes)


def named_in(*, text: str, payee: Payee, today: date) -> list[Named]:
    """
    Return what every well-formed reference or number in a text names, of this company alone.

    One with wrong check digits names nothing.
    """
    found: dict[tuple[int, ...], bool] = {}
    for piece in pieces(text):
        for bill_ids, is_checked in _named(piece, payee, today):
            found[bill_ids] = found.get(bill_ids, False) or is_checked
    return [Named(bill_ids, is_checked) for bill_ids, is_checked in found.items()]


def _named(piece: str, payee: Payee, today: date) -> Iterator[tuple[tuple[int, ...], bool]]:
    try:
        read = schemes.read(piece, payees=[payee])
    except WrongReference:
        return
    is_checked = bool(read)
    if not read and is_document(piece):
        read = (Typed(company=payee.code, digits=piece),)
    bill = _bill(piece, payee, today) if not read or piece.startswith("RF") else None
    if bill is not None:
        yield (bill.id,), is_checked
        return
    found = finding.led_to(read, today)
    yield from (((row.id,), is_checked) for row in found.bills if row.company_code == payee.code)
    for document in found.documents:
        if document.company_code == payee.code:
            yield tuple(line.bill.id for line in document.lines), is_checked


def _bill(piece: str, payee: Payee, today: date) -> BillRow | None:
    """
    Return the bill that has this reference or number, if the company issued it.
    """
    if not piece.startswith("RF") and digits_of(piece) is None:
        return None
    bill = queries.bill_of_reference(reference=piece, today=today)
    return bill if bill is not None and bill.company_code == payee.code else None
