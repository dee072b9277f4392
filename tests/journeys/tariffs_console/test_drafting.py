"""A draft is edited by its form, says its mistakes at their place, and shows an example bill."""

import html
import re
from datetime import date

import pytest
from tests.journeys import console_world
from tests.journeys.tariffs import world
from tests.journeys.tariffs_console import desk

pytestmark = pytest.mark.usefixtures("unblocked")
WATER = [
    {"kind": "fixed", "code": "quota", "price": "5", "vat": "10"},
    {"kind": "blocks", "code": "use", "quantity": "water", "unit": "m3", "vat": "iva",
     "blocks": [{"up_to": "18", "price": "0.35"}, {"price": "0.70"}]},
]  # fmt: skip
CALENDAR = {
    "code": "td", "periods": [{"code": "P1", "label": {"lv": "Diena", "en": "Day"}},
                              {"code": "P2", "label": {"lv": "Nakts", "en": "Night"}}],
    "hours": [{"period": "P1", "start": 8, "end": 24}, {"period": "P2", "start": 0, "end": 8}],
}  # fmt: skip
MORE = {
    "taxes": [{"code": "iva", "versions": [{"start_date": "2009-01-01", "percent": "10"}],
               "otherwise": {"embassy": "E"}}],
    "calendars": [CALENDAR],
    "indexes": [{"code": "spot", "label": {"lv": "Birža", "en": "Spot"}, "unit": "kWh"}],
}  # fmt: skip
# Whatever day these tests run on, it is past.
FIRST = "2026-02-01"


@pytest.fixture(scope="module")
def utility(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), desk.opened(world.file_of(*WATER, **MORE)) as (home, staff):
        home.used("water", date(2026, 1, 1), date(2026, 2, 1), "20", unit="m3")
        home.bill(date(2026, 1, 1), date(2026, 2, 1))
        console_world.add_staff("ben@willow.example", (world.SLUG, "BILLING"))
        yield staff


@pytest.fixture
def draft(utility):
    made = desk.begun(utility)
    made.type({"start_date": FIRST})
    yield made
    utility.post(f"{made.place}delete/")


def text_of(answer) -> str:
    page = re.sub("<(script|style).*?</\\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", page)).split())


def stored(draft: desk.Draft):
    from mains.guard.context import inside
    from mains.tariffs import drafts

    with inside(world.SLUG):
        return drafts.find(draft_id=draft.id)


