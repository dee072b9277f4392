"""Which tenant the current thread of work may touch: exactly one schema, or none."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection
from django.db.utils import ProgrammingError

PUBLIC = "public"
SCHEMA_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

_schema: ContextVar[str | None] = ContextVar("mains_schema", default=None)


class NoTenant(ProgrammingError):
    """The database was asked something before anyone said for which tenant."""


class WrongTenant(ProgrammingError):
    """A row or a query of one tenant was used while another tenant was being served."""


class SwitchInsideTransaction(ProgrammingError):
    """Somebody tried to change the tenant in the middle of a transaction."""


class UnusableSchemaName(ValueError):
    """A schema name that could not be quoted safely everywhere."""


def current() -> str | None:
    """
    Return the schema being served, or None where nobody chose one.
    """
    return _schema.get()


def required() -> str:
    """
    Return the schema being served.

    :raises NoTenant: where nobody chose one.
    """
    schema_name = _schema.get()
    if schema_name is None:
        raise NoTenant("No tenant is chosen here, so the database refuses to answer.")
    return schema_name


def choose(schema_name: str | None) -> None:
    """
    Make a schema the one being served from here on; None forgets it.

    :raises SwitchInsideTransaction: if a writing transaction is open for another schema.
    :raises UnusableSchemaName: if the name has characters a schema of ours never has.
    """
    before = _schema.get()
    if schema_name == before:
        return
    if schema_name is not None and not SCHEMA_NAME.fullmatch(schema_name):
        raise UnusableSchemaName(schema_name)
    if is_bound():
        raise SwitchInsideTransaction(
            f"The tenant cannot change from {before!r} to {schema_name!r} inside a transaction."
        )
    _schema.set(schema_name)


def is_bound() -> bool:
    """
    Tell whether a writing transaction is open: no other schema can be chosen before it ends.
    """
    is_switchable: Callable[[], bool] = getattr(connection, "switchable", lambda: True)
    return connection.in_atomic_block and not is_switchable()


@contextmanager
def inside(schema_name: str) -> Iterator[None]:
    """
    Serve one schema for the length of a block, then go back to the one before.

    :raises SwitchInsideTransaction: if a writing transaction is open for another schema.
    """
    before = _schema.get()
    choose(schema_name)
    try:
        yield
    finally:
        _schema.set(before)
