"""What contracts used by the hour, where their prices depend on it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mains.billing.inputs.contracts import ContractRow
from mains.billing.inputs.pricing import ContractPrices
from mains.billing.rules.drafting import Hours
from mains.core.calendars import Period
from mains.metering import interval_queries, period_use
from mains.metering.interval_queries import Measured
from mains.metering.period_use import KeptUse
from mains.tariffs import queries as tariffs
from mains.tariffs.rules.calendars import Timetable, UnfitIntervals, Values, per_hour
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
    days: Mapping[int, Period],
    period: Period,
    timetables: Mapping[str, Timetable],
) -> dict[int, Hours]:
    """
    Return what contracts used by the hour on their days of a period, by contract; only those that
    are priced by it.
    """
    wanted = {
        contract.contract_id: asked
        for contract, prices in priced
        if (asked := wanted_by(prices)) is not None
    }
    if not wanted:
        return {}
    contracts = [(one, prices) for one, prices in priced if one.contract_id in wanted]
    found, contracts = _from_months(contracts, wanted, period, timetables)
    if not contracts:
        return found
    intervals = interval_queries.used_by_interval(
        supply_point_ids={contract.supply_point_id for contract, _prices in contracts},
        period=period,
    )
    prices_of = tariffs.index_prices(
        codes={index for one in wanted.values() for index in one.indexes}, period=period
    )
    return found | {
        contract.contract_id: _hours(
            days[contract.contract_id],
            prices,
            wanted[contract.contract_id],
            {
                quantity: intervals.get((*contract.place, quantity), Measured(0, {}))
                for quantity in wanted[contract.contract_id].quantities
            },
            prices_of,
            timetables,
        )
        for contract, prices in contracts
    }


def _from_months(
    contracts: Sequence[tuple[ContractRow, ContractPrices]],
    wanted: Mapping[int, Wanted],
    period: Period,
    timetables: Mapping[str, Timetable],
) -> tuple[dict[int, Hours], list[tuple[ContractRow, ContractPrices]]]:
    """
    Return what contracts used by what is kept of whole months, and the contracts for which that
    does not do: every interval is priced by itself, or a price changes within a month.
    """
    kept = period_use.kept_use(
        supply_point_ids={
            one.supply_point_id for one, _prices in contracts if not wanted[one.contract_id].hourly
        },
        period=period,
    )
    found: dict[int, Hours] = {}
    for contract, prices in contracts:
        asked = wanted[contract.contract_id]
        months = {name: kept.get((*contract.place, name)) for name in asked.quantities}
        known = None if asked.hourly else _known(asked, months, prices, timetables)
        if known is not None:
            found[contract.contract_id] = Hours(asked.quantities, known=known)
    return found, [one for one in contracts if one[0].contract_id not in found]


def _known(
    asked: Wanted,
    months: Mapping[str, KeptUse | None],
    prices: ContractPrices,
    timetables: Mapping[str, Timetable],
) -> dict[Period, dict[str, Decimal]] | None:
    known: dict[Period, dict[str, Decimal]] = {}
    for part in prices.parts:
        quantities = dict.fromkeys(asked.names, Decimal(0))
        for quantity, kept in months.items():
            calendars = {""} | {
                _calendar_of(name) for name in asked.names if name.startswith(f"{quantity}@")
            }
            for calendar in calendars:
                key = timetables[calendar].key if calendar else ""
                use = kept.over(part.days, key=key) if kept else None
                if use is None:
                    return None
                quantities |= _named(quantity, calendar, *use)
        known[part.days] = quantities
    return known


def _named(
    quantity: str, calendar: str, decimals: int, use: Mapping[str, tuple[int, int]]
) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for period, (used, most) in use.items():
        name = in_period(quantity, calendar=calendar, period=period) if calendar else quantity
        peak = f"{name}.{_PEAK}" if calendar else f"{quantity}@{_PEAK}"
        found[name] = Decimal(used).scaleb(-decimals)
        found[peak] = Decimal(most).scaleb(-decimals)
    return found


def _hours(
    days: Period,
    prices: ContractPrices,
    wanted: Wanted,
    used: Mapping[str, Measured],
    index_prices: Mapping[str, DayValues],
    timetables: Mapping[str, Timetable],
) -> Hours:
    for measured in used.values():
        missing = next((day for day in days.each_day() if day not in measured.days), None)
        if missing is not None:
            return Hours(wanted.quantities, missing=missing)
    try:
        known = {
            part.days: _quantities(wanted.names, used, part.days, timetables)
            for part in prices.parts
        }
    except UnfitIntervals as problem:
        return Hours(wanted.quantities, missing=problem.day)
    return Hours(
        wanted.quantities,
        intervals={quantity: _as_decimals(used[quantity], days) for quantity in wanted.hourly},
        prices={index: index_prices[index] for index in wanted.indexes},
        known=known,
    )


def _as_decimals(measured: Measured, days: Period) -> DayValues:
    return {
        day: tuple(Decimal(value).scaleb(-measured.decimals) for value in measured.days[day])
        for day in days.each_day()
    }


def _quantities(
    names: Collection[str],
    used: Mapping[str, Measured],
    days: Period,
    timetables: Mapping[str, Timetable],
) -> dict[str, Decimal]:
    """
    Return what was used of each quantity, and of the parts of it that names stand for.

    `energy@td20.P1` is what was used in the tariff period P1 of the calendar td20, with `.peak`
    behind it the highest power in it; `energy@peak` is the highest power of all.
    """
    found: dict[str, Decimal] = {}
    for quantity, measured in used.items():
        values = [measured.days[day] for day in days.each_day()]
        parts = {quantity: sum(map(sum, values))}
        for calendar in {_calendar_of(name) for name in names if name.startswith(f"{quantity}@")}:
            parts |= _parts(quantity, calendar, values, days, timetables)
        found |= {name: Decimal(value).scaleb(-measured.decimals) for name, value in parts.items()}
    # What nothing fell into, such as holidays in a month without, is nothing and not unknown.
    return dict.fromkeys(names, Decimal(0)) | found


def _parts(
    quantity: str,
    calendar: str,
    values: Values,
    days: Period,
    timetables: Mapping[str, Timetable],
) -> dict[str, int]:
    if not calendar:
        most = max(max(of_day) * per_hour(of_day) for of_day in values)
        return {f"{quantity}@{_PEAK}": most}
    timetable = timetables[calendar]
    totals = {
        in_period(quantity, calendar=calendar, period=period): total
        for period, total in timetable.totals(values, period=days).items()
    }
    peaks = {
        f"{in_period(quantity, calendar=calendar, period=period)}.{_PEAK}": most
        for period, most in timetable.peaks(values, period=days).items()
    }
    return totals | peaks


def _calendar_of(name: str) -> str:
    """
    Return the calendar of a part of a quantity; none for the highest power of all.
    """
    what = name.split("@")[1]
    return "" if what == _PEAK else what.split(".")[0]
