"""
NREL's utilityrate5 (PySAM) as an independent opinion of energy, demand and least amounts.

It counts in binary floats, knows no cents, no change of the clock and takes 1 January for a Monday:
so a year is compared that begins on one, in UTC, before rounding.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mains.core.calendars import Period
from mains.tariffs.rules.calendars import Calendar, DayKind, HourRule, Season, Timetable
from mains.tariffs.rules.components import read_components
from mains.tariffs.rules.kinds.base import amount_of
from mains.tariffs.rules.lines import RatingInput
from mains.tariffs.rules.rating import compile_tariff, rate

pysam = pytest.importorskip("PySAM.Utilityrate5")
D = Decimal
MONDAY = date(2018, 1, 1)
MONTHS = Period(MONDAY, date(2019, 1, 1)).months()
WORK, FREE = (DayKind.WORKDAY,), (DayKind.SATURDAY, DayKind.SUNDAY, DayKind.HOLIDAY)
# Peak on workdays from 10 to 14 and 18 to 22, but from 16 on in summer; the rest is off-peak.
CALENDAR = Calendar(
    "two",
    (Season("winter", (11, 1), (4, 30)), Season("summer", (5, 1), (10, 31))),
    (
        HourRule("P2", WORK, 0, 10), HourRule("P1", WORK, 10, 14),
        HourRule("P2", WORK, 14, 18, ("winter",)), HourRule("P2", WORK, 14, 16, ("summer",)),
        HourRule("P1", WORK, 16, 18, ("summer",)),
        HourRule("P1", WORK, 18, 22), HourRule("P2", WORK, 22, 24),
        HourRule("P2", FREE, 0, 24),
    ),
)  # fmt: skip
TIMETABLE = Timetable(CALENDAR, ZoneInfo("UTC"), lambda _day: False)
COMMON = {"label": "line", "service": "power", "vat": "0", "unit": "kWh"}
FOREVER = 1e38
CENT = D("0.01")


@pytest.fixture(params=[1, 2, 3], scope="module")
def load(request: Any) -> list[Decimal]:
    """
    8,760 random hours in kWh, with three places.
    """
    random = Random(request.param)
    return [D(random.randrange(4_000)) / 1000 for _ in range(8_760)]


def month_inputs(load: Sequence[Decimal]) -> list[RatingInput]:
    """
    Return what each month is rated from, shared out as a bill run does.
    """
    whole = [int(value * 1000) for value in load]
    days = {MONDAY + timedelta(days=n): whole[24 * n : 24 * n + 24] for n in range(365)}
    found = []
    for month in MONTHS:
        values = [days[day] for day in month.each_day()]
        peaks = TIMETABLE.peaks(values, period=month)
        totals = TIMETABLE.totals(values, period=month)
        milli = {f"kwh@two.{period}": total for period, total in totals.items()}
        milli |= {f"kwh@two.{period}.peak": most for period, most in peaks.items()}
        milli |= {"kwh": sum(map(sum, values)), "kwh@peak": max(peaks.values())}
        found.append(RatingInput(month, D(1), {name: D(n) / 1000 for name, n in milli.items()}))
    return found


def ours(load: Sequence[Decimal], *rows: dict[str, Any]) -> list[Decimal]:
    components = read_components([{**COMMON, "code": f"c{n}", **row} for n, row in enumerate(rows)])
    tariff = compile_tariff(components, currency="USD")
    return [sum((line.exact for line in rate(tariff, one)), D(0)) for one in month_inputs(load)]


def schedule() -> tuple[list[list[int]], list[list[int]]]:
    """
    Write the calendar out hour by hour for each month, workdays and weekends.
    """
    tables = []
    for kind in (DayKind.WORKDAY, DayKind.SATURDAY):
        rows = [CALENDAR.table[CALENDAR.season_on(month.start), kind] for month in MONTHS]
        tables.append([[int(period[1]) for period in row] for row in rows])
    return tables[0], tables[1]


def theirs(load: Sequence[Decimal], **given: Any) -> list[float]:
    model = pysam.new()
    model.SystemOutput.gen, model.SystemOutput.degradation = [0.0] * 8_760, [0]
    model.Lifetime.analysis_period, model.Lifetime.inflation_rate = 1, 0
    model.Lifetime.system_use_lifetime_output = 0
    model.Load.load = [float(value) for value in load]
    whole_day = [[1] * 24] * 12
    rates = {
        "en_electricity_rates": 1, "rate_escalation": [0], "ur_metering_option": 0,
        "ur_monthly_fixed_charge": 0, "ur_monthly_min_charge": 0, "ur_annual_min_charge": 0,
        "ur_nm_yearend_sell_rate": 0, "ur_sell_eq_buy": 0, "ur_nm_credit_month": 11,
        "ur_nm_credit_rollover": 0, "ur_en_ts_buy_rate": 0, "ur_en_ts_sell_rate": 0,
        "ur_ec_sched_weekday": whole_day, "ur_ec_sched_weekend": whole_day,
        "ur_ec_tou_mat": [[1, 1, FOREVER, 0, 0, 0]], "ur_dc_enable": 0,
    }  # fmt: skip
    for name, value in (rates | given).items():
        setattr(model.ElectricityRates, name, value)
    model.execute(0)
    return list(model.Outputs.year1_monthly_utility_bill_wo_sys)


def agree(mine: Sequence[Decimal], other: Sequence[float]) -> None:
    """
    Pass if twelve months agree as far as binary floats can.
    """
    assert len(mine) == len(other) == 12
    for one, two in zip(mine, other, strict=True):
        assert float(one) == pytest.approx(two, rel=1e-7)


FLAT = {"kind": "unit", "quantity": "kwh", "price": "0.21"}


def test_flat_with_a_standing_charge(load):
    mine = ours(load, {"kind": "fixed", "price": "7.50"}, FLAT)
    matrix = [[1, 1, FOREVER, 0, 0.21, 0]]
    agree(mine, theirs(load, ur_monthly_fixed_charge=7.5, ur_ec_tou_mat=matrix))


def test_three_blocks_a_month(load):
    blocks = [{"up_to": "500", "price": "0.10"}, {"up_to": "1200", "price": "0.17"},
              {"up_to": None, "price": "0.29"}]  # fmt: skip
    mine = ours(load, {"kind": "blocks", "quantity": "kwh", "blocks": blocks})
    matrix = [[1, 1, 500, 0, 0.10, 0], [1, 2, 1200, 0, 0.17, 0], [1, 3, FOREVER, 0, 0.29, 0]]
    agree(mine, theirs(load, ur_ec_tou_mat=matrix))


TIME_OF_USE = {
    "kind": "time_of_use",
    "quantity": "kwh",
    "calendar": "two",
    "prices": [{"period": "P1", "price": "0.31"}, {"period": "P2", "price": "0.12"}],
}


def test_time_of_use_over_seasons_and_weekends(load):
    weekdays, weekends = schedule()
    agree(
        ours(load, TIME_OF_USE),
        theirs(
            load,
            ur_ec_sched_weekday=weekdays,
            ur_ec_sched_weekend=weekends,
            ur_ec_tou_mat=[[1, 1, FOREVER, 0, 0.31, 0], [2, 1, FOREVER, 0, 0.12, 0]],
        ),
    )


def test_control_another_calendar_does_not_agree(load):
    weekdays, weekends = schedule()
    # One hour of one month on workdays moved to the other period.
    weekdays[3][10] = 2
    other = theirs(
        load,
        ur_ec_sched_weekday=weekdays,
        ur_ec_sched_weekend=weekends,
        ur_ec_tou_mat=[[1, 1, FOREVER, 0, 0.31, 0], [2, 1, FOREVER, 0, 0.12, 0]],
    )
    with pytest.raises(AssertionError):
        agree(ours(load, TIME_OF_USE), other)


def test_the_highest_power_of_all_and_in_each_period(load):
    weekdays, weekends = schedule()
    demands = [
        {"kind": "demand", "measured": f"kwh@{what}", "price": price}
        for what, price in (("peak", "4.5"), ("two.P1.peak", "6"), ("two.P2.peak", "2"))
    ]
    agree(
        ours(load, FLAT, *demands),
        theirs(
            load,
            ur_ec_tou_mat=[[1, 1, FOREVER, 0, 0.21, 0]],
            ur_dc_enable=1,
            ur_dc_flat_mat=[[month, 1, FOREVER, 4.5] for month in range(12)],
            ur_dc_sched_weekday=weekdays,
            ur_dc_sched_weekend=weekends,
            ur_dc_tou_mat=[[1, 1, FOREVER, 6], [2, 1, FOREVER, 2]],
        ),
    )


def test_the_least_that_a_month_costs(load):
    """
    What is lacking is added to lines as they are printed, so the cents are compared.
    """
    # So small a price that about half of the months stay below the least.
    used = sorted(one.quantities["kwh"] for one in month_inputs(load))
    least = (used[6] * D("0.02")).quantize(CENT)
    components = read_components(
        [
            {**COMMON, "code": "energy", **FLAT, "price": "0.02"},
            {**COMMON, "code": "least", "kind": "minimum", "per_month": str(least)},
        ]
    )
    tariff = compile_tariff(components, currency="USD")
    mine = [sum(amount_of(line) for line in rate(tariff, one)) for one in month_inputs(load)]
    matrix = [[1, 1, FOREVER, 0, 0.02, 0]]
    other = theirs(load, ur_ec_tou_mat=matrix, ur_monthly_min_charge=float(least))
    assert mine == [D(f"{value:.8f}").quantize(CENT, ROUND_HALF_UP) for value in other]
    assert 3 <= mine.count(least) <= 9
