"""Opening a tenant makes everything or nothing."""

from datetime import UTC, datetime

import pytest

from mains.guard.context import UnusableSchemaName
from mains.tenancy import provisioning
from mains.tenancy.owner import role_name

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def owner(django_db_setup):
    from tests import databases

    with databases.owner() as connection:
        yield connection
        connection.rollback()
        for schema_name in ("cedar", "dogwood"):
            databases.drop_tenant(connection, schema_name)


def create(owner, schema_name="cedar", hosts=("cedar.localhost",)):
    return provisioning.create(
        owner, schema_name=schema_name, name="Cedar", hosts=hosts, state="SANDBOX", now=NOW
    )


def left_behind(owner, schema_name):
    """
    Name what exists of a tenant.
    """
    checks = {
        "schema": ("select 1 from pg_namespace where nspname = %s", schema_name),
        "role": ("select 1 from pg_roles where rolname = %s", role_name(schema_name)),
        "tenant": ("select 1 from public.tenancy_tenant where schema_name = %s", schema_name),
    }
    return {name for name, (ask, value) in checks.items() if owner.execute(ask, [value]).fetchone()}


def test_a_tenant_is_complete(owner):
    create(owner)

    assert left_behind(owner, "cedar") == {"schema", "role", "tenant"}


@pytest.mark.parametrize(
    "name",
    ["public", "ext", "recording", "console", "admin", "www", "information_schema", "pg_x",
     "Cedar", "1cedar", "ce dar", 'ce"dar', "ce;dar", "ce-dar", "", "c" * 41],
)  # fmt: skip
def test_bad_and_reserved_names_are_refused_and_leave_nothing(owner, name):
    before = left_behind(owner, name)
    with pytest.raises(UnusableSchemaName):
        create(owner, schema_name=name)
    owner.rollback()
    assert left_behind(owner, name) == before


def test_the_same_name_again_is_refused_and_changes_nothing(owner):
    create(owner)
    owner.commit()
    tables = owner.execute("select count(*) from pg_tables where schemaname = 'cedar'").fetchone()
    with pytest.raises(provisioning.SchemaNameTaken):
        create(owner, hosts=("other.localhost",))
    owner.rollback()

    assert left_behind(owner, "cedar") == {"schema", "role", "tenant"}
    assert (
        tables
        == owner.execute("select count(*) from pg_tables where schemaname = 'cedar'").fetchone()
    )
    assert not owner.execute(
        "select 1 from public.tenancy_domain where domain = 'other.localhost'"
    ).fetchone()


def test_a_host_of_somebody_else_is_refused_and_leaves_nothing(owner):
    create(owner)
    owner.commit()
    with pytest.raises(provisioning.SchemaNameTaken):
        create(owner, schema_name="dogwood")
    owner.rollback()

    assert left_behind(owner, "dogwood") == set()


def test_a_dropped_tenant_leaves_nothing_and_may_be_dropped_again(owner):
    create(owner)
    owner.commit()
    for _ in range(2):
        provisioning.drop(owner, schema_name="cedar")
        owner.commit()
        assert left_behind(owner, "cedar") == set()


def test_control_without_one_transaction_something_would_be_left(owner, monkeypatch):
    """
    The same steps, each committed by itself: the role of the refused tenant stays.
    """
    from mains.tenancy.owner import ensure_role

    create(owner)
    owner.commit()
    ensure_role(owner, schema_name="dogwood")
    owner.commit()
    with pytest.raises(provisioning.SchemaNameTaken):
        create(owner, schema_name="dogwood")
    owner.rollback()

    assert left_behind(owner, "dogwood") == {"role"}
