"""What similar homes used in the same months, as an average that tells nothing of any of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db import connection

from mains.core.arrays import integer_array
from mains.core.calendars import Period
from mains.metering.consumption import UseSeries
from mains.metering.rules.similar_homes import average_of, size_band

# So many homes stand for all of their kind, which keeps the page as quick in a large utility. They
# are chosen once a day.
_HOMES, _DAY_SECONDS = 200, 86_400


@dataclass(frozen=True, slots=True)
class Kind:
    """
    Which homes are similar: those with the same service and class of contract, of one size band.

    `size` is the dwelling's attribute that tells its size, empty where size does not matter; `band`
    is from what to below what, None for homes whose size nobody knows.
    """

    service: str
    contract_class: str
    size: str = ""
    band: tuple[Decimal, Decimal] | None = None

    @property
    def key(self) -> str:
        edges = f"{self.band[0]:f}-{self.band[1]:f}" if self.band else ""
        return f"similar:{self.service}:{self.contract_class}:{self.size}:{edges}"


# Spread over the whole utility, and the same for everybody until the next day.
_CHOSEN = """
select k.n, home.id
from unnest(%(n)s::bigint[], %(services)s::text[], %(classes)s::text[], %(lows)s::numeric[],
            %(highs)s::numeric[]) k (n, service, class, low, high)
join lateral (
  select c.supply_point_id as id from customers_contract c
  where c.service = k.service and c.contract_class = k.class and c.end_date is null
    and (%(size)s::text = '' or exists (
      select from customers_supplypoint sp
      cross join lateral (select case when sp.attributes->>%(size)s ~ '^[0-9]+([.][0-9]+)?$'
                                      then (sp.attributes->>%(size)s)::numeric end as size) of
      where sp.id = c.supply_point_id
        and (of.size >= k.low and of.size < k.high
             or k.low is null and coalesce(of.size, 0) = 0)))
  order by mod(c.supply_point_id * 7919, 104729), c.supply_point_id
  limit %(homes)s) home on true
"""
# A home counts if all of its registers were read at both ends, by one contract and the same meters.
_USED = """
select t.n, count(*), sum(h.used), max(h.used)
from unnest(%(n)s::bigint[], %(services)s::text[], %(classes)s::text[], %(quantities)s::text[],
            %(units)s::text[], %(starts)s::date[], %(ends)s::date[])
  t (n, service, class, quantity, unit, starts, ends)
join unnest(%(of)s::bigint[], %(homes)s::bigint[]) home (n, id) on home.n = t.n
join lateral (
  select sum((closing.value - opening.value) * r.multiplier) as used
  from customers_contract c
  join metering_meterinstallation i on i.supply_point_id = c.supply_point_id
    and i.start_date <= t.starts and (i.end_date is null or i.end_date >= t.ends)
  join metering_meter m on m.id = i.meter_id and m.service = c.service
  join metering_register r on r.meter_id = m.id and r.quantity = t.quantity and r.unit = t.unit
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
  where c.supply_point_id = home.id and c.service = t.service and c.contract_class = t.class
    and c.start_date <= t.starts and (c.end_date is null or c.end_date >= t.ends)
  having bool_and(closing.value is not null and opening.value is not null
                  and closing.value >= opening.value)
) h on h.used > 0
where home.id not in (select supply_point_id from customers_contract
                      where account_id = any(%(own)s::bigint[]))
group by t.n
"""


def kind_of(series: UseSeries, *, size: str | None) -> Kind:
    """
    Return which homes are similar to that of a series; `size` is the attribute that tells a size.
    """
    band = size_band(series.attributes.get(size)) if size else None
    return Kind(series.service, series.contract_class, size or "", band)


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
    kinds = [kind_of(series, size=size) for series, _months in asked]
    homes = _homes(set(kinds))
    pairs = [(n, home) for n, kind in enumerate(kinds) for home in homes[kind]]
    values = {
        "n": list(range(len(asked))),
        "services": [kind.service for kind in kinds],
        "classes": [kind.contract_class for kind in kinds],
        "quantities": [series.quantity for series, _months in asked],
        "units": [series.unit for series, _months in asked],
        "starts": [months.start for _series, months in asked],
        "ends": [months.end for _series, months in asked],
        "of": integer_array(n for n, _home in pairs),
        "homes": integer_array(home for _n, home in pairs),
        "own": integer_array(own_account_ids),
    }
    found = {
        n: average_of(homes=count, total=total, largest=largest)
        for n, count, total, largest in _fetch(_USED, values)
    }
    return [found.get(n) for n in range(len(asked))]


def _homes(kinds: Collection[Kind]) -> Mapping[Kind, list[int]]:
    """
    Return the homes that stand for each kind, by supply point.
    """
    keys = {kind.key: kind for kind in kinds}
    known = cache.get_many(keys)
    missing = [kind for key, kind in keys.items() if key not in known]
    if missing:
        chosen = _chosen(missing)
        cache.set_many({kind.key: chosen[kind] for kind in missing}, _DAY_SECONDS)
        known |= {kind.key: chosen[kind] for kind in missing}
    return {kind: known[key] for key, kind in keys.items()}


def _chosen(kinds: Sequence[Kind]) -> dict[Kind, list[int]]:
    chosen: dict[Kind, list[int]] = {kind: [] for kind in kinds}
    values = {
        "n": list(range(len(kinds))),
        "services": [kind.service for kind in kinds],
        "classes": [kind.contract_class for kind in kinds],
        "lows": [kind.band and kind.band[0] for kind in kinds],
        "highs": [kind.band and kind.band[1] for kind in kinds],
        "size": kinds[0].size,
        "homes": _HOMES,
    }
    for n, home in _fetch(_CHOSEN, values):
        chosen[kinds[n]].append(home)
    return chosen


def _fetch(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
