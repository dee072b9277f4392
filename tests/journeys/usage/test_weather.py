"""Use in usual weather, beside what the meter counted."""

import re

import pytest
from tests.journeys.usage.world import anna, said

# January had 600 and 400; the other months the same in both years: a usual year has 2000.
YEAR = {1: 0, 2: 450, 3: 350, 4: 150, 5: 50, 6: 0, 7: 0, 8: 0, 9: 0, 10: 50, 11: 150, 12: 300}
DEGREE_DAYS = {f"{year}-{month:02d}": days for year in (2025, 2026) for month, days in YEAR.items()}
WEATHER = {
    "station": "Rīga", "source": "LVĢMC",
    "degree_days": DEGREE_DAYS | {"2025-01": 600, "2026-01": 400},
}  # fmt: skip
BY_WEATHER = {"methods": ["degree_days", "average"]}


def rows(person) -> dict[str, tuple[str, str]]:
    """
    Return the table: corrected and counted, by month.
    """
    body = person.get("/usage/", by="weather").content.decode()
    body = body.split("<tbody>")[1].split("</tbody>")[0]
    found = re.findall(
        r'<th scope="row">(.*?)</th><td class="end">(.*?)</td><td class="end">(.*?)</td>', body
    )
    return {month: (corrected, counted) for month, corrected, counted in found}


def test_the_table_has_both_beside_each_other(opened):
    person = anna(opened(estimate=BY_WEATHER, weather=WEATHER))
    found = rows(person)

    # 300 x 500 / 400; December was as usual.
    assert found["Jan 2026"] == ("375", "300")
    assert found["Dec 2026"] == ("310", "310")
    text = said(person, by="weather")
    assert "In usual weather, kWh As counted, kWh" in text
    assert "Corrected by the degree days of Rīga (LVĢMC)" in text
    assert "December 2026: 310 kWh were counted; in usual weather it is 310 kWh." in text


def test_what_is_free_of_weather_stays(opened):
    person = anna(opened(estimate=BY_WEATHER | {"weather_free": "0.2"}, weather=WEATHER))
    # 9.5975 of 100 are free: 300 x 1.226006.
    assert rows(person)["Jan 2026"] == ("367.802", "300")


def test_a_month_without_degree_days_is_left_out(opened):
    known = WEATHER | {
        "degree_days": {
            month: days for month, days in WEATHER["degree_days"].items() if month != "2026-12"
        }
    }
    person = anna(opened(estimate=BY_WEATHER, weather=known))

    assert "Dec 2026" not in rows(person)
    assert "November 2026: 260 kWh were counted" in said(person, by="weather")


@pytest.mark.parametrize(
    "changed", [{"weather": WEATHER}, {}], ids=["does not follow it", "nobody knows it"]
)
def test_a_service_without_it_has_no_such_view(opened, changed):
    person = anna(opened(**changed))

    assert "In usual weather" not in said(person)
    assert "were counted" not in said(person, by="weather")


def test_a_readers_page_leads_there(opened):
    person = anna(opened(estimate=BY_WEATHER, weather=WEATHER))
    assert 'href="?by=weather"' in person.get("/usage/").content.decode()
