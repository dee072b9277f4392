"""References of the Baltic and Nordic banks: digits and one check digit with weights 7, 3, 1."""

from itertools import cycle

from mains.references.payable import (
    Check,
    Payable,
    Payee,
    Printed,
    Typed,
    WrongReference,
    digits_of,
)

NAME = "reference_731"


def check_digit(digits: str) -> str:
    """
    Return the check digit: weights 7, 3, 1 from the right, what is lacking to the next ten.
    """
    weighted = zip(reversed(digits), cycle((7, 3, 1)), strict=False)
    return str(-sum(int(digit) * weight for digit, weight in weighted) % 10)


def printed(payable: Payable, payee: Payee) -> Printed | None:
    """
    Return the reference: the company's prefix, the eleven digits and the check digit.
    """
    digits, own = digits_of(payable.number), payee.codes.get(NAME)
    if own is None or digits is None:
        return None
    base = f"{own['prefix']}{digits}"
    return Printed({"reference": base + check_digit(base)})


def read(text: str, payee: Payee) -> Typed | None:
    """
    Read a reference, or the creditor reference that banks make of it.

    :raises WrongReference: for a wrong check digit.
    """
    own = payee.codes.get(NAME)
    if text.startswith("RF") and text[4:].isdecimal():
        text = text[4:]
    # A payment document's own number is as long as a reference without its check digit.
    if own is None or not text.isdecimal() or len(text) != len(own["prefix"]) + 12:
        return None
    if check_digit(text[:-1]) != text[-1]:
        raise WrongReference(Check.DIGITS)
    if not text.startswith(own["prefix"]):
        raise WrongReference(Check.ISSUER)
    return Typed(company=payee.code, digits=text[len(own["prefix"]) : -1])
