"""The creditor reference of ISO 11649: RF, two check digits, and the number itself."""

from mains.references.payable import (
    Check,
    Payable,
    Payee,
    Printed,
    Typed,
    WrongReference,
    digits_of,
)

NAME = "rf"
_LETTERS = str.maketrans({chr(code): str(code - 55) for code in range(ord("A"), ord("Z") + 1)})
_SHORTEST, _LONGEST = 5, 25


def reference_of(*, number: str) -> str:
    """
    Return the creditor reference of a number, e.g. `RF18BE2026000042`.

    Check digits by ISO 11649: the number followed by RF00, letters as 10 to 35, modulo 97.
    """
    plain = "".join(filter(str.isalnum, number.upper()))
    return f"RF{98 - int(f'{plain}RF00'.translate(_LETTERS)) % 97:02d}{plain}"


def printed(payable: Payable, payee: Payee) -> Printed | None:
    """
    Return the reference of a number, where there is an account to send money to.
    """
    if not payee.iban:
        return None
    return Printed({"reference": reference_of(number=payable.number)})


def read(text: str, payee: Payee) -> Typed | None:
    """
    Read a reference; `digits` are those of its bill, or the whole body where it has no others.

    :raises WrongReference: for a wrong length or check digits.
    """
    if not text.startswith("RF") or not text[2:4].isdecimal():
        return None
    if not _SHORTEST <= len(text) <= _LONGEST or not text.isascii():
        raise WrongReference(Check.LENGTH)
    if reference_of(number=text[4:]) != text:
        raise WrongReference(Check.DIGITS)
    return Typed(company=payee.code, digits=digits_of(text[4:]) or text[4:])
