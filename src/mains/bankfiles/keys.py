"""Keys of lines: whatever file tells of a payment, and however often, it has one."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256

from mains.bankfiles.statement import Line, Statement

_WRITTEN = re.compile(r"[^0-9A-Za-z]+")


def keyed(statements: Iterable[Statement]) -> list[Statement]:
    """
    Return the statements of one file with the keys of their lines.

    A reader leaves in `key` the bank's own unique reference, if there is one: then account,
    reference and amount make the key, since a return may carry the reference of what it returns.
    Else it is all that the line says. What is equal is counted within the file: two equal payments
    of a day stay two, and as files hold whole days, every file counts them alike.
    """
    seen: Counter[str] = Counter()
    return [
        replace(
            one, lines=tuple(_keyed(line, account=one.account, seen=seen) for line in one.lines)
        )
        for one in statements
    ]


def _keyed(line: Line, *, account: str, seen: Counter[str]) -> Line:
    basis = _basis(line, account)
    seen[basis] += 1
    return replace(line, key=sha256(f"{basis}\n{seen[basis]}".encode()).hexdigest())


def _basis(line: Line, account: str) -> str:
    parts = [account, str(line.amount_minor), line.currency]
    if line.key:
        return "\n".join(_plain(part) for part in ("reference", line.key, *parts))
    parts += [line.booking_date.isoformat(), line.value_date.isoformat(), line.bank_reference]
    parts += [line.end_to_end_id, line.mandate_reference, line.remittance, line.text]
    parts += [line.payer_name, line.payer_iban, line.return_reason, line.bank_code]
    return "\n".join(map(_plain, parts))


def _plain(part: str) -> str:
    """
    Return what no encoding and no line break changes; a sign before a figure stays.
    """
    sign = "-" if part.startswith("-") else ""
    return sign + _WRITTEN.sub("", part)
