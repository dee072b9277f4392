"""Gas counted in m³ and priced in kWh, with the calorific value of each day."""

import pytest
from tests.journeys.estimates import world
from tests.journeys.estimates.test_next_bill import text_of
from tests.journeys.estimates.world import SLUG, bill, last_day, lines, started

from mains.guard import context

FACTORS = [
    {"start_date": "2026-01-01", "factor": "10.50"},
    {"start_date": "2027-01-11", "factor": "11.10"},
]


def file_of(factors=FACTORS):
    file = world.file_of()
    content = file.model_dump(mode="json", exclude_none=True)
    tariffs = content["tariffs"]
    for version in tariffs[0]["versions"]:
        version["components"][1]["quantity"] = "heat_of_gas"
    conversion = {
        "quantity": "energy", "unit": "m3", "to": "heat_of_gas", "to_unit": "kWh",
        "decimals": 0, "factors": factors,
    }  # fmt: skip
    return world.file_of(
        services=[content["services"][0] | {"conversions": [conversion]}], tariffs=tariffs
    )


@pytest.fixture
def home(unblocked):
    from mains.metering.models import Register

    with world.opened(file_of()) as home:
        Register.objects.update(unit="m3")
        yield home


def test_each_days_gas_is_worth_what_it_was_then(home):
    home.read(last_day(2027, 1), 3_460 + 62)
    facts = bill(2027, 1)
    # 20 m³ at 10.50 and 42 at 11.10: 210 and 466 kWh.
    assert lines(facts)[1] == ("energy", "676", "67.60")
    (conversion,) = facts["contracts"][0]["conversions"]
    assert [(part["used"], part["factor"], part["result"]) for part in conversion["parts"]] == [
        ("20", "10.5", "210"), ("42", "11.1", "466"),
    ]  # fmt: skip


def test_an_estimate_that_is_set_right_takes_the_factors_of_its_own_days(home):
    bill(2027, 1)
    home.read(last_day(2027, 2), 3_460 + 290)
    facts = bill(2027, 2)
    # 300 m³ were billed, 150 after all: 10 and 21 of 31 days at 10.50 and 11.10.
    before, after = 1016 + 2256, 508 + 1128
    assert lines(facts, corrects="2027-01-01")[0][1] == str(after - before)


@pytest.mark.usefixtures("unblocked")
def test_without_a_factor_the_bill_waits():
    with world.opened(file_of([{"start_date": "2027-01-02", "factor": "10.5"}])) as home:
        home.read(last_day(2027, 1), 3_500)
        (entry,) = [held for chunk in started(2027, 1).chunks.all() for held in chunk.held]
        assert entry[1] == "NOT_RATABLE"
        assert "2027-01-01" in entry[2]


def test_the_bill_says_how_it_was_converted(home):
    from tests.journeys import sharing_world
    from tests.journeys.conftest import move_clock

    from mains.billing.documents import layout
    from mains.billing.models import Bill
    from mains.tenancy import queries

    home.read(last_day(2027, 1), 3_460 + 62)
    facts = bill(2027, 1)
    bill_id = Bill.objects.get().pk
    words = layout.layout(facts=facts, tenant=queries.tenant(SLUG))
    assert "20 m³ × 10.5 = 210 kWh" in words["lines"]["groups"][0]["note"]
    context.choose(None)
    move_clock(SLUG, world.at(2027, 2, 6))
    anna = sharing_world.person("anna@home.example", home.account, slug=SLUG)
    page = text_of(anna.get(f"/bills/{bill_id}/"))
    assert "Jan 11, 2027 – Jan 31, 2027: 42 m³ × 11.1 = 466 kWh" in page
