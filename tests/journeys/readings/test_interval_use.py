"""Interval values on the usage page: one answer behind chart, table, files, API and feed."""

import csv
import html
import io
import json
import re
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from tests.journeys import sharing_world as world
from tests.journeys.readings import interval_world as files
from tests.journeys.sharing_world import SLUG

from mains.core.calendars import Period
from mains.guard.context import inside
from mains.metering import interval_use
from mains.metering.imports import worker
from mains.metering.imports.profiles import PROFILES
from mains.metering.models import IntervalDay
from mains.metering.rules.interval_use import Grain
from mains.tenancy import queries

AUTUMN, PLAIN = date(2026, 10, 25), date(2026, 11, 27)
E, M, C = 1, 2, 3


@pytest.fixture
def account():
    return world.accounts(company__code="energo")[0]


@pytest.fixture
def store(hanna, account):
    """
    Store days of the electricity register: kWh of three decimals, None where there is none.
    """
    register = files.register(account)

    def stored(day: date, values, marks=M, *, minutes: int = 60, register_id: int = 0) -> None:
        qualities = [marks] * len(values) if isinstance(marks, int) else marks
        with inside(SLUG):
            IntervalDay.objects.create(
                register_id=register_id or register.pk, day=day, import_id=1, minutes=minutes,
                decimals=3, values=values,
                qualities=[mark if value is not None else 0
                           for value, mark in zip(values, qualities, strict=True)],
            )  # fmt: skip

    yield stored
    files.forget()


@pytest.fixture
def two_years(store):
    """
    Two Novembers in which every hour of day N used N kWh, and half of it a year before.
    """
    for number in range(1, 31):
        store(date(2026, 11, number), [number * 1000] * 24)
        store(date(2025, 11, number), [number * 500] * 24)


def page(hanna, **asked: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(hanna.get("/usage/", **asked).content.decode()))


def table(text: str) -> list[tuple[str, str]]:
    """
    Return the rows of the first table: name and value, with what stands beside it.
    """
    body = text.split("<tbody>")[1].split("</tbody>")[0]
    rows = re.findall(r'<th scope="row">(.*?)</th><td class="end">(.*?)</td>', body)
    return [(name, re.sub(r"<[^>]+>", "", value).strip()) for name, value in rows]


def rows_of(hanna, **asked: str) -> list[dict[str, str]]:
    text = hanna.get("/usage/intervals.csv", **asked).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def called(hanna, **asked: str):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return hanna.call("GET", f"/consumption/intervals?{query}").json()["data"]


class TestOneAnswer:
    @pytest.mark.usefixtures("two_years")
    @pytest.mark.parametrize(("by", "count"), [("hours", 24), ("days", 30), ("months", 1)])
    def test_the_page_the_files_and_the_api_say_the_same(self, hanna, account, by, count):
        asked = {"by": by, "at": "2026-11-20"}
        with inside(SLUG):
            (series,) = interval_use.series_of(
                held=interval_use.registers_held(account_ids=[account.pk]),
                grain=Grain(by), day=date(2026, 11, 20), zone=queries.tenant(SLUG).zone,
            )  # fmt: skip
        known = [part.now and part.now.used for part in series.parts]
        in_csv = [row["Used"] for row in rows_of(hanna, **asked)]
        sheet = load_workbook(io.BytesIO(hanna.get("/usage/intervals.xlsx", **asked).content))
        in_sheet = [row[5] for row in sheet.active.iter_rows(min_row=2, values_only=True)]
        (api,) = called(hanna, **asked)
        shown = [value for _name, value in table(page(hanna, **asked))]

        assert len(known) == count
        assert [value and Decimal(value) for value in in_csv] == [one or "" for one in known]
        assert [None if value is None else Decimal(str(value)) for value in in_sheet] == known
        assert [one["used"] and Decimal(one["used"]) for one in api["parts"]] == known
        assert [Decimal(value.replace(",", "")) if value != "–" else None for value in shown] == (
            known
        )
        before = [one["year_before"] and Decimal(one["year_before"]) for one in api["parts"]]
        assert before == [one and one / 2 for one in known]

    @pytest.mark.usefixtures("two_years")
    def test_it_is_said_in_a_sentence(self, hanna):
        text = page(hanna, by="days", at="2026-11-20")
        assert "November 2026: you used 11,160 kWh, 100 % more than a year before." in text
        assert "Nov 3, 2026" in text

    def test_a_month_without_a_day_is_not_compared(self, hanna, store):
        for day in (1, 3):
            store(date(2026, 11, day), [1000] * 24)
            store(date(2025, 11, day), [1000] * 24)
        text = page(hanna, by="days")
        assert "November 2026, until Nov 3, 2026: 48 kWh; some values are missing." in text
        assert ("Nov 1, 2026", "24") in table(text)
        assert ("Nov 2, 2026", "–") in table(text)

    def test_a_month_that_goes_on_is_compared_with_the_same_days(self, hanna, store):
        for day in (1, 2):
            store(date(2026, 11, day), [1000] * 24)
        for day in (1, 2, 3):
            store(date(2025, 11, day), [500] * 24)
        text = page(hanna, by="days")
        assert "November 2026, until Nov 2, 2026: you used 48 kWh, 100 % more than" in text
        assert len(table(text)) == 2


