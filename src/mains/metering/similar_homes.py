"""What similar homes used in the same months, as an average that tells nothing of any of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import blake2s
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import connection

from mains.core.arrays import integer_array
from mains.core.calendars import Period
from mains.metering.consumption import UseSeries
from mains.metering.rules.similar_homes import average_of, size_band

# At most so many homes, of each of so many parts of the contracts, stand for all of their kind: it
# keeps the page as quick in a large utility. They are chosen once a day.
_PARTS, _OF_EACH, _DAY_SECONDS = 8, 30, 86_400


@dataclass(frozen=True, slots=True)
class Kind:
    """
    Which homes are similar: with the same service, class of contract, quantity, unit and size band.

    `size` is the dwelling's attribute that tells its size, empty where size does not matter; `band`
    is from what to below what, None for homes whose size nobody knows.
    """

    service: str
    contract_class: str
    quantity: str
    unit: str
    size: str = ""
    band: tuple[Decimal, Decimal] | None = None

    @property
    def key(self) -> str:
        edges = f"{self.band[0]:f}-{self.band[1]:f}" if self.band else ""
        names = (self.service, self.contract_class, self.quantity, self.unit, self.size, edges)
        return "similar:" + blake2s("|".join(names).encode()).hexdigest()


class _Counted(NamedTuple):
    """
    A register of a home, and the day since which contract and meter have been the same.
    """

    home: int
    register_id: int
    since: date


# Found by walking each part of the contracts until there are enough: no table is sorted. Contract
# and meter run until now, so that they also did at the end of any months before.
_CHOSEN = """
with ends as (select min(id) as first, (max(id) - min(id)) / %(parts)s + 1 as width
              from customers_contract)
select k.n, home.id, r.id, greatest(home.start_date, i.start_date)
from unnest(%(n)s::bigint[], %(services)s::text[], %(classes)s::text[], %(quantities)s::text[],
            %(units)s::text[], %(lows)s::numeric[], %(highs)s::numeric[])
  k (n, service, class, quantity, unit, low, high)
cross join ends cross join generate_series(0, %(parts)s - 1) part
join lateral (
  select c.supply_point_id as id, c.start_date from customers_contract c
  where c.id >= ends.first + part * ends.width and c.id < ends.first + (part + 1) * ends.width
    and c.service = k.service and c.contract_class = k.class and c.end_date is null
    and (%(size)s::text = '' or exists (
      select from customers_supplypoint sp
      cross join lateral (select case when sp.attributes->>%(size)s ~ '^[0-9]+([.][0-9]+)?$'
                                      then (sp.attributes->>%(size)s)::numeric end as size) of
      where sp.id = c.supply_point_id
        and (of.size >= k.low and of.size < k.high
             or k.low is null and coalesce(of.size, 0) = 0)))
  order by c.id limit %(of_each)s) home on true
join metering_meterinstallation i on i.supply_point_id = home.id and i.end_date is null
join metering_meter m on m.id = i.meter_id and m.service = k.service
join metering_register r on r.meter_id = m.id and r.quantity = k.quantity and r.unit = k.unit
order by k.n, home.id, r.id
"""
# A home counts if all of its registers were read at both ends.
_USED = """
select t.n, count(*), sum(t.used), max(t.used)
from (
  select t.n, h.home, sum((closing.value - opening.value) * r.multiplier) as used
  from unnest(%(n)s::bigint[], %(starts)s::date[], %(ends)s::date[]) t (n, starts, ends)
  join unnest(%(of)s::bigint[], %(homes)s::bigint[], %(registers)s::bigint[])
    h (n, home, register_id) on h.n = t.n
  join metering_register r on r.id = h.register_id
  left join lateral (
    select rd.value from metering_reading rd
    where rd.register_id = r.id and rd.quality in ('ACCEPTED', 'ESTIMATED')
      and rd.period_start = t.ends - interval '1 month'
      and rd.read_date >= t.ends - interval '2 months'
      and rd.read_date < t.ends + interval '2 months'
    order by rd.read_date desc, rd.received_at desc limit 1) closing on true
  left join lateral (
    select rd.value from metering_reading rd
    where rd.register_id = r.id and rd.quality in ('ACCEPTED', 'ESTIMATED')
      and rd.period_start = t.starts - interval '1 month'
      and rd.read_date >= t.starts - interval '2 months'
      and rd.read_date < t.starts + interval '2 months'
    order by rd.read_date desc, rd.received_at desc limit 1) opening on true
  where h.home not in (select supply_point_id from customers_contract
                       where account_id = any(%(own)s::bigint[]))
  group by t.n, h.home
  having bool_and(coalesce(closing.value >= opening.value, false))) t
