"""Tenants of benches: made, measured and always taken away again."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import psycopg

from mains.tenancy import owner, provisioning


@contextmanager
def cleaned_up(*, schema_names: list[str]) -> Iterator[psycopg.Connection[Any]]:
    """
    Connect as the owner, and drop the named tenants before and after a block, however it ends.

    :raises OwnerLoginMissing: in a process that may not create schemas.
    """
    with interruptible(), owner.connect() as connection:
        _drop(connection, schema_names)
        try:
            yield connection
        finally:
            connection.rollback()
            _drop(connection, schema_names)


@contextmanager
def interruptible() -> Iterator[None]:
    """
    Let a request to end (SIGTERM) unwind a block as Ctrl-C does, so that it cleans up.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _drop(connection: psycopg.Connection[Any], schema_names: list[str]) -> None:
    for schema_name in schema_names:
        # One transaction each: a schema has hundreds of objects, and each needs a lock.
        provisioning.drop(connection, schema_name=schema_name)
        connection.commit()


def _as_interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
