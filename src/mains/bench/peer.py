"""What the tenant benches are compared with: `migrate_schemas`, one tenant after the other."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection

from mains.bench.stopwatch import Spent, backend_cpu, measured


def migrate_schemas(*, schema_names: Sequence[str]) -> Spent:
    """
    Migrate schemas the way django-tenants does, and return what it cost, backends included.
    """
    with measured() as spent, _closings_counted(spent):
        for schema_name in schema_names:
            call_command("migrate_schemas", schema_name=schema_name, tenant=True, verbosity=0)
        connection.close()
    return spent


@contextmanager
def _closings_counted(spent: Spent) -> Iterator[None]:
    """
    Add a backend's time when its connection closes: the command opens one for each tenant.
    """
    plain_close = connection.close

    def close() -> None:
        if connection.connection is not None and not connection.connection.closed:
            spent.ended += backend_cpu(pid=connection.connection.info.backend_pid)
        plain_close()

    connection.close()
    connection.close = close  # type: ignore[method-assign]
    try:
        yield
    finally:
        connection.close = plain_close  # type: ignore[method-assign]
