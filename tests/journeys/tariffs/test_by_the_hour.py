"""Prices by time and by power, on real bills from interval values, over a change of the clock."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.journeys.tariffs import world

from mains.metering.models import IntervalDay
from mains.tariffs.entering import TariffWrong
from mains.tenancy.tenantfile import TenantFileError

pytestmark = pytest.mark.usefixtures("unblocked")
MADRID = ZoneInfo("Europe/Madrid")
MARCH, APRIL, MAY = date(2027, 3, 1), date(2027, 4, 1), date(2027, 5, 1)
FREE = ["saturday", "sunday", "holiday"]
TD20 = {
    "code": "td20",
    "periods": [{"code": code, "label": {"lv": name, "en": name}}
                for code, name in (("P1", "peak"), ("P2", "flat"), ("P3", "valley"))],
    "hours": [
        {"period": "P3", "days": ["workday"], "start": 0, "end": 8},
        {"period": "P2", "days": ["workday"], "start": 8, "end": 10},
        {"period": "P1", "days": ["workday"], "start": 10, "end": 14},
        {"period": "P2", "days": ["workday"], "start": 14, "end": 18},
        {"period": "P1", "days": ["workday"], "start": 18, "end": 22},
        {"period": "P2", "days": ["workday"], "start": 22, "end": 24},
        {"period": "P3", "days": FREE},
    ],
}  # fmt: skip
BY_TIME = {
    "kind": "time_of_use", "code": "energy", "quantity": "energy", "calendar": "td20",
    "unit": "kWh",
    "prices": [{"period": "P1", "price": "0.30"}, {"period": "P2", "price": "0.20"},
               {"period": "P3", "price": "0.10"}],
}  # fmt: skip


def hours_of(day: date) -> int:
    start = datetime(day.year, day.month, day.day, tzinfo=MADRID).astimezone(UTC)
    after = day + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=MADRID).astimezone(UTC)
    return int((end - start).total_seconds() // 3600)


def one_each_hour(home: world.Home, *, but: dict[date, list[int]] | None = None) -> None:
    """
    Store a kWh for every hour of March 2027, or other values in thousandths on some days.
    """
    register = home.hang("energy")
    day = MARCH
    while day < APRIL:
        values = (but or {}).get(day, [1_000] * hours_of(day))
        IntervalDay.objects.create(
            register_id=register.pk, day=day, minutes=60, decimals=3, values=values,
            qualities=[2] * len(values), import_id=1,
        )  # fmt: skip
        day += timedelta(days=1)


def billed(*components: dict[str, Any], attributes: dict | None = None, **more: Any) -> dict:
    file = world.file_of(*components, calendars=[TD20])
    with world.opened(file, attributes=attributes) as home:
        one_each_hour(home, **more)
        return home.bill(MARCH, APRIL)


def quantities(facts: dict) -> dict[str, str]:
    return {line["code"]: line["quantity"] for line in facts["lines"]}


def test_each_period_at_its_price_over_the_change_of_the_clock():
    facts = billed(BY_TIME)
    # March 2027 has 23 workdays of 8 hours each in every period (Good Friday is the 26th, so 22),
    # and nine free days of which the 28th has 23 hours.
    assert quantities(facts) == {"energy.P1": "176", "energy.P2": "176", "energy.P3": "391"}
    assert sum(int(value) for value in quantities(facts).values()) == 31 * 24 - 1
    assert world.nets(facts) == {
        "energy.P1": "52.80", "energy.P2": "35.20", "energy.P3": "39.10",
    }  # fmt: skip
    assert facts["lines"][0]["label"] == "Energy, peak"
    rated = facts["contracts"][0]["rated"][0]["quantities"]
    assert rated["energy@td20.P1"] == "176"


def test_parts_of_a_quantity_may_be_priced_by_any_kind():
    """
    What is used at peak beyond 100 kWh costs more.
    """
    blocks = {"kind": "blocks", "code": "peak", "quantity": "energy@td20.P1", "unit": "kWh",
              "blocks": [{"up_to": "100", "price": "0.30"}, {"price": "0.50"}]}  # fmt: skip
    facts = billed(blocks)
    assert world.nets(facts) == {"peak": "30.00 + 38.00"}


DEMAND = {
    "kind": "demand", "code": "power", "measured": "energy@peak", "unit": "kW", "price": "3.00",
    "contracted": "power_kw", "minimum_percent": "85", "excess_from_percent": "105",
    "excess_price": "6.00", "excess_label": {"lv": "Pārsniegums", "en": "Excess"},
}  # fmt: skip


def test_the_highest_hour_is_the_power_and_what_exceeds_the_contract_costs_more():
    busy = [1_000] * 12 + [6_300] + [1_000] * 11
    facts = billed(DEMAND, attributes={"power_kw": "5"}, but={date(2027, 3, 10): busy})
    # 6.3 kW; 1.05 kW above 105 % of 5 kW.
    assert world.nets(facts) == {"power": "18.90", "power.excess": "6.30"}
    assert facts["lines"][1]["label"] == "Excess"


def test_quarters_of_an_hour_count_four_times_as_power():
    quarters = [250] * 95 + [1_500]
    facts = billed(DEMAND, attributes={"power_kw": "5"}, but={date(2027, 3, 10): quarters})
    assert world.nets(facts) == {"power": "18.00", "power.excess": "4.50"}


def test_a_day_without_values_holds_the_bill_and_names_the_day():
    file = world.file_of(BY_TIME, calendars=[TD20])
    with world.opened(file) as home:
        one_each_hour(home)
        IntervalDay.objects.filter(day=date(2027, 3, 17)).delete()
        with pytest.raises(AssertionError, match=r"NO_READING.*2027-03-17"):
            home.bill(MARCH, APRIL)


def test_a_calendar_that_leaves_an_hour_out_is_not_published():
    broken = {**TD20, "hours": TD20["hours"][1:]}
    file = world.file_of(BY_TIME, calendars=[broken])
    with (
        pytest.raises(TariffWrong, match=r"calendars\.td20\.hours: 0:00 of a workday"),
        world.opened(file),
    ):
        pass


def test_a_period_without_a_price_is_refused_with_its_place():
    short = {**BY_TIME, "prices": BY_TIME["prices"][:2]}
    with pytest.raises(TenantFileError, match=r"versions\[0\]\.components\[0\] prices P1, P2"):
        world.file_of(short, calendars=[TD20])


def test_a_block_table_with_a_gap_is_not_published_and_says_where():
    gap = {"kind": "blocks", "code": "use", "quantity": "energy", "unit": "kWh",
           "blocks": [{"start": "0", "up_to": "18", "price": "1"},
                      {"start": "20", "price": "2"}]}  # fmt: skip
    with (
        pytest.raises(
            TariffWrong,
            match=r"tariffs\.home\.versions\[0\]\.components\[0\]: use\.blocks\[1\] leaves a gap",
        ),
        world.opened(world.file_of(gap)),
    ):
        pass


def test_a_yearly_allowance_goes_on_from_bill_to_bill():
    yearly = {"kind": "blocks", "code": "use", "quantity": "water", "unit": "m3",
              "bounds_per": "year",
              "blocks": [{"up_to": "100", "price": "1"}, {"price": "2"}]}  # fmt: skip
    with world.opened(world.file_of(yearly)) as home:
        home.hang("water", unit="m3")
        value = 0
        for month in range(1, 13):
            home.read("water", date(2026, month, 1), str(value))
            value += 30
        found = [
            world.nets(home.bill(date(2026, month, 1), date(2026, month + 1, 1)))["use"]
            for month in range(1, 6)
        ]
    assert found == ["30.00", "30.00", "30.00", "10.00 + 40.00", "60.00"]


def test_zones_and_classes_have_prices_of_their_own():
    rows = [
        {"kind": "fixed", "code": "north", "price": "1", "zones": ["north"]},
        {"kind": "fixed", "code": "south", "price": "2", "zones": ["south"]},
        {"kind": "fixed", "code": "shop", "price": "4", "classes": ["shop"]},
    ]
    with world.opened(world.file_of(*rows), zone="south", contract_class="shop") as home:
        assert world.nets(home.bill(MARCH, APRIL)) == {"south": "2.00", "shop": "4.00"}


class TestKeptByMonths:
    """
    What is imported is shared out once, and bills read the sums of months.
    """

    def bill(self, home: world.Home, monkeypatch, *, reads_hours: bool) -> dict:
        """
        Bill March; where its hours are read although they need not be, fail.
        """
        from mains.metering import interval_queries

        def read(**_given: object) -> dict:
            raise AssertionError("the hours of a month were read")

        if not reads_hours:
            monkeypatch.setattr(interval_queries, "used_by_interval", read)
        return home.bill(MARCH, APRIL)

    def keep(self) -> int:
        from mains.core.calendars import Period
        from mains.journeys import period_use
        from mains.metering.models import Register
        from mains.tenancy import queries

        return period_use.keep(
            tenant=queries.tenant(world.SLUG),
            register_ids=list(Register.objects.values_list("pk", flat=True)),
            period=Period(MARCH, APRIL),
        )

    @pytest.fixture
    def home(self):
        file = world.file_of(BY_TIME, DEMAND, calendars=[TD20])
        with world.opened(file, attributes={"power_kw": "5"}) as home:
            one_each_hour(home, but={date(2027, 3, 10): [1_000] * 12 + [6_300] + [1_000] * 11})
            yield home

    def test_bills_are_the_same_as_from_the_hours(self, home, monkeypatch):
        assert (self.keep(), self.keep()) == (1, 1)
        facts = self.bill(home, monkeypatch, reads_hours=False)
        assert quantities(facts) == {
            "energy.P1": "181.3", "energy.P2": "176", "energy.P3": "391",
            "power": "6.3", "power.excess": "1.05",
        }  # fmt: skip

    def test_control_without_what_is_kept_the_hours_are_read(self, home, monkeypatch):
        with pytest.raises(AssertionError, match="hours of a month"):
            self.bill(home, monkeypatch, reads_hours=False)

    def test_what_an_import_changes_is_forgotten(self, home, monkeypatch):
        from mains.core.transactions import owns_transaction
        from mains.metering import period_use

        self.keep()
        register = home.registers["energy"]
        owns_transaction(period_use.forget)(
            register_ids=[register.pk], first_day=date(2027, 3, 31), last_day=APRIL
        )
        register.refresh_from_db()
        assert all(not months for months in register.period_use.values())
        facts = self.bill(home, monkeypatch, reads_hours=True)
        assert quantities(facts)["energy.P1"] == "181.3"

    def test_a_month_that_lacks_a_day_is_not_kept(self, home):
        assert home.registers["energy"].period_use == {}
        IntervalDay.objects.filter(day=date(2027, 3, 17)).delete()
        assert self.keep() == 0
