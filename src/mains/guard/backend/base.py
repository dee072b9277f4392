"""
The database backend of every process that serves people.

It extends django-tenants: the role and the search path of the tenant travel inside every
transaction, so a pooler, an exception or a forgotten reset can never leave another tenant's
setting behind. See README.md in the folder above.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import transaction
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql.introspection import DatabaseIntrospection
from django_tenants.postgresql_backend import base as django_tenants

from mains.guard import context
from mains.guard.backend.connection import IDLE, GuardedConnection, Opening
from mains.guard.backend.cursor import GuardedCursor, GuardedDebugCursor
from mains.guard.backend.features import DatabaseFeatures
from mains.guard.backend.operations import DatabaseOperations

# Each schema a backend touches costs it about 1.2 MB that it never gives back (measured), so a
# connection is dropped before it reaches 200 MB.
SCHEMAS_PER_CONNECTION = 120


class DatabaseWrapper(django_tenants.DatabaseWrapper):
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations

    def __init__(self, settings_dict: dict[str, Any], alias: str = "default") -> None:
        self.applied: str | None = None
        self.read_only = False
        self.touched: set[str] = set()
        self.unguarded = alias == NO_DB_ALIAS
        super().__init__(settings_dict, alias)
        self.introspection = DatabaseIntrospection(self)

    # The context is kept in one place, mains.guard.context; django-tenants reads it from here.

    @property
    def schema_name(self) -> str | None:
        return context.current()

    @schema_name.setter
    def schema_name(self, value: str | None) -> None:
        """Ignore what django-tenants' constructor sets: nobody has chosen a tenant yet."""

    @property
    def tenant(self) -> Any:
        schema_name = context.current()
        return django_tenants.FakeTenant(schema_name) if schema_name else None

    @tenant.setter
    def tenant(self, value: Any) -> None:
        """Ignore, as above."""

    def set_tenant(self, tenant: Any, include_public: bool = False) -> None:  # noqa: ARG002
        context.choose(tenant.schema_name)

    def set_schema_to_public(self) -> None:
        """
        Do nothing at construction: a fresh connection serves nobody.
        """

    def switchable(self) -> bool:
        """
        Tell whether every open block is a test case's or a read-only one.
        """
        return all(
            block._from_testcase or getattr(block, "read_only", False)
            for block in self.atomic_blocks
        )

    # Settings of one transaction.

    def settings_sql(self) -> bytes:
        schema_name = context.required()
        role = f"{self.settings_dict['ROLE_PREFIX']}_{schema_name}"
        self.touched.add(schema_name)
        return (
            f"select set_config('role','{role}',true),"
            f"set_config('search_path','\"{schema_name}\",ext',true)"
        ).encode()

    def opening(self) -> Opening:
        settings = self.settings_sql()
        self.applied = context.current()
        return (b"BEGIN READ ONLY" if self.read_only else b"BEGIN"), settings

    def apply_context(self) -> None:
        """
        Send the settings again where the tenant changed inside a read-only or test transaction.
        """
        if self.applied == context.current() or self.connection is None:
            return
        if self.connection.pgconn.transaction_status != IDLE:
            self._run(self.settings_sql())
            self.applied = context.current()

    def _run(self, statement: bytes) -> None:
        with self.wrap_database_errors:
            self.connection.execute(statement)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """
        Run a block in one READ ONLY transaction; inside a test case, in a read-only savepoint.
        """
        block = transaction.atomic(using=self.alias)
        block.read_only = True
        if self.in_atomic_block:
            with block:
                self.apply_context()
                self._run(b"set local transaction_read_only = on")
                yield
            return
        self.read_only = True
        try:
            with block:
                yield
        finally:
            self.read_only = False

    # Hooks of Django's wrapper.

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if self.unguarded:
            return super().get_new_connection(conn_params)
        self.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        connection = GuardedConnection.connect(**conn_params)
        connection.opening = self.opening
        self.touched.clear()
        return connection

    def close_if_unusable_or_obsolete(self) -> None:
        super().close_if_unusable_or_obsolete()
        if len(self.touched) > SCHEMAS_PER_CONNECTION and not self.in_atomic_block:
            self.close()

    def savepoint_rollback(self, sid: str) -> None:
        super().savepoint_rollback(sid)
        # ROLLBACK TO SAVEPOINT also takes back settings made after the savepoint.
        self.applied = None

    def _cursor(self, name: str | None = None) -> Any:
        # django-tenants sends SET search_path here, for the session; ours travels with BEGIN.
        return django_tenants.original_backend.DatabaseWrapper._cursor(self, name)

    def make_cursor(self, cursor: Any) -> GuardedCursor:
        return GuardedCursor(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> GuardedDebugCursor:
        return GuardedDebugCursor(cursor, self)

    def check_constraints(self, table_names: Any = None) -> None:  # noqa: ARG002
        # Needs no rights, and a test case's teardown calls it when nobody is being served.
        if self.connection is not None and self.connection.pgconn.transaction_status != IDLE:
            self._run(b"set constraints all immediate; set constraints all deferred")
