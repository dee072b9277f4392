"""Norma 43 of the Spanish banks (AEB, June 2012): 80 columns a record, several accounts a file."""

from dataclasses import dataclass, field, replace
from datetime import date

from mains.bankfiles.statement import Line, Statement
from mains.bankfiles.unreadable import Reason, UnreadableFile
from mains.bankfiles.values import NUMERIC, characters, day_of, minor_of

ACCOUNT, MOVEMENT, TEXT, FOREIGN, TOTALS, END = "11", "22", "23", "24", "33", "88"
WIDTH = 80
# Mark of a debit; a balance of nothing has 0 where others have 2.
DEBIT = "1"
SIGNS = {"0", "1", "2"}


@dataclass
class _Account:
    """
    One account while its records are read; `at` is the line of its header.
    """

    at: int
    code: str
    currency: str
    opening: int
    first_date: date
    last_date: date
    lines: list[Line] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    closing: int | None = None


def read(data: bytes) -> list[Statement]:
    """
    Read every account of a file.

    :raises UnreadableFile: where counts, sums or balances of records 33 and 88 do not fit.
    """
    accounts: list[_Account] = []
    records = additions = 0
    ended = False
    for at, record in enumerate(characters(data, "latin-1").split("\n"), start=1):
        if not record.strip():
            continue
        kind, record = record[:2], record.ljust(WIDTH)
        if ended:
            raise UnreadableFile(Reason.BROKEN, at)
        if kind == END:
            # Some banks leave additions in another currency out of their count.
            if _number(record[20:26], at) not in {records, records - additions}:
                raise UnreadableFile(Reason.COUNT, at)
            ended = True
            continue
        records += 1
        additions += kind == FOREIGN
        _take(kind, record, accounts, at)
    if not ended:
        raise UnreadableFile(Reason.BROKEN)
    return [_statement(account) for account in accounts]


def _take(kind: str, record: str, accounts: list[_Account], at: int) -> None:
    if kind == ACCOUNT:
        accounts.append(_account(record, at))
        return
    # Everything else belongs to an account that is still open.
    if not accounts or accounts[-1].closing is not None:
        raise UnreadableFile(Reason.BROKEN, at)
    account = accounts[-1]
    if kind == MOVEMENT:
        account.lines.append(_movement(record, account, at))
        account.texts.append("")
    elif kind == TEXT and account.lines:
        parts = account.texts[-1], record[4:42].rstrip(), record[42:80].strip()
        account.texts[-1] = "\n".join(part for part in parts if part)
    elif kind == TOTALS:
        _close(record, account, at)
    elif kind != FOREIGN or not account.lines:
        raise UnreadableFile(Reason.BROKEN, at)


def _account(record: str, at: int) -> _Account:
    currency = _currency(record[47:50], at)
    return _Account(
        at=at,
        code=record[2:20],
        currency=currency,
        opening=_signed(record[32], record[33:47], currency, at),
        first_date=day_of(record[20:26], "%y%m%d", at),
        last_date=day_of(record[26:32], "%y%m%d", at),
    )


def _movement(record: str, account: _Account, at: int) -> Line:
    own, first, second = record[42:52], record[52:64].strip(), record[64:80].strip()
    return Line(
        key="",
        amount_minor=_signed(record[27], record[28:42], account.currency, at),
        currency=account.currency,
        booking_date=day_of(record[10:16], "%y%m%d", at),
        value_date=day_of(record[16:22], "%y%m%d", at),
        # Document, and two references of the party or the bank; zeros stand for none.
        bank_reference=" ".join(part for part in (own.strip(), first, second) if part.strip("0")),
        bank_code=f"{record[22:24]}-{record[24:27]}".strip(" -"),
    )


def _close(record: str, account: _Account, at: int) -> None:
    if record[2:20] != account.code or NUMERIC.get(record[73:76]) != account.currency:
        raise UnreadableFile(Reason.TOTALS, at)
    debits = [line.amount_minor for line in account.lines if line.amount_minor < 0]
    credits = [line.amount_minor for line in account.lines if line.amount_minor > 0]
    empty = len(account.lines) - len(debits) - len(credits)
    currency = account.currency
    counts = _number(record[20:25], at), _number(record[39:44], at)
    # A movement of nothing counts on the side that its mark says.
    if sum(counts) != len(account.lines) or not 0 <= counts[0] - len(debits) <= empty:
        raise UnreadableFile(Reason.COUNT, at)
    sums = _signed("1", record[25:39], currency, at), _signed("2", record[44:58], currency, at)
    account.closing = _signed(record[58], record[59:73], currency, at)
    if sums != (sum(debits), sum(credits)) or account.opening + sum(sums) != account.closing:
        raise UnreadableFile(Reason.TOTALS, at)


def _statement(account: _Account) -> Statement:
    if account.closing is None:
        raise UnreadableFile(Reason.BROKEN, account.at)
    texts = zip(account.lines, account.texts, strict=True)
    return Statement(
        account=account.code,
        currency=account.currency,
        number="",
        opening_minor=account.opening,
        closing_minor=account.closing,
        first_date=account.first_date,
        last_date=account.last_date,
        lines=tuple(replace(line, text=text) for line, text in texts),
    )


def _signed(mark: str, digits: str, currency: str, at: int) -> int:
    if mark not in SIGNS:
        raise UnreadableFile(Reason.BROKEN, at)
    hundredths = _number(digits, at)
    minor = minor_of(f"{hundredths // 100}.{hundredths % 100:02d}", currency, at)
    return -minor if mark == DEBIT else minor


def _number(digits: str, at: int) -> int:
    if not (digits.isascii() and digits.isdecimal()):
        raise UnreadableFile(Reason.AMOUNT, at)
    return int(digits)


def _currency(code: str, at: int) -> str:
    if code not in NUMERIC:
        raise UnreadableFile(Reason.CURRENCY, at)
    return NUMERIC[code]
