"""Nobody, not even the owner of the database, changes what was written down without being seen."""

import json
import random
import threading
from datetime import UTC, datetime, timedelta

import pytest

NAME = "chained"
NOW = datetime(2026, 11, 4, 9, 0, tzinfo=UTC)
HASH = "f" * 64
ALL = list(range(1, 301))


@pytest.fixture(scope="module")
def schema(django_db_setup, django_db_blocker):
    from django.db import connection
    from tests import databases

    from mains.guard import context

    with django_db_blocker.unblock(), databases.owner() as owner:
        databases.create_tenant(owner, NAME)
        yield NAME
        context.choose(None)
        connection.close()
        databases.drop_tenant(owner, NAME)


@pytest.fixture
def owner(schema, unblocked):
    """
    The owner of the schemas, who may do anything, with the chain of 300 rows before and after.
    """
    from tests import databases

    with databases.owner() as connection:
        connection.autocommit = True
        _empty(connection)
        deed(*ALL)
        yield connection
        _empty(connection)


def _empty(connection):
    connection.execute(f"delete from {NAME}.audit_entry")
    connection.execute(f"delete from {NAME}.audit_head")
    connection.execute("delete from public.audit_entry where subject = %s", [f"tenant:{NAME}"])
    connection.execute("delete from public.audit_entry")
    connection.execute("delete from public.audit_head")


def deed(*numbers):
    from django.db import transaction

    from mains.audit import actions
    from mains.guard import context

    with context.inside(NAME), transaction.atomic():
        for number in numbers:
            actions.record(
                action="bill_run.approved",
                subject=f"bill_run:{number}",
                actor=f"staff:{number % 7}",
                detail={"bills": number, "company": "bálta", "whole": True, "run": None},
                now=NOW + timedelta(seconds=number, microseconds=number),
            )


def found(**_):
    from mains.journeys import anchoring

    verdict = anchoring.verify(schema_name=NAME)
    return [(problem.kind, problem.number, problem.last) for problem in verdict.problems]


def anchor(days=0):
    from mains.journeys import anchoring

    return anchoring.anchor(schema_name=NAME, now=NOW + timedelta(days=days))


def forge(owner, first, **changes):
    """
    Change a row as an attacker would who knows how hashes are made, up to the newest row and head.
    """
    from mains.audit.rules import chain

    columns = "number, at, action, subject, actor, detail"
    previous = owner.execute(
        f"select previous from {NAME}.audit_entry where number = %s", [first]
    ).fetchone()[0]
    rows = owner.execute(
        f"select {columns} from {NAME}.audit_entry where number >= %s order by number", [first]
    ).fetchall()
    for row in rows:
        facts = dict(zip(columns.split(", "), row, strict=True))
        if facts["number"] == first:
            facts |= changes
        digest = chain.row_hash(previous=previous, **facts)
        owner.execute(
            f"update {NAME}.audit_entry set actor = %s, detail = %s, previous = %s, hash = %s"
            " where number = %s",
            [facts["actor"], json.dumps(facts["detail"]), previous, digest, facts["number"]],
        )
        previous = digest
    owner.execute(f"update {NAME}.audit_head set hash = %s", [previous])


def test_an_untouched_chain_is_intact(owner):
    from mains.journeys import anchoring

    anchor()

    assert anchoring.verify(schema_name=NAME).entries == 300
    assert found() == []


def test_an_empty_schema_is_intact(owner):
    _empty(owner)
    assert found() == []


EDITS = (
    "actor = 'staff:99'",
    "subject = subject || '1'",
    "action = 'bill_run.issued'",
    "at = at + interval '1 microsecond'",
    "detail = detail || '{\"bills\": 0}'",
    "detail = '[]'",
    "detail = detail - 'run'",
    f"hash = '{HASH}'",
    f"previous = '{HASH}'",
)


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_row_is_named_alone(owner, edit):
    owner.execute(f"update {NAME}.audit_entry set {edit} where number = 150")
    assert found() == [("changed", 150, 150)]