class TestTheForm:
    def test_begun_twice_it_is_one_draft(self, utility):
        first, again = (desk.begun(utility) for _ in range(2))
        assert first.id == again.id
        utility.post(f"{first.place}delete/")
        utility.post(f"{first.place}delete/")
        assert utility.get(first.place).status_code == 404

    def test_it_begins_as_a_copy_of_what_holds(self, draft):
        row = stored(draft).components[1]
        assert (row["kind"], row["vat"], row["blocks"][0]["price"]) == ("blocks", "iva", "0.35")
        assert draft.problems() == []

    def test_prices_are_typed_with_the_decimal_sign_of_the_language(self, draft):
        draft.desk.client.cookies["mains_language"] = "lv"
        draft.page = draft.desk.get(draft.place, lang="lv")
        assert 'value="0,35"' in draft.text
        draft.type({"c1-blocks-0-price": "1 234,56", "c0-price": "5.25"})
        assert stored(draft).components[1]["blocks"][0]["price"] == "1234.56"
        assert stored(draft).components[0]["price"] == "5.25"
        draft.page = draft.desk.get(draft.place, lang="en")
        assert 'value="1234.56"' in draft.text

    @pytest.mark.parametrize("typed", ["1,234", "1.2.3", "a lot", "5 €"])
    def test_what_may_be_misread_is_kept_as_typed_and_refused(self, draft, typed):
        draft.desk.get(draft.place, lang="en")
        draft.type({"c0-price": typed})
        assert len(draft.problems()) == 1
        assert f'value="{typed}"' in draft.text

    @pytest.mark.parametrize("typed", ["1000000000", "-99999999999999999999"])
    def test_what_no_price_can_be_is_refused(self, draft, typed):
        draft.desk.get(draft.place, lang="en")
        draft.type({"c1-blocks-0-price": typed})
        assert len(draft.problems()) == 1
        assert "Look whether a decimal sign is missing" in draft.problems()[0]
        answer = draft.desk.get(f"{draft.place}publish/")
        assert answer.status_code == 302, "the page that publishes leads back"

    def test_control_a_large_price_is_taken(self, draft):
        draft.type({"c0-price": "999999999.99"})
        assert draft.problems() == []

    def test_zeros_that_say_nothing_are_not_shown(self, draft):
        draft.desk.get(draft.place, lang="en")
        draft.type({"c0-price": "0.14890000", "c1-blocks-0-price": "4.20"})
        assert 'value="0.1489"' in draft.text
        assert 'value="4.20"' in draft.text

    def test_a_block_that_is_wrong_is_not_said_to_be_missing_as_well(self, draft):
        draft.desk.get(draft.place, lang="en")
        draft.type({"c1-blocks-0-price": "x", "c1-blocks-1-price": "y"})
        found = draft.problems()
        assert len(found) == 2, found
        assert all("This is no number" in one for one in found)

    def test_a_table_that_is_empty_and_not_needed_is_folded_away(self, draft):
        draft.desk.get(draft.place, lang="en")
        assert "<span>Prices by size</span>" in draft.text
        draft.type({"c0-price": "", "c0-by": "meter_size", "c0-sizes-0-size": "13",
                    "c0-sizes-0-price": "5"})  # fmt: skip
        assert draft.problems() == []
        assert "<span>Prices by size</span>" not in draft.text

    def test_more_rows_of_a_folded_table_keep_it_open(self, draft):
        draft.desk.get(draft.place, lang="en")
        for _ in range(2):
            draft.type({}, do="rows-0")
            assert "<span>Prices by size</span>" not in draft.text
            assert 'name="c0-sizes-5-size"' in draft.text
        # Typed into one of the new rows it is kept; emptied again and saved, it is folded.
        draft.type({"c0-sizes-5-size": "13", "c0-sizes-5-price": "5"})
        assert 'value="13"' in draft.text
        draft.type({"c0-sizes-0-size": "", "c0-sizes-0-price": ""})
        assert "<span>Prices by size</span>" in draft.text

    def test_more_rows_beside_a_day_that_is_none_are_there_as_well(self, draft):
        draft.desk.get(draft.place, lang="en")
        answer = draft.type({"start_date": "soon"}, do="rows-0")
        assert answer.status_code == 422
        assert "<span>Prices by size</span>" not in draft.text
        assert 'name="c0-sizes-5-size"' in draft.text

    def test_control_more_rows_of_another_component_leave_it_folded(self, draft):
        draft.desk.get(draft.place, lang="en")
        draft.type({}, do="rows-1")
        assert "<span>Prices by size</span>" in draft.text
        assert 'name="c1-blocks-7-price"' in draft.text

    def test_the_example_says_units_in_the_language(self, draft):
        draft.page = draft.desk.get(draft.place, lang="uk")
        assert '<label class="label" for="ex-q-water">Вода</label>' in draft.text
        assert "1 міс. ×" in draft.text
        assert "1 month" not in draft.text
        draft.desk.get(draft.place, lang="en")

    def test_a_component_is_added_moved_and_removed(self, draft):
        number = draft.add(
            "unit", {"label-lv": "Gāze", "label-en": "Gas", "vat": "10", "code": "gas",
                     "quantity": "gas", "unit": "m3", "price": "0.8"},
        )  # fmt: skip
        assert draft.problems() == []
        draft.type({}, do=f"up-{number}")
        assert [row["code"] for row in stored(draft).components] == ["quota", "gas", "use"]
        draft.type({}, do="remove-1")
        assert [row["code"] for row in stored(draft).components] == ["quota", "use"]

    def test_of_a_component_that_was_just_added_nothing_is_said_yet(self, draft):
        draft.type({"kind": "demand"}, do="add")
        assert draft.problems() == []
        draft.type({})
        assert len(draft.problems()) > 2

    def test_every_kind_has_a_form_that_keeps_what_is_typed(self, draft):
        from mains.console.tariffs.component_forms import MODELS

        names = {"label-lv": "L", "label-en": "L", "vat": "10"}
        filled = {
            "fixed": {"price": "1", "per": "year", "each": "homes"},
            "unit": {"quantity": "energy", "unit": "kWh", "price": "1"},
            "blocks": {"quantity": "energy", "unit": "kWh", "blocks-0-price": "1",
                       "bounds_per": "month", "mode": "whole"},
            "attribute": {"attribute": "area", "unit": "m2", "price": "1", "charged_by": "day"},
            "derived": {"source": "energy", "factor": "0.5", "unit": "GJ", "price": "1"},
            "time_of_use": {"quantity": "energy", "unit": "kWh", "calendar": "td",
                            "prices-0-period": "P1", "prices-0-price": "1",
                            "prices-1-period": "P2", "prices-1-price": "2"},
            "hourly": {"quantity": "energy", "unit": "kWh", "index": "spot", "extra": "0.01"},
            "demand": {"measured": "energy@peak", "unit": "kW", "price": "4"},
            "percentage": {"percent": "-5", "of": "quota, use", "classes": "social"},
            "minimum": {"per_month": "3", "of": "use"},
            "maximum": {"per_month": "90"},
        }  # fmt: skip
        assert list(filled) == list(MODELS)
        for kind, fields in filled.items():
            number = draft.add(kind, {**names, **fields})
            assert draft.problems() == [], kind
            row = stored(draft).components[number]
            assert row["kind"] == kind
        assert stored(draft).components[-3]["of"] == ["quota", "use"]

    def test_nothing_else_can_be_posted_into_it(self, draft):
        draft.type({"components": "99999", "c0-kind": "os.system", "c1-blocks-rows": "9999"})
        assert [row["kind"] for row in stored(draft).components] == ["blocks"]


