"""Pause, resume, cancel: each done once, twice, late, and in the wrong order."""

from datetime import date

import pytest
from tests.factories import utilities
from tests.integration.billing import rehearsals

from mains.audit.queries import entries
from mains.billing.actions import ContentChanged, OverlappingRun, WrongStage
from mains.billing.models import BillRun, ChunkState, RunStage
from mains.billing.runs import overview, pausing
from mains.billing.runs.pausing import BillsIssued
from mains.billing.runs.rehearsing import withdraw
from mains.core.calendars import Period
from mains.customers.models import Company
from mains.journeys import bill_run

pytestmark = pytest.mark.usefixtures("tenant")


@pytest.fixture
def draft(monkeypatch):
    return rehearsals.started(monkeypatch)


def do(run, step):
    step(run_id=run.run.pk, actor="staff:3", now=utilities.NOW)
    run.run.refresh_from_db()


def deeds(run):
    return [one.action for one in reversed(entries(subject=f"bill_run:{run.run.pk}"))]


def pause_after(run, chunks):
    """
    Return a callback that pauses a run after so many chunks.
    """
    done = []

    def progress():
        done.append(1)
        if len(done) == chunks:
            do(run, pausing.pause)

    return progress


class TestPausing:
    def test_a_worker_stops_after_its_chunk_while_rehearsing(self, draft):
        bill_run.rehearse(tenant=draft.tenant, run=draft.run, progress=pause_after(draft, 2))
        draft.run.refresh_from_db()
        row = overview.run(run_id=draft.run.pk)
        assert (row.stage, row.accounts_done, row.accounts) == ("DRAFT", 4, 6)
        assert row.paused_at is not None

        bill_run.work_on(tenant=draft.tenant, run_id=draft.run.pk, now=utilities.NOW)
        assert overview.run(run_id=draft.run.pk).accounts_done == 4
        assert draft.run.pk not in overview.unfinished_runs()

        do(draft, pausing.resume)
        assert draft.run.pk in overview.unfinished_runs()
        draft.rehearse()
        assert draft.run.stage == RunStage.REHEARSED

    def test_a_worker_stops_after_its_chunk_while_issuing(self, draft):
        draft.rehearse()
        draft.approve()
        bill_run.issue(
            tenant=draft.tenant, run=draft.run, now=utilities.NOW, progress=pause_after(draft, 1)
        )
        assert draft.billed() == [0, 1]
        assert draft.run.stage == RunStage.APPROVED
        draft.issue()
        assert draft.billed() == [0, 1]

        do(draft, pausing.resume)
        draft.issue()
        assert draft.billed() == [0, 1, 2, 3, 4, 5]
        assert draft.unlike_rehearsed() == []

    def test_control_without_a_pause_it_goes_on(self, draft):
        bill_run.rehearse(tenant=draft.tenant, run=draft.run, progress=lambda: None)
        assert overview.run(run_id=draft.run.pk).stage == "REHEARSED"

    def test_twice_is_once(self, draft):
        for _ in range(2):
            do(draft, pausing.pause)
        for _ in range(2):
            do(draft, pausing.resume)
        assert deeds(draft) == ["bill_run.paused", "bill_run.resumed"]

    def test_resuming_what_was_never_paused_changes_nothing(self, draft):
        do(draft, pausing.resume)
        assert deeds(draft) == []

    def test_what_nobody_works_on_is_not_paused(self, draft):
        draft.rehearse()
        with pytest.raises(WrongStage):
            do(draft, pausing.pause)
        draft.approve()
        draft.issue()
        with pytest.raises(WrongStage):
            do(draft, pausing.pause)

    def test_a_paused_run_that_is_withdrawn_is_rehearsed_again(self, draft):
        draft.rehearse()
        draft.approve()
        do(draft, pausing.pause)
        withdraw(run_id=draft.run.pk)
        draft.run.refresh_from_db()
        draft.rehearse()
        assert draft.run.stage == RunStage.REHEARSED

    def test_a_run_that_is_paused_for_ever_bills_nobody(self, draft):
        do(draft, pausing.pause)
        draft.rehearse()
        assert draft.run.stage == RunStage.DRAFT
        with pytest.raises(WrongStage):
            draft.approve()


