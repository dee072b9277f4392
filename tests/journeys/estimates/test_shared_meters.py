"""Homes that share the meter of their building: every unit falls to somebody, and to one."""

import json
from datetime import date
from decimal import Decimal

import pytest
from tests.factories import meters
from tests.journeys.estimates import world
from tests.journeys.estimates.world import issued, last_day, started

HALF_AND_HALF = {
    "keys": [
        {"by": "attribute", "name": "area", "percent": "50"},
        {"by": "sub_meters", "name": "allocator", "percent": "50"},
    ]
}
AREAS = (50, 30, 20)


def file_of(**allocation):
    file = world.file_of()
    content = file.model_dump(mode="json", exclude_none=True)
    return world.file_of(
        services=[content["services"][0] | {"allocation": HALF_AND_HALF | allocation}],
        weather={
            "station": "Rīga",
            "source": "made up",
            "degree_days": {"2027-01": "300", "2027-02": "280"},
        },
    )


class Building:
    """
    A building with one meter and three homes, each with an allocator, read through December 2026.
    """

    def __init__(self, home) -> None:
        from mains.metering.models import Meter, Register

        self.home = home
        home.register.meter.installations.all().delete()
        self.point = meters.supply_point("LV-B")
        self.meter = meters.meter("B1", codes=("1",), digits=5)["1"]
        meters.hang(self.meter, self.point)
        home.read(date(2026, 12, 31), 1_000, register=self.meter)
        self.contracts, self.allocators, self.virtual = [], [], []
        for number, area in enumerate(AREAS, start=1):
            contract = home.contract if number == 1 else self.moved_in(number)
            point = contract.supply_point
            point.building, point.attributes = self.point, {"area": str(area)}
            point.save()
            allocator = meters.meter(f"A{number}", codes=("a",), digits=6)["a"]
            Register.objects.filter(pk=allocator.pk).update(quantity="allocator")
            meters.hang(allocator, point)
            home.read(date(2026, 12, 31), 0, register=allocator)
            shared = Register.objects.create(
                meter=Meter.objects.create(serial=f"V{number}", service="electricity"),
                code="v", quantity="energy", unit="kWh", digits=6, decimals=3, is_virtual=True,
            )  # fmt: skip
            meters.hang(shared, point)
            self.contracts.append(contract)
            self.allocators.append(allocator)
            self.virtual.append(shared)

    def moved_in(self, number: int, *, point=None, start=date(2026, 1, 1)):
        from mains.customers.models import Account, Contract

        account = Account.objects.create(
            number=f"1000000{number}",
            customer=self.home.account.customer,
            company=self.home.account.company,
            currency="EUR",
            postal_address="Iela 1\nRīga",
        )
        return Contract.objects.create(
            account=account,
            supply_point=point or meters.supply_point(f"LV-{number}"),
            service="electricity",
            contract_class="home",
            tariff_code="home",
            start_date=start,
        )

    def read(self, month: int, total: int | None, *allocators: int | None) -> None:
        day = last_day(2027, month)
        if total is not None:
            self.home.read(day, total, register=self.meter)
        for register, value in zip(self.allocators, allocators, strict=True):
            if value is not None:
                self.home.read(day, value, register=register)


@pytest.fixture
def building(unblocked):
    with world.opened(file_of()) as home:
        yield Building(home)


def billed(run) -> dict[str, str]:
    """
    Return the energy on the bill of each account.
    """
    return {
        facts["account"]: line["quantity"]
        for facts in facts_of(run)
        for line in facts["lines"]
        if line["code"] == "energy"
    }


def facts_of(run) -> list[dict]:
    from mains.billing.models import Bill

    rows = Bill.objects.filter(run=run).order_by("account__number")
    return [json.loads(bill.facts) for bill in rows]


def held(run) -> list[str]:
    return [entry[1] for chunk in run.chunks.all() for entry in chunk.held]


