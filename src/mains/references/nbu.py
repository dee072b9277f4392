"""
The code of a transfer in Ukraine (rules of the National Bank, format 002).

An address of the bank's with thirteen lines behind it in Base64; resolution 97 of 2025 changed the
address from 1 November 2025 on.
"""

from base64 import urlsafe_b64encode

from mains.references.epc import shortened
from mains.references.payable import Payable, Payee, Printed

NAME = "nbu"
MOST_BYTES = 500


def printed(payable: Payable, payee: Payee) -> Printed | None:
    """
    Return the purpose that the code holds, and its address.
    """
    own = payee.codes.get(NAME)
    if own is None or payable.amount.currency != "UAH" or not payee.iban:
        return None
    purpose = shortened(payable.purpose, characters=140)
    lines = (
        "BCD", "002", "1", "UCT", "", shortened(payee.name, characters=70), payee.iban,
        f"UAH{payable.amount.as_decimal()}", payee.tax_id, "", "", purpose, "",
    )  # fmt: skip
    return Printed(
        {"purpose": purpose, "tax_id": payee.tax_id}, address(lines, prefix=own["prefix"])
    )


def address(lines: tuple[str, ...], *, prefix: str) -> str:
    """
    Return the address of a code; shorter purposes are tried until it fits into 500 bytes.
    """
    text = prefix + urlsafe_b64encode("\n".join(lines).encode()).decode().rstrip("=")
    if len(text) <= MOST_BYTES or not lines[11]:
        return text
    return address((*lines[:11], lines[11][:-1], *lines[12:]), prefix=prefix)
