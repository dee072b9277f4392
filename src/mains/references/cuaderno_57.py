"""
Payment at the counter of any Spanish bank: Cuaderno 57 (June 2015), format 507.

Issuer of eight digits, suffix of three, reference of eleven and two check digits, identification
of six, amount in cents. From suffix 500 on, the identification is the last day, DDMMYY.
"""

from datetime import date, datetime, timedelta
from typing import Any

from mains.references.payable import (
    Check,
    Payable,
    Payee,
    Printed,
    Typed,
    WrongReference,
    digits_of,
    is_document,
)

NAME = "cuaderno_57"
# Application and format: 90, 507.
PREFIX, PARITY = "90507", "0"
_LENGTH, _REFERENCE, _FIRST_CONTROLLED = 46, 13, 500


def check_digits(
    *, issuer: str, suffix: str, reference: str, identification: str, amount_minor: int
) -> str:
    """
    Return the check digits of a payment: 100 less the first two decimals of the sum over 97.

    Source: Cuaderno 57, annex 2. Where the division is exact they are 00.
    """
    total = sum(int(part or 0) for part in (issuer, suffix, reference, identification))
    rest = (total + amount_minor) % 97
    return f"{100 - 100 * rest // 97:02d}" if rest else "00"


def printed(payable: Payable, payee: Payee) -> Printed | None:
    """
    Return the fields as the norm prints them, and the 46 digits of the barcode.
    """
    own, digits = payee.codes.get(NAME), digits_of(payable.number)
    if own is None or digits is None or payable.amount.minor >= 10**10:
        return None
    issuer, suffix, amount = own["issuer"].zfill(8), own["suffix"], payable.amount.minor
    identification = f"{_named_date(payable, own):%d%m%y}"
    check = check_digits(
        issuer=issuer,
        suffix=suffix,
        reference=digits,
        identification=identification,
        amount_minor=amount,
    )
    return Printed(
        {
            "cpr": own["cpr"],
            "issuer": f"{issuer}-{suffix}",
            "reference": f"{digits}-{check}",
            "identification": identification,
        },
        f"{PREFIX}{issuer}{suffix}{digits}{check}{identification}{amount:010d}{PARITY}",
    )


def last_date(payable: Payable, payee: Payee) -> date | None:
    """
    Return the last day on which banks take a payment; None where its suffix sets none.
    """
    own = payee.codes[NAME]
    return _named_date(payable, own) if int(own["suffix"]) >= _FIRST_CONTROLLED else None


def _named_date(payable: Payable, own: Any) -> date:
    # A payment document names its own last day.
    extra = 0 if is_document(payable.number) else own["days_after_due"]
    return payable.due_date + timedelta(days=extra)


def read(text: str, payee: Payee) -> Typed | None:
    """
    Read the 46 digits below the barcode, or the reference alone.

    The check digits of a reference are those of all fields together, so without the others they
    are left to be compared with the bill's.

    :raises WrongReference: for a wrong length, check digits, or another issuer.
    """
    if payee.codes.get(NAME) is None or not text.isdecimal():
        return None
    if len(text) == _REFERENCE and text[0] != "0":
        return Typed(company=payee.code, digits=text[:-2], reference=text)
    if not text.startswith(PREFIX):
        return None
    if len(text) != _LENGTH or text[-1] != PARITY:
        raise WrongReference(Check.LENGTH if len(text) != _LENGTH else Check.DIGITS)
    return read_fields(
        cpr=text[:5],
        issuer=text[5:16],
        reference=text[16:29],
        identification=text[29:35],
        amount_minor=int(text[35:45]),
        payee=payee,
    )


def read_fields(
    *,
    cpr: str,
    issuer: str,
    reference: str,
    identification: str,
    amount_minor: int,
    payee: Payee,
) -> Typed:
    """
    Read the five fields, digits only: issuer with its suffix, reference with its check digits.

    :raises WrongReference: for a wrong length, check digits, or another issuer.
    """
    own = payee.codes[NAME]
    parts = (cpr, issuer, reference, identification)
    fits = 4 <= len(issuer) <= 11 and len(reference) == 13 and len(identification) <= 6
    if not fits or not all(part.isdecimal() and part.isascii() for part in parts):
        raise WrongReference(Check.LENGTH)
    issuer, suffix = issuer[:-3].zfill(8), issuer[-3:]
    check = check_digits(
        issuer=issuer,
        suffix=suffix,
        reference=reference[:-2],
        identification=identification,
        amount_minor=amount_minor,
    )
    if check != reference[-2:]:
        raise WrongReference(Check.DIGITS)
    if (cpr, issuer, suffix) not in {
        (known, own["issuer"].zfill(8), own["suffix"]) for known in (own["cpr"], PREFIX)
    }:
        raise WrongReference(Check.ISSUER)
    return Typed(
        company=payee.code,
        digits=reference[:-2],
        amount_minor=amount_minor,
        last_date=_controlled_date(suffix, identification),
    )


def _controlled_date(suffix: str, identification: str) -> date | None:
    """
    Return the last day of an identification that is one; only from suffix 500 on.
    """
    if int(suffix) < _FIRST_CONTROLLED:
        return None
    try:
        return datetime.strptime(f"{identification:0>6}+0000", "%d%m%y%z").date()
    except ValueError as error:
        raise WrongReference(Check.DIGITS) from error
