"""A reading between rehearsal and issue: refused, or on the next bill where one wants that."""

from datetime import UTC, date, datetime

import pytest
from tests.factories import utilities
from tests.integration.billing import rehearsals

from mains.billing.actions import ContentChanged
from mains.core.calendars import Period
from mains.customers.models import Company
from mains.journeys import bill_run
from mains.metering.models import Reading
from mains.tenancy.tenantfile.money import Billing, LateReadings

pytestmark = pytest.mark.usefixtures("tenant")

NEXT_BILL = {"late_readings": LateReadings.NEXT_BILL}
DECEMBER = datetime(2026, 12, 3, 9, tzinfo=UTC)


def november(made):
    """
    Read every meter at the end of November, 300 kWh on, bill it and return who used what.
    """
    for register_id in Reading.objects.values_list("register_id", flat=True).distinct():
        october = Reading.objects.filter(
            register_id=register_id, period_start=date(2026, 10, 1)
        ).earliest("received_at", "read_date")
        Reading.objects.filter(register_id=register_id, read_date__gt=date(2026, 10, 31)).delete()
        Reading.objects.create(
            register_id=register_id,
            read_date=date(2026, 11, 30),
            value=october.value + 300,
            period_start=date(2026, 11, 1),
            source="SELF",
            quality="ACCEPTED",
            received_at=DECEMBER,
            sent_key=f"november:{register_id}",
        )
    made.run = bill_run.start(
        tenant=made.tenant,
        company=Company.objects.get(),
        period=Period(date(2026, 11, 1), date(2026, 12, 1)),
        started_by="ana",
        now=DECEMBER,
    )
    made.run = bill_run.rehearse(tenant=made.tenant, run=made.run, now=DECEMBER)
    made.approve()
    made.run = bill_run.issue(tenant=made.tenant, run=made.run, now=DECEMBER)
    return [used(bill) for bill in made.bills()]


def used(bill):
    from mains.billing import queries

    facts = queries.facts(bill_id=bill.pk)
    return [line["quantity"] for line in facts["lines"] if line["code"] == "energy"]


def test_it_is_refused_unless_the_utility_says_otherwise(monkeypatch):
    assert Billing().late_readings is LateReadings.REHEARSE_AGAIN
    made = rehearsals.approved(monkeypatch)
    made.read(2)
    with pytest.raises(ContentChanged):
        made.issue()


def test_the_run_bills_as_rehearsed_and_the_reading_counts_on_the_next_bill(monkeypatch):
    made = rehearsals.approved(monkeypatch, **NEXT_BILL)
    before = [one.total_minor for one in made.outcomes()]
    made.read(2, more=5)
    made.issue()

    assert [bill.total_minor for bill in made.bills()] == before
    assert made.unlike_rehearsed() == []
    # The five kilowatt hours between the two readings of October are on this bill.
    assert november(made) == [["300"]] * 6


def test_control_if_the_next_bill_began_at_the_late_reading_its_use_would_be_lost(monkeypatch):
    from mains.billing.inputs import late_readings

    made = rehearsals.approved(monkeypatch, **NEXT_BILL)
    made.read(2, more=5)
    made.issue()
    monkeypatch.setattr(late_readings, "seen_at", lambda **_given: {})
    assert november(made)[2] == ["295"]


def test_control_without_the_cut_off_the_account_is_refused(monkeypatch):
    made = rehearsals.approved(monkeypatch, **NEXT_BILL)
    made.run.chunks.update(cutoff_at=rehearsals.ISSUE)
    made.read(2)
    with pytest.raises(ContentChanged):
        made.issue()
    assert made.billed() == [0, 1, 3, 4, 5]


def test_only_readings_may_come_late(monkeypatch):
    made = rehearsals.approved(monkeypatch, **NEXT_BILL)
    made.deliver_on_paper(2)
    with pytest.raises(ContentChanged):
        made.issue()


def test_a_reading_that_the_rehearsal_counted_may_not_go(monkeypatch):
    made = rehearsals.approved(monkeypatch, **NEXT_BILL)
    made.unread(2)
    with pytest.raises(ContentChanged):
        made.issue()


def test_who_was_not_read_in_time_waits_although_the_reading_is_there(monkeypatch):
    made = rehearsals.started(monkeypatch, **NEXT_BILL)
    made.unread(4)
    made.rehearse()
    made.approve()
    made.read(4, more=250)
    made.issue()
    assert made.billed() == [0, 1, 2, 3, 5]

    assert made.take_up() == 1
    made.run = bill_run.rehearse(tenant=made.tenant, run=made.run, now=rehearsals.ISSUE)
    made.approve()
    made.issue()
    assert used(made.bills()[4]) == ["250"]
    assert made.unlike_rehearsed() == []


def test_rehearsed_again_the_late_reading_counts_in_the_run(monkeypatch):
    from mains.billing.runs import rehearsing

    made = rehearsals.approved(monkeypatch, **NEXT_BILL)
    made.read(2)
    rehearsing.withdraw(run_id=made.run.pk)
    made.run.refresh_from_db()
    made.run = bill_run.rehearse(tenant=made.tenant, run=made.run, now=rehearsals.ISSUE)
    assert made.outcomes()[2].bucket == "volume"
    made.approve()
    made.issue()
    assert november(made) == [["300"], ["300"], ["295"], ["300"], ["300"], ["300"]]


def test_where_nobody_had_read_the_late_reading_sets_the_estimate_right(monkeypatch):
    made = rehearsals.started(monkeypatch, **NEXT_BILL)
    made.tenant = estimating(made)
    made.unread(3)
    made.rehearse()
    assert made.outcomes()[3].is_estimated
    made.approve()
    made.read(3, more=280)
    made.issue()
    assert made.unlike_rehearsed() == []
    estimated = int(used(made.bills()[3])[0])

    quantities = november(made)[3]
    assert sum(int(quantity) for quantity in quantities) == 300 + 280 - estimated


def estimating(made):
    """
    Let the utility estimate again what nobody read.
    """
    from mains.journeys import configure
    from mains.tenancy import queries

    shipped = utilities.file_of("balta", schema_name="alder")
    file = made.tenant.file.model_copy(update={"services": shipped.services})
    configure.publish(file=file, author="test", approved=True, now=utilities.NOW)
    queries.forget()
    return queries.tenant("alder")
