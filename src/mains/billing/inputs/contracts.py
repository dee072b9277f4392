"""Who is billed, and for which contracts."""

import json
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from mains.billing.rules.budgeting import Budget, read_budget
from mains.core.arrays import integer_array
from mains.core.calendars import Period
from mains.metering.closed import Supply


class Holder(NamedTuple):
    """
    Who a bill is made out to, and how it reaches them on the issue date: by every way, and at every
    address (between commas), that is chosen for one of the contracts that run, or ran last.

    The rows of a chunk are named tuples: they are made from fetched rows as they are.
    """

    account_id: int
    number: str
    name: str
    email: str
    language: str
    postal_address: str
    has_mandate: bool
    delivery: str
    delivery_email: str
    kind: str
    tax_id: str
    einvoice_address: str
    # The provider's own code of the customer, where it has one.
    code: str


class ContractRow(NamedTuple):
    """
    A contract of a chunk's account within the period; the attributes are those of its dwelling, and
    `budget` its fixed amount, if it ever had one.
    """

    contract_id: int
    account_id: int
    service: str
    tariff_code: str
    start_date: date
    end_date: date | None
    supply_point_id: int
    supply_point: str
    address: str
    contract_class: str
    zone: str
    attributes: dict[str, Any]
    budget: Budget | None = None

    @property
    def place(self) -> tuple[int, str]:
        """
        Return the supply point and the service, by which meters are found.
        """
        return self.supply_point_id, self.service

    def runs_in(self, period: Period) -> bool:
        """
        Tell whether the contract runs on a day of a period.
        """
        return self.start_date < period.end and (
            self.end_date is None or self.end_date > period.start
        )

    def part_of(self, period: Period) -> Period:
        """
        Return the days of a period on which the contract runs.

        :raises PeriodNotForward: if it runs on none of them.
        """
        if self.start_date <= period.start and (
            self.end_date is None or self.end_date >= period.end
        ):
            return period
        end = min(self.end_date or period.end, period.end)
        return Period(max(self.start_date, period.start), end)


_CONTRACTS = """
select c.id, c.account_id, c.service, c.tariff_code, c.start_date, c.end_date, sp.id, sp.code,
       sp.street || ', ' || sp.post_code || ' ' || sp.city, c.contract_class, sp.zone,
       sp.attributes, c.budget
from customers_contract c join customers_supplypoint sp on sp.id = c.supply_point_id
where c.account_id = any(%(accounts)s::bigint[])
  and c.start_date < %(end)s and (c.end_date is null or c.end_date > %(start)s)
order by c.account_id, c.id
"""

_CONTRACTS_AT = _CONTRACTS.replace(
    "c.account_id = any(%(accounts)s", "c.supply_point_id = any(%(points)s"
)

_HOLDERS = """
select a.id, a.number, cu.name, cu.email, cu.language, a.postal_address,
       exists (select from customers_mandate m where m.account_id = a.id and m.confirmed
               and m.start_date <= %(issued)s and (m.end_date is null or m.end_date > %(issued)s)),
       coalesce(d.mode, ''), coalesce(d.email, cu.email), cu.kind, cu.tax_id,
       cu.einvoice_address, cu.code
from customers_account a
join customers_customer cu on cu.id = a.customer_id
left join lateral (
  select case when count(distinct p.mode) = 1 then min(p.mode) else 'BOTH' end as mode,
         string_agg(distinct coalesce(nullif(p.email, ''), cu.email), ',')
           filter (where p.mode <> 'PAPER') as email
  from customers_deliverypreference p
  join customers_contract c on c.id = p.contract_id
  where c.account_id = a.id and p.start_date <= %(issued)s
    and (p.end_date is null or p.end_date > %(issued)s)
    and (c.end_date is null or c.end_date > %(issued)s or c.end_date = (
         select max(coalesce(r.end_date, 'infinity')) from customers_contract r
         where r.account_id = a.id))
  having count(*) > 0) d on true
where a.id = any(%(accounts)s::bigint[])
order by a.id
"""


def contracts_of(*, account_ids: Sequence[int], period: Period) -> dict[int, list[ContractRow]]:
    """
    Return the contracts of accounts that run within a period, by account.
    """
    values = {"accounts": integer_array(account_ids), "start": period.start, "end": period.end}
    contracts: dict[int, list[ContractRow]] = {}
    for row in _fetch(_CONTRACTS, values):
        contract = _contract(row)
        contracts.setdefault(contract.account_id, []).append(contract)
    return contracts


def contracts_at(*, supply_point_ids: Collection[int], period: Period) -> list[ContractRow]:
    """
    Return the contracts at supply points that run within a period, whosever they are.
    """
    values = {
        "points": integer_array(supply_point_ids), "start": period.start, "end": period.end,
    }  # fmt: skip
    return [_contract(row) for row in _fetch(_CONTRACTS_AT, values)]


def _contract(row: tuple[Any, ...]) -> ContractRow:
    *columns, attributes, budget = row
    stored = None if budget is None else read_budget(json.loads(budget))
    return ContractRow._make((*columns, json.loads(attributes), stored))


def supplies_at(
    supply_point_ids: Collection[int], *, period: Period
) -> dict[tuple[int, str], Supply]:
    """
    Return the places with one contract in the period; what two share at one, nobody may estimate.

    Whosever they are: two that hand a home over may be billed in different chunks, and neither may
    depend on which of them is issued first.
    """
    found: dict[tuple[int, str], Supply] = {}
    shared = set()
    for contract in contracts_at(supply_point_ids=supply_point_ids, period=period):
        if contract.place in found:
            shared.add(contract.place)
        found[contract.place] = Supply(contract.part_of(period), contract.start_date)
    return {place: supply for place, supply in found.items() if place not in shared}


def holders_of(*, account_ids: Sequence[int], issue_date: date) -> dict[int, Holder]:
    """
    Return who the bills of accounts are made out to on the issue date, by account.
    """
    values = {"accounts": integer_array(account_ids), "issued": issue_date}
    return {row[0]: Holder._make(row) for row in _fetch(_HOLDERS, values)}


def _fetch(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
