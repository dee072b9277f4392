"""A worker that takes a run from its draft to its bills and says after each chunk how far it is."""

import json
import os
import random
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import django

CHUNK = 2


def main(deed: str, schema_name: str, *arguments: str) -> None:
    django.setup()
    if deed == "prepare":
        say(prepare(schema_name, accounts=int(arguments[0])))
    elif deed == "work":
        guard(schema_name, arguments[1])
        say("begun")
        work(schema_name, int(arguments[0]), up_to(int(arguments[2]), lambda: say("done")))
    elif deed == "approve":
        approve(schema_name, int(arguments[0]), lambda: None)
    elif deed == "killed":
        run_id, seed, kills = arguments
        say(json.dumps(killed(schema_name, int(run_id), int(seed), int(kills))))
    elif deed == "check":
        say(json.dumps(check(schema_name, int(arguments[0]))))


def up_to(chunks: int, done):
    """
    Return what is called after each chunk: after so many it waits for its end.
    """
    left = chunks

    def call() -> None:
        nonlocal left
        done()
        left -= 1
        if not left:
            signal.pause()

    return call


def say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def prepare(schema_name: str, *, accounts: int) -> int:
    """
    Fill a tenant, start a run of small chunks, and return its id.
    """
    from tests.factories import utilities

    from mains.billing import actions
    from mains.customers.models import Company
    from mains.guard import context
    from mains.journeys import bill_run, sample_customers

    actions.CHUNK = CHUNK
    tenant = utilities.configured("balta", schema_name=schema_name)
    with context.inside(schema_name):
        sample_customers.fill(
            file=tenant.file, today=utilities.NOW.date(), now=utilities.NOW, count=accounts
        )
        run = bill_run.start(
            tenant=tenant,
            company=Company.objects.get(),
            period=utilities.OCTOBER,
            started_by="ana",
            now=utilities.NOW,
        )
        return run.pk


def work(schema_name: str, run_id: int, done) -> None:
    """
    Do whatever a run waits for until it is issued.
    """
    from tests.factories.utilities import NOW

    from mains.guard import context
    from mains.journeys import bill_run

    tenant, run = approve(schema_name, run_id, done)
    with context.inside(schema_name):
        bill_run.issue(tenant=tenant, run=run, now=NOW, progress=done)


def approve(schema_name: str, run_id: int, done):
    """
    Rehearse a run to its end and approve it.
    """
    from tests.factories.utilities import NOW

    from mains.billing.models import BillRun
    from mains.guard import context
    from mains.journeys import bill_run
    from mains.tenancy import queries

    with context.inside(schema_name):
        tenant = queries.tenant(schema_name)
        run = BillRun.objects.select_related("company").get(pk=run_id)
        run = bill_run.rehearse(tenant=tenant, run=run, now=NOW, progress=done)
        return tenant, bill_run.approve(tenant=tenant, run=run, approved_by="bob", now=NOW)


def killed(schema_name: str, run_id: int, seed: int, kills: int) -> list[int]:
    """
    Let one worker after the other begin, kill each at some moment, and return how they ended.
    """
    chance = random.Random(seed)
    ends = []
    for _ in range(kills):
        read, write = os.pipe()
        steps = chance.randint(0, 2)
        if (child := os.fork()) == 0:
            work(schema_name, run_id, up_to(steps + 1, partial(os.write, write, b".")))
            os._exit(0)
        os.close(write)
        for _ in range(steps):
            os.read(read, 1)
        time.sleep(chance.uniform(0, 0.02 if steps else 0.08))
        os.kill(child, signal.SIGKILL)
        ends.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        os.close(read)
    return ends


def guard(schema_name: str, state: str) -> None:
    """
    Switched off, numbers are taken in a transaction of their own, a moment before the bills, and
    the worker says so. Slow, it says that it is in the transaction of a chunk, and waits there.
    """
    from django.db import transaction

    from mains.billing import numbers
    from mains.guard import context

    if state == "on":
        return
    take = numbers.take

    def slow(**given: object) -> int:
        say("taking")
        sys.stdin.read()
        return take(**given)

    def apart(**given: object) -> int:
        def alone() -> int:
            with context.inside(schema_name), transaction.atomic():
                return take(**given)

        with ThreadPoolExecutor(1) as pool:
            number = pool.submit(alone).result()
        say("taken")
        time.sleep(0.05)
        return number

    numbers.take = slow if state == "slow" else apart


def check(schema_name: str, run_id: int) -> dict[str, object]:
    """
    Return what a finished run left in the database.
    """
    from django.db import connection

    from mains.billing.models import BillRun
    from mains.billing.rules.hashing import whole_hash
    from mains.billing.runs import proving
    from mains.guard import context
    from mains.ledger import queries

    with context.inside(schema_name), connection.cursor() as cursor:
        cursor.execute(
            "select (select count(*) from billing_bill), (select count(distinct account_id)"
            " from billing_bill), (select count(*) from notifications_message where kind ="
            " 'bill-issued'), (select max(right(number, 6)::int) from billing_bill),"
            " (select next_number - 1 from billing_numberseries),"
            " (select sum(total_minor) from billing_bill)"
            " - (select sum(minor) from ledger_balance),"
            " (select count(*) from billing_billline l where not exists"
            "   (select from billing_bill b where b.id = l.bill_id))"
        )
        names = "bills", "accounts", "messages", "last", "numbers", "difference", "stray_lines"
        found = dict(zip(names, map(int, cursor.fetchone()), strict=True))
        strays = queries.strays()
        return {
            **found,
            "strays": strays.transfers_without_account + strays.wrong_balances,
            "stage": BillRun.objects.get(pk=run_id).stage,
            "rehearsed": whole_hash(proving.rehearsed_hashes(run_id=run_id).items()),
            "issued": whole_hash(proving.issued_hashes(run_id=run_id).items()),
        }


if __name__ == "__main__":
    main(*sys.argv[1:])