class TestSharing:
    def test_half_by_area_and_half_by_use_adds_up_to_the_building(self, building):
        building.read(1, 1_200, 100, 0, 300)
        run = issued(started(2027, 1))

        # 100 by area: 50, 30, 20; 100 by use: 25, 0, 75.
        assert billed(run) == {"10000001": "75", "10000002": "30", "10000003": "95"}

    def test_what_does_not_divide_falls_to_one_home(self, building):
        building.read(1, 1_001, 1, 1, 1)
        found = billed(issued(started(2027, 1)))
        # 0.25, 0.15, 0.1 by area; 0.167, 0.167, 0.166 by use.
        assert found == {"10000001": "0.417", "10000002": "0.317", "10000003": "0.266"}
        assert sum(Decimal(used) for used in found.values()) == 1

    def test_the_next_month_goes_on(self, building):
        building.read(1, 1_200, 100, 0, 300)
        issued(started(2027, 1))
        building.read(2, 1_300, 200, 100, 400)
        # 50 by area: 25, 15, 10; 50 by equal use.
        found = billed(issued(started(2027, 2)))
        assert found == {"10000001": "41.667", "10000002": "31.667", "10000003": "26.666"}
        shown = [register.readings.order_by("read_date").last() for register in building.virtual]
        assert [str(one.value.normalize()) for one in shown] == ["116.667", "61.667", "121.666"]
        assert {one.source for one in shown} == {"ALLOCATED"}

    def test_the_bill_proves_its_share(self, building):
        building.read(1, 1_200, 100, 0, 300)
        facts = facts_of(issued(started(2027, 1)))[0]
        (proof,) = [
            register["allocation"]
            for register in facts["contracts"][0]["registers"]
            if "allocation" in register
        ]
        assert proof == {
            "total": "200",
            "used": "75",
            "keys": [
                {"name": "area", "percent": "50", "of": "100", "weight": "50", "whole": "100",
                 "used": "50"},
                {"name": "allocator", "percent": "50", "of": "100", "weight": "100",
                 "whole": "400", "used": "25"},
            ],
        }  # fmt: skip

    def test_people_see_their_share_as_their_use(self, building):
        from mains.metering.consumption import series_of
        from mains.metering.queries import registers_of

        building.read(1, 1_200, 100, 0, 300)
        issued(started(2027, 1))
        building.read(2, 1_300, 200, 100, 400)
        issued(started(2027, 2))
        account = building.contracts[0].account_id
        found = series_of(account_ids=[account], since=date(2027, 1, 1))
        (energy,) = [one for one in found if one.quantity == "energy"]
        assert [str(use.used.normalize()) for use in energy.uses] == ["41.667"]
        # There is no dial to read.
        registers = registers_of(account_ids=[account], today=date(2027, 3, 1))
        assert [row.meter for row in registers] == ["A1"]


class TestWhatIsMissing:
    def test_without_the_buildings_reading_its_homes_wait(self, building):
        building.read(1, None, 100, 0, 300)
        assert held(started(2027, 1)) == ["NO_READING"] * 3

    def test_a_sub_meter_that_nobody_read_is_estimated_alike_for_all(self, building):
        # Each used 100 in December.
        for register in building.allocators:
            building.home.read(date(2026, 11, 30), 0, register=register)
            register.readings.filter(read_date=date(2026, 12, 31)).update(value=100)
        building.read(1, 1_300, 200, 200, None)
        found = billed(issued(started(2027, 1)))
        # 150 by area: 75, 45, 30; 150 by 100, 100 and an estimated 100.
        assert found == {"10000001": "125", "10000002": "95", "10000003": "80"}

    def test_homes_whose_area_nobody_wrote_down_wait(self, building):
        point = building.contracts[1].supply_point
        point.attributes = {}
        point.save()
        building.read(1, 1_200, 100, 0, 300)
        assert held(started(2027, 1)) == ["NO_READING"] * 3

    def test_control_an_ordinary_meter_of_a_home_is_billed_as_read(self, building):
        building.virtual[0].is_virtual = False
        building.virtual[0].save()
        for day, value in ((date(2026, 12, 31), 5), (last_day(2027, 1), 12)):
            building.home.read(day, value, register=building.virtual[0])
        building.read(1, 1_200, 100, 0, 300)
        assert billed(issued(started(2027, 1)))["10000001"] == "7"


class TestMoving:
    def moves(self, building, day: date) -> None:
        contract = building.contracts[0]
        contract.end_date = day
        contract.save()
        building.moved_in(4, point=contract.supply_point, start=day)

    @pytest.mark.parametrize("chunk", [1_000, 1])
    def test_who_lives_there_one_after_the_other_shares_by_days(self, building, monkeypatch, chunk):
        from mains.billing import actions

        monkeypatch.setattr(actions, "CHUNK", chunk)
        self.moves(building, date(2027, 1, 11))
        building.read(1, 1_200, 100, 0, 300)
        found = billed(issued(started(2027, 1)))
        # 75 in 31 days: 24.194 in the first ten.
        assert (found["10000001"], found["10000004"]) == ("24.194", "50.806")

    @pytest.mark.usefixtures("unblocked")
    def test_by_degree_days_where_the_utility_says_so(self):
        with world.opened(file_of(moves="degree_days")) as home:
            building = Building(home)
            self.moves(building, date(2027, 2, 15))
            building.read(1, 1_200, 100, 0, 300)
            building.read(2, 1_400, 200, 0, 600)
            issued(started(2027, 1))
            found = billed(issued(started(2027, 2)))
            # Half of February is half of its degree days.
            assert found["10000001"] == found["10000004"]

    @pytest.mark.usefixtures("unblocked")
    def test_a_period_over_two_months_weighs_each_by_its_cold(self):
        with world.opened(file_of(moves="degree_days")) as home:
            building = Building(home)
            self.moves(building, date(2027, 2, 1))
            building.read(2, 1_200, 100, 0, 300)
            found = billed(issued(started(2027, 1, months=2)))
            # 75, of which January has 300 of 580 K·d.
            assert (found["10000001"], found["10000004"]) == ("38.793", "36.207")
