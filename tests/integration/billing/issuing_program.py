"""Workers that issue a run and are killed, as the kernel would, at one point of a chunk."""

import json
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

import django


def main(schema_name: str, run_id: int, guard: str, points: list[str]) -> None:
    """
    Let one worker after the other issue the run, and print how each of them ended.
    """
    django.setup()
    ends = []
    for point in points:
        if (child := os.fork()) == 0:
            issue(schema_name, run_id, guard, point)
            os._exit(0)
        ends.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    sys.stdout.write(json.dumps(ends))


def issue(schema_name: str, run_id: int, guard: str, point: str, chunk: int = 3) -> None:
    from django.db import connection, transaction
    from tests.factories.utilities import NOW

    from mains.billing import numbers
    from mains.billing.models import BillRun
    from mains.billing.runs import writing
    from mains.guard import context
    from mains.journeys import bill_run
    from mains.ledger import bulk
    from mains.tenancy import queries

    places = {
        "numbers": (numbers, "take"),
        "bills": (writing, "_copy_bills"),
        "lines": (writing, "_copy_lines"),
        "messages": (writing, "_copy_messages"),
        "transfers": (bulk, "post"),
        "written": (writing, "write"),
    }
    if guard == "off":
        take = numbers.take

        def apart(**given: object) -> int:
            """
            Take numbers in a transaction of their own, which commits at once.
            """

            def alone() -> int:
                with context.inside(schema_name), transaction.atomic():
                    return take(**given)

            with ThreadPoolExecutor(1) as pool:
                return pool.submit(alone).result()

        numbers.take = apart
    if point in places:
        module, name = places[point]
        setattr(module, name, _deadly(getattr(module, name), after=chunk))
    with context.inside(schema_name):
        tenant = queries.tenant(schema_name)
        run = BillRun.objects.select_related("company").get(pk=run_id)
        # "committed": between two chunks.
        done = _deadly(lambda: None, after=chunk if point == "committed" else 10**9)
        bill_run.issue(tenant=tenant, run=run, now=NOW, progress=done)
    connection.close()


def _deadly(function, *, after):
    calls = 0

    def call(*args, **kwargs):
        nonlocal calls
        result = function(*args, **kwargs)
        calls += 1
        if calls == after:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return call


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:])