class TestADay:
    def test_in_autumn_has_25_hours_and_says_so(self, hanna, store):
        store(AUTUMN, [1000, 1000, 1000, 1000, 2000, *[1000] * 20])
        text = page(hanna, by="hours", at=str(AUTUMN))
        assert table(text)[3:6] == [
            ("03:00–04:00", "1"), ("03:00–04:00 again", "2"), ("04:00–05:00", "1"),
        ]  # fmt: skip
        assert "it has 25 hours" in text
        froms = [row["From"] for row in rows_of(hanna, by="hours", at=str(AUTUMN))]
        assert froms[3:5] == ["2026-10-25T03:00+03:00", "2026-10-25T03:00+02:00"]

    def test_in_spring_has_23_hours_and_says_so(self, hanna, store):
        store(date(2026, 3, 29), [1000] * 23)
        text = page(hanna, by="hours", at="2026-03-29")
        assert len(table(text)) == 23
        assert "it has 23 hours" in text

    def test_of_quarters_is_shown_by_the_hour(self, hanna, store):
        store(PLAIN, [250] * 96, minutes=15)
        assert {value for _name, value in table(page(hanna, by="hours"))} == {"1"}

    def test_marks_what_is_estimated_corrected_or_missing(self, hanna, store):
        store(PLAIN, [1000, 1000, None, *[1000] * 21], [M, E, M, C, *[M] * 20])
        text = page(hanna, by="hours")
        assert [value for _name, value in table(text)[:4]] == [
            "1", "1 estimated", "–", "1 corrected",
        ]  # fmt: skip
        assert 'class="bar estimate"' in text
        assert "No value" in text
        words = [row["Quality"] for row in rows_of(hanna, by="hours")[:4]]
        assert words == ["measured", "estimated", "no value", "corrected"]


class TestTurning:
    @pytest.mark.usefixtures("two_years")
    def test_goes_to_the_day_before_and_after_as_far_as_there_are_values(self, hanna):
        text = page(hanna, by="hours", at="2026-11-20")
        assert 'href="?by=hours&at=2026-11-19"' in text
        assert 'href="?by=hours&at=2026-11-21"' in text
        last = page(hanna, by="hours")
        assert "November 30, 2026" in last
        assert 'rel="next"' not in last
        first = page(hanna, by="hours", at="2025-11-01")
        assert 'rel="prev"' not in first

    @pytest.mark.usefixtures("two_years")
    @pytest.mark.parametrize(
        "at", ["1066-10-14", "soon", "9999-12-31", "2026-11-30x", "0001-01-01"]
    )
    def test_a_day_that_is_none_leads_to_one_that_is(self, hanna, at):
        answer = hanna.get("/usage/", by="hours", at=at)
        assert answer.status_code == 200
        assert "you used" in answer.content.decode() or "no values" in answer.content.decode()

    @pytest.mark.usefixtures("two_years")
    def test_a_time_without_values_says_so(self, hanna):
        assert "No values are known of this time." in page(hanna, by="hours", at="2026-06-01")

    def test_without_interval_values_there_is_nothing_to_choose(self, hanna):
        assert "Hours of a day" not in page(hanna)
        assert hanna.get("/usage/", by="hours").status_code == 200
        assert hanna.get("/usage/intervals.csv", by="hours").status_code == 404
        assert called(hanna) == []


