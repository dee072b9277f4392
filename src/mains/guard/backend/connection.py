"""A psycopg connection that opens every transaction as one tenant's role."""

from collections.abc import Callable, Generator
from typing import Any

import psycopg
from psycopg import generators, pq

from mains.guard.context import NoTenant

IDLE = pq.TransactionStatus.IDLE
ACCEPTED = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)

Opening = tuple[bytes, bytes]


class GuardedConnection(psycopg.Connection[Any]):
    """
    Send BEGIN together with the tenant's role and search path, as one message.

    A pooler in transaction mode may hand each transaction to another server connection, so the
    settings have to travel inside the transaction itself and end with it.
    """

    opening: Callable[[], Opening] | None = None

    def _start_query(self) -> Generator[Any, Any]:
        if self._autocommit or self.pgconn.transaction_status != IDLE:
            return
        if self.opening is None:
            raise NoTenant("This connection was never given a tenant to open transactions for.")
        begin, settings = self.opening()
        if self._pipeline:
            yield from self._exec_command(begin)
            yield from self._exec_command(settings)
            yield from self._pipeline._sync_gen()
            return
        self._check_connection_ok()
        self.pgconn.send_query(begin + b";" + settings)
        for result in (yield from generators.execute(self.pgconn)):
            if result.status not in ACCEPTED:
                raise psycopg.errors.error_from_result(result, encoding=self.pgconn._encoding)