where t.used > 0
group by t.n
"""


def kind_of(series: UseSeries, *, size: str | None) -> Kind:
    """
    Return which homes are similar to that of a series; `size` is the attribute that tells a size.
    """
    return Kind(
        service=series.service,
        contract_class=series.contract_class,
        quantity=series.quantity,
        unit=series.unit,
        size=size or "",
        band=size_band(series.attributes.get(size)) if size else None,
    )


def averages(
    asked: Sequence[tuple[UseSeries, Period]],
    *,
    size: str | None,
    own_account_ids: Collection[int],
) -> list[Decimal | None]:
    """
    Return for each series and its months what similar homes used on average, or None.

    In the register's unit, to two digits. Homes of the accounts of who asks are never among them;
    there are at least 20 others, or no average.
    """
    if not asked:
        return []
    wanted = [(kind_of(series, size=size), months) for series, months in asked]
    distinct = list(dict.fromkeys(wanted))
    chosen = _homes({kind for kind, _months in distinct})
    pairs = [
        (n, one)
        for n, (kind, months) in enumerate(distinct)
        for one in _unchanged(chosen[kind], since=months.start)
    ]
    values = {
        "n": list(range(len(distinct))),
        "starts": [months.start for _kind, months in distinct],
        "ends": [months.end for _kind, months in distinct],
        "of": integer_array(n for n, _one in pairs),
        "homes": integer_array(one.home for _n, one in pairs),
        "registers": integer_array(one.register_id for _n, one in pairs),
        "own": integer_array(own_account_ids),
    }
    found = {
        distinct[n]: average_of(homes=count, total=total, largest=largest)
        for n, count, total, largest in _fetch(_USED, values)
    }
    return [found.get(one) for one in wanted]


def _unchanged(counted: Sequence[_Counted], *, since: date) -> list[_Counted]:
    changed = {one.home for one in counted if one.since > since}
    return [one for one in counted if one.home not in changed]


def _homes(kinds: Collection[Kind]) -> Mapping[Kind, list[_Counted]]:
    """
    Return the registers of the homes that stand for each kind.
    """
    keys = {kind.key: kind for kind in kinds}
    known = {
        keys[key]: [_Counted(*one) for one in counted]
        for key, counted in cache.get_many(keys).items()
    }
    missing = [kind for kind in kinds if kind not in known]
    if missing:
        chosen = _chosen(missing)
        plain = {kind.key: [tuple(one) for one in counted] for kind, counted in chosen.items()}
        cache.set_many(plain, _DAY_SECONDS)
        known |= chosen
    return known


def _chosen(kinds: Sequence[Kind]) -> dict[Kind, list[_Counted]]:
    chosen: dict[Kind, list[_Counted]] = {kind: [] for kind in kinds}
    values = {
        "n": list(range(len(kinds))),
        "services": [kind.service for kind in kinds],
        "classes": [kind.contract_class for kind in kinds],
        "quantities": [kind.quantity for kind in kinds],
        "units": [kind.unit for kind in kinds],
        "lows": [kind.band and kind.band[0] for kind in kinds],
        "highs": [kind.band and kind.band[1] for kind in kinds],
        "size": kinds[0].size,
        "parts": _PARTS,
        "of_each": _OF_EACH,
    }
    for n, *one in _fetch(_CHOSEN, values):
        chosen[kinds[n]].append(_Counted(*one))
    return chosen


def _fetch(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
