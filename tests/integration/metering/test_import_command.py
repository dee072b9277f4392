"""`mains import`: a file goes in, what is not taken is listed beside it, and it comes out again."""

import csv
import json

import pytest
from click.testing import CliRunner
from tests.factories import meter_files, meters, utilities
from tests.factories.meter_files import HEADER, hours


@pytest.fixture(scope="module")
def served(django_db_setup, django_db_blocker):
    """
    A tenant in Madrid with one meter, committed.
    """
    from django.db import connection
    from tests import databases

    from mains.guard import context

    with django_db_blocker.unblock():
        databases.renew("alder")
        utilities.configured("aguaviva")
        with context.inside("alder"):
            meters.meter("M1")
        yield
        connection.close()
        databases.renew("alder")
        context.choose(None)


@pytest.fixture
def run(served, tmp_path):
    from mains.cli import main
    from mains.guard import context

    def _run(*arguments: str, text: str | None = None):
        path = tmp_path / "upload.csv"
        if text is not None:
            path.write_text(text, newline="")
            arguments = (*arguments, str(path))
        done = CliRunner().invoke(main, ["import", *arguments])
        context.choose(None)
        return done

    return _run


ONE = ("intervals", "--tenant", "alder", "--profile", "csv", "--json")


def test_a_file_goes_in_and_its_rejected_rows_are_listed(run, tmp_path):
    text = HEADER + hours([1, "=1+1"]) + hours([2], point="GHOST")
    rehearsed = run(*ONE, "--dry-run", text=text)
    assert (rehearsed.exit_code, json.loads(rehearsed.stdout)["import_id"]) == (8, None)
    done = run(*ONE, text=text)
    said = json.loads(done.stdout)
    assert done.exit_code == 8
    assert "2 rows were not taken" in done.stderr
    assert (said["rows"], said["new_days"], said["rejected"], said["totals"]) == (
        3, 1, 2, {"1.8.0": "3.000000"},
    )  # fmt: skip
    with (tmp_path / "upload.csv.rejected.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["row"], row["column"], row["text"]) for row in rows] == [
        ("3", "value", "'=1+1"), ("4", "point", "GHOST"),
    ]  # fmt: skip

    again = run(*ONE, text=text)
    assert (again.exit_code, json.loads(again.stdout)["again"]) == (0, True)
    listed = json.loads(run("list", "--tenant", "alder", "--json").stdout)
    assert [(row["id"], row["state"]) for row in listed] == [(said["import_id"], "APPLIED")]
    undone = run("undo", str(said["import_id"]), "--tenant", "alder")
    assert undone.exit_code == 0
    assert "is undone" in undone.stderr


def test_an_import_under_a_newer_one_is_not_undone(run):
    first, second = (
        json.loads(run(*ONE, text=HEADER + hours([value])).stdout)["import_id"] for value in (5, 6)
    )
    refused = run("undo", str(first), "--tenant", "alder")
    assert refused.exit_code == 5
    assert f"Start with `mains import undo {second} --tenant alder`" in refused.stderr
    for one in (second, first):
        assert run("undo", str(one), "--tenant", "alder").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "text", "code", "said"),
    [
        (ONE, "a;b\n", 4, "The header has no column 'point'"),
        (("intervals", "--tenant", "alder", "--profile", "nope"), "x", 3, "There is no profile"),
        (("intervals", "--tenant", "nope", "--profile", "csv"), "x", 3, "There is no tenant nope"),
        (("undo", "99999", "--tenant", "alder"), None, 3, "There is no import 99999"),
    ],
)
def test_what_cannot_be_done_is_told_with_the_next_step(run, arguments, text, code, said):
    done = run(*arguments, text=text)
    assert done.exit_code == code
    assert said in done.stderr


def test_every_profile_is_listed(run):
    from mains.metering.imports.profiles import PROFILES

    keys = [row["key"] for row in json.loads(run("profiles", "--json").stdout)]
    assert keys == list(PROFILES)


def test_telegrams_become_readings(run, served):
    from mains.guard import context

    with context.inside("alder"):
        meters.meter("MAINS01", codes=("1.8.1", "2.8.1"))
        meters.meter("GAS0001", codes=("1",), unit="m3", digits=5)
    done = run("intervals", "--tenant", "alder", "--profile", "p1", text=meter_files.telegram())
    assert done.exit_code == 0
    assert "3 new readings" in done.stderr
