"""The recorded schema is what the migrations build, and the fleet gets from one to the next."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("owner_program.py")
FLEET = ["one", "two", "three", "four"]


def as_owner(scenario: str) -> dict:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), scenario],
        capture_output=True,
        text=True,
        env={**os.environ, "MAINS_AS_OWNER": "1"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def recorded(django_db_setup):
    return as_owner("record")


@pytest.fixture(scope="module")
def fleet(django_db_setup):
    return as_owner("fleet")


def test_the_record_equals_the_dump_of_a_fresh_migration(recorded):
    assert recorded["text_equals"], (
        "Run `mains schema record`: the migrations build another schema."
    )
    assert recorded["version_equals"]


def test_a_replayed_tenant_has_the_catalog_of_a_migrated_one(recorded):
    assert recorded["catalog_equals"]


def test_control_every_kind_of_change_is_found(recorded):
    assert recorded["changes_found"] == dict.fromkeys(
        ["type", "null", "column", "index", "check", "order"], True
    )


def test_sql_is_fanned_out_to_every_tenant_once(fleet):
    found = fleet["sql"]
    assert [sorted(group) for group in found["behind_before"].values()] == [sorted(FLEET)]
    assert found["sql"]
    assert found["migrated"] == FLEET
    assert found["failed"] == {}
    assert found["with_column"] == found["recorded"] == sorted(FLEET)
    assert found["again"] == []
    assert found["behind_after"] == {}


def test_a_release_of_two_apps_reaches_every_tenant(fleet):
    found = fleet["apps"]
    assert found["failed"] == {}
    assert found["migrated"] == FLEET
    assert found["with_column"] == sorted(FLEET)
    assert found["points_to"] == ["three.identity_user"]
    assert found["behind_after"] == {}


def test_rights_are_given_where_tables_were_made(fleet):
    found = fleet["new_table"]
    assert found["migrated"] == FLEET
    assert found["rights"]
    assert found["needs_grants"]
    assert not found["column_needs_grants"]


def test_python_migrations_fall_back_to_migrating_one_by_one(fleet):
    found = fleet["python"]
    assert not found["sql"]
    assert found["migrated"] == FLEET
    assert found["rows"] == [1, 1, 1, 1]
    assert found["behind_after"] == {}


def test_a_failing_canary_stops_its_group(fleet):
    found = fleet["canary"]
    assert found["migrated"] == []
    assert found["failed"] == ["one"]
    assert found["mended"] == FLEET
    assert found["with_column"] == sorted(FLEET)


def test_a_later_failure_leaves_the_rest_migrated(fleet):
    found = fleet["later"]
    assert found["migrated"] == ["one", "two", "four"]
    assert found["failed"] == ["three"]
    assert found["mended"] == ["three"]
    assert found["behind_after"] == {}


def test_a_stopped_migration_is_taken_up_again(fleet):
    found = fleet["stopped"]
    assert found["halfway"] == [["one", "two"], ["one", "two"]]
    assert found["resumed"] == ["three", "four"]
    assert found["with"] == sorted(FLEET)
