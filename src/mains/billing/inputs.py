"""Read everything that a chunk of accounts is billed from, set-wise."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from mains.billing.models import BillRun
from mains.billing.rules.drafting import ContractInput, Draft, MeasuredRegister, draft_bill
from mains.core.arrays import integer_array
from mains.core.calendars import Period
from mains.metering import queries as metering
from mains.metering.queries import RegisterUse
from mains.metering.rules.consumption import Segment
from mains.tariffs import queries as tariffs
from mains.tariffs.queries import PriceList
from mains.tariffs.rules.lines import LineRounding


class Holder(NamedTuple):
    """
    Who a bill is made out to, and how it reaches them on the issue date.

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


class ContractRow(NamedTuple):
    """
    A contract of a chunk's account within the period; the attributes are those of its dwelling.
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
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChunkInputs:
    """
    Everything a chunk is billed from; `tariff_codes` are by contract id.
    """

    holders: dict[int, Holder]
    contracts: dict[int, list[ContractRow]]
    uses: dict[tuple[int, str], list[RegisterUse]]
    price_lists: dict[str, PriceList]
    tariff_codes: dict[int, str]
    period: Period

    def label(self, *, contract_id: int, code: str, language: str) -> str:
        """
        Return what a line is called in a language, or in the tariff's first one.
        """
        words = self.price_lists[self.tariff_codes[contract_id]].labels.get(code)
        if not words:
            return code
        return words.get(language) or next(iter(words.values()))


_CONTRACTS = """
select c.id, c.account_id, c.service, c.tariff_code, c.start_date, c.end_date, sp.id, sp.code,
       sp.street || ', ' || sp.post_code || ' ' || sp.city, sp.attributes
from customers_contract c join customers_supplypoint sp on sp.id = c.supply_point_id
where c.account_id = any(%(accounts)s::bigint[])
  and c.start_date < %(end)s and (c.end_date is null or c.end_date > %(start)s)
order by c.account_id, c.id
"""

_HOLDERS = """
select a.id, a.number, cu.name, cu.email, cu.language, a.postal_address,
       exists (select from customers_mandate m where m.account_id = a.id
               and m.start_date <= %(issued)s and (m.end_date is null or m.end_date > %(issued)s)),
       coalesce(d.mode, ''), coalesce(nullif(d.email, ''), cu.email)
from customers_account a
join customers_customer cu on cu.id = a.customer_id
left join lateral (
  select p.mode, p.email from customers_deliverypreference p
  join customers_contract c on c.id = p.contract_id
  where c.account_id = a.id and p.start_date <= %(issued)s
    and (p.end_date is null or p.end_date > %(issued)s)
  order by p.start_date desc, p.id desc limit 1) d on true
where a.id = any(%(accounts)s::bigint[])
order by a.id
"""


def read(*, run: BillRun, account_ids: Sequence[int], line_rounding: LineRounding) -> ChunkInputs:
    """
    Read the holders, contracts, register uses and prices of accounts for a run's period.
    """
    period = Period(run.period_start, run.period_end)
    accounts = {"accounts": integer_array(account_ids), "start": period.start, "end": period.end}
    contracts: dict[int, list[ContractRow]] = {}
    for row in _fetch(_CONTRACTS, accounts):
        contract = ContractRow._make((*row[:-1], json.loads(row[-1])))
        contracts.setdefault(contract.account_id, []).append(contract)
    everything = [contract for rows in contracts.values() for contract in rows]
    return ChunkInputs(
        holders={
            row[0]: Holder._make(row)
            for row in _fetch(
                _HOLDERS, {"accounts": integer_array(account_ids), "issued": run.issue_date}
            )
        },
        contracts=contracts,
        uses=metering.register_uses(
            supply_point_ids={contract.supply_point_id for contract in everything}, period=period
        ),
        price_lists=tariffs.price_lists(
            codes={contract.tariff_code for contract in everything},
            on=period.start,
            currency=run.currency,
            line_rounding=line_rounding,
        ),
        tariff_codes={contract.contract_id: contract.tariff_code for contract in everything},
        period=period,
    )


def drafts(*, inputs: ChunkInputs, account_ids: Sequence[int], currency: str) -> list[Draft]:
    """
    Return the draft of each account, in the order given.
    """
    compiled = {code: prices.compiled for code, prices in inputs.price_lists.items()}
    vat_rates: dict[str, Decimal] = {}
    for prices in inputs.price_lists.values():
        vat_rates |= prices.vat_rates
    return [
        draft_bill(
            account_id=account_id,
            contracts=[
                _contract_input(row, inputs) for row in inputs.contracts.get(account_id, [])
            ],
            tariffs=compiled,
            vat_rates=vat_rates,
            currency=currency,
        )
        for account_id in account_ids
    ]


def _contract_input(row: ContractRow, inputs: ChunkInputs) -> ContractInput:
    uses = inputs.uses.get((row.supply_point_id, row.service), [])
    attributes: dict[str, Decimal | str] = {
        name: Decimal(value) if isinstance(value, int) else _attribute(value)
        for name, value in row.attributes.items()
    }
    if uses:
        attributes["meter_size"] = uses[0].meter_size
    return ContractInput(
        contract_id=row.contract_id,
        service=row.service,
        tariff_code=row.tariff_code,
        period=_part(row, inputs.period),
        attributes=attributes,
        registers=[MeasuredRegister(use.quantity, segment_of(use)) for use in uses],
    )


def _part(row: ContractRow, period: Period) -> Period:
    if row.start_date <= period.start and (row.end_date is None or row.end_date >= period.end):
        return period
    return Period(max(row.start_date, period.start), min(row.end_date or period.end, period.end))


def _attribute(value: Any) -> Decimal | str:
    """
    Read an attribute as it is stored: numbers as texts, so that nothing passes through a float.
    """
    text = str(value)
    return Decimal(text) if text.replace(".", "", 1).isdigit() else text


def segment_of(use: RegisterUse) -> Segment | None:
    """
    Return a register's use as a segment between two readings, or None where one is lacking.
    """
    if use.start_value is None or use.end_value is None:
        return None
    return Segment(
        start=use.start_value,
        end=use.end_value,
        digits=use.digits,
        rolled_over=use.rolled_over,
        multiplier=use.multiplier,
    )


def _fetch(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
