"""What contracts used by the hour, where their prices depend on it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from mains.billing.contracts import ContractRow
from mains.billing.pricing import ContractPrices
from mains.billing.rules.drafting import Hours
from mains.core.calendars import Period
from mains.metering import interval_queries
from mains.tariffs import queries as tariffs
from mains.tariffs.rules.calendars import Timetable, UnfitIntervals, per_hour
from mains.tariffs.rules.kinds import Hourly
from mains.tariffs.rules.kinds.hours import in_period
from mains.tariffs.rules.lines import DayValues

_PEAK = "peak"


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    What the prices of a contract ask of its intervals.

    `names` are parts of quantities, such as `energy@td20.P1` or `energy@peak`; `hourly` are
    quantities whose every interval is priced, and `indexes` what they are priced by.
    """

    names: frozenset[str]
    hourly: frozenset[str]
    indexes: frozenset[str]

    @property
    def quantities(self) -> frozenset[str]:
        """
        Return the quantities that have to be measured by intervals, and so are billed by them.
        """
        return frozenset(name.split("@")[0] for name in self.names) | self.hourly


def wanted_by(prices: ContractPrices) -> Wanted | None:
    """
    Return what prices ask of intervals, or None if they ask nothing.
    """
    components = [one for part in prices.parts for one in part.tariff.components]
    names = frozenset(
        name for component in components for name in component.quantities() if "@" in name
    )
    hourly = [component for component in components if isinstance(component, Hourly)]
    if not names and not hourly:
        return None
    return Wanted(
        names,
        frozenset(component.quantity for component in hourly),
        frozenset(component.index for component in hourly),
    )


def hours_of(
    *,
    priced: Collection[tuple[ContractRow, ContractPrices]],
    period: Period,
    timetables: Mapping[str, Timetable],
) -> dict[int, Hours]:
    """
    Return what contracts used by the hour over a period, by contract; only those that are priced
    by it.
    """
    wanted = {
        contract.contract_id: found
        for contract, prices in priced
        if (found := wanted_by(prices)) is not None
    }
    if not wanted:
        return {}
    contracts = [(one, prices) for one, prices in priced if one.contract_id in wanted]
    intervals = interval_queries.used_by_interval(
        supply_point_ids={contract.supply_point_id for contract, _prices in contracts},
        period=period,
    )
    prices_of = tariffs.index_prices(
        codes={index for one in wanted.values() for index in one.indexes}, period=period
    )
    return {
        contract.contract_id: _hours(
            contract.part_of(period),
            prices,
            wanted[contract.contract_id],
            {
                quantity: intervals.get((*contract.place, quantity), {})
                for quantity in wanted[contract.contract_id].quantities
            },
            prices_of,
            timetables,
        )
        for contract, prices in contracts
    }


def _hours(
    days: Period,
    prices: ContractPrices,
    wanted: Wanted,
    used: Mapping[str, DayValues],
    index_prices: Mapping[str, DayValues],
    timetables: Mapping[str, Timetable],
) -> Hours:
    for values in used.values():
        missing = next((day for day in days.each_day() if day not in values), None)
        if missing is not None:
            return Hours(wanted.quantities, missing=missing)
    try:
        known = {
            part.days: _totals(used, part.days)
            | _quantities(wanted.names, used, part.days, timetables)
            for part in prices.parts
        }
    except UnfitIntervals as problem:
        return Hours(wanted.quantities, missing=problem.day)
    return Hours(
        wanted.quantities,
        intervals={
            quantity: {day: used[quantity][day] for day in days.each_day()}
            for quantity in wanted.hourly
        },
        prices={index: index_prices[index] for index in wanted.indexes},
        known=known,
    )


def _totals(used: Mapping[str, DayValues], days: Period) -> dict[str, Decimal]:
    return {
        quantity: sum((sum(values[day], Decimal(0)) for day in days.each_day()), Decimal(0))
        for quantity, values in used.items()
    }


def _quantities(
    names: Collection[str],
    used: Mapping[str, DayValues],
    days: Period,
    timetables: Mapping[str, Timetable],
) -> dict[str, Decimal]:
    """
    Return the parts of quantities that names stand for, over some days.

    `energy@td20.P1` is what was used in the tariff period P1 of the calendar td20, with `.peak`
    behind it the highest power in it; `energy@peak` is the highest power of all.
    """
    found: dict[str, Decimal] = dict.fromkeys(names, Decimal(0))
    for quantity, calendar in {_source(name) for name in names}:
        for day in days.each_day():
            values = used[quantity][day]
            if not calendar:
                name = f"{quantity}@{_PEAK}"
                found[name] = max(found[name], max(values) * per_hour(values))
                continue
            timetable = timetables[calendar]
            for period, total in timetable.shared_out(values, day=day).items():
                name = in_period(quantity, calendar=calendar, period=period)
                if name in found:
                    found[name] += total
            for period, most in timetable.highest(values, day=day).items():
                name = f"{in_period(quantity, calendar=calendar, period=period)}.{_PEAK}"
                if name in found:
                    found[name] = max(found[name], most)
    return found


def _source(name: str) -> tuple[str, str]:
    """
    Return the quantity and the calendar of a part; no calendar for the highest power of all.
    """
    quantity, what = name.split("@")
    return quantity, "" if what == _PEAK else what.split(".")[0]
