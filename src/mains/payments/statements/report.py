"""
What was billed and paid in the last twelve full months, service by service; asked set-wise.

The sum of each month is the ledger's. A bill's gross lines say what of it, and of what was paid for
it, belongs to which service; so do those of all bills of a month together.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from django.db import connection

from mains.core.arrays import integer_array
from mains.core.calendars import Period, add_months
from mains.core.money import Money, exponent_of
from mains.customers.models import Account, Company
from mains.payments.rules.reporting import added, by_days, full_months, shared

type Cells = dict[str, dict[date, int]]


class Basis(StrEnum):
    """
    The month that a bill counts in: that of its issue, or those that it is for.
    """

    ISSUE = "issue"
    USE = "use"


@dataclass(frozen=True, slots=True)
class ServiceYear:
    """
    What was billed and paid for one service, month by month; no code is what no line says.
    """

    code: str
    billed: tuple[Money, ...]
    paid: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """
    Twelve months of accounts of one company in one currency.

    By month of issue, `billed` less `paid` with `other` is how the balance changed. `unsettled` is
    the part of `paid` that settles no bill; what went back is below zero.
    """

    company_code: str
    company_name: str
    currency: str
    basis: Basis
    months: tuple[date, ...]
    services: tuple[ServiceYear, ...]
    billed: tuple[Money, ...]
    paid: tuple[Money, ...]
    unsettled: tuple[Money, ...]
    other: tuple[Money, ...]

    def total(self, amounts: Collection[Money]) -> Money:
        """
        Return the sum of the year.
        """
        return Money.total(amounts, currency=self.currency)


@dataclass(frozen=True, slots=True)
class _Scope:
    """
    Whose report it is: the condition on `a`, an account, and its values.
    """

    sql: str
    values: dict[str, Any]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(query.replace("{scope}", self.sql), self.values)
            return cursor.fetchall()


# All group by day: months of a few hundred days are added up here, faster than there.
# By the beginning of their source: what bills, payments and all else moved.
_MOVED = """
with own as (
  select l.id from ledger_ledgeraccount l join customers_account a on a.id = l.account_id
  where {scope}
)
select day, kind, sum(minor) from (
  select t.effective_date as day, left(t.source, 5) as kind, sum(t.amount_minor) as minor
  from ledger_transfer t join own on own.id = t.debit_id
  where t.effective_date >= %(start)s and t.effective_date < %(end)s group by 1, 2
  union all
  select t.effective_date, left(t.source, 5), -sum(t.amount_minor)
  from ledger_transfer t join own on own.id = t.credit_id
  where t.effective_date >= %(start)s and t.effective_date < %(end)s group by 1, 2) moved
group by 1, 2
"""
_BILL, _PAYMENT = "bill:", "payme"
# Gross is net × (100 + VAT) in hundredths of major units; a bill without lines is all its total.
_ISSUED = """
select b.issue_date, coalesce(l.service, ''),
       coalesce(sum(l.net * (100 + l.vat_rate)), 0),
       coalesce(sum(b.total_minor) filter (where l.bill_id is null), 0)
from billing_bill b
join customers_account a on a.id = b.account_id
left join billing_billline l on l.bill_id = b.id
where {scope} and b.state <> 'DRAFT'
  and b.issue_date >= %(start)s and b.issue_date < %(end)s
group by 1, 2
"""
_FOR_USE = """
select b.period_start, b.period_end, l.corrects_date, coalesce(l.service, ''),
       coalesce(sum(l.net * (100 + l.vat_rate)), 0),
       coalesce(sum(b.total_minor) filter (where l.bill_id is null), 0)
from billing_bill b
join customers_account a on a.id = b.account_id
left join billing_billline l on l.bill_id = b.id
where {scope} and b.state <> 'DRAFT' and b.period_end > %(start)s
group by 1, 2, 3, 4
"""
_FOR_USE_TOTALS = """
select b.period_start, b.period_end, sum(b.total_minor)
from billing_bill b join customers_account a on a.id = b.account_id
where {scope} and b.state <> 'DRAFT' and b.period_end > %(start)s
group by 1, 2
"""
# What settles a bill counts on the day its money came to the account: its value date, or, where it
# lay in suspense first, the first day on which some of it was assigned to the account. The sum of a
# day has no service.
_PAID = """
with placed as materialized (
  select l.account_id, split_part(t.source, ':', 2)::bigint as payment_id,
         min(t.effective_date) as day
  from ledger_ledgeraccount o join ledger_transfer t on t.debit_id = o.id
  join ledger_ledgeraccount l on l.id = t.credit_id
  join customers_account a on a.id = l.account_id
  where {scope} and o.kind = 'SUSPENSE'
  group by 1, 2
), settled as materialized (
  select b.id, b.total_minor, x.amount_minor, coalesce(d.day, p.value_date) as day
  from payments_allocation x
  join payments_payment p on p.id = x.payment_id
  join billing_bill b on b.id = x.bill_id
  join customers_account a on a.id = b.account_id
  left join placed d on d.payment_id = p.id and d.account_id = b.account_id
  where {scope} and coalesce(d.day, p.value_date) >= %(start)s
    and coalesce(d.day, p.value_date) < %(end)s
)
select s.day, coalesce(l.service, ''),
       coalesce(sum(s.amount_minor * l.net * (100 + l.vat_rate) / s.total_minor), 0),
       coalesce(sum(s.amount_minor) filter (where l.bill_id is null), 0)