class TestCountedOnce:
    def test_readings_and_interval_values_are_never_added(self, hanna, store):
        by_reading = page(hanna)
        store(PLAIN, [1000] * 24)
        again = page(hanna)
        assert table(again) == table(by_reading)
        assert "This is what bills count." in again
        assert "Bills count by readings." in page(hanna, by="months")

    def test_a_total_and_its_tariffs_are_one(self, hanna, store, account):
        from mains.metering.models import Register

        one = files.register(account)
        with inside(SLUG):
            was = one.code
            Register.objects.filter(pk=one.pk).update(code="1.8.0")
            part = Register.objects.create(
                meter=one.meter, code="1.8.1", quantity=one.quantity, unit="kWh", digits=5
            )
        try:
            store(PLAIN, [1000] * 24)
            store(PLAIN, [400] * 24, register_id=part.pk)
            assert {value for _name, value in table(page(hanna, by="hours"))} == {"1"}
        finally:
            with inside(SLUG):
                part.delete()
                Register.objects.filter(pk=one.pk).update(code=was)

    def test_what_was_fed_in_is_no_use(self, hanna, store, account):
        from mains.metering.models import Register

        one = files.register(account)
        with inside(SLUG):
            fed = Register.objects.create(
                meter=one.meter, code="2.8.0", quantity=one.quantity, unit="kWh", digits=5
            )
        try:
            store(PLAIN, [1000] * 24)
            store(PLAIN, [3000] * 24, register_id=fed.pk)
            text = page(hanna, by="hours")
            assert "you used 24 kWh" in text
            assert "you fed in 72 kWh" in text
            assert {row["Service"] for row in rows_of(hanna, by="hours")} == {
                "Electricity", "Electricity: fed in",
            }  # fmt: skip
        finally:
            with inside(SLUG):
                fed.delete()


class TestWhose:
    @pytest.mark.usefixtures("two_years")
    def test_another_customer_sees_nothing_of_it(self, account):
        other = world.accounts(company__code="energo")[1]
        dora = world.person(world.DORA, other)
        assert "Hours of a day" not in page(dora)
        assert called(dora) == []
        feed = dora.get("/usage/green-button.xml", year="2026").content.decode()
        assert f"/UsagePoint/{point(other)}" in feed
        assert f"/UsagePoint/{point(account)}" not in feed

    @pytest.mark.usefixtures("two_years")
    def test_who_may_not_read_sees_nothing_of_it(self, hanna, account):
        dora = world.share(hanna, account, may_pay="on")
        assert "Hours of a day" not in page(dora)
        assert "Hours of a day" not in page(dora, by="cost")
        assert hanna.get("/usage/", by="cost").content.decode().count("Hours of a day") == 1

    @pytest.mark.usefixtures("two_years")
    def test_days_before_the_contract_are_somebody_elses(self, hanna, account):
        from mains.customers.models import Contract

        with inside(SLUG):
            contract = Contract.objects.get(account=account.pk)
            begun = contract.start_date
            Contract.objects.filter(pk=contract.pk).update(start_date=date(2026, 11, 10))
        try:
            rows = rows_of(hanna, by="days", at="2026-11-20")
            assert (rows[0]["From"], rows[0]["Used"]) == ("2026-11-10", "240.000")
            assert {row["A year before"] for row in rows_of(hanna, by="days")} == {""}
            assert "2026-11-09" not in exported(hanna)["csv/metering.IntervalDay.csv"]
            assert "2026-11-10" in exported(hanna)["csv/metering.IntervalDay.csv"]
        finally:
            with inside(SLUG):
                Contract.objects.filter(pk=contract.pk).update(start_date=begun)


