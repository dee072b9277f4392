"""OFX 1 (SGML, in which fields have no end) and OFX 2 (XML), read by one tolerant reader."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape

from mains.bankfiles.statement import Line, Statement, span
from mains.bankfiles.unreadable import Reason, UnreadableFile
from mains.bankfiles.values import characters, day_of, minor_of

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_STATEMENT = re.compile(r"<(?:CC)?STMTRS>", re.IGNORECASE)
_TRANSACTION = re.compile(r"<STMTTRN>", re.IGNORECASE)
_TRANSACTION_END = re.compile(r"</STMTTRN>", re.IGNORECASE)
_ORIGINAL = "<ORIGCURRENCY>"
_FIELD = re.compile(r"<([A-Z0-9.]+)>([^<\n]*)", re.IGNORECASE)
_END = re.compile(r"</OFX>\s*\Z", re.IGNORECASE)
_DECLARATION = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def read(data: bytes) -> list[Statement]:
    """
    Read every statement of an account or a card.

    :raises UnreadableFile: for a file that does not end, and a statement without its currency.
    """
    text = _COMMENT.sub("", characters(data, "cp1252", "latin-1"))
    if _DECLARATION.search(text):
        raise UnreadableFile(Reason.DECLARATIONS, 1)
    begun, ended = (len(one.findall(text)) for one in (_TRANSACTION, _TRANSACTION_END))
    # Fields may have no end, what holds them has: a transaction may not run into the next.
    if not _END.search(text) or begun != ended:
        raise UnreadableFile(Reason.BROKEN)
    head, *parts = _STATEMENT.split(text)
    statements, at = [], head.count("\n") + 1
    for part in parts:
        statements.append(_statement(part, at))
        at += part.count("\n")
    return statements


def _statement(text: str, at: int) -> Statement:
    head, *parts = _TRANSACTION.split(text)
    fields = _fields(head)
    currency = fields.get("CURDEF", "").upper()
    if not currency:
        raise UnreadableFile(Reason.CURRENCY, at)
    lines = list(_lines(parts, currency, at + head.count("\n")))
    first, last = span(lines)
    closing = _balance(text)
    return Statement(
        account=fields.get("ACCTID", ""),
        currency=currency,
        number="",
        opening_minor=None,
        closing_minor=None if closing is None else minor_of(closing, currency, at),
        first_date=_day(fields, "DTSTART", at) or first,
        last_date=_day(fields, "DTEND", at) or last,
        lines=tuple(lines),
    )


def _fields(text: str) -> dict[str, str]:
    """
    Return the fields of a part by name; of several of one name, the first.
    """
    found: dict[str, str] = {}
    for name, value in _FIELD.findall(text):
        if value.strip():
            found.setdefault(name.upper(), " ".join(unescape(value).split()))
    return found


def _balance(text: str) -> str | None:
    _, _, ledger = text.upper().partition("<LEDGERBAL>")
    return _decimal(_fields(ledger).get("BALAMT", "")) if ledger else None


def _decimal(text: str) -> str:
    # The decimal sign may be a comma; nothing else is.
    return text.replace(",", ".")


def _day(fields: dict[str, str], name: str, at: int) -> date | None:
    return day_of(fields[name][:8], "%Y%m%d", at) if name in fields else None


def _lines(parts: list[str], currency: str, at: int) -> Iterator[Line]:
    for part in parts:
        yield _line(_TRANSACTION_END.split(part, maxsplit=1)[0], currency, at)
        at += part.count("\n")


def _line(text: str, currency: str, at: int) -> Line:
    fields = _fields(text)
    booked = _day(fields, "DTPOSTED", at)
    if booked is None:
        raise UnreadableFile(Reason.DATE, at)
    # Beside an original currency the amount is in that of the account.
    own = currency if _ORIGINAL in text.upper() else fields.get("CURSYM", currency).upper()
    number = fields.get("FITID", "")
    return Line(
        # Unique for the account; banks that begin again each day are known.
        key=f"{number} {booked}" if number else "",
        amount_minor=minor_of(_decimal(fields.get("TRNAMT", "")), own, at),
        currency=own,
        booking_date=booked,
        value_date=_day(fields, "DTAVAIL", at) or booked,
        bank_reference=number,
        text=fields.get("MEMO", ""),
        payer_name=fields.get("NAME", ""),
        payer_iban=fields.get("ACCTID", ""),
        bank_code=fields.get("TRNTYPE", ""),
    )
