"""Take the statements of a file in: every line once, whatever file brings it and however often."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import batched, groupby

from mains.bankfiles.statement import Line, Statement
from mains.core.money import Money
from mains.core.transactions import owns_transaction
from mains.customers.models import Account, Company
from mains.payments import reversing, suspense
from mains.payments.models import BankLine, LineState, Payment
from mains.payments.rules import bank_accounts
from mains.payments.rules.batches import Telling, telling
from mains.payments.suspense import Share
from mains.references import cuaderno_57

CHUNK = 500
COUNTERS = cuaderno_57.NAME
_ISSUER = re.compile(r"[0-9]{8}-[0-9]{3}")


class Reason(StrEnum):
    """Why a file that can be read is none of this company's."""

    ACCOUNT = "account"
    CURRENCY = "currency"
    NO_CURRENCY = "no_currency"


class RefusedStatement(Exception):
    """
    A file was refused whole: nothing of it is stored. `found` is what stands in it.
    """

    def __init__(self, reason: Reason, found: str, expected: str) -> None:
        super().__init__(f"{reason}: {found} where {expected} was expected")
        self.reason, self.found, self.expected = reason, found, expected


@dataclass(frozen=True, slots=True)
class Counted:
    """
    How many lines a file has; `elsewhere` are told of by another one, as a batch and its parts.
    """

    lines: int = 0
    elsewhere: int = 0
    empty: int = 0


def checked(statements: Sequence[Statement], *, company: Company, currency: str) -> list[Statement]:
    """
    Return the statements with a currency on each line; `currency` is that of files that name none.

    :raises RefusedStatement: for another bank account than the company's, another currency than
        that of its customers' accounts, or none.
    """
    currencies = set(
        Account.objects.filter(company=company).values_list("currency", flat=True).distinct()
    )
    found = []
    for one in statements:
        _check_account(one, company)
        stated = _with_currency(one, currency)
        others = {line.currency for line in stated.lines} - currencies
        if others and currencies:
            raise RefusedStatement(
                Reason.CURRENCY, ", ".join(sorted(others)), ", ".join(sorted(currencies))
            )
        found.append(stated)
    return found


def is_from_counters(statement: Statement, company: Company) -> bool:
    """
    Tell whether a statement lists what counters of banks collected: it has an issuer as account.
    """
    return COUNTERS in company.payment_codes and bool(_ISSUER.fullmatch(statement.account))


def _check_account(statement: Statement, company: Company) -> None:
    if is_from_counters(statement, company):
        own = company.payment_codes[COUNTERS]
        issuer = f"{own['issuer'].zfill(8)}-{own['suffix']}"
        if statement.account != issuer:
            raise RefusedStatement(Reason.ACCOUNT, statement.account, issuer)
    elif not bank_accounts.may_be(statement.account, iban=company.iban):
        raise RefusedStatement(Reason.ACCOUNT, statement.account, company.iban)


def _with_currency(statement: Statement, currency: str) -> Statement:
    if all(line.currency for line in statement.lines) and statement.currency:
        return statement
    if not currency:
        raise RefusedStatement(Reason.NO_CURRENCY, "", "")

    def minor(hundredths: int) -> int:
        return Money.round_from(Decimal(hundredths).scaleb(-2), currency).minor

    def filled(line: Line) -> Line:
        if line.currency:
            return line
        return replace(line, currency=currency, amount_minor=minor(line.amount_minor))

    opening, closing = statement.opening_minor, statement.closing_minor
    if not statement.currency:
        opening = None if opening is None else minor(opening)
        closing = None if closing is None else minor(closing)
    return replace(
        statement,
        currency=statement.currency or currency,
        opening_minor=opening,
        closing_minor=closing,
        lines=tuple(filled(line) for line in statement.lines),
    )


