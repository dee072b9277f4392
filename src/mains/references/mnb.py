"""The code of a transfer in Hungary (guide of the Magyar Nemzeti Bank): seventeen lines."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from mains.references.epc import shortened
from mains.references.payable import Payable, Payee, Printed

NAME = "mnb"
# The guide allows 345 bytes and size 13 with correction M, which holds fewer.
MOST_BYTES = 331
_ZONE = ZoneInfo("Europe/Budapest")


def printed(payable: Payable, payee: Payee) -> Printed | None:
    """
    Return the text of the code: the number stands for the invoice, the code for the customer.

    It holds through the due date and as many days as the company set.
    """
    own = payee.codes.get(NAME)
    if own is None or payable.amount.currency != "HUF" or not payee.iban:
        return None
    last = payable.due_date + timedelta(days=own["days_after_due"])
    lines = (
        "HCT", "001", "1", own["bic"], shortened(payee.name, characters=70), payee.iban,
        f"HUF{payable.amount.minor}", instant(datetime.combine(last, time(23, 59, 59), _ZONE)),
        own["purpose"], shortened(payable.purpose, characters=70), "", "", payable.number[:35],
        payable.customer[:35], "", "", "",
    )  # fmt: skip
    return Printed({"customer": payable.customer}, _fitting(lines))


def _fitting(lines: tuple[str, ...]) -> str:
    """
    Return the text of a code; shorter messages are tried until it fits.
    """
    text = "".join(f"{line}\n" for line in lines)
    if len(text.encode()) <= MOST_BYTES or not lines[9]:
        return text
    return _fitting((*lines[:9], lines[9][:-1], *lines[10:]))


def instant(at: datetime) -> str:
    """
    Write an instant as the guide wants it: the hours of its zone without a leading zero.
    """
    offset = at.utcoffset() or timedelta()
    return f"{at:%Y%m%d%H%M%S}{int(offset.total_seconds() // 3600):+d}"
