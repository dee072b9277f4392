"""
The pre-printed postal slip of Italy: `client code  amount  account  896`.

Eighteen digits of which the last two are the first sixteen modulo 93, the amount with a plus sign
before its cents, the account in twelve digits (Gazzetta Ufficiale 13A04294, annex 1).
"""

from mains.references.pagopa import check_digits
from mains.references.payable import (
    Check,
    Payable,
    Payee,
    Printed,
    Typed,
    WrongReference,
    digits_of,
)

NAME = "bollettino_896"
_CLIENT, _WHOLE = 18, 43


def printed(payable: Payable, payee: Payee) -> Printed | None:
    """
    Return the client code, the account and the line at the foot of the slip.
    """
    own, digits = payee.codes.get(NAME), digits_of(payable.number)
    if own is None or digits is None or payable.amount.minor >= 10**10:
        return None
    first, account = f"{own['prefix']}{digits}", own["account"].zfill(12)
    client = first + check_digits(first)
    units, cents = divmod(payable.amount.minor, 100)
    line = f"<{client}>  {units:08d}+{cents:02d}>  {account}<  896>"
    return Printed({"client": client, "account": own["account"], "line": line})


def read(text: str, payee: Payee) -> Typed | None:
    """
    Read a client code, or the whole line of the slip.

    Only the client code has check digits; amount and account are compared with the bill's.

    :raises WrongReference: for wrong check digits, or another account.
    """
    own = payee.codes.get(NAME)
    if own is None or not text.isdecimal() or len(text) not in {_CLIENT, _WHOLE}:
        return None
    if check_digits(text[:16]) != text[16:18]:
        raise WrongReference(Check.DIGITS)
    whole = len(text) == _WHOLE
    if whole and text[28:] != f"{own['account'].zfill(12)}896":
        raise WrongReference(Check.ISSUER)
    if not text.startswith(own["prefix"]):
        raise WrongReference(Check.ISSUER)
    amount = int(text[18:28]) if whole else None
    return Typed(company=payee.code, digits=text[5:16], amount_minor=amount)
