"""A meter is exchanged within a month: two readings on one day, and one bill over both meters."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from tests.journeys import console_world
from tests.journeys import sharing_world as world
from tests.journeys.readings.conftest import FIRST
from tests.journeys.readings.forms import register_ids, send
from tests.journeys.sharing_world import SLUG

from mains.guard.context import inside
from mains.metering.consumption import series_of
from mains.metering.models import Meter, MeterInstallation, Reading

NOVEMBER = date(2026, 11, 1)


@pytest.fixture
def olga(hanna) -> console_world.Desk:
    return console_world.signed_in("olga@alder.example")


@pytest.fixture
def old(hanna):
    """
    The first account's meter of hot water, which hangs there again after a test.
    """
    (account,) = world.accounts(number=FIRST)
    with inside(SLUG):
        found = MeterInstallation.objects.select_related("meter").get(
            supply_point__contracts__account=account, meter__service="hot_water"
        )
    yield found
    with inside(SLUG):
        new = Meter.objects.filter(serial="NEW-1")
        Reading.objects.filter(register__meter__in=new).delete()
        MeterInstallation.objects.filter(meter__in=new).delete()
        new.delete()
        MeterInstallation.objects.filter(pk=found.pk).update(end_date=None)


def place(old: MeterInstallation) -> str:
    (account,) = world.accounts(number=FIRST)
    return f"customers/{account.pk}/meters/{old.pk}/"


def form_of(old: MeterInstallation, **typed: object) -> dict[str, object]:
    with inside(SLUG):
        (code,) = old.meter.registers.values_list("code", flat=True)
    typed = {"final": "147", "initial": "2", **typed}
    return {
        "day": "2026-11-15", "serial": "NEW-1", "digits": "5",
        **{name: value for name, value in typed.items() if name not in {"final", "initial"}},
        f"final-{code}": typed["final"], f"initial-{code}": typed["initial"],
    }  # fmt: skip


def counted() -> dict[str, int]:
    with inside(SLUG):
        meters = {"Meter": Meter.objects.count(), "hung": MeterInstallation.objects.count()}
    return {**world.counted(), **meters}


def exchange(olga, old, on, **typed: object):
    on(11, 20)
    return olga.post(place(old), form_of(old, **typed))


class TestDone:
    def test_both_meters_are_read_on_that_day_and_it_is_audited(self, olga, old, on):
        assert exchange(olga, old, on).status_code == 302

        with inside(SLUG):
            new = MeterInstallation.objects.get(meter__serial="NEW-1")
            readings = {
                reading.register.meter.serial: reading
                for reading in Reading.objects.filter(read_date=date(2026, 11, 15)).select_related(
                    "register__meter"
                )
            }
            old.refresh_from_db()
            serial = old.meter.serial
        assert (old.end_date, new.start_date) == (date(2026, 11, 15), date(2026, 11, 15))
        assert readings[serial].period_start == NOVEMBER
        assert readings["NEW-1"].period_start == date(2026, 10, 1)
        entry = world.audited("meter.exchanged")[-1]
        assert entry.subject == f"meter:{old.meter_id}"

    def test_twice_exchanges_once(self, olga, old, on):
        exchange(olga, old, on)
        before = counted()

        assert olga.post(place(old), form_of(old)).status_code == 404
        assert counted() == before

    def test_the_same_again_at_once_is_the_same(self, olga, old, on):
        from mains.metering import exchanging

        exchange(olga, old, on)
        before = counted()
        with inside(SLUG):
            again = exchanging.exchange(
                installation_id=old.pk,
                exchange=exchanging.Exchange(
                    day=date(2026, 11, 15), serial="NEW-1", digits=5, final={}, initial={}
                ),
                sending=None,
                actor="staff:1",
            )
            assert again.meter.serial == "NEW-1"
        assert counted() == before

    def test_customers_read_the_new_meter_from_then_on(self, olga, hanna, old, on):
        exchange(olga, old, on)
        page = hanna.get("/readings/").content.decode()
        fields = page.split("<form", 2)[1]

        assert "NEW-1" in fields
        assert old.meter.serial not in fields

    @pytest.mark.parametrize("gives_way", [True, False])
    def test_what_a_guest_sent_for_the_old_meter_gives_way(
        self, olga, old, on, monkeypatch, gives_way
    ):
        from mains.metering import exchanging

        now = on(11, 14)
        with inside(SLUG):
            guest = Reading.objects.create(
                register=old.meter.registers.get(), read_date=now.date(), value=146,
                source="GUEST", quality="ACCEPTED", verdict="OK", period_start=NOVEMBER,
                received_at=now, sent_key="guest-form",
            )  # fmt: skip
        if not gives_way:
            # The control: then the guest's stays as one that counts.
            monkeypatch.setattr(exchanging.guests, "give_way", lambda **_which: False)
        assert exchange(olga, old, on).status_code == 302

        with inside(SLUG):
            guest.refresh_from_db()
        assert guest.quality == ("NEEDS_REVIEW" if gives_way else "ACCEPTED")


class TestRefused:
    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"day": "2026-11-21"}, "lies ahead"),
            ({"day": "2019-01-01"}, "did not hang there"),
            ({"final": "140"}, "showed 145.5 before"),
            ({"final": "x"}, "letters or signs"),
            ({"initial": "1234567"}, "digits"),
            ({"digits": "13"}, "between 1 and 12"),
            ({"serial": "HOH800001"}, "Another meter has this number"),
            ({"serial": ""}, "Type the number"),
        ],
    )
    def test_says_why_and_changes_nothing(self, olga, old, on, typed, said):
        before = counted()

        page = exchange(olga, old, on, **typed)

        assert page.status_code == 422
        assert said in page.content.decode()
        assert counted() == before
        with inside(SLUG):
            old.refresh_from_db()
        assert old.end_date is None

    def test_a_meter_of_another_account_is_not_there(self, olga, old):
        (other,) = world.accounts(company__code="energo")[:1]

        assert olga.get(f"customers/{other.pk}/meters/{old.pk}/").status_code == 404


class TestUsedOverBoth:
    def test_adds_up_what_each_showed(self, olga, hanna, old, on):
        exchange(olga, old, on)
        on(11, 28)
        new = next(one for one in register_ids("hot_water", hanna) if is_new(one))
        assert send(hanna, {f"reading-{new}": "4.3"}).status_code == 302

        assert used(NOVEMBER) == Decimal("1.5") + Decimal("2.3")

    def test_is_what_the_bill_counts_with_both_meters_on_it(self, olga, hanna, old, on):
        self.test_adds_up_what_each_showed(olga, hanna, old, on)
        facts = billed()

        registers = {
            register["meter"]: register
            for contract in facts["contracts"]
            if contract["service"] == "hot_water"
            for register in contract["registers"]
        }
        assert registers[old.meter.serial]["used"] == "1.5"
        assert registers["NEW-1"]["from"] == ["2026-11-15", "2"]
        assert registers["NEW-1"]["used"] == "2.3"
        lines = [line for line in facts["lines"] if line["service"] == "hot_water"]
        assert {line["quantity"] for line in lines if line["unit"] == "m3"} == {"3.8"}

    def test_a_quarter_opens_with_what_the_new_meter_showed(self, olga, old, on):
        from mains.core.calendars import Period
        from mains.metering import queries

        exchange(olga, old, on)
        on(11, 28)
        quarter = Period(date(2026, 9, 1), date(2026, 12, 1))
        with inside(SLUG):
            uses = queries.register_uses(supply_point_ids=[old.supply_point_id], period=quarter)
        by_meter = {use.meter: use for use in uses[old.supply_point_id, "hot_water"]}

        assert by_meter["NEW-1"].start_value == 2
        # Nobody has read it since, so there is nothing to bill yet.
        assert by_meter["NEW-1"].end_value is None
        assert by_meter[old.meter.serial].end_value == 147


def is_new(register_id: int) -> bool:
    with inside(SLUG):
        return Meter.objects.filter(serial="NEW-1", registers=register_id).exists()


def used(month: date) -> Decimal:
    (account,) = world.accounts(number=FIRST)
    with inside(SLUG):
        found = series_of(account_ids=[account.pk], since=month)
    (water,) = [one for one in found if one.service == "hot_water"]
    (use,) = water.uses
    return use.used


def billed() -> dict:
    """
    Read the account's other meter, bill November, and return the facts of its bill.
    """
    from mains.billing.models import Bill
    from mains.core.calendars import Period
    from mains.customers.models import Company
    from mains.journeys import bill_run, sample_customers
    from mains.tenancy import queries

    tenant = queries.tenant(SLUG)
    now = datetime(2026, 12, 9, 9, tzinfo=UTC)
    period = Period(NOVEMBER, date(2026, 12, 1))
    with inside(SLUG):
        sample_customers.read_everybody(period=period, now=now)
        run = bill_run.start(
            tenant=tenant,
            company=Company.objects.get(code="teplo"),
            period=period,
            started_by="ana",
            now=now,
        )
        run = bill_run.rehearse(tenant=tenant, run=run)
        run = bill_run.approve(tenant=tenant, run=run, approved_by="bob", now=now)
        run = bill_run.issue(tenant=tenant, run=run, now=now)
        return json.loads(Bill.objects.get(run=run, account__number=FIRST).facts)
