"""`mains billrun …`: what was done on stdout, and an exit code that says what was not."""

import json

import pytest
from click.testing import CliRunner
from tests.integration.billing import rehearsals

pytestmark = pytest.mark.usefixtures("tenant")


@pytest.fixture
def run(monkeypatch):
    made = rehearsals.started(monkeypatch)
    rehearsals.more_used(1, 40)
    made.rehearse()
    return made


def billrun(*arguments):
    from mains.cli import main

    return CliRunner().invoke(main, ["billrun", arguments[0], "--tenant", "alder", *arguments[1:]])


def done(*arguments):
    result = billrun(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_status_shows_the_buckets_of_a_run(run):
    shown = json.loads(done("status", str(run.run.pk), "--json"))
    assert shown["stage"] == "REHEARSED"
    assert shown["buckets"]["volume"]["accounts"] == 1
    assert shown["buckets"]["volume"]["causes"]["volume"] == 595
    assert shown["buckets"]["unchanged"]["states"] == {"ready": 5}
    assert shown["refused"] == []
    assert "volume  1 accounts (1 ready)" in done("status", str(run.run.pk))
    assert len(json.loads(done("status", "--json"))) == 2
    assert "REHEARSED" in done("status")


def test_refused_accounts_are_named_and_the_exit_code_tells(run):
    done("approve", str(run.run.pk))
    run.read(2)
    refused = billrun("issue", str(run.run.pk), "--json")
    assert refused.exit_code == 4
    number = run.accounts[2].number
    assert json.loads(refused.stdout)["refused"] == [number]
    assert number in refused.stderr
    assert run.billed() == [0, 1, 3, 4, 5]
    assert billrun("issue", str(run.run.pk)).exit_code == 4

    taken = json.loads(done("rehearse", "--run", str(run.run.pk), "--json"))
    assert taken["refused"] == []
    done("approve", str(run.run.pk))
    assert "6 issued" not in done("issue", str(run.run.pk))
    assert run.billed() == [0, 1, 2, 3, 4, 5]
    shown = json.loads(done("status", str(run.run.pk), "--json"))
    assert shown["unlike_rehearsed"] == []
    assert len(shown["content_hash"]) == 64


def test_status_names_bills_that_are_not_what_was_rehearsed(run):
    done("approve", str(run.run.pk))
    done("issue", str(run.run.pk))
    bill = run.bills()[1]
    bill.facts = bill.facts.replace('"language":"', '"language":"x')
    bill.save()
    shown = json.loads(done("status", str(run.run.pk), "--json"))
    assert shown["unlike_rehearsed"] == [bill.account_id]


def test_a_bucket_and_an_account_are_held_and_released(run):
    pk = str(run.run.pk)
    done("hold", pk, "--bucket", "volume", "--reason", "A leak")
    done("hold", pk, "--account", run.accounts[3].number, "--reason", "Asked to wait")
    assert run.states() == ["ready", "held", "ready", "held", "ready", "ready"]
    done("release", pk, "--account", run.accounts[3].number)
    assert run.states() == ["ready", "held", "ready", "ready", "ready", "ready"]
    assert billrun("release", pk).exit_code == 2
    assert billrun("hold", pk, "--account", "nobody", "--reason", "x").exit_code == 3


def test_steps_in_the_wrong_order_have_an_exit_code(run):
    pk = str(run.run.pk)
    assert billrun("issue", pk).exit_code == 5
    assert billrun("pause", pk).exit_code == 5
    done("approve", pk)
    done("pause", pk)
    assert billrun("issue", pk).exit_code == 5
    assert run.billed() == []
    done("resume", pk)
    done("issue", pk)
    assert billrun("cancel", pk).exit_code == 5
    assert billrun("approve", "999999").exit_code == 3
    assert billrun("rehearse").exit_code == 2


def test_a_cancelled_run_is_shown_as_such(run):
    done("cancel", str(run.run.pk))
    assert json.loads(done("status", str(run.run.pk), "--json"))["stage"] == "CANCELLED"
    assert billrun("rehearse", "--run", str(run.run.pk)).exit_code == 5


def test_rehearsing_again_takes_an_approval_back(run):
    done("approve", str(run.run.pk))
    done("rehearse", "--run", str(run.run.pk))
    assert json.loads(done("status", str(run.run.pk), "--json"))["stage"] == "REHEARSED"
