"""What a reference stands for: a bill or a payment document, in eleven digits."""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from mains.core.money import Money

# A year begins with 1 to 8, so a leading 9 is free for payment documents.
_DOCUMENT = re.compile(r"9\d{10}")
_BILL = re.compile(r"[A-Z]{1,5}([1-8]\d{3})-?(\d{6,7})")


class Payable(NamedTuple):
    """
    Something to be paid: its number, its amount and the last day on which banks take it.
    """

    number: str
    amount: Money
    due_date: date
    # In the company's own words: what it is for, and the customer's code where there is one.
    purpose: str = ""
    customer: str = ""


class Payee(NamedTuple):
    """
    Who is paid; `codes` are the parameters of the company's schemes by name, as sealed in facts.
    """

    code: str
    name: str
    iban: str
    tax_id: str
    codes: Mapping[str, Any]


class Printed(NamedTuple):
    """
    What is printed of one scheme: its fields by name, and what its code holds.
    """

    fields: Mapping[str, str]
    code: str = ""


class Typed(NamedTuple):
    """
    What somebody typed, read without looking anything up; the amount is in minor units.

    `reference` is set where check digits can only be compared with those of the bill.
    """

    company: str
    digits: str
    amount_minor: int | None = None
    last_date: date | None = None
    reference: str = ""


class Check(StrEnum):
    """Why something typed can be no reference of this company's, whatever bills there are."""

    LENGTH = "length"
    DIGITS = "digits"
    ISSUER = "issuer"


class WrongReference(ValueError):
    """What was typed cannot be right, and which check says so."""

    def __init__(self, check: Check) -> None:
        super().__init__(check)
        self.check = check


class Scheme(Protocol):
    """
    One way to name a payable; a module with these three names is one.
    """

    NAME: str

    def printed(self, payable: Payable, payee: Payee) -> Printed | None:
        """
        Return what is printed, or None where the company or the number has none of this scheme.
        """

    def read(self, text: str, payee: Payee) -> Typed | None:
        """
        Read what was typed, capitals and digits only; None where it is not of this form.

        :raises WrongReference: where it is of this form and cannot be right.
        """


def payee_of(company: Mapping[str, Any]) -> Payee:
    """
    Return the payee of the company of a bill's facts; older facts have no codes.
    """
    return Payee(
        code=company.get("code", ""),
        name=company["name"],
        iban=company["iban"].replace(" ", ""),
        tax_id=company["tax_id"],
        codes=company.get("payment_codes", {}),
    )


def digits_of(number: str) -> str | None:
    """
    Return the eleven digits of a number: `AV2026-000042` is 20260000042; None where it has none.

    That of a payment document has them already, the first of them 9.
    """
    if _DOCUMENT.fullmatch(number):
        return number
    found = _BILL.fullmatch(number)
    return f"{found[1]}{int(found[2]):07d}" if found else None


def is_document(digits: str) -> bool:
    """
    Tell whether eleven digits stand for a payment document.
    """
    return _DOCUMENT.fullmatch(digits) is not None


def document_number(*, document_id: int) -> str:
    """
    Return the number of a payment document: eleven digits, the first of them 9.
    """
    return f"9{document_id:010d}"


def plain(typed: str) -> str:
    """
    Return what was typed in capitals, without what people write between groups.
    """
    return "".join(filter(str.isalnum, typed)).upper()