def _random_edits(owner, count, rows):
    rng = random.Random(20261104)
    edits = {number: rng.choice(EDITS) for number in rng.sample(range(1, rows + 1), count)}
    for number, edit in edits.items():
        owner.execute(f"update {NAME}.audit_entry set {edit} where number = %s", [number])
    assert {number for kind, number, _last in found() if kind == "changed"} == set(edits)


def test_of_fifty_random_edits_all_are_named(owner):
    _random_edits(owner, 50, 300)


@pytest.mark.long
def test_of_a_thousand_random_edits_all_are_named(owner):
    deed(*range(301, 5_001))
    _random_edits(owner, 1_000, 5_000)


def test_removed_rows_are_named(owner):
    owner.execute(f"delete from {NAME}.audit_entry where number in (1, 7, 8, 9, 150)")
    assert found() == [("removed", 1, 1), ("removed", 7, 9), ("removed", 150, 150)]


def test_removing_the_newest_rows_is_found_by_the_head(owner):
    owner.execute(f"delete from {NAME}.audit_entry where number > 290")
    assert found() == [("removed", 291, 300)]


def test_removing_everything_is_found(owner):
    owner.execute(f"delete from {NAME}.audit_entry")
    assert found() == [("removed", 1, 300)]


def test_removing_the_head_is_found(owner):
    owner.execute(f"delete from {NAME}.audit_head")
    assert len(found()) == 300
    assert found()[0] == ("added", 1, 1)


def test_exchanged_rows_are_both_named(owner):
    owner.execute(f"update {NAME}.audit_entry set number = -20 where number = 20")
    owner.execute(f"update {NAME}.audit_entry set number = 20 where number = 30")
    owner.execute(f"update {NAME}.audit_entry set number = 30 where number = -20")
    assert found() == [("changed", 20, 20), ("changed", 30, 30)]


def test_an_inserted_row_is_named(owner):
    columns = "at, action, subject, actor, detail, previous, hash"
    for number in (0, 301):
        owner.execute(
            f"insert into {NAME}.audit_entry (number, {columns})"
            f" select %s, {columns} from {NAME}.audit_entry where number = 300",
            [number],
        )
    assert found() == [("added", 0, 0), ("added", 301, 301)]


def test_a_row_pushed_in_between_is_named(owner):
    owner.execute(f"update {NAME}.audit_entry set number = -number where number > 100")
    owner.execute(f"update {NAME}.audit_entry set number = 1 - number where number < 0")
    owner.execute(
        f"insert into {NAME}.audit_entry select 101, at, action, subject, actor, detail, previous,"
        f" hash from {NAME}.audit_entry where number = 100"
    )
    assert ("changed", 101, 101) in found()
    assert ("added", 301, 301) in found()


def test_a_row_edited_with_its_own_hash_does_not_fit_the_next(owner):
    from mains.audit.rules import chain

    columns = "number, at, action, subject, detail, previous"
    row = owner.execute(f"select {columns} from {NAME}.audit_entry where number = 150").fetchone()
    facts = dict(zip(columns.split(", "), row, strict=True))
    digest = chain.row_hash(actor="staff:99", **facts)
    owner.execute(
        f"update {NAME}.audit_entry set actor = 'staff:99', hash = %s where number = 150", [digest]
    )
    assert found() == [("changed", 150, 150)]


def test_a_chain_rewritten_to_its_head_is_found_by_the_anchor(owner):
    assert anchor()
    forge(owner, 150, actor="staff:99")

    assert found() == [("rewritten", 300, 300)]


def test_control_without_an_anchor_a_rewritten_chain_is_not_found(owner):
    forge(owner, 150, actor="staff:99")

    assert found() == []


def test_a_chain_cut_back_together_with_its_head_is_found_by_the_anchor(owner):
    assert anchor()
    owner.execute(f"delete from {NAME}.audit_entry where number > 200")
    owner.execute(
        f"update {NAME}.audit_head set (number, hash) ="
        f" (select number, hash from {NAME}.audit_entry where number = 200)"
    )
    assert found() == [("removed", 300, 300)]


