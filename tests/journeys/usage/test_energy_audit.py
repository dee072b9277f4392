"""What an auditor gets: month by month, and its sums are those of the bills."""

import csv
import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from tests.journeys.estimates import world
from tests.journeys.estimates.world import bill, last_day
from tests.journeys.usage.test_weather import BY_WEATHER, WEATHER
from tests.journeys.usage.world import anna

D = Decimal
PAGE, CALL = "/usage/audit/", "/consumption/audit"


def rows(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def got(person, **asked: str) -> list[dict[str, str]]:
    return rows(person.get(PAGE, **{"as": "csv", **asked}))


def total(found, column: str) -> Decimal:
    return sum((D(row[column]) for row in found if row[column]), D(0))


@pytest.mark.seed("S3.15")
class TestSums:
    def test_are_those_of_the_bills(self, opened):
        from mains.billing.models import Bill

        home = opened(estimate=BY_WEATHER | {"weather_free": "1"}, weather=WEATHER)
        bill(2026, 1, months=3)
        bill(2026, 4)
        bills = {one.number: one for one in Bill.objects.all()}
        found = got(anna(home), **{"from": "2026", "until": "2026"})

        assert len(bills) == 2
        for number, one in bills.items():
            own = [row for row in found if row["Bill"] == number]
            assert total(own, "Net") * 100 == one.net_minor
            assert total(own, "VAT") * 100 == one.vat_minor
            assert {D(row["Total of the bill"]) * 100 for row in own} == {one.total_minor}
        billed = [row for row in found if row["Bill"]]
        assert [row["Month"] for row in billed] == ["2026-01", "2026-02", "2026-03", "2026-04"]

    def test_what_was_used_is_that_of_the_readings_and_the_weather_stands_beside_it(self, opened):
        home = opened(estimate=BY_WEATHER, weather=WEATHER)
        found = got(anna(home))

        assert [(row["Month"], int(row["Used"])) for row in found] == [
            (f"2026-{n:02d}", used) for n, used in enumerate(world.USED_2026, start=1)
        ]
        assert {row["How it is known"] for row in found} == {"measured"}
        assert [int(row["Degree days"]) for row in found][:2] == [400, 450]

    def test_a_reading_after_three_months_is_shared_by_days(self, opened):
        home = opened()
        home.read(last_day(2027, 3), 3_550)
        # 90 in 31, 28 and 31 days.
        found = got(anna(home), **{"from": "2027", "until": "2027"})

        assert [(row["Month"], D(row["Used"])) for row in found] == [
            ("2027-01", 31), ("2027-02", 28), ("2027-03", 31),
        ]  # fmt: skip
        assert {row["How it is known"] for row in found} == {"share by days"}

    def test_an_estimate_says_so(self, opened):
        home = opened()
        bill(2027, 1)
        (january,) = got(anna(home), **{"from": "2027"})

        assert january["How it is known"] == "estimated"
        assert january["Bill"]


class TestYears:
    @pytest.fixture
    def person(self, opened):
        home = opened()
        home.read(last_day(2027, 1), 3_760)
        return anna(home)

    @pytest.mark.parametrize(
        ("first", "last", "count"),
        [
            ("2026", "2026", 12), ("2027", "2027", 1), ("2026", "2027", 13), ("", "", 13),
            ("2027", "2026", 13), ("2030", "2031", 0), ("soon", "2026", 12), ("99999", "", 13),
            ("2027", "9999", 1),
        ],
    )  # fmt: skip
    def test_those_asked_and_no_others(self, person, first, last, count):
        assert len(got(person, **{"from": first, "until": last})) == count


class TestFiles:
    def test_the_workbook_and_the_api_say_the_same(self, opened):
        home = opened(estimate=BY_WEATHER, weather=WEATHER)
        bill(2026, 1)
        person = anna(home)
        on_page = got(person)
        called = person.call("GET", CALL)
        book = person.get(PAGE)
        sheet = load_workbook(io.BytesIO(book.content)).active
        in_sheet = list(sheet.iter_rows(min_row=2, values_only=True))

        assert rows(called) == on_page
        assert called["Content-Type"] == "text/csv; charset=utf-8"
        assert 'filename="energy-audit-2027-01-15.xlsx"' in book["Content-Disposition"]
        assert [(row[3], row[5], row[10]) for row in in_sheet] == [
            (row["Month"], float(row["Used"]), float(row["Net"]) if row["Net"] else None)
            for row in on_page
        ]
        assert person.call("GET", f"{CALL}?as=xlsx").content[:2] == b"PK"

    def test_there_is_no_other_kind(self, opened):
        person = anna(opened())
        assert person.get(PAGE, **{"as": "exe"}).status_code == 404
        answer = person.call("GET", f"{CALL}?as=exe")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"]

    def test_the_page_offers_it(self, opened):
        page = anna(opened()).get("/usage/").content.decode()
        assert 'action="/usage/audit/"' in page
        assert 'name="from"' in page


class TestWhoMay:
    @pytest.mark.parametrize("missing", ["may_read", "may_pay"])
    def test_only_who_sees_both_bills_and_readings(self, opened, missing):
        terms = {"role": "DELEGATE", "may_read": True, "may_pay": True} | {missing: False}
        friend = anna(opened(), **terms)

        assert got(friend) == []
        assert rows(friend.call("GET", CALL)) == []
        assert 'action="/usage/audit/"' not in friend.get("/usage/").content.decode()

    def test_a_visitor_is_asked_to_sign_in(self, opened):
        from django.test import Client

        anna(opened())
        answer = Client().get(PAGE, headers={"host": "poplar.localhost"})
        assert "/account/login/" in answer["Location"]