def store(
    statements: Sequence[Statement], *, company: Company, file_name: str, now: datetime, today: date
) -> Counted:
    """
    Store the lines of checked statements that are not stored yet, some hundred a transaction.

    Whoever is stopped in between begins again, and stores the rest.
    """
    total = Counted()
    for one in statements:
        counters = COUNTERS if is_from_counters(one, company) else ""
        rows = [
            _row(line, one, company=company, file_name=file_name, counters=counters, now=now)
            for line in one.lines
            if line.amount_minor
        ]
        elsewhere = sum(
            _store(company_id=company.pk, rows=chunk, now=now, today=today)
            for chunk in _chunks(rows)
        )
        total = Counted(
            total.lines + len(one.lines),
            total.elsewhere + elsewhere,
            total.empty + len(one.lines) - len(rows),
        )
    return total


def _chunks(rows: list[BankLine]) -> Iterator[list[BankLine]]:
    """
    Yield rows by some hundred; those of one entry stay together.
    """
    ordered = sorted(rows, key=lambda row: row.entry_reference)
    entries: list[list[BankLine]] = []
    for reference, group in groupby(ordered, key=lambda row: row.entry_reference):
        rows_of = list(group)
        entries += [rows_of] if reference else [[row] for row in rows_of]
    for some in batched(entries, CHUNK, strict=False):
        yield [row for entry in some for row in entry]


@owns_transaction
def _store(*, company_id: int, rows: list[BankLine], now: datetime, today: date) -> int:
    """
    Store rows and return how many of them are told of elsewhere.

    The company's row is locked, so of two files that tell of one batch the second sees the first.
    """
    Company.objects.select_for_update(no_key=True).get(pk=company_id)
    elsewhere: set[str] = set()
    for reference, group in groupby(rows, key=lambda row: row.entry_reference):
        if reference:
            elsewhere |= _told_before(list(group), now=now, today=today)
    fresh = [row for row in rows if row.key not in elsewhere]
    BankLine.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(elsewhere)


def _told_before(rows: list[BankLine], *, now: datetime, today: date) -> set[str]:
    """
    Return the keys of an entry's rows that are money of a stored batch.

    A stored sum that nobody has placed yet makes room for its parts, which say who paid.
    """
    first = rows[0]
    stored = BankLine.objects.select_for_update(of=("self",)).filter(
        company_id=first.company_id, bank_account=first.bank_account,
        entry_reference=first.entry_reference, booking_date=first.booking_date,
    )  # fmt: skip
    lines = {line.key: line for line in stored}
    told = telling(
        [(row.key, row.amount_minor) for row in rows],
        stored=[(key, line.amount_minor) for key, line in lines.items()],
    )
    if told is Telling.NEW:
        return set()
    keys = {row.key for row in rows}
    whole = [line for key, line in lines.items() if key not in keys]
    if told is Telling.PARTS and _taken_out(whole[0], now=now, today=today):
        return set()
    return keys - set(lines)


def _taken_out(line: BankLine, *, now: datetime, today: date) -> bool:
    """
    Remove the line of a sum that waits untouched, and tell whether it did.
    """
    if line.state != LineState.OPEN:
        return False
    if line.payment_id:
        payment = Payment.objects.select_for_update(of=("self",)).get(pk=line.payment_id)
        if payment.suspense_minor != line.amount_minor:
            return False
        suspense.move_out(
            Share(payment.pk, line.amount_minor, "system", now, today),
            ledger_id=reversing.way_in(payment),
            action="payment.told_in_parts",
        )
    line.delete()
    return True


def _row(
    line: Line, statement: Statement, *, company: Company, file_name: str, counters: str,
    now: datetime,
) -> BankLine:  # fmt: skip
    return BankLine(
        company=company,
        key=line.key,
        bank_account=statement.account[:40],
        file_name=file_name,
        amount_minor=line.amount_minor,
        currency=line.currency,
        booking_date=line.booking_date,
        value_date=line.value_date,
        payer_name=line.payer_name[:160],
        payer_iban=bank_accounts.plain(line.payer_iban)[:40],
        bank_reference=line.bank_reference[:60],
        end_to_end_id=line.end_to_end_id[:60],
        mandate_reference=line.mandate_reference[:60],
        remittance=line.remittance[:140],
        text=line.text,
        return_reason=line.return_reason[:4],
        entry_reference=line.entry_reference[:60],
        counters=counters,
        state=LineState.OPEN,
        imported_at=now,
    )
