"""Amounts, days and characters as banks write them."""

import re
from datetime import date, datetime
from decimal import Decimal

from mains.bankfiles.unreadable import Reason, UnreadableFile
from mains.core.money import EXPONENTS, Money

# Eighteen digits fit every column of ours and every bank's field.
_AMOUNT = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]*)?|[+-]?\.[0-9]+")
# ISO 4217, as fixed-width formats give it.
NUMERIC = {
    "008": "ALL", "051": "AMD", "203": "CZK", "208": "DKK", "348": "HUF", "352": "ISK",
    "392": "JPY", "498": "MDL", "578": "NOK", "752": "SEK", "756": "CHF", "807": "MKD",
    "826": "GBP", "840": "USD", "941": "RSD", "946": "RON", "949": "TRY", "977": "BAM",
    "978": "EUR", "980": "UAH", "981": "GEL", "985": "PLN",
}  # fmt: skip
_HUNDREDTHS = 2


def minor_of(amount: str | Decimal, currency: str, line: int = 0) -> int:
    """
    Return an amount, with a point before its decimals, in the minor units of a currency.

    Without a currency these are hundredths. Banks keep hundredths where we have none (fees in
    fillér): they are rounded, halves away from zero. More decimals than that are refused.

    :raises UnreadableFile: for what is no amount, and for a currency that Mains has not.
    """
    text = str(amount).strip()
    if not _AMOUNT.fullmatch(text):
        raise UnreadableFile(Reason.AMOUNT, line)
    if currency and currency not in EXPONENTS:
        raise UnreadableFile(Reason.CURRENCY, line)
    hundredths = Decimal(text).scaleb(_HUNDREDTHS)
    if hundredths != int(hundredths):
        raise UnreadableFile(Reason.AMOUNT, line)
    return Money.round_from(Decimal(text), currency).minor if currency else int(hundredths)


def day_of(text: str, written: str, line: int = 0) -> date:
    """
    Return a day as `strptime` reads it, e.g. `%y%m%d`.

    :raises UnreadableFile: for what is no day.
    """
    try:
        return datetime.strptime(f"{text} +0000", f"{written} %z").date()
    except ValueError as error:
        raise UnreadableFile(Reason.DATE, line) from error


def characters(data: bytes, *encodings: str) -> str:
    """
    Return the text of a file: in UTF-8 if it can be, else in the first encoding that can.

    Control characters become spaces, so that positions stay and no column of ours meets one.
    """
    for encoding in ("utf-8-sig", *encodings):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text.translate(_CONTROLS).replace("\r\n", "\n").replace("\r", "\n")
    raise UnreadableFile(Reason.FORMAT)


_CONTROLS = {code: " " for code in (*range(9), 11, 12, *range(14, 32), 127)}
