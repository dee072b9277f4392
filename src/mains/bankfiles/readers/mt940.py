"""Statements of SWIFT: MT940, and MT942 with what was booked since, read by the library mt-940."""

import logging
import re
from datetime import date
from typing import Any

from mt940.models import Transaction, Transactions
from mt940.options import Options
from mt940.tags import StatementASNB

from mains.bankfiles.statement import Line, Statement, span
from mains.bankfiles.unreadable import Reason, UnreadableFile
from mains.bankfiles.values import characters, minor_of
from mains.core.money import EXPONENTS

# The library writes what it cannot read to its log: somebody's payment.
logging.getLogger("mt940").setLevel(logging.CRITICAL)
_BLOCK = re.compile(r"^(?=:20:)", re.MULTILINE)
_TAG = re.compile(r"^:\n?(?:[0-9]{2}[A-Z]?|NS):", re.MULTILINE)
# What is said after the closing balance is about the statement, not about its last line.
_AFTER = re.compile(r"^:62[FM]?:.*", re.MULTILINE | re.DOTALL)
_NOTE = re.compile(r"^:86:.*?(?=^:[0-9]{2}[A-Z]?:|\Z)", re.MULTILINE | re.DOTALL)
_ENVELOPE = re.compile(r"^-(?:\}.*)?[ ]*$", re.MULTILINE)
# Six lines of notes belong to one line; the library joins any number, ever more slowly.
_MOST_NOTES = 100
_OPENING = ("final_opening_balance", "opening_balance", "intermediate_opening_balance")
_CLOSING = ("final_closing_balance", "closing_balance", "intermediate_closing_balance")
_TEXTS = (
    "purpose", "transaction_details", "additional_purpose", "non_swift_text", "extra_details",
)  # fmt: skip
_NAMELESS = {"NONREF", ""}
# The library tells what is wrong in any of these; which, depends on the place.
_WRONG = (RuntimeError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError)


def is_one(text: str) -> bool:
    """
    Tell whether a text has the tags of SWIFT.
    """
    return _TAG.search(text) is not None


def text_in(data: bytes) -> str:
    """
    Return the text of a file: of the two old encodings that banks use, the one that reads letters.
    """
    text = characters(data, "cp1252", "cp852")
    if all(one.isalpha() for one in text if not one.isascii()):
        return text
    return characters(data, "cp852")


def read(text: str) -> list[Statement]:
    """
    Read every statement of a file; a message without a `:20:` is one too.

    :raises UnreadableFile: at the line where the statement begins that cannot be read.
    """
    statements, at = [], 1
    for block in _BLOCK.split(text):
        if is_one(block):
            statements.append(_statement(block, at))
        at += block.count("\n")
    return statements


def _statement(block: str, at: int) -> Statement:
    if any(part.count("\n:86:") > _MOST_NOTES for part in block.split("\n:61:")):
        raise UnreadableFile(Reason.BROKEN, at)
    found = _parsed(_ENVELOPE.sub("", _AFTER.sub(lambda tail: _NOTE.sub("", tail[0]), block)), at)
    account = (found.data.get("account_identification") or "").strip()
    currency = found.currency or _named(account)
    lines = [_line(one, currency, at) for one in found.transactions]
    opening, closing = _balance(found, _OPENING), _balance(found, _CLOSING)
    first, last = span(lines)
    number = found.data.get("statement_number") or ""
    sequence = found.data.get("sequence_number") or ""
    return Statement(
        account=account,
        currency=currency,
        number="/".join(part for part in (number, sequence) if part),
        opening_minor=_minor(opening, currency, at),
        closing_minor=_minor(closing, currency, at),
        first_date=_plain(opening.date if opening else None) or first,
        last_date=_plain(closing.date if closing else None) or last,
        lines=tuple(lines),
    )


def _parsed(block: str, at: int) -> Transactions:
    """
    Return a statement as the library reads it; where it cannot, with the long references of ASN.
    """
    try:
        try:
            return _parse(block)
        except RuntimeError:
            return _parse(block, {StatementASNB.id: StatementASNB()})
    except _WRONG as error:
        known = isinstance(error, RuntimeError | LookupError | TypeError | AttributeError)
        amount = isinstance(error, ArithmeticError)
        reason = Reason.BROKEN if known else Reason.AMOUNT if amount else Reason.DATE
        raise UnreadableFile(reason, at) from error


def _parse(block: str, tags: Any = None) -> Transactions:
    found = Transactions(tags=tags, options=Options.all())
    found.parse(block)
    return found


def _named(account: str) -> str:
    # Some banks write the currency behind the account.
    return account[-3:] if account[-3:] in EXPONENTS else ""


def _balance(found: Transactions, names: tuple[str, ...]) -> Any:
    return next((found.data[name] for name in names if name in found.data), None)


def _minor(balance: Any, currency: str, at: int) -> int | None:
    if balance is None:
        return None
    if not hasattr(balance.amount, "amount"):
        raise UnreadableFile(Reason.AMOUNT, at)
    return minor_of(f"{balance.amount.amount:f}", balance.amount.currency or currency, at)


def _plain(day: Any) -> date | None:
    return date(day.year, day.month, day.day) if day else None


def _line(one: Transaction, currency: str, at: int) -> Line:
    data = {name: value for name, value in one.data.items() if value is not None}
    value_date, amount = _plain(data.get("date")), data.get("amount")
    if value_date is None or amount is None:
        raise UnreadableFile(Reason.BROKEN, at)
    own = data.get("currency") or currency
    return Line(
        key="",
        amount_minor=minor_of(f"{amount.amount:f}", own, at),
        currency=own,
        booking_date=_plain(data.get("entry_date")) or value_date,
        value_date=value_date,
        bank_reference=_reference(data, "bank_reference"),
        end_to_end_id=_reference(data, "end_to_end_reference"),
        mandate_reference=_reference(data, "additional_position_reference"),
        text=_text(data),
        payer_name=_reference(data, "applicant_name"),
        payer_iban=_reference(data, "applicant_iban") or _reference(data, "gvc_applicant_iban"),
        is_reversal=data.get("status", "").upper().startswith("R"),
        bank_code=" ".join(
            str(data[name]).strip() for name in ("id", "transaction_code") if data.get(name)
        ),
    )


def _reference(data: dict[str, Any], name: str) -> str:
    text = str(data.get(name, "")).strip()
    return "" if text in _NAMELESS else text


def _text(data: dict[str, Any]) -> str:
    return "\n".join(text for name in _TEXTS if (text := str(data.get(name, "")).strip()))
