"""CSV of banks, by a profile."""

import csv
import io
from collections.abc import Iterator

from mains.bankfiles.profiles import Column, Profile
from mains.bankfiles.statement import Line, Statement, span
from mains.bankfiles.unreadable import Reason, UnreadableFile
from mains.bankfiles.values import characters, day_of, minor_of

# A row and the line it begins at.
type _Row = tuple[int, list[str]]


def read(data: bytes, profile: Profile) -> list[Statement]:
    """
    Read the payments of a file: one statement for each currency, in the order of the file.

    :raises UnreadableFile: where there is no payment, and where a column of the profile is missing.
    """
    rows = list(_rows(characters(data, profile.encoding), profile))
    names: list[str] = []
    if profile.has_header:
        if not rows:
            raise UnreadableFile(Reason.EMPTY)
        names = [name.strip() for name in rows.pop(0)[1]]
    rows = rows[: len(rows) - profile.skip_last]
    reader = _Reader(profile, names)
    lines = [reader.line(row, at) for at, row in rows]
    if not lines:
        raise UnreadableFile(Reason.EMPTY)
    by_currency: dict[str, list[Line]] = {}
    for line in lines:
        by_currency.setdefault(line.currency, []).append(line)
    return [
        Statement(profile.account, currency, "", None, None, *span(some), tuple(some))
        for currency, some in by_currency.items()
    ]


def _rows(text: str, profile: Profile) -> Iterator[_Row]:
    lines = text.split("\n")[profile.skip_lines :]
    found = csv.reader(io.StringIO("\n".join(lines)), delimiter=profile.delimiter, strict=True)
    at = profile.skip_lines + 1
    try:
        for row in found:
            if any(cell.strip() for cell in row):
                yield at, row
            at = profile.skip_lines + found.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(Reason.BROKEN, profile.skip_lines + found.line_num) from error


class _Reader:
    """
    A profile whose columns are found.

    :raises UnreadableFile: where the header lacks one of them.
    """

    def __init__(self, profile: Profile, names: list[str]) -> None:
        self.profile, self.names = profile, names
        columns = (
            profile.date, profile.amount, profile.debit, profile.credit, profile.sign,
            profile.value_date, profile.currency_column, profile.reference, profile.end_to_end_id,
            profile.mandate_reference, profile.remittance, profile.payer_name, profile.payer_iban,
            profile.bank_code, *profile.texts,
        )  # fmt: skip
        if any(isinstance(column, str) and column not in names for column in columns):
            raise UnreadableFile(Reason.COLUMNS, profile.skip_lines + 1)

    def line(self, row: list[str], at: int) -> Line:
        profile, cell = self.profile, self._cell
        booked = day_of(cell(row, profile.date, at), profile.date_format, at)
        valued = cell(row, profile.value_date, at)
        currency = cell(row, profile.currency_column, at).upper() or profile.currency
        reference = cell(row, profile.reference, at)
        return Line(
            key=f"{reference} {booked}" if reference else "",
            amount_minor=self._amount(row, currency, at),
            currency=currency,
            booking_date=booked,
            value_date=day_of(valued, profile.date_format, at) if valued else booked,
            bank_reference=reference,
            end_to_end_id=cell(row, profile.end_to_end_id, at),
            mandate_reference=cell(row, profile.mandate_reference, at),
            remittance=cell(row, profile.remittance, at),
            text="\n".join(text for name in profile.texts if (text := cell(row, name, at))),
            payer_name=cell(row, profile.payer_name, at),
            payer_iban=cell(row, profile.payer_iban, at),
            bank_code=cell(row, profile.bank_code, at),
        )

    def _amount(self, row: list[str], currency: str, at: int) -> int:
        profile = self.profile
        if profile.amount is not None:
            minor = self._minor(row, profile.amount, currency, at)
            if profile.sign is not None:
                minor = self._side(row, at) * abs(minor)
        else:
            debit = self._minor(row, profile.debit, currency, at, missing="0")
            minor = abs(self._minor(row, profile.credit, currency, at, missing="0")) - abs(debit)
        return -minor if profile.is_inverse else minor

    def _side(self, row: list[str], at: int) -> int:
        mark = self._cell(row, self.profile.sign, at)
        if mark in self.profile.debit_marks:
            return -1
        if mark in self.profile.credit_marks:
            return 1
        raise UnreadableFile(Reason.AMOUNT, at)

    def _minor(
        self, row: list[str], column: Column, currency: str, at: int, missing: str = ""
    ) -> int:
        text = self._cell(row, column, at) or missing
        if self.profile.thousands:
            text = text.replace(self.profile.thousands, "")
        plain = "".join(text.split())
        if self.profile.decimal != "." and "." in plain:
            raise UnreadableFile(Reason.AMOUNT, at)
        return minor_of(plain.replace(self.profile.decimal, "."), currency, at)

    def _cell(self, row: list[str], column: Column, at: int) -> str:
        if column is None:
            return ""
        place = self.names.index(column) if isinstance(column, str) else column
        if place >= len(row):
            raise UnreadableFile(Reason.COLUMNS, at)
        return " ".join(row[place].split())
