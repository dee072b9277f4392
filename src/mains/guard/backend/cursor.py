"""Cursors that never send a statement without the tenant's settings."""

from typing import Any

from django.db import transaction
from django.db.backends.postgresql.base import CursorDebugWrapper
from django.db.backends.utils import CursorWrapper


class GuardedCursor(CursorWrapper):
    def _execute(self, sql: str, params: Any, *rest: Any) -> Any:
        database = self.db
        if not database.autocommit:
            database.apply_context()
            return super()._execute(sql, params, *rest)  # type: ignore[misc]
        if getattr(self.cursor, "name", None):
            with transaction.atomic(using=database.alias):
                return super()._execute(sql, params, *rest)  # type: ignore[misc]
        # Several statements in one simple-protocol message are one implicit transaction, so a
        # lone query costs no extra round trip.
        settings = database.settings_sql().decode()
        super()._execute(f"{settings};{sql}", params, *rest)  # type: ignore[misc]
        self.cursor.nextset()
        return None

    def _executemany(self, sql: str, params: Any, *rest: Any) -> Any:
        if self.db.autocommit:
            with transaction.atomic(using=self.db.alias):
                return super()._executemany(sql, params, *rest)  # type: ignore[misc]
        self.db.apply_context()
        return super()._executemany(sql, params, *rest)  # type: ignore[misc]

    def copy(self, statement: str, *args: Any) -> Any:
        """
        Start a COPY under the tenant's settings; only inside a transaction.
        """
        self.db.validate_no_broken_transaction()
        self.db.apply_context()
        if self.db.autocommit:
            raise transaction.TransactionManagementError("COPY needs a transaction around it.")
        return self.cursor.copy(statement, *args)


class GuardedDebugCursor(CursorDebugWrapper, GuardedCursor):
    """The same, counted in `connection.queries`."""