class TestMistakes:
    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"c1-blocks-1-start": "20"}, "There is a gap: the block begins at 20, and the one"),
            ({"c1-blocks-1-start": "9"}, "The blocks overlap: this one begins at 9"),
            ({"c1-blocks-1-up_to": "10", "c1-blocks-2-price": "1"}, "The block is never reached"),
            ({"c1-blocks-0-up_to": ""}, "Other blocks follow, so this one needs an end."),
            ({"c1-vat": "igic"}, "There is no tax igic."),
            ({"c0-code": "use"}, "Another component has the code use."),
            ({"c0-price": ""}, "It needs either one price"),
            ({"c0-label-en": ""}, "Type what the line is called on a bill."),
            ({"c0-code": "Big Letters"}, "A code has small letters, digits and _"),
            ({"c1-quantity": ""}, "This is needed. Fill it in."),
            ({"start_date": "2009-01-01", "c0-price": "7"}, "Other prices are published from"),
        ],
    )  # fmt: skip
    def test_a_mistake_is_said_at_its_place_and_the_draft_is_kept(self, draft, typed, sentence):
        draft.desk.get(draft.place, lang="en")
        draft.type(typed)
        assert [sentence in one for one in map(html.unescape, draft.problems())] == [True]
        (target,) = re.findall(r'<a href="#([^"]+)">', draft.text.split("error-summary")[2])[:1]
        assert f'id="{target}"' in draft.text

    def test_a_tariff_period_without_a_price_is_named(self, draft):
        draft.desk.get(draft.place, lang="en")
        draft.add("time_of_use", {"label-lv": "L", "label-en": "L", "vat": "10", "unit": "kWh",
                                  "quantity": "energy", "calendar": "td",
                                  "prices-0-period": "P1", "prices-0-price": "1"})  # fmt: skip
        assert ["tariff periods without a price: P2" in one for one in draft.problems()] == [True]

    def test_a_day_that_is_none_saves_nothing(self, draft):
        answer = draft.type({"start_date": "soon", "c0-price": "7"})
        assert answer.status_code == 422
        assert stored(draft).components[0]["price"] == "5"

    def test_with_a_mistake_it_cannot_be_published(self, draft):
        draft.desk.get(draft.place, lang="en")
        draft.type({"c1-vat": "igic"})
        assert "It is shown once the form has no mistakes." in draft.text
        answer = draft.desk.get(f"{draft.place}publish/")
        assert answer["Location"].endswith(draft.place)


class TestTheExample:
    def test_it_begins_with_a_typical_contract_and_shows_both_prices(self, draft):
        draft.desk.get(draft.place, lang="en")
        draft.type({"c0-price": "6", "c1-blocks-1-price": "1.70"})
        page = text_of(draft.page)
        # Of the one bill: 20 m³. Before 5 + 18 x 0.35 + 2 x 0.70, then 10 %.
        assert "€12.70" in page
        assert "€13.97" in page
        assert "€15.70" in page
        assert "€17.27" in page
        assert "The bill rises by €3.30." in page

    def test_what_is_typed_counts_and_stays(self, draft):
        draft.desk.get(draft.place, lang="en")
        draft.type({"ex-q-water": "18", "c0-price": "5"}, do="example")
        assert "The bill stays the same." in text_of(draft.page)
        assert 'id="ex-q-water" name="ex-q-water" value="18"' in draft.text

    def test_typed_without_saving_it_is_worked_out_and_nothing_is_kept(self, draft):
        form = desk.form_on(draft.page, with_field="start_date")
        answer = draft.desk.post(
            f"{draft.place}example/", {**form, "c0-price": "9", "ex-q-water": "0"}
        )
        assert "€9.90" in text_of(answer)
        assert "<html" not in answer.content.decode()
        assert stored(draft).components[0]["price"] == "5"

    def test_it_is_rated_by_the_function_that_bills(self, draft):
        from mains.billing.models import Bill
        from mains.guard.context import inside
        from mains.journeys import tariff_example
        from mains.tenancy import queries

        with inside(world.SLUG):
            found = tariff_example.example(
                tenant=queries.tenant(world.SLUG), draft=stored(draft),
                typed=tariff_example.Typed(), language="en",
            )  # fmt: skip
            # Of the same input.
            bill = Bill.objects.get()
        assert found.before is not None
        assert (found.before.net.minor, found.before.gross.minor) == (
            bill.net_minor, bill.total_minor,
        )  # fmt: skip


