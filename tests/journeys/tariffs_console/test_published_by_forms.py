"""Two published tariffs entered through the console's forms, and billed to the cent."""

from datetime import date

import pytest
from tests.journeys.tariffs import world
from tests.journeys.tariffs_console import desk

pytestmark = pytest.mark.usefixtures("unblocked")
PLACEHOLDER = {"kind": "fixed", "code": "old", "price": "1", "vat": "10"}
LABELS = {"label-lv": "Ūdens", "label-en": "Water"}


def emptied(draft: desk.Draft, start: str) -> None:
    draft.type({"start_date": start}, do="remove-0")


class TestMengibar:
    def entered(self, staff) -> desk.Draft:
        draft = desk.begun(staff)
        emptied(draft, "2026-04-01")
        draft.add(
            "fixed",
            {"label-lv": "Kvota", "label-en": "Quota", "vat": "10", "per": "period",
             "by": "meter_size", "sizes-0-size": "13", "sizes-0-price": "6.21",
             "sizes-1-size": "15", "sizes-1-price": "9.31", "code": "quota"},
        )  # fmt: skip
        draft.add(
            "blocks",
            {**LABELS, "vat": "10", "code": "use", "quantity": "water", "unit": "m3",
             "blocks-0-start": "0", "blocks-0-up_to": "18", "blocks-0-price": "0.35",
             "blocks-1-start": "18", "blocks-1-up_to": "30", "blocks-1-price": "0.70"},
        )  # fmt: skip
        # Two rows were spare, and two more are.
        draft.type(
            {"c1-blocks-2-start": "30", "c1-blocks-2-up_to": "48", "c1-blocks-2-price": "1.10",
             "c1-blocks-3-start": "48", "c1-blocks-3-price": "1.50"},
        )  # fmt: skip
        return draft

    def test_48_cubic_metres_cost_48_19(self):
        file = world.file_of(PLACEHOLDER, billing={"months_per_bill": 3})
        with desk.opened(file) as (home, staff):
            draft = self.entered(staff)
            assert draft.problems() == []
            answer = desk.published(staff, draft)
            assert answer["Location"] == "/willow/tariffs/of/home/"
            desk.back_in()
            home.used("water", date(2026, 4, 1), date(2026, 7, 1), "48", unit="m3", size="15")
            facts = home.bill(date(2026, 4, 1), date(2026, 7, 1))
        assert world.nets(facts) == {"quota": "9.31", "use": "6.30 + 8.40 + 19.80"}
        assert world.sums(facts) == ("43.81", "4.38", "48.19")


class TestSzolnok:
    def test_the_published_home_costs_18577_forint(self):
        names = {"label-lv": "Siltums", "label-en": "Heat", "vat": "5"}
        file = world.file_of(PLACEHOLDER, country="HU", currency="HUF", zone="Europe/Budapest")
        with desk.opened(file, attributes={"heated_m3": "130"}) as (home, staff):
            draft = desk.begun(staff)
            emptied(draft, "2026-01-01")
            draft.add("attribute", {**names, "code": "heating_base", "attribute": "heated_m3",
                                    "unit": "lm3", "price": "281.30"})  # fmt: skip
            draft.add("unit", {**names, "code": "heating", "quantity": "heat", "unit": "GJ",
                               "price": "2829.30"})  # fmt: skip
            draft.add("unit", {**names, "code": "hot_water", "quantity": "hot_water",
                               "unit": "m3", "price": "126.40"})  # fmt: skip
            draft.add("derived", {**names, "code": "water_heat", "source": "hot_water",
                                  "factor": "0.23", "unit": "GJ", "price": "2829.30"})  # fmt: skip
            assert draft.problems() == []
            assert desk.published(staff, draft).status_code == 302
            desk.back_in()
            home.used("heat", date(2026, 1, 1), date(2026, 2, 1), "4.215", unit="GJ")
            home.used("hot_water", date(2026, 1, 1), date(2026, 2, 1), "3.5", unit="m3")
            facts = home.bill(date(2026, 1, 1), date(2026, 2, 1))
        assert list(world.nets(facts).values()) == ["3047", "11925", "442", "2278"]
        assert world.sums(facts) == ("17692", "885", "18577")
