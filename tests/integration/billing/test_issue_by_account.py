"""What is issued is what was rehearsed, account by account; who changed is named and waits."""

import pytest
from tests.factories import utilities
from tests.integration.billing import rehearsals
from tests.integration.billing.rehearsals import Rehearsal

from mains.billing.actions import ContentChanged, SamePerson, WrongStage
from mains.billing.models import Bill, NumberSeries, RunStage
from mains.billing.rules import outcomes as rules
from mains.billing.runs import issuing, overview

pytestmark = pytest.mark.usefixtures("tenant")

CHANGES = {
    "reading": Rehearsal.read,
    "price": Rehearsal.reprice,
    "delivery mode": Rehearsal.deliver_on_paper,
    "e-mail address": Rehearsal.change_address,
    "mandate": Rehearsal.give_mandate,
    "language": Rehearsal.speak_latvian,
    "no reading": Rehearsal.unread,
}


@pytest.fixture
def approved(monkeypatch):
    return rehearsals.approved(monkeypatch)


def test_a_run_without_changes_issues_what_was_rehearsed(approved):
    approved.issue()

    assert approved.run.stage == RunStage.ISSUED
    assert approved.billed() == [0, 1, 2, 3, 4, 5]
    assert approved.states() == ["issued"] * 6
    assert approved.unlike_rehearsed() == []
    assert [bill.total_minor for bill in approved.bills()] == [
        one.total_minor for one in approved.outcomes()
    ]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_one_change_refuses_one_account_by_name(approved, change):
    change(approved, 2)

    with pytest.raises(ContentChanged) as refused:
        approved.issue()

    assert refused.value.accounts == (approved.accounts[2].number,)
    assert approved.accounts[2].number in str(refused.value)
    assert approved.billed() == [0, 1, 3, 4, 5]
    assert approved.states() == ["issued", "issued", "changed", "issued", "issued", "issued"]
    assert approved.run.stage == RunStage.ISSUED
    assert approved.unlike_rehearsed() == []
    assert bill_run_refused(approved) == [approved.accounts[2].number]


def bill_run_refused(approved):
    from mains.journeys import bill_run

    return bill_run.refused(run_id=approved.run.pk)


@pytest.mark.parametrize("change", list(CHANGES.values())[:6], ids=list(CHANGES)[:6])
def test_control_without_the_comparison_something_else_is_issued(approved, change, monkeypatch):
    monkeypatch.setattr(
        rules,
        "compared",
        lambda known, _hashes: [one._replace(state="issued") for one in known],
    )
    change(approved, 2)

    approved.issue()

    assert approved.billed() == [0, 1, 2, 3, 4, 5]
    assert approved.unlike_rehearsed() == [approved.accounts[2].pk]


def test_issuing_again_issues_nothing_and_names_them_again(approved):
    approved.read(2)
    for _ in range(2):
        with pytest.raises(ContentChanged):
            approved.issue()

    assert len(approved.bills()) == 5
    assert NumberSeries.objects.get().next_number == 12


def test_what_changed_is_taken_up_and_issued_in_the_same_run(approved):
    approved.read(2)
    with pytest.raises(ContentChanged):
        approved.issue()
    before = {bill.pk: bill.facts for bill in approved.bills()}

    assert approved.take_up() == 1
    assert approved.take_up() == 1
    assert approved.run.stage == RunStage.DRAFT
    assert approved.run.approved_by == ""
    assert str(approved.run.issue_date) == "2026-11-06"
    approved.rehearse()
    assert approved.states() == ["issued", "issued", "ready", "issued", "issued", "issued"]
    assert approved.outcomes()[2].bucket == "volume"
    approved.approve()
    approved.issue()

    assert approved.billed() == [0, 1, 2, 3, 4, 5]
    assert approved.unlike_rehearsed() == []
    late = approved.bills()[2]
    assert (late.issue_date, late.due_date) == (approved.run.issue_date, approved.run.due_date)
    assert {bill.pk: bill.facts for bill in approved.bills() if bill.pk in before} == before
    numbers = Bill.objects.values_list("number", flat=True)
    assert sorted(int(number[-6:]) for number in numbers) == list(range(1, 13))
    assert approved.take_up() == 0
    assert approved.run.stage == RunStage.ISSUED


def test_a_second_person_approves_what_was_taken_up_as_well(monkeypatch):
    made = rehearsals.rehearsed(monkeypatch, second_person_approves=True)
    with pytest.raises(SamePerson):
        made.approve(by="ana")
    made.approve(by="bob")
    made.read(2)
    with pytest.raises(ContentChanged):
        made.issue()
    made.take_up()
    made.rehearse()
    with pytest.raises(SamePerson):
        made.approve(by="ana")
    made.approve(by="bob")
    made.issue()
    assert made.states() == ["issued"] * 6


def test_what_was_taken_up_changes_once_more_and_is_refused_once_more(approved):
    approved.read(2)
    with pytest.raises(ContentChanged):
        approved.issue()
    approved.take_up()
    approved.rehearse()
    approved.approve()
    approved.deliver_on_paper(2)
    with pytest.raises(ContentChanged):
        approved.issue()
    assert approved.billed() == [0, 1, 3, 4, 5]


def test_taking_up_too_early_is_refused(approved):
    with pytest.raises(WrongStage):
        approved.take_up()


def test_a_run_is_finished_without_what_remains(approved):
    approved.read(2)
    with pytest.raises(ContentChanged):
        approved.issue()

    assert issuing.finish(run_id=approved.run.pk) == 1
    assert issuing.finish(run_id=approved.run.pk) == 0
    assert approved.states()[2] == "left"
    assert approved.take_up() == 0
    approved.issue()
    assert approved.billed() == [0, 1, 3, 4, 5]


def test_a_run_that_is_not_issued_is_not_finished(approved):
    with pytest.raises(WrongStage):
        issuing.finish(run_id=approved.run.pk)


def test_what_is_blocked_does_not_stop_the_rest_and_comes_later(monkeypatch):
    made = rehearsals.started(monkeypatch)
    made.unread(4)
    made.rehearse()
    assert made.outcomes()[4].bucket == "error:NO_READING"
    made.approve()
    made.issue()
    assert made.billed() == [0, 1, 2, 3, 5]
    assert made.states()[4] == "blocked"

    made.read(4, more=900)
    assert made.take_up() == 1
    made.rehearse()
    made.approve()
    made.issue()
    assert made.billed() == [0, 1, 2, 3, 4, 5]
    assert made.unlike_rehearsed() == []


def test_everybody_may_have_changed_and_then_nobody_is_billed(approved):
    for customer in range(6):
        approved.read(customer)
    with pytest.raises(ContentChanged) as refused:
        approved.issue()
    assert len(refused.value.accounts) == 6
    assert approved.billed() == []
    assert overview.buckets(run_id=approved.run.pk).remaining == 6


def test_a_long_list_of_names_is_cut():
    named = str(ContentChanged([str(number) for number in range(25)]))
    assert "19 and 5 more" in named
    assert ", 20" not in named


def test_a_bill_of_another_date_is_another_bill(approved):
    approved.run.issue_date = utilities.NOW.date().replace(day=20)
    approved.run.save()
    with pytest.raises(ContentChanged) as refused:
        approved.issue()
    assert len(refused.value.accounts) == 6
