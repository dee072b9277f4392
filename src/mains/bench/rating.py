"""Rate bills beside ratebook, and hourly years beside NREL's utilityrate5 (PySAM)."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module
from random import Random
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

from mains.bench.result import Result
from mains.bench.stopwatch import measured, peak_mb
from mains.core.calendars import Period
from mains.tariffs.rules.calendars import Calendar, DayKind, HourRule, Season, Timetable
from mains.tariffs.rules.components import read_components
from mains.tariffs.rules.lines import RatedLine, RatingInput
from mains.tariffs.rules.rating import compile_tariff, explain, rate

FLOOR, AIM = 30, 50
HOURLY_FLOOR, HOURLY_AIM = 10, 30
BILLS, YEARS = 20_000, 400
# Theirs take so much longer that fewer say as much.
FEWER = 10
ONE = Decimal(1)
MONDAY = date(2018, 1, 1)
YEAR = Period(MONDAY, date(2019, 1, 1))
JANUARY = Period(MONDAY, date(2018, 2, 1))
_WORK = (DayKind.WORKDAY,)
_FREE = (DayKind.SATURDAY, DayKind.SUNDAY, DayKind.HOLIDAY)
_COMMON = {"label": "line", "service": "power", "vat": "21", "unit": "kWh"}
_BLOCKS = (("100", "0.10"), ("400", "0.17"), (None, "0.29"))
_STANDING = Decimal("7.50")
_PRICES = {"P1": "0.31", "P2": "0.12"}
_FOREVER = 1e38
# From 20 to 720 kWh.
_USED = [Decimal(20_000 + position * 7_919 % 700_000) / 1000 for position in range(1_000)]

type Rated = Callable[[int], Decimal]


class PeerMissing(Exception):
    """A library that rates as well is not installed; the group `dev` has it."""


def measure(**_others: object) -> Result:
    """
    Measure bills of three blocks with explained lines, and account-years of 8,760 hours.

    :raises PeerMissing: if ratebook or PySAM is not installed.
    """
    blocks, same_bills = _against(_our_bill(), _ratebook_bill(), count=BILLS)
    hourly, same_years = _against(_our_year(), _pysam_year(), count=YEARS)
    from_hours, _same = _against(_our_year(kept=False), _pysam_year(), count=YEARS)
    differences = [
        *([] if same_bills else ["a bill differs from ratebook's"]),
        *([] if same_years else ["a year differs from PySAM's before rounding"]),
    ]
    holds = blocks[0] >= FLOOR * blocks[1] and hourly[0] >= HOURLY_FLOOR * hourly[1]
    return Result(
        name="rating",
        unit="bills",
        ours=blocks[0],
        yardstick=blocks[1],
        peak_mb=peak_mb(),
        detail={
            "floor_ratio": FLOOR,
            "aim_ratio": AIM,
            "passed": holds and not differences,
            "differences": differences,
            "yardstick_is": "ratebook: three tiers and a fixed charge, without VAT",
            "hourly": {
                "unit": "account-years",
                "ours": round(hourly[0], 1),
                "yardstick": round(hourly[1], 1),
                "ratio": round(hourly[0] / hourly[1], 2),
                "floor_ratio": HOURLY_FLOOR,
                "aim_ratio": HOURLY_AIM,
                "ours_is": "as a bill run does it: from the sums of months, which are kept when "
                "values are imported",
                "ratio_with_sharing_out": round(from_hours[0] / from_hours[1], 2),
                "yardstick_is": "PySAM utilityrate5: two periods over 8,760 hours",
            },
        },
    )


def _against(ours: Rated, theirs: Rated, *, count: int) -> tuple[tuple[float, float], bool]:
    """
    Return what each does in a CPU-second, ours before and after theirs, and whether they agree.
    """
    fewer = count // FEWER
    same = all(abs(ours(n) - theirs(n)) < Decimal("0.0001") for n in range(10))
    with measured() as before:
        _times(ours, count)
    with measured() as other:
        _times(theirs, fewer)
    with measured() as after:
        _times(ours, count)
    return (2 * count / (before.cpu + after.cpu), fewer / other.cpu), same


def _times(rated: Rated, count: int) -> None:
    for position in range(count):
        rated(position)


def _peer(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError as error:
        raise PeerMissing(f"{name} is not installed. Run `uv sync --group dev`.") from error


def _exact(lines: Sequence[RatedLine]) -> Decimal:
    total = Decimal(0)
    for line in lines:
        total += line.exact
    return total


def _our_bill() -> Rated:
    """
    Rate a bill, each line with what explains it; what it comes to before rounding.
    """
    rows: list[dict[str, Any]] = [
        {**_COMMON, "kind": "fixed", "code": "standing", "price": str(_STANDING)},
        {**_COMMON, "kind": "blocks", "code": "energy", "quantity": "kwh",
         "blocks": [{"up_to": bound, "price": price} for bound, price in _BLOCKS]},
    ]  # fmt: skip
    tariff = compile_tariff(read_components(rows), currency="EUR")
    for used in _USED:
        if not all(explain(line).holds for line in _rate(tariff, used)):
            raise AssertionError(used)
    return lambda position: _exact(_rate(tariff, _USED[position % len(_USED)]))


def _rate(tariff: Any, used: Decimal) -> Sequence[RatedLine]:
    return rate(tariff, RatingInput(JANUARY, ONE, {"kwh": used}))


def _ratebook_bill() -> Rated:
    book = _peer("ratebook")
    tiers = tuple(
        book.EnergyTier(rate=Decimal(price), max=None if bound is None else Decimal(bound))
        for bound, price in _BLOCKS
    )
    whole_day = ((0,) * 24,) * 12
    tariff = book.Tariff(
        energy=book.EnergyRateStructure(periods=(book.EnergyPeriod(tiers=tiers),)),
        schedule=book.Schedule(weekday=whole_day, weekend=whole_day),
        fixed_charges=(book.FixedCharge(amount=_STANDING),),
    )
    window = book.BillingWindow(start=MONDAY, days=JANUARY.days)

    def rated(position: int) -> Decimal:
        usage = book.Usage.aggregate(_USED[position % len(_USED)])
        # Its fixed charge is by the window's days; ours is by the month, so only energy is theirs.
        return Decimal(book.estimate_bill(tariff, usage, window).energy_charge + _STANDING)

    return rated


def _loads() -> list[list[int]]:
    """
    Return ten years of hours in thousandths of a kWh.
    """
    random = Random(7)  # noqa: S311
    return [[random.randrange(4_000) for _ in range(8_760)] for _ in range(10)]


def _timetable() -> Timetable:
    calendar = Calendar(
        "two",
        (Season("year", (1, 1), (12, 31)),),
        (
            HourRule("P2", _WORK, 0, 10), HourRule("P1", _WORK, 10, 14),
            HourRule("P2", _WORK, 14, 18), HourRule("P1", _WORK, 18, 22),
            HourRule("P2", _WORK, 22, 24), HourRule("P2", _FREE, 0, 24),
        ),
    )  # fmt: skip
    return Timetable(calendar, ZoneInfo("UTC"), lambda _day: False)


def _our_year(*, kept: bool = True) -> Rated:
    """
    Rate the twelve bills of a year: from sums of tariff periods that are kept, or from the hours.
    """
    row = {
        **_COMMON,
        "kind": "time_of_use",
        "code": "energy",
        "quantity": "kwh",
        "calendar": "two",
        "prices": [{"period": period, "price": price} for period, price in _PRICES.items()],
    }
    tariff, timetable = compile_tariff(read_components([row]), currency="EUR"), _timetable()
    # As they are stored: the values of each day.
    years = [[load[24 * n : 24 * n + 24] for n in range(YEAR.days)] for load in _loads()]
    months = YEAR.months()

    def shared_out(year: Sequence[Sequence[int]], month: Period) -> dict[str, int]:
        first = (month.start - MONDAY).days
        return timetable.totals(year[first : first + month.days], period=month)

    sums = [[shared_out(year, month) for month in months] for year in years] if kept else []

    def rated(position: int) -> Decimal:
        number, total = position % len(years), Decimal(0)
        for index, month in enumerate(months):
            parts = sums[number][index] if kept else shared_out(years[number], month)
            quantities = {
                f"kwh@two.{period}": Decimal(used).scaleb(-3) for period, used in parts.items()
            }
            total += _exact(rate(tariff, RatingInput(month, ONE, quantities)))
        return total

    return rated


def _pysam_year() -> Rated:
    model = _peer("PySAM.Utilityrate5").new()
    table = _timetable()
    monday, sunday = table.hours_of(MONDAY), table.hours_of(MONDAY + timedelta(days=6))
    model.SystemOutput.gen, model.SystemOutput.degradation = [0.0] * 8_760, [0]
    model.Lifetime.analysis_period, model.Lifetime.inflation_rate = 1, 0
    model.Lifetime.system_use_lifetime_output = 0
    for name, value in {
        "en_electricity_rates": 1, "rate_escalation": [0], "ur_metering_option": 0,
        "ur_monthly_fixed_charge": 0, "ur_monthly_min_charge": 0, "ur_annual_min_charge": 0,
        "ur_nm_yearend_sell_rate": 0, "ur_sell_eq_buy": 0, "ur_nm_credit_month": 11,
        "ur_nm_credit_rollover": 0, "ur_en_ts_buy_rate": 0, "ur_en_ts_sell_rate": 0,
        "ur_ec_sched_weekday": [[int(period[1]) for period in monday]] * 12,
        "ur_ec_sched_weekend": [[int(period[1]) for period in sunday]] * 12,
        "ur_ec_tou_mat": [[int(period[1]), 1, _FOREVER, 0, float(price), 0]
                          for period, price in _PRICES.items()],
        "ur_dc_enable": 0,
    }.items():  # fmt: skip
        setattr(model.ElectricityRates, name, value)
    loads = [[value / 1000 for value in load] for load in _loads()]

    def rated(position: int) -> Decimal:
        model.Load.load = loads[position % len(loads)]
        model.execute(0)
        return Decimal(str(sum(model.Outputs.year1_monthly_utility_bill_wo_sys)))

    return rated