def point(account) -> str:
    from mains.customers.models import SupplyPoint

    with inside(SLUG):
        code = SupplyPoint.objects.get(contracts__account=account.pk).code
    return "".join(letter for letter in code if letter.isalnum())


class TestTheApi:
    @pytest.mark.usefixtures("two_years")
    @pytest.mark.parametrize("asked", ["by=weeks", "at=soon", "at=0001-01-01", "at=9999-12-31"])
    def test_says_what_it_cannot_use(self, hanna, asked):
        answer = hanna.call("GET", f"/consumption/intervals?{asked}")
        assert (answer.status_code, answer.json()["code"]) == (422, "unusable_input")

    @pytest.mark.usefixtures("two_years")
    def test_gives_the_latest_month_where_nothing_is_said(self, hanna):
        (api,) = called(hanna)
        assert (api["by"], api["parts"][0]["start"]) == ("days", "2026-11-01")
        assert api["parts"][0]["complete"] is True

    @pytest.mark.usefixtures("two_years")
    def test_gives_the_feed_of_the_page(self, hanna):
        answer = hanna.call("GET", "/consumption/green-button?year=2026")
        assert answer["Content-Type"].startswith("application/atom+xml")
        on_page = hanna.get("/usage/green-button.xml", year="2026")
        assert without_time(answer) == without_time(on_page)


def without_time(answer) -> str:
    return re.sub(
        r"<updated>.*?</updated>|<feed.*?<id>.*?</id>", "", answer.content.decode(), flags=re.DOTALL
    )


class TestGreenButton:
    def read(self, content: bytes, tmp_path):
        path = tmp_path / "feed.xml"
        path.write_bytes(content)
        zone = queries.tenant(SLUG).zone
        with worker.reading(path, profile=PROFILES["green-button"], zone=zone) as found:
            from mains.metering.imports import dayfile

            names = {one.number: (one.point, one.code, one.unit) for one in found.sources}
            days = {
                (*names[number], day): held
                for number, day, held in dayfile.days(found.folder / "days")
            }
            return found, days

    def test_our_own_reader_reads_the_same(self, hanna, store, account, tmp_path):
        store(AUTUMN, [1234, None, *[1] * 23], [M, M, E, C, *[M] * 21])
        store(PLAIN, [7] * 96, minutes=15)
        answer = hanna.get("/usage/green-button.xml", year="2026")
        assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
        found, days = self.read(answer.content, tmp_path)

        assert found.refusals == []
        place = (point(account), "1.8.0", "kWh")
        autumn = days[(*place, AUTUMN)]
        assert autumn.values == (1234, None, *[1] * 23)
        assert autumn.qualities[:5] == (M, 0, E, C, M)
        assert (days[(*place, PLAIN)].minutes, days[(*place, PLAIN)].total()) == (
            15, Decimal("0.672"),
        )  # fmt: skip

    def test_another_reader_reads_the_same(self, hanna, store, account, tmp_path):
        from greenbutton_objects.parse import parse_feed

        store(PLAIN, [1500] * 24)
        path = tmp_path / "feed.xml"
        path.write_bytes(hanna.get("/usage/green-button.xml", year="2026").content)
        (mine,) = [
            one for one in parse_feed(str(path)) if one.link_self.endswith(f"/{point(account)}")
        ]
        (series,) = mine.meterReadings
        readings = list(series.intervalReadings)
        assert len(readings) == 24
        assert sum(one.value for one in readings) == 36000
        assert series.readingType.uom.value == 72

    def test_readings_stand_where_there_are_no_interval_values(self, hanna, tmp_path):
        answer = hanna.get("/usage/green-button.xml", year="2026")
        found, days = self.read(answer.content, tmp_path)
        uses = [row for row in uses_of(hanna) if row["From"] >= "2026" and row["Unit"] == "m3"]
        expected = sum(Decimal(row["Used"]) for row in uses if row["Used"])
        assert found.refusals == []
        assert sum(held.total() for key, held in days.items() if key[2] == "m3") == expected > 0

    def test_a_quantity_with_interval_values_is_given_once(self, hanna, store, account, tmp_path):
        store(PLAIN, [1000] * 24)
        _found, days = self.read(
            hanna.get("/usage/green-button.xml", year="2026").content, tmp_path
        )
        own = [day for place, _code, _unit, day in days if place == point(account)]
        assert own == [PLAIN]

    @pytest.mark.parametrize("year", ["0000", "9999", "soon", ""])
    def test_a_year_without_values_is_an_empty_feed(self, hanna, year):
        answer = hanna.get("/usage/green-button.xml", year=year)
        assert answer.status_code == 200
        assert answer.content.decode().rstrip().endswith("</feed>")


