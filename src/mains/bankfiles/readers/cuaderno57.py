"""
What was paid with bills at counters of Spanish banks: Cuaderno 57 (AEB, June 2015), version 57013.

Records of 100 characters: file, issuer with suffix, payments, their totals, end of file.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from mains.bankfiles.statement import Line, Statement, span
from mains.bankfiles.unreadable import Reason, UnreadableFile
from mains.bankfiles.values import characters, day_of

FILE, ISSUER, PAYMENT, ISSUER_TOTAL, FILE_TOTAL = "01", "02", "60", "80", "90"
EUROS, VERSION, WIDTH = "70", "57013", 100
CANCELLED, MANDATE = "1", "D"
_NEXT = {
    "": {FILE},
    FILE: {ISSUER, FILE_TOTAL},
    ISSUER: {PAYMENT, ISSUER_TOTAL},
    PAYMENT: {PAYMENT, ISSUER_TOTAL},
    ISSUER_TOTAL: {ISSUER, FILE_TOTAL},
    FILE_TOTAL: set(),
}


@dataclass(frozen=True)
class _Record:
    """
    One record; positions are those of the norm, counted from one, the last included.
    """

    at: int
    text: str

    def part(self, first: int, last: int) -> str:
        return self.text[first - 1 : last]

    def number(self, first: int, last: int) -> int:
        digits = self.part(first, last)
        if not (digits.isascii() and digits.isdecimal()):
            raise UnreadableFile(Reason.AMOUNT, self.at)
        return int(digits)

    @property
    def kind(self) -> str:
        return self.part(1, 2)

    @property
    def issuer(self) -> str:
        return f"{self.part(11, 18)}-{self.part(19, 21)}"


def read(data: bytes) -> list[Statement]:
    """
    Read the payments of every issuer and suffix, one statement each; a cancelled one is subtracted.

    :raises UnreadableFile: for another version, records out of order, and wrong counts or totals.
    """
    records = list(_records(data))
    statements: list[Statement] = []
    group: list[_Record] = []
    for record in records:
        if record.kind == ISSUER:
            group = []
        group.append(record)
        if record.kind == ISSUER_TOTAL:
            statements.append(_statement(group))
    lines = [line for statement in statements for line in statement.lines]
    _check(records[-1], count=len(records), lines=lines)
    return statements


def _records(data: bytes) -> Iterator[_Record]:
    last = ""
    for at, text in enumerate(characters(data, "latin-1").split("\n"), start=1):
        if not text.strip():
            continue
        record = _Record(at, text.rstrip().ljust(WIDTH))
        if not _fits(record, last):
            raise UnreadableFile(Reason.BROKEN, at)
        last = record.kind
        yield record
    if last != FILE_TOTAL:
        raise UnreadableFile(Reason.BROKEN)


def _fits(record: _Record, last: str) -> bool:
    """
    Tell whether a record may follow one of the kind before it.
    """
    if record.kind == FILE and record.part(5, 9) != VERSION:
        return False
    return record.kind in _NEXT[last] and record.part(3, 4) == EUROS and len(record.text) == WIDTH


def _statement(group: list[_Record]) -> Statement:
    head, *payments, total = group
    if any(record.issuer != head.issuer for record in group):
        raise UnreadableFile(Reason.BROKEN, head.at)
    lines = [_line(record) for record in payments]
    _check(total, count=len(group), lines=lines)
    presented = day_of(head.part(37, 42), "%d%m%y", head.at)
    first, last = span(lines)
    return Statement(
        account=head.issuer,
        currency="EUR",
        number=f"{head.part(23, 26)}-{presented:%Y%m%d}",
        opening_minor=None,
        closing_minor=None,
        first_date=first or presented,
        last_date=last or presented,
        lines=tuple(lines),
    )


def _line(record: _Record) -> Line:
    """
    Return a payment: reference with check digits, identification as end-to-end id, channel as code.
    """
    day = day_of(record.part(31, 36), "%d%m%y", record.at)
    amount, cancelled = record.number(37, 48), record.part(76, 76) == CANCELLED
    wants_mandate = record.part(75, 75) == MANDATE
    return Line(
        key="",
        amount_minor=-amount if cancelled else amount,
        currency="EUR",
        booking_date=day,
        value_date=day,
        end_to_end_id=record.part(49, 54).strip(),
        remittance=record.part(77, 89).strip(),
        # The bank and the branch that took it.
        text=f"{record.part(23, 26)}-{record.part(27, 30)}",
        payer_iban=(record.part(5, 8) + record.part(55, 74)).strip() if wants_mandate else "",
        is_reversal=cancelled,
        bank_code=record.part(22, 22).strip(),
    )


def _check(total: _Record, *, count: int, lines: list[Line]) -> None:
    """
    Compare a total with what it sums up; both heads count, and a mark stands before what is owed.
    """
    if total.number(23, 28) != count:
        raise UnreadableFile(Reason.COUNT, total.at)
    amount, owed = total.number(37, 48), total.part(76, 76) == "1"
    if (-amount if owed else amount) != sum(line.amount_minor for line in lines):
        raise UnreadableFile(Reason.TOTALS, total.at)
