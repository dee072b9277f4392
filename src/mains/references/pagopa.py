"""
The Italian notice of pagoPA: eighteen digits, of which the last two are the first sixteen mod 93.

Auxiliary digit, application code (two), thirteen digits of ours and the check digits; its QR code
is `PAGOPA|002|notice|creditor|cents`.
"""

import re

from mains.references.payable import (
    Check,
    Payable,
    Payee,
    Printed,
    Typed,
    WrongReference,
    digits_of,
)

NAME = "pagopa"
# Separators are lost when a code is read as it was typed, so the text of a QR code may lack them.
_CODE = re.compile(r"PAGOPA\|?002\|?(\d{18})\|?(\d{11})\|?(\d{2,11})")
_LENGTH = 18


def check_digits(first: str) -> str:
    """
    Return the check digits of the first sixteen digits of a notice.
    """
    return f"{int(first) % 93:02d}"


def printed(payable: Payable, payee: Payee) -> Printed | None:
    """
    Return the notice code, who collects, and the text of the QR code.
    """
    own, digits = payee.codes.get(NAME), digits_of(payable.number)
    if own is None or digits is None:
        return None
    first = f"{own['aux_digit']}{own['application_code']}{digits:0>13}"
    notice = first + check_digits(first)
    fields = {"notice": notice, "creditor": own["creditor_tax_id"], "cbill": own["cbill"]}
    code = f"PAGOPA|002|{notice}|{own['creditor_tax_id']}|{payable.amount.minor:02d}"
    return Printed(fields, code)


def read(text: str, payee: Payee) -> Typed | None:
    """
    Read a notice code, or the text of its QR code.

    :raises WrongReference: for wrong check digits, or another creditor.
    """
    own = payee.codes.get(NAME)
    if own is None:
        return None
    code = scanned(text)
    notice = code[1] if code else text
    if len(notice) != _LENGTH or not notice.isdecimal():
        return None
    if check_digits(notice[:16]) != notice[16:]:
        raise WrongReference(Check.DIGITS)
    begin = f"{own['aux_digit']}{own['application_code']}00"
    if not notice.startswith(begin) or (code and code[2] != own["creditor_tax_id"]):
        raise WrongReference(Check.ISSUER)
    amount = int(code[3]) if code else None
    return Typed(company=payee.code, digits=notice[5:16], amount_minor=amount)


def scanned(text: str) -> re.Match[str] | None:
    """
    Return the parts of a QR code's text (notice, creditor, cents), or None where it is none.
    """
    return _CODE.fullmatch(text)