def uses_of(hanna) -> list[dict[str, str]]:
    text = hanna.get("/usage/use.csv").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def exported(hanna) -> dict[str, str]:
    """
    Return the texts of the archive of somebody's data.
    """
    from mains.privacy import exporting
    from mains.privacy import queries as privacy
    from mains.privacy.models import DataJob, JobKind

    tenant = queries.tenant(SLUG)
    with inside(SLUG):
        job = DataJob(kind=JobKind.EXPORT, user_id=hanna.user.pk)
        about = privacy.whose(job=job, today=tenant.date_of(tenant.now()))
        made = exporting.archive(about=about, language="en", tenant=tenant, now=tenant.now())
    archive = zipfile.ZipFile(io.BytesIO(made))
    return {
        name: archive.read(name).decode()
        for name in archive.namelist()
        if not name.endswith(".pdf")
    }


class TestTheArchiveOfOnesData:
    def test_has_every_value_with_its_instant_and_quality(self, hanna, store, account):
        store(AUTUMN, [1234, None, *[1] * 23], [M, M, E, C, *[M] * 21])
        found = exported(hanna)
        rows = list(csv.DictReader(io.StringIO(found["csv/metering.IntervalDay.csv"])))
        assert len(rows) == 24
        assert rows[0] == {
            "meter": files.serial(account), "register": files.register(account).code,
            "start": "2026-10-25T00:00+03:00", "minutes": "60", "value": "1.234", "unit": "kWh",
            "quality": "MEASURED",
        }  # fmt: skip
        assert [row["quality"] for row in rows[1:3]] == ["ESTIMATED", "CORRECTED"]
        assert [row["start"][-6:] for row in rows[2:4]] == ["+03:00", "+02:00"]
        (day,) = json.loads(found["data.json"])["metering.IntervalDay"]
        assert (day["day"], day["values"][:2]) == ("2026-10-25", ["1.234", None])

    def test_has_none_of_anybody_elses(self, hanna, store):
        other = files.register(world.accounts(company__code="energo")[-1])
        store(PLAIN, [1000] * 24, register_id=other.pk)
        assert "csv/metering.IntervalDay.csv" not in exported(hanna)


@pytest.mark.usefixtures("steady")
def test_a_page_over_ten_years_asks_little_of_the_database(
    hanna, store, django_assert_max_num_queries
):
    register = files.register(world.accounts(company__code="energo")[0])
    with inside(SLUG):
        IntervalDay.objects.bulk_create(
            IntervalDay(
                register_id=register.pk, day=day, import_id=1, minutes=60, decimals=3,
                values=[100] * 24, qualities=[M] * 24,
            )
            for day in Period(date(2026, 10, 26), date(2026, 11, 26)).each_day()
        )  # fmt: skip
    for by in ("hours", "days", "months"):
        with django_assert_max_num_queries(14):
            assert hanna.get("/usage/", by=by).status_code == 200