def test_an_anchor_that_is_edited_is_found_in_public(owner):
    from mains.journeys import anchoring

    assert anchor()
    owner.execute("update public.audit_entry set detail = detail || '{\"number\": 1}'")

    (problem,) = anchoring.verify(schema_name="public").problems
    assert (problem.kind, problem.number) == ("changed", 1)


def test_the_head_is_anchored_once_a_day_and_only_if_it_moved(owner):
    assert anchor()
    assert not anchor()
    assert not anchor(days=1)
    deed(301)
    assert not anchor()
    assert anchor(days=1)
    assert not anchor(days=1)


def test_a_schema_without_entries_is_not_anchored(owner):
    _empty(owner)
    assert not anchor()


def test_the_nightly_job_anchors(owner):
    from mains.audit import queries
    from mains.guard import context
    from mains.journeys import tasks

    tasks.nightly()

    with context.inside("public"):
        assert [row.number for row in queries.anchors(schema_name=NAME)] == [300]


def test_entries_written_at_once_never_fork_or_leave_a_gap(owner):
    from django.db import connection

    def write(start):
        try:
            for number in range(start, start + 15):
                deed(number)
        finally:
            connection.close()

    _empty(owner)
    threads = [threading.Thread(target=write, args=[1_000 * n]) for n in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    numbers = owner.execute(f"select array_agg(number) from {NAME}.audit_entry").fetchone()[0]
    assert sorted(numbers) == list(range(1, 91))
    assert found() == []


def test_a_deed_that_is_rolled_back_leaves_no_gap(owner):
    from django.db import transaction

    from mains.audit import actions
    from mains.guard import context

    with context.inside(NAME), transaction.atomic():
        actions.record(action="a.b", subject="x:1", actor="system", now=NOW)
        transaction.set_rollback(True)
    deed(301)
    assert found() == []


@pytest.mark.parametrize("schema_name", [NAME, "public"])
@pytest.mark.parametrize("table", ["audit_entry", "audit_accessentry"])
@pytest.mark.parametrize(
    "statement", ["update {} set actor = 'x'", "delete from {}", "truncate {}"]
)
def test_the_product_cannot_change_the_audit(owner, schema_name, table, statement):
    from django.db import connection
    from django.db.utils import ProgrammingError

    from mains.guard import context

    with (
        context.inside(schema_name),
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        cursor.execute(statement.format(table))


def test_control_with_the_right_back_the_product_could(owner):
    from django.db import connection

    from mains.guard import context
    from mains.tenancy.owner import role_name

    owner.execute(f'grant update on {NAME}.audit_entry to "{role_name(NAME)}"')
    try:
        with context.inside(NAME), connection.cursor() as cursor:
            cursor.execute("update audit_entry set actor = 'x' where number = 1")
    finally:
        owner.execute(f'revoke update on {NAME}.audit_entry from "{role_name(NAME)}"')
    assert found() == [("changed", 1, 1)]


def test_the_command_names_what_was_changed_and_fails(owner):
    from click.testing import CliRunner

    from mains.cli import main

    def run(*arguments):
        return CliRunner().invoke(main, ["audit", "verify", *arguments])

    assert run("--tenant", NAME).exit_code == 0
    assert "chained: 300 entries, intact" in run("--all").output
    owner.execute(f"update {NAME}.audit_entry set actor = 'x' where number = 7")
    owner.execute(f"delete from {NAME}.audit_entry where number between 20 and 22")

    done = run("--tenant", NAME, "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout) == [
        {
            "tenant": NAME,
            "entries": 297,
            "problems": [
                {"from": 7, "to": 7, "kind": "changed"},
                {"from": 20, "to": 22, "kind": "removed"},
            ],
        }
    ]
    assert "changed 7, removed 20–22" in run("--all").output
