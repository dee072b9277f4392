"""What a code or number leads to: bills of which one is meant, or a payment document."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from mains.billing import queries as billing
from mains.billing.models import NumberSeries
from mains.billing.numbers import number_text
from mains.customers.companies import all_companies
from mains.payments import queries
from mains.payments.bills_due import overview
from mains.payments.bills_due.overview import DocumentRow
from mains.payments.queries import BillRow
from mains.references import cuaderno_57, links, schemes
from mains.references.payable import (
    Check,
    Payable,
    Payee,
    Typed,
    WrongReference,
    is_document,
    payee_of,
    plain,
)

_DIGITS = 11


@dataclass(frozen=True, slots=True)
class Named:
    """
    What a text can stand for, and what else it says: an amount in minor units, and a last day.
    """

    bills: tuple[BillRow, ...] = ()
    documents: tuple[DocumentRow, ...] = ()
    amount_minor: int | None = None
    last_date: date | None = None


@dataclass(frozen=True, slots=True)
class Fields:
    """
    The fields of Cuaderno 57 as somebody typed them.
    """

    cpr: str
    issuer: str
    reference: str
    identification: str


def payees() -> list[Payee]:
    """
    Return the companies of the tenant with the parameters of their schemes.
    """
    return [
        Payee(row.code, row.name, row.iban.replace(" ", ""), row.tax_id, row.payment_codes)
        for row in all_companies()
    ]


def named(*, typed: str, today: date) -> Named:
    """
    Return what a reference, code or number leads to; with separators or without.

    :raises WrongReference: if it cannot be right; nothing was looked up then.
    """
    text = plain(typed)
    found = schemes.read(typed, payees=payees())
    exact = queries.bill_of_reference(reference=text, today=today)
    if exact is not None:
        return Named(bills=(exact,))
    if not found and is_document(text):
        found = (Typed(company="", digits=text),)
    return led_to(found, today)


def by_fields(*, fields: Fields, amount_minor: int, today: date) -> Named:
    """
    Return what the five fields of Cuaderno 57 lead to.

    :raises WrongReference: if they cannot be right together; nothing was looked up then.
    """
    found, wrong = [], WrongReference(Check.ISSUER)
    for payee in payees():
        if cuaderno_57.NAME in payee.codes:
            try:
                found.append(
                    cuaderno_57.read_fields(
                        cpr=plain(fields.cpr),
                        issuer=plain(fields.issuer),
                        reference=plain(fields.reference),
                        identification=plain(fields.identification),
                        amount_minor=amount_minor,
                        payee=payee,
                    )
                )
            except WrongReference as error:
                wrong = error
    if not found:
        raise wrong
    return led_to(found, today)


def by_link(*, code: str, key: bytes, today: date) -> Named:
    """
    Return the one bill or payment document of a short link's code; nothing for a wrong one.
    """
    digits = links.digits_in(code, key=key)
    if digits is None:
        return Named()
    found = led_to([Typed(payee.code, digits) for payee in payees()], today)

    def is_meant(number: str) -> bool:
        return links.code_of(number=number, key=key) == code.upper()

    return Named(
        bills=tuple(row for row in found.bills if is_meant(row.number)),
        documents=tuple(row for row in found.documents if is_meant(row.number)),
    )


def led_to(found: Iterable[Typed], today: date) -> Named:
    """
    Return what was read of a text leads to: issued bills and payment documents.
    """
    bills: dict[int, BillRow] = {}
    documents: dict[int, DocumentRow] = {}
    one = None
    for one in found:
        if is_document(one.digits):
            documents |= {row.id: row for row in _documents(one, today)}
        elif len(one.digits) == _DIGITS and one.digits.isdecimal():
            bills |= {row.id: row for row in _bills(one, today)}
    return Named(
        bills=tuple(bills.values()),
        documents=tuple(documents.values()),
        amount_minor=one.amount_minor if one else None,
        last_date=one.last_date if one else None,
    )


def _documents(one: Typed, today: date) -> list[DocumentRow]:
    row = overview.document(document_id=int(one.digits[1:]), today=today)
    if row is None or one.company not in {"", row.company_code}:
        return []
    if not one.reference:
        return [row]
    payee = next(payee for payee in payees() if payee.code == row.company_code)
    payable = Payable(row.number, row.total, row.last_date)
    return [row] if _has_reference(payable, payee, one) else []


def _bills(one: Typed, today: date) -> list[BillRow]:
    rows = queries.bills_numbered(numbers=_numbers(one), today=today)
    return [row for row in rows if not one.reference or _prints(row, one)]


def _prints(row: BillRow, one: Typed) -> bool:
    """
    Tell whether a bill prints this reference, by its sealed facts.
    """
    facts = billing.facts(bill_id=row.id)
    if facts is None:
        return False
    due_date = date.fromisoformat(facts["due_date"])
    payable = Payable(row.number, row.total, due_date)
    return _has_reference(payable, payee_of(facts["company"]), one)


def _has_reference(payable: Payable, payee: Payee, one: Typed) -> bool:
    printed = cuaderno_57.printed(payable, payee)
    return printed is not None and plain(printed.fields["reference"]) == one.reference


def _numbers(one: Typed) -> list[str]:
    """
    Return the numbers of a company that have these digits: it may have changed its series.
    """
    year, sequence = int(one.digits[:4]), int(one.digits[4:])
    codes = NumberSeries.objects.filter(company__code=one.company, year=year)
    return [
        number_text(series=code, year=year, number=sequence)
        for code in codes.values_list("code", flat=True)
    ]