class TestWhoMay:
    def test_billing_drafts_and_owners_publish(self, draft):
        ben = console_world.signed_in("ben@willow.example", world.SLUG)
        assert ben.get(draft.place).status_code == 200
        assert "Publish …" not in ben.get(draft.place, lang="en").content.decode()
        assert ben.get(f"{draft.place}publish/").status_code == 403
        assert draft.desk.get(f"{draft.place}publish/").status_code == 200


class TestWhatPricesReferTo:
    def test_taxes_calendars_and_indexes_are_shown(self, utility):
        taxes = text_of(utility.get("tariffs/taxes/", lang="en"))
        assert "iva" in taxes
        assert "10 %" in taxes
        assert "embassy: exempt" in taxes
        calendars = text_of(utility.get("tariffs/calendars/", lang="en"))
        assert "0:00 – 8:00 Night Night Night Night" in calendars
        assert "8:00 – 24:00 Day" in calendars
        assert "Spot" in text_of(utility.get("tariffs/indexes/", lang="en"))

    def upload(self, utility, text: str):
        from django.core.files.uploadedfile import SimpleUploadedFile

        return utility.post(
            "tariffs/indexes/spot/", {"file": SimpleUploadedFile("p.csv", text.encode())}
        )

    def day(self, price: str = "0.1") -> str:
        return "\n".join(f"2026-11-02T{hour:02}:00+01:00,{price}" for hour in range(24))

    def test_a_list_of_prices_is_taken_in_once(self, utility):
        utility.get("tariffs/", lang="en")
        for _ in range(2):
            assert self.upload(utility, self.day()).status_code == 302
        page = text_of(utility.get("tariffs/indexes/spot/"))
        assert "1 day has prices, Nov 2, 2026." in page
        assert "0 new days of prices, 0 days with other prices than before." in page

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("", "This file is empty."),
            ("instant,price", "There is no price in it."),
            ("2026-11-02T00:00+01:00,1,2", "Line 1 has not two columns."),
            ("a,b\n2026-11-02T00:00,1", "Line 2 has no instant with its offset"),
            ("2026-11-02T00:00+01:00,much", "The price in line 1 is no number"),
            ("2026-11-02T00:00+01:00,1\n2026-11-02T00:00+01:00,1", "in line 2 is there twice"),
            ("2026-11-02T00:00+01:00,1\n2026-11-02T01:00+01:00,1",
             "Some hours of Nov 2, 2026 have no price."),
        ],
    )  # fmt: skip
    def test_what_is_wrong_with_a_list_is_said(self, utility, text, why):
        utility.get("tariffs/", lang="en")
        answer = self.upload(utility, text)
        assert answer.status_code == 422
        assert why in text_of(answer)

    def test_there_is_no_other_index(self, utility):
        assert utility.get("tariffs/indexes/other/").status_code == 404


class TestTheList:
    @pytest.mark.usefixtures("draft")
    def test_it_says_what_is_in_force_and_who_has_it(self, utility):
        page = text_of(utility.get("tariffs/", lang="en"))
        assert "Home" in page
        assert "Jan 1, 2009" in page
        assert "1 draft" in page
        one = text_of(utility.get("tariffs/of/home/", lang="en"))
        assert "1 contract" in one
        assert "from 0 to" not in one
        assert "up to 18 m³" in one
        assert "above 18 m³" in one
        assert "€0.35 per m³" in one
        assert utility.get("tariffs/of/other/").status_code == 404
        assert "There is no such version." in text_of(utility.get("tariffs/of/home/", version="9"))
