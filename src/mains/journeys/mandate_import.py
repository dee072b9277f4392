"""Take mandates over from another system: a table with one row each, all of them or none."""

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mains.customers.models import Account, Mandate, Scheme
from mains.payments import mandates
from mains.payments.stored_cards import AlreadyCollected

COLUMNS = ("account", "reference", "holder", "iban", "signed", "scheme")
MOST_ROWS = 50_000


class Trouble(StrEnum):
    """What stands against a row."""

    COLUMNS = "columns"
    ACCOUNT = "account"
    REFERENCE = "reference"
    IBAN = "iban"
    SIGNED = "signed"
    SCHEME = "scheme"
    COLLECTED = "collected"
    TAKEN = "taken"
    TOO_MANY = "too_many"


class UnfitRows(Exception):
    """Nothing was imported; `rows` are (line, trouble) of the first that do not fit."""

    def __init__(self, rows: list[tuple[int, Trouble]]) -> None:
        super().__init__(rows[:5])
        self.rows = rows


@dataclass(frozen=True, slots=True)
class Imported:
    """
    How many mandates are new, and how many were there already.
    """

    new: int
    known: int


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    account_id: int
    signed: mandates.Signed


def read(*, data: bytes, by: str, now: datetime, today: date) -> Imported:
    """
    Import a table of mandates (UTF-8, `;` or `,`, a header of `COLUMNS`; `scheme` may be empty).

    Every row is checked before the first is written, so a table with a wrong row brings nothing.
    The same table again finds what it brought.

    :raises UnfitRows: naming the rows that do not fit.
    """
    rows = _checked(_rows(data), today)
    before = set(Mandate.objects.values_list("reference", flat=True))
    for row in rows:
        if row.signed.reference in before:
            continue
        try:
            mandates.give(account_id=row.account_id, signed=row.signed, by=by, now=now, today=today)
        except AlreadyCollected as error:
            raise UnfitRows([(row.line, Trouble.COLLECTED)]) from error
    known = sum(row.signed.reference in before for row in rows)
    return Imported(new=len(rows) - known, known=known)


def _rows(data: bytes) -> list[tuple[int, dict[str, str]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnfitRows([(1, Trouble.COLUMNS)]) from error
    first = text.split("\n", 1)[0]
    table = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in first else ",")
    names = [name.strip().lower() for name in table.fieldnames or ()]
    if not set(COLUMNS[:5]) <= set(names):
        raise UnfitRows([(1, Trouble.COLUMNS)])
    table.fieldnames = names
    rows = [
        (line, {name: (value or "").strip() for name, value in row.items() if name})
        for line, row in enumerate(table, start=2)
    ]
    if len(rows) > MOST_ROWS:
        raise UnfitRows([(rows[MOST_ROWS][0], Trouble.TOO_MANY)])
    return rows


def _checked(rows: list[tuple[int, dict[str, str]]], today: date) -> list[_Row]:
    numbers = {row["account"] for _line, row in rows}
    accounts = dict(Account.objects.filter(number__in=numbers).values_list("number", "pk"))
    collected = dict(
        Mandate.objects.filter(account__number__in=numbers, confirmed=True, end_date=None)
        .values_list("account_id", "reference")
    )  # fmt: skip
    found, wrong, seen = [], [], set()
    # A reference is that of one account, here and in the table.
    taken: dict[str, int | None] = dict(
        Mandate.objects.filter(reference__in={row["reference"] for _line, row in rows})
        .values_list("reference", "account_id")
    )  # fmt: skip
    for line, row in rows:
        account_id = accounts.get(row["account"])
        trouble = _trouble(row, account_id, today)
        if trouble is None and taken.setdefault(row["reference"], account_id) != account_id:
            trouble = Trouble.TAKEN
        reference = collected.get(account_id or 0, row["reference"])
        if trouble is None and (account_id in seen or reference != row["reference"]):
            trouble = Trouble.COLLECTED
        if trouble is not None:
            wrong.append((line, trouble))
            continue
        seen.add(account_id)
        found.append(_Row(line, account_id or 0, _signed(row)))
    if wrong:
        raise UnfitRows(wrong)
    return found


def _trouble(row: dict[str, str], account_id: int | None, today: date) -> Trouble | None:
    if account_id is None:
        return Trouble.ACCOUNT
    if not mandates.is_reference(row["reference"]):
        return Trouble.REFERENCE
    if not mandates.is_iban(row["iban"]):
        return Trouble.IBAN
    if row.get("scheme") not in {None, "", "CORE", "B2B"}:
        return Trouble.SCHEME
    try:
        return Trouble.SIGNED if date.fromisoformat(row["signed"]) > today else None
    except ValueError:
        return Trouble.SIGNED


def _signed(row: dict[str, str]) -> mandates.Signed:
    return mandates.Signed(
        holder=row["holder"],
        iban=row["iban"],
        scheme=Scheme(row.get("scheme") or "CORE"),
        reference=row["reference"],
        signed_date=date.fromisoformat(row["signed"]),
    )
