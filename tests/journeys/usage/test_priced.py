"""What is counted in one unit and priced in another: page, files, API and bill say the same."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from tests.journeys.estimates.test_conversions import FACTORS, file_of
from tests.journeys.estimates.world import bill, last_day, lines
from tests.journeys.usage.world import anna, said


@pytest.fixture
def gas(opened):
    """
    A home that counts gas in m³; a factor changes on 11 January 2027.
    """
    content = file_of(FACTORS).model_dump(mode="json", exclude_none=True)
    home = opened(services=content["services"], tariffs=content["tariffs"])
    home.register.unit = "m3"
    home.register.save()
    return home


def january(person) -> dict[str, str]:
    text = person.get("/usage/use.csv").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))[-1]


def test_the_chart_is_the_bills_line(gas):
    gas.read(last_day(2027, 1), 3_460 + 62)
    (_code, billed, _net) = lines(bill(2027, 1))[1]
    person = anna(gas)
    row = january(person)
    (called,) = person.call("GET", "/consumption").json()["data"]
    (audit,) = csv.DictReader(
        io.StringIO(
            person.get("/usage/audit/", **{"as": "csv", "from": "2027"}).content.decode("utf-8-sig")
        )
    )

    assert billed == "676"
    assert "January 2027: you used 62 m³ (676 kWh)" in said(person)
    assert (Decimal(row["Used"]), row["Unit"], row["Priced as"], row["Priced unit"]) == (
        62, "m3", billed, "kWh",
    )  # fmt: skip
    assert (called["uses"][-1]["priced"], called["priced_unit"]) == (billed, "kWh")
    assert (audit["Priced as"], audit["Priced unit"]) == (billed, "kWh")


def test_days_before_the_contract_are_worth_nothing(gas):
    """
    Who moved in on 11 January used everything at the later factor, as the bill has it.

    The meter was read on that day: without it, part of the use would be billed to nobody.
    """
    gas.contract.start_date = date(2027, 1, 11)
    gas.contract.save()
    gas.read(date(2027, 1, 11), 3_460)
    gas.read(last_day(2027, 1), 3_460 + 62)
    (_code, billed, _net) = lines(bill(2027, 1))[1]

    assert billed == "688"
    assert january(anna(gas))["Priced as"] == billed


def test_without_a_factor_the_unit_counted_stands_alone(opened):
    factors = [{"start_date": "2027-01-02", "factor": "10.5"}]
    home = opened(services=file_of(factors).model_dump(mode="json", exclude_none=True)["services"])
    home.register.unit = "m3"
    home.register.save()
    home.read(last_day(2027, 1), 3_500)
    person = anna(home)

    assert "January 2027: you used 40 m³, " in said(person)
    assert january(person)["Priced as"] == ""


def test_a_year_adds_up_its_months(gas):
    # 2,460 m³ in 2026, each month at 10.50.
    assert "2026: you used 2,460 m³ (25,830 kWh)" in said(anna(gas), by="year")


def test_the_page_leads_to_the_next_bill(gas):
    assert 'href="/bills/next/"' in anna(gas).get("/usage/").content.decode()


def test_who_may_not_see_bills_is_not_led_there(gas):
    friend = anna(gas, role="DELEGATE", may_read=True, may_pay=False)
    text = friend.get("/usage/").content.decode()
    assert "you used" in text
    assert "on what it rests" not in text