class TestCancelling:
    def again(self, run, period=utilities.OCTOBER):
        return bill_run.start(
            tenant=run.tenant,
            company=Company.objects.get(),
            period=period,
            started_by="ana",
            now=utilities.NOW,
        )

    @pytest.mark.parametrize("stage", ["draft", "paused", "rehearsed", "approved"])
    def test_its_days_are_free_again_and_it_stays_to_see(self, draft, stage):
        if stage == "paused":
            do(draft, pausing.pause)
        if stage in {"rehearsed", "approved"}:
            draft.rehearse()
        if stage == "approved":
            draft.approve()
        do(draft, pausing.cancel)
        assert draft.run.stage == RunStage.CANCELLED
        assert draft.run.cancelled_at == utilities.NOW

        another = self.again(draft, Period(date(2026, 10, 1), date(2026, 12, 1)))
        assert another.pk != draft.run.pk
        assert BillRun.objects.filter(pk=draft.run.pk).exists()
        assert "bill_run.cancelled" in deeds(draft)

    def test_control_while_it_is_not_cancelled_its_days_are_taken(self, draft):
        with pytest.raises(OverlappingRun):
            self.again(draft, Period(date(2026, 10, 1), date(2026, 12, 1)))
        assert self.again(draft).pk == draft.run.pk

    def test_twice_is_once(self, draft):
        for _ in range(2):
            do(draft, pausing.cancel)
        assert deeds(draft) == ["bill_run.cancelled"]

    def test_the_same_period_is_cancelled_more_than_once(self, draft):
        do(draft, pausing.cancel)
        draft.run = self.again(draft)
        do(draft, pausing.cancel)
        assert self.again(draft).pk not in {draft.run.pk}

    def test_what_is_issued_is_not_cancelled(self, draft):
        draft.rehearse()
        draft.approve()
        bill_run.issue(
            tenant=draft.tenant, run=draft.run, now=utilities.NOW, progress=pause_after(draft, 1)
        )
        with pytest.raises(BillsIssued):
            do(draft, pausing.cancel)
        do(draft, pausing.resume)
        draft.issue()
        with pytest.raises(BillsIssued):
            do(draft, pausing.cancel)
        assert len(draft.billed()) == 6

    def test_a_run_whose_every_bill_was_refused_is_cancelled(self, draft):
        draft.rehearse()
        draft.approve()
        for customer in range(6):
            draft.read(customer)
        with pytest.raises(ContentChanged):
            draft.issue()
        do(draft, pausing.cancel)
        assert draft.run.stage == RunStage.CANCELLED

    def test_nothing_is_done_with_a_cancelled_run(self, draft):
        draft.rehearse()
        do(draft, pausing.cancel)
        for step in (draft.approve, draft.issue, draft.take_up):
            with pytest.raises(WrongStage):
                step()
        with pytest.raises(WrongStage):
            withdraw(run_id=draft.run.pk)
        with pytest.raises(WrongStage):
            do(draft, pausing.pause)
        do(draft, pausing.resume)
        draft.rehearse()
        bill_run.work_on(tenant=draft.tenant, run_id=draft.run.pk, now=utilities.NOW)
        assert draft.run.stage == RunStage.CANCELLED
        assert draft.billed() == []
        assert not draft.run.chunks.filter(state=ChunkState.ISSUED).exists()

    def test_it_is_proposed_again(self, draft):
        today = date(2026, 11, 5)
        assert bill_run.proposed(tenant=draft.tenant, today=today)[1] != utilities.OCTOBER
        do(draft, pausing.cancel)
        assert bill_run.proposed(tenant=draft.tenant, today=today)[1] == utilities.OCTOBER
