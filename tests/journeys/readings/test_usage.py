"""What was used: one answer behind chart, table, files, API and bill."""

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from tests.journeys import sharing_world as world
from tests.journeys.readings.conftest import FIRST
from tests.journeys.sharing_world import SLUG

from mains.guard.context import inside
from mains.metering.consumption import series_of
from mains.metering.models import Reading, ReadingQuality, Register

EVER = date(1900, 1, 1)
pytestmark = pytest.mark.usefixtures("hanna")


def first():
    (account,) = world.accounts(number=FIRST)
    return account


def series(service: str = "hot_water", account=None):
    with inside(SLUG):
        found = series_of(account_ids=[(account or first()).pk], since=EVER)
    return next(one for one in found if one.service == service)


def rows_of(person) -> list[dict[str, str]]:
    text = person.get("/usage/use.csv").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.seed("S4.05")
@pytest.mark.seed("S3.16")
class TestOneAnswer:
    def test_the_bill_counts_what_the_chart_shows(self):
        from mains.billing.models import BillLine

        bill = world.bill_of(first())
        with inside(SLUG):
            lines = BillLine.objects.filter(bill_id=bill.pk, unit__in=["m3", "Gcal"])
            billed = {line.service: line.quantity for line in lines}
        assert billed
        for service, quantity in billed.items():
            found = [
                use.used
                for use in series(service).uses
                if (use.months.start, use.months.end) == (bill.period_start, bill.period_end)
            ]
            assert found == [quantity]

    def test_the_page_the_files_and_the_api_say_the_same(self, hanna):
        known = {use.months.start: use.used for use in series().uses}
        rows = [row for row in rows_of(hanna) if row["Account"] == FIRST]
        water = {
            date.fromisoformat(row["From"]): Decimal(row["Used"])
            for row in rows
            if row["Service"] == "Hot water"
        }
        called = next(
            one
            for one in hanna.call("GET", "/consumption").json()["data"]
            if one["service"] == "hot_water" and one["account"] == f"acc_{first().pk}"
        )
        sheet = load_workbook(io.BytesIO(hanna.get("/usage/use.xlsx").content)).active
        in_sheet = {
            row[3].date(): Decimal(str(row[5]))
            for row in sheet.iter_rows(min_row=2, values_only=True)
            if (row[0], row[2]) == (FIRST, "Hot water")
        }
        shown = hanna.get("/usage/").content.decode()

        assert len(known) >= 12
        assert water == known == in_sheet
        assert {
            date.fromisoformat(use["start"]): Decimal(use["used"]) for use in called["uses"]
        } == known
        for used in list(known.values())[-13:]:
            assert f'<td class="end">{used.normalize():f}' in shown

    def test_an_exchanged_meter_goes_on(self):
        before = series()
        last = before.uses[-1]
        with inside(SLUG):
            closing = Reading.objects.filter(
                register__meter__service="hot_water",
                register__meter__installations__supply_point_id=before.supply_point_id,
                period_start=last.months.start,
            ).get()
            other = second_meter(closing.register, value=Decimal(7))
        try:
            assert series().uses[-1].used == last.used + 7
        finally:
            with inside(SLUG):
                Reading.objects.filter(register=other).delete()
                meter = other.meter
                meter.installations.all().delete()
                meter.delete()


def second_meter(register: Register, *, value: Decimal) -> Register:
    """
    Hang another meter beside one, opened at zero and read in the latest month.
    """
    from mains.metering.models import Meter, MeterInstallation

    old = register.meter.installations.get()
    meter = Meter.objects.create(serial="SECOND-1", service=register.meter.service)
    MeterInstallation.objects.create(
        meter=meter, supply_point_id=old.supply_point_id, start_date=old.start_date
    )
    other = Register.objects.create(
        meter=meter, code="1", quantity=register.quantity, unit=register.unit, digits=5, decimals=1
    )
    for month, shown in ((date(2026, 9, 1), Decimal(0)), (date(2026, 10, 1), value)):
        Reading.objects.create(
            register=other, read_date=month.replace(day=28), value=shown, period_start=month,
            source="STAFF", quality=ReadingQuality.ACCEPTED, received_at=world.NOW,
            sent_key=f"second:{month}",
        )  # fmt: skip
    return other


class TestWhatIsNotKnown:
    def test_a_reading_that_waits_does_not_count(self):
        before = series().uses
        change(quality=ReadingQuality.NEEDS_REVIEW)

        assert series().uses == before[:-1]

    def test_an_estimate_is_marked_everywhere(self, hanna):
        change(quality=ReadingQuality.ESTIMATED)

        assert series().uses[-1].is_estimated
        assert [row["Estimated"] for row in rows_of(hanna) if row["Service"] == "Hot water"].count(
            "yes"
        ) == 1
        assert "Estimated" in hanna.get("/usage/").content.decode()

    def test_a_contradiction_is_a_gap_and_says_so(self, hanna):
        change(value=Decimal(1))

        assert series().uses[-1].used is None
        page = hanna.get("/usage/").content.decode()
        assert "October 2026: a reading is missing or being checked." in page

    @pytest.fixture(autouse=True)
    def _as_before(self, hanna):  # noqa: ARG002 - what it changes is Hanna's
        kept = latest()
        yield
        with inside(SLUG):
            kept.save()


