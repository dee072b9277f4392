"""Staff hold accounts of a rehearsed run back and release them; the others do not wait."""

import pytest
from tests.factories import utilities
from tests.integration.billing import rehearsals

from mains.audit.queries import entries
from mains.billing.actions import WrongStage
from mains.billing.runs import holding, overview
from mains.billing.runs.holding import ReasonMissing, Selection

pytestmark = pytest.mark.usefixtures("tenant")


@pytest.fixture
def run(monkeypatch):
    """
    A rehearsed run: customers 1 and 4 used more, 5 has no reading, and the others paid the same.
    """
    made = rehearsals.started(monkeypatch)
    rehearsals.more_used(1, 40)
    rehearsals.more_used(4, 10)
    made.unread(5)
    made.rehearse()
    return made


def hold(run, *, bucket="", customers=(), reason="The price list is wrong"):
    selection = Selection(bucket, frozenset(run.accounts[n].pk for n in customers))
    return holding.hold(
        run_id=run.run.pk, selection=selection, reason=reason, actor="staff:3", now=utilities.NOW
    )


def release(run, *, bucket="", customers=()):
    selection = Selection(bucket, frozenset(run.accounts[n].pk for n in customers))
    return holding.release(
        run_id=run.run.pk, selection=selection, actor="staff:3", now=utilities.NOW
    )


def test_accounts_fall_into_buckets_and_their_causes_add_up(run):
    found = overview.buckets(run_id=run.run.pk)

    assert {name: one.accounts for name, one in found.sums.items()} == {
        "unchanged": 3, "volume": 2, "error:NO_READING": 1,
    }  # fmt: skip
    volume = found.sums["volume"]
    # 40 and 10 kWh at 0.1489, each line rounded, and 21 % VAT.
    assert volume.causes == {"volume": 595 + 149, "vat": 156}
    assert volume.difference_minor == 595 + 149 + 156
    assert [run.accounts.index(_account(one.account_id)) for one in found.worst] == [1, 4]
    assert (found.all.before_minor, found.all.after_minor) == (
        sum(one.previous_minor for one in run.outcomes()[:5]),
        sum(one.total_minor for one in run.outcomes()[:5]),
    )


def _account(pk):
    from mains.customers.models import Account

    return Account.objects.get(pk=pk)


def test_a_bucket_is_held_and_the_rest_is_issued(run):
    assert hold(run, bucket="volume") == 2
    assert run.states() == ["ready", "held", "ready", "ready", "held", "blocked"]
    row = overview.run(run_id=run.run.pk)
    assert row.bills == 3
    run.approve()
    run.issue()
    assert run.billed() == [0, 2, 3]
    assert run.states() == ["issued", "held", "issued", "issued", "held", "blocked"]


def test_single_accounts_are_held_with_their_reason(run):
    assert hold(run, customers=[0, 3], reason="Waits for ola@office.example to look") == 2
    outcomes = run.outcomes()
    assert [one.state for one in outcomes[:4]] == ["held", "ready", "ready", "held"]
    assert outcomes[0].reason == "Waits for … to look"


def test_holding_twice_keeps_the_first_reason_and_is_audited_once(run):
    assert hold(run, bucket="volume", reason="First") == 2
    assert hold(run, bucket="volume", reason="Second") == 0
    assert run.outcomes()[1].reason == "First"
    found = entries(subject=f"bill_run:{run.run.pk}")
    assert [(one.action, one.actor, one.detail["accounts"]) for one in found] == [
        ("bill_run.accounts_held", "staff:3", 2)
    ]
    assert (found[0].detail["bucket"], found[0].detail["reason"]) == ("volume", "First")


def test_what_is_released_is_issued_as_rehearsed(run):
    hold(run, bucket="volume")
    assert release(run, customers=[4]) == 1
    assert release(run, customers=[4]) == 0
    assert release(run, bucket="volume") == 1
    run.approve()
    run.issue()
    assert run.billed() == [0, 1, 2, 3, 4]
    assert run.unlike_rehearsed() == []


def test_releasing_what_is_blocked_or_ready_changes_nothing(run):
    assert release(run, customers=[0, 5]) == 0
    assert hold(run, customers=[5]) == 0
    assert run.states()[5] == "blocked"


def test_who_holds_says_why(run):
    with pytest.raises(ReasonMissing):
        hold(run, bucket="volume", reason="  ")
    assert "held" not in run.states()


@pytest.mark.parametrize("deed", [hold, release])
def test_once_approved_nothing_is_held_or_released(run, deed):
    hold(run, customers=[1])
    run.approve()
    with pytest.raises(WrongStage):
        deed(run, bucket="volume")
    run.issue()
    with pytest.raises(WrongStage):
        deed(run, bucket="volume")
    assert run.billed() == [0, 2, 3, 4]


def test_before_the_rehearsal_there_is_nothing_to_hold(monkeypatch):
    made = rehearsals.started(monkeypatch)
    with pytest.raises(WrongStage):
        hold(made, bucket="volume")


def test_who_is_held_stays_so_when_the_run_is_rehearsed_again(run):
    from mains.billing.runs import rehearsing

    hold(run, customers=[1])
    rehearsing.withdraw(run_id=run.run.pk)
    run.run.refresh_from_db()
    rehearsals.more_used(0, 3)
    run.rehearse()
    assert run.states() == ["ready", "held", "ready", "ready", "ready", "blocked"]
    assert run.outcomes()[0].bucket == "volume"


def test_held_ones_are_released_after_issue_and_issued_in_the_same_run(run):
    hold(run, bucket="volume")
    run.approve()
    run.issue()
    assert run.take_up() == 3
    run.rehearse()
    assert run.states() == ["issued", "held", "issued", "issued", "held", "blocked"]
    assert release(run, bucket="volume") == 2
    run.approve()
    run.issue()
    assert run.billed() == [0, 1, 2, 3, 4]
    assert run.unlike_rehearsed() == []


def test_another_run_is_not_touched(run):
    from mains.billing.models import BillRun

    september = BillRun.objects.get(period_start=rehearsals.SEPTEMBER.start)
    before = list(september.chunks.values_list("outcomes", "summary"))
    hold(run, bucket="volume")
    assert list(september.chunks.values_list("outcomes", "summary")) == before


def test_accounts_are_paged_by_bucket_and_by_state(run):
    def page(**chosen):
        found = overview.accounts_in(run_id=run.run.pk, **chosen)
        ids = [account.pk for account in run.accounts]
        return [ids.index(one.account_id) for one in found]

    assert page(limit=4) == [0, 1, 2, 3]
    assert page(first=4, limit=4) == [4, 5]
    assert page(bucket="volume", first=1, limit=1) == [4]
    assert page(state="blocked") == [5]
    assert page(bucket="unchanged", state="blocked") == []
    assert page(first=6) == []


def test_an_account_is_found_in_its_chunk(run):
    found = overview.outcome(run_id=run.run.pk, account_id=run.accounts[4].pk)
    assert found.bucket == "volume"
    assert overview.outcome(run_id=run.run.pk, account_id=-1) is None
