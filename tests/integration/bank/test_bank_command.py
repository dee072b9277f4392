"""`mains import bank`: the same counts as in the console, and refusals with what to do."""

import json

import pytest
from click.testing import CliRunner
from tests.integration.bank.world import World, csv


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    from django.db import connection
    from tests import databases

    from mains.guard import context

    with django_db_blocker.unblock():
        databases.renew("alder")
        with context.inside("alder"):
            made = World()
        yield made
        connection.close()
        databases.renew("alder")
        context.choose(None)


@pytest.fixture
def run(world, tmp_path):
    from mains.cli import main

    def _run(content: str, *arguments: str):
        path = tmp_path / "november.csv"
        path.write_text(content)
        asked = ["import", "bank", str(path), "--tenant", "alder", *arguments]
        return CliRunner().invoke(main, asked)

    return _run


def test_a_file_is_counted_and_again_adds_nothing(world, run):
    bill = world.bills[0]
    content = csv((bill.total_minor, bill.reference), (5, "who knows"))
    arguments = ("--profile", "signed_with_currency", "--json")
    counts = []
    for _ in range(2):
        done = run(content, *arguments)
        assert done.exit_code == 0, done.output
        found = json.loads(done.stdout)
        counts.append([found[key] for key in ("lines", "new", "known", "booked")])
    assert counts == [[2, 2, 0, 1], [2, 0, 2, 0]]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [((), 4), (("--profile", "none"), 3), (("--company", "nobody"), 3)],
)
def test_what_cannot_be_imported_says_why(run, arguments, code):
    done = run("what is this", *arguments)
    assert done.exit_code == code
    assert done.stderr or done.output