def latest() -> Reading:
    found = series()
    with inside(SLUG):
        return Reading.objects.filter(
            register__meter__service="hot_water",
            register__meter__installations__supply_point_id=found.supply_point_id,
        ).latest("read_date")


def change(**fields: object) -> None:
    reading = latest()
    with inside(SLUG):
        Reading.objects.filter(pk=reading.pk).update(**fields)


class TestAHint:
    def test_says_where_much_more_was_used_and_keeps_nobody_from_reading(self, hanna):
        hint = "water may be running somewhere"
        assert hint not in hanna.get("/usage/").content.decode()
        last = latest()
        with inside(SLUG):
            Reading.objects.filter(pk=last.pk).update(value=last.value + 40)
        try:
            page = hanna.get("/usage/").content.decode()
            readings = hanna.get("/readings/").content.decode()
        finally:
            with inside(SLUG):
                last.save()

        assert hint in page
        assert 'name="reading-' in readings


class TestWhoseItIs:
    def test_others_see_nothing_of_it(self, hanna):
        other = world.person("nina@next.example", *world.accounts(company__code="teplo")[2:3])

        assert FIRST not in {row["Account"] for row in rows_of(other)}
        assert FIRST not in other.get("/usage/").content.decode()
        assert FIRST in {row["Account"] for row in rows_of(hanna)}

    def test_a_share_without_readings_shows_none(self):
        friend = world.person(world.DORA, first(), role="DELEGATE", may_read=False, may_pay=False)

        assert "did not share its readings" in friend.get("/usage/").content.decode()
        assert rows_of(friend) == []

    def test_a_visitor_is_asked_to_sign_in(self):
        visitor = world.Person("nobody@nowhere.example")

        for path in ("/usage/", "/usage/use.csv", "/usage/use.xlsx"):
            assert "/account/login/" in visitor.get(path)["Location"]


def test_there_is_no_other_kind_of_file(hanna):
    assert hanna.get("/usage/use.exe").status_code == 404


def test_by_year_the_months_so_far_are_one_bar(hanna):
    page = hanna.get("/usage/", by="year").content.decode()

    assert "January 2026 – October 2026: you used" in page
    assert 'href="?by=month"' in page


class TestCost:
    def test_is_what_the_bills_came_to(self, hanna):
        page = hanna.get("/usage/", by="cost").content.decode()
        bill = world.bill_of(first())

        assert f"October 2026: your bill was UAH\u00a0{bill.total_minor / 100:,.2f}" in page
        assert f'<td class="end">{bill.total_minor / 100:,.2f}' in page
        assert FIRST in page

    def test_a_year_before_is_told_in_money(self, hanna):
        from mains.billing.models import Bill

        bill = world.bill_of(first())
        with inside(SLUG):
            earlier = Bill.objects.get(pk=bill.pk)
            run = earlier.run
            run.pk, run.period_start, run.period_end = None, date(2025, 10, 1), date(2025, 11, 1)
            run.save()
            earlier.pk, earlier.run, earlier.number, earlier.reference = None, run, "X1", "X1"
            earlier.period_start, earlier.period_end = run.period_start, run.period_end
            earlier.total_minor, earlier.net_minor = (
                bill.total_minor - 1_000,
                bill.net_minor - 1_000,
            )
            earlier.save()
        try:
            page = hanna.get("/usage/", by="cost").content.decode()
        finally:
            with inside(SLUG):
                earlier.delete()
                run.delete()
        assert "UAH\u00a010.00 more than a year before" in page

    def test_a_credit_has_no_bar_and_says_so(self, hanna):
        from mains.billing.models import Bill

        bill = world.bill_of(first())
        with inside(SLUG):
            shape = {"total_minor": -500, "net_minor": -500, "vat_minor": 0}
            Bill.objects.filter(pk=bill.pk).update(**shape)
        try:
            page = hanna.get("/usage/", by="cost").content.decode()
        finally:
            with inside(SLUG):
                Bill.objects.filter(pk=bill.pk).update(
                    total_minor=bill.total_minor,
                    net_minor=bill.net_minor,
                    vat_minor=bill.vat_minor,
                )
        assert "October 2026: you got money back." in page

    def test_is_shown_to_whom_the_bills_are_shown(self):
        friend = world.person(world.DORA, first(), role="DELEGATE", may_read=False, may_pay=False)
        other = world.person("nina@next.example", *world.accounts(company__code="teplo")[2:3])

        assert FIRST in friend.get("/usage/", by="cost").content.decode()
        assert FIRST not in other.get("/usage/", by="cost").content.decode()


def test_the_file_runs_no_formula(hanna):
    from mains.customers.models import Contract

    with inside(SLUG):
        point = Contract.objects.get(account=first(), service="hot_water").supply_point
        street = point.street
        type(point).objects.filter(pk=point.pk).update(street='=cmd|"/c calc"!A1')
    try:
        text = hanna.get("/usage/use.csv").content.decode("utf-8-sig")
        book = zipfile.ZipFile(io.BytesIO(hanna.get("/usage/use.xlsx").content))
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    finally:
        with inside(SLUG):
            type(point).objects.filter(pk=point.pk).update(street=street)

    assert "\"'=cmd" in text
    assert "<f>" not in sheet
