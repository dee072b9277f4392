"""The code of a SEPA credit transfer for banking apps (EPC069-12, version 002)."""

from mains.references import reference_731, rf
from mains.references.payable import Payable, Payee, Printed

NAME = "epc"
# In bytes, with the error correction and size that the guideline demands.
MOST_BYTES = 331


def printed(payable: Payable, payee: Payee) -> Printed | None:
    """
    Return the text of the code, in UTF-8; its reference is always one of ISO 11649.

    A code has either a structured reference or a free text, so a national reference travels in the
    form that ISO 11649 gives it.
    """
    if not payee.codes.get(NAME, True) or payable.amount.currency != "EUR" or not payee.iban:
        return None
    national = reference_731.printed(payable, payee)
    number = national.fields["reference"] if national else payable.number
    lines = (
        "BCD", "002", "1", "SCT", "", shortened(payee.name, characters=70), payee.iban,
        f"EUR{payable.amount.as_decimal()}", "", rf.reference_of(number=number),
    )  # fmt: skip
    return Printed({}, "\n".join(lines))


def shortened(text: str, *, characters: int) -> str:
    """
    Return a text on one line, cut where a field ends.
    """
    return " ".join(text.split())[:characters].strip()