from settled s left join billing_billline l on l.bill_id = s.id
group by 1, 2
union all
select s.day, null, 0, sum(s.amount_minor) from settled s group by 1
"""


def of_accounts(*, account_ids: Collection[int], basis: Basis, today: date) -> list[Report]:
    """
    Return a report for each company and currency that the accounts are of, by company.
    """
    known = (
        Account.objects.filter(pk__in=account_ids)
        .order_by("company__name", "company_id", "currency")
        .values_list("company__code", "company__name", "company_id", "currency")
        .distinct()
    )
    return [
        _report(
            _Scope(
                "a.id = any(%(accounts)s::bigint[]) and a.company_id = %(company)s"
                " and a.currency = %(currency)s",
                {"accounts": integer_array(account_ids), "company": pk, "currency": currency},
            ),
            (code, name, currency),
            basis,
            today,
        )
        for code, name, pk, currency in known
    ]


def of_company(*, company_code: str, basis: Basis, today: date) -> list[Report]:
    """
    Return the report of all accounts of a company, one for each currency.
    """
    company = Company.objects.filter(code=company_code).first()
    if company is None:
        return []
    currencies = Account.objects.filter(company=company).values_list("currency", flat=True)
    return [
        _report(
            _Scope(
                "a.company_id = %(company)s and a.currency = %(currency)s",
                {"company": company.pk, "currency": currency},
            ),
            (company.code, company.name, currency),
            basis,
            today,
        )
        for currency in currencies.order_by("currency").distinct()
    ]


def _report(whose: _Scope, about: tuple[str, str, str], basis: Basis, today: date) -> Report:
    code, name, currency = about
    months = full_months(today)
    start, end = months[0], add_months(months[-1], 1)
    scope = _Scope(whose.sql, {**whose.values, "start": start, "end": end})
    hundredths = Fraction(10 ** exponent_of(currency), 100)
    moved: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for day, kind, minor in scope.rows(_MOVED):
        known = kind if kind in (_BILL, _PAYMENT) else "other"
        moved[known][day.replace(day=1)] += int(minor)
    settled = scope.rows(_PAID)
    on_bills: dict[date, int] = defaultdict(int)
    for day, service, _gross, minor in settled:
        if service is None:
            on_bills[day.replace(day=1)] += int(minor)
    paid = _split([row for row in settled if row[1] is not None], on_bills, hundredths)
    if basis is Basis.ISSUE:
        billed = _split(scope.rows(_ISSUED), moved[_BILL], hundredths)
    else:
        billed = _spread(scope, hundredths)

    def row(cells: dict[date, int]) -> tuple[Money, ...]:
        return tuple(Money(cells.get(month, 0), currency) for month in months)

    sums = {month: sum(one.get(month, 0) for one in billed.values()) for month in months}
    return Report(
        company_code=code,
        company_name=name,
        currency=currency,
        basis=basis,
        months=months,
        services=tuple(
            ServiceYear(service, row(billed.get(service, {})), row(paid.get(service, {})))
            for service in sorted(billed.keys() | paid.keys(), key=lambda one: (not one, one))
        ),
        billed=row(sums),
        paid=row({month: -minor for month, minor in moved[_PAYMENT].items()}),
        unsettled=row(
            {month: -moved[_PAYMENT].get(month, 0) - on_bills.get(month, 0) for month in months}
        ),
        other=row(moved["other"]),
    )


def _split(rows: list[tuple[Any, ...]], totals: dict[date, int], hundredths: Fraction) -> Cells:
    """
    Return by service and month what lines come to, each month adding up to its total.
    """
    weights: dict[date, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for day, service, gross, bare in rows:
        weights[day.replace(day=1)][service] += Fraction(gross) * hundredths + int(bare)
    cells: Cells = defaultdict(dict)
    for month in weights:
        for service, minor in shared(totals.get(month, 0), weights[month]).items():
            cells[service][month] = minor
    return cells


def _spread(scope: _Scope, hundredths: Fraction) -> Cells:
    """
    Return by service and month what bills are for: shared out by days, corrections to their month.
    """
    weights: dict[Period, dict[tuple[str, date | None], Fraction]] = defaultdict(dict)
    for start, end, corrects, service, gross, bare in scope.rows(_FOR_USE):
        weights[Period(start, end)][service, corrects] = Fraction(gross) * hundredths + int(bare)
    found: list[tuple[tuple[str, date], int]] = []
    for start, end, total in scope.rows(_FOR_USE_TOTALS):
        days = Period(start, end)
        for (service, corrects), minor in shared(int(total), weights[days]).items():
            found += _months(service, corrects, minor, days)
    cells: Cells = defaultdict(dict)
    for (service, month), minor in added(found).items():
        cells[service][month] = minor
    return cells


def _months(
    service: str, corrects: date | None, minor: int, days: Period
) -> Iterator[tuple[tuple[str, date], int]]:
    if corrects is not None:
        yield (service, corrects.replace(day=1)), minor
        return
    for month, part in by_days(minor, days).items():
        yield (service, month), part
