"""What the database itself knows: rights, keys, triggers, and how many tables a tenant has."""

import os

import psycopg
import pytest

from mains.config.env import parse_database

pytestmark = pytest.mark.usefixtures("unblocked")

A, B = "alder", "birch"
APPEND_ONLY = {
    "audit_accessentry": "actor",
    "audit_entry": "actor",
    "billing_billline": "label",
    "ledger_transfer": "source",
}


@pytest.fixture
def owner(unblocked):
    from tests import databases

    with databases.owner() as connection:
        yield connection
        connection.rollback()


def rows(connection, statement, *values):
    return connection.execute(statement, values).fetchall()


FOREIGN = """
select c.conname from pg_constraint c
join pg_class a on a.oid = c.conrelid join pg_class b on b.oid = c.confrelid
where c.contype = 'f' and a.relnamespace <> b.relnamespace"""

TRIGGERS = """
select t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
join pg_namespace n on n.oid = c.relnamespace where not t.tgisinternal and n.nspname = %s"""

RIGHTS = """
select table_name, string_agg(privilege_type, ' ' order by privilege_type)
from information_schema.role_table_grants where grantee = %s and table_schema = %s group by 1"""


def test_no_foreign_key_leaves_its_schema(owner):
    assert rows(owner, FOREIGN) == []


def test_control_a_foreign_key_that_leaves_is_found(owner):
    owner.execute("create table alder.stray (id bigint references birch.identity_user (id))")
    assert len(rows(owner, FOREIGN)) == 1


@pytest.mark.parametrize("schema_name", [A, B])
def test_no_tenant_has_a_trigger_of_ours(owner, schema_name):
    assert rows(owner, TRIGGERS, schema_name) == []


def test_control_a_trigger_is_found(owner):
    owner.execute("create function alder.f() returns trigger language plpgsql as 'begin end'")
    owner.execute(
        "create trigger t before insert on alder.identity_user execute function alder.f()"
    )
    assert rows(owner, TRIGGERS, A) == [("t",)]


def test_a_tenant_has_at_most_sixty_tables(owner):
    ((count,),) = rows(owner, "select count(*) from pg_tables where schemaname = %s", A)
    assert 30 < count <= 60


def test_a_tenant_role_has_rights_in_its_own_schema_only(owner):
    from mains.tenancy.owner import role_name

    elsewhere = rows(
        owner,
        "select table_schema, table_name from information_schema.role_table_grants"
        " where grantee = %s and table_schema <> %s",
        role_name(A),
        A,
    )
    assert elsewhere == []
    schemas = rows(
        owner,
        "select nspname from pg_namespace where has_schema_privilege(%s, oid, 'usage')"
        " and nspname not like 'pg_%%' and nspname <> 'information_schema' order by 1",
        role_name(A),
    )
    assert schemas == [(A,), ("ext",)]
    assert not rows(
        owner,
        "select from pg_namespace where nspname in ('alder', 'birch', 'public', 'ext')"
        " and has_schema_privilege(%s, oid, 'create')",
        role_name(A),
    )


def test_append_only_tables_and_migrations_are_not_changed_by_a_tenant(owner):
    from mains.tenancy.owner import role_name

    rights = dict(rows(owner, RIGHTS, role_name(A), A))
    assert {rights[table] for table in APPEND_ONLY} == {"INSERT SELECT"}
    assert rights["django_migrations"] == "SELECT"
    others = {right for table, right in rights.items() if table not in APPEND_ONLY}
    assert others == {"DELETE INSERT SELECT UPDATE", "SELECT"}
    tables = rows(owner, "select tablename from pg_tables where schemaname = %s", A)
    assert {table for (table,) in tables} == set(rights)


def test_the_models_name_the_same_append_only_tables():
    from mains.tenancy.record import append_only_tables

    assert set(append_only_tables()) == set(APPEND_ONLY)


@pytest.mark.parametrize(("table", "column"), APPEND_ONLY.items())
def test_the_product_cannot_change_what_is_append_only(table, column):
    from django.db import connection
    from django.db.utils import ProgrammingError

    from mains.guard import context

    for statement in (
        f"update {table} set {column} = ''",
        f"delete from {table}",
        f"truncate {table}",
    ):
        with (
            context.inside(A),
            pytest.raises(ProgrammingError, match="permission denied"),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_control_with_the_right_back_a_transfer_could_be_deleted(owner):
    from django.db import connection

    from mains.guard import context
    from mains.tenancy.owner import role_name

    owner.execute(f'grant delete on alder.ledger_transfer to "{role_name(A)}"')
    owner.commit()
    try:
        with context.inside(A), connection.cursor() as cursor:
            cursor.execute("delete from ledger_transfer")
            assert cursor.statusmessage.startswith("DELETE")
    finally:
        owner.execute(f'revoke delete on alder.ledger_transfer from "{role_name(A)}"')
        owner.commit()


def test_the_login_alone_can_read_nothing(owner):
    tables = rows(
        owner,
        "select schemaname, tablename from pg_tables where schemaname = any(%s)",
        [A, B, "public"],
    )
    login = parse_database(os.environ["DATABASE_URL"]).user
    readable = [
        f"{schema_name}.{table}"
        for schema_name, table in tables
        if rows(
            owner,
            "select has_table_privilege(%s, %s, 'select, insert, update, delete')",
            login,
            f'"{schema_name}".{table}',
        )[0][0]
    ]
    assert len(tables) > 60
    assert readable == []
    ((inherits, creates, superuser),) = rows(
        owner, "select rolinherit, rolcreaterole, rolsuper from pg_roles where rolname = %s", login
    )
    assert [inherits, creates, superuser] == [False, False, False]


def test_a_tenant_role_cannot_become_another(owner):
    from django.db import connection
    from django.db.utils import ProgrammingError

    from mains.guard import context
    from mains.tenancy.owner import role_name

    with (
        context.inside(A),
        pytest.raises(ProgrammingError, match="permission denied"),
        connection.cursor() as cursor,
    ):
        cursor.execute(f'select * from "{B}".identity_user')
    assert not rows(owner, "select pg_has_role(%s, %s, 'set') as b", role_name(A), role_name(B))[0][
        0
    ]


def test_extensions_live_in_a_schema_of_their_own(owner):
    found = rows(
        owner,
        "select distinct n.nspname from pg_extension e join pg_namespace n"
        " on n.oid = e.extnamespace where e.extname <> 'plpgsql'",
    )
    assert found == [("ext",)]


def test_the_owner_login_is_not_in_a_process_that_serves_people():
    from django.conf import settings

    assert settings.DATABASES["default"]["ENGINE"] == "mains.guard.backend"
    assert settings.DATABASES["default"]["USER"] == parse_database(os.environ["DATABASE_URL"]).user
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        psycopg.connect(os.environ["DATABASE_URL"]).execute("create schema mine")
