"""Bill a made-up utility through the console's own actions, and count afterwards."""

from typing import Any

import psycopg
from celery import current_app
from django.db import connection
from psycopg import sql

from mains.bench import population, yardstick
from mains.bench.leftovers import cleaned_up
from mains.bench.result import Result
from mains.bench.stopwatch import Spent, measured, peak_mb
from mains.billing.models import BillRun
from mains.customers.models import Company
from mains.guard import context
from mains.journeys import bill_run, open_tenant
from mains.tenancy import provisioning, queries
from mains.tenancy.queries import TenantInfo

FLOOR, AIM, SHARE_AIM, MEMORY_MB = 2_000, 5_000, 0.5, 500
WARM_UP = 20
# From a thousand accounts on a bill costs the same, this far either way.
SMALLEST, FLAT = 1_000, 0.2


def measure(*, accounts: int = 10_000, **_others: object) -> Result:
    """
    Measure a bill run over a number of accounts: bills per CPU-second, and what one bill costs in
    runs of a hundredth and a tenth of them as well.

    :raises OwnerLoginMissing: in a process that may not create schemas.
    :raises BackendOutOfSight: if the database is not on this machine.
    """
    # Its jobs and messages are for nobody: no worker and no sweep may pick them up.
    current_app.conf.update(broker_url="memory://")
    with cleaned_up(schema_names=[population.SLUG]) as owner:
        try:
            # Once for nothing: what a process loads only once is not the cost of a bill.
            _cost(owner, WARM_UP)
            costs = {size: _cost(owner, size) for size in _smaller(accounts)}
            tenant = opened(owner, accounts)
            stages, run_id = billed(tenant)
            memory = peak_mb()
            differences = _differences(run_id=run_id, accounts=accounts)
            bare = yardstick.write(owner, schema_name=population.SLUG)
        finally:
            connection.close()
            queries.forget()
    differences += bare.differences
    costs[accounts] = _micros(stages, accounts)
    return _result(costs, stages, bare, differences, memory)


def _smaller(accounts: int) -> list[int]:
    return [size for size in (accounts // 100, accounts // 10) if size >= SMALLEST]


def _cost(owner: psycopg.Connection[Any], accounts: int) -> float:
    """
    Return what a bill costs in a run over so many accounts, which is gone afterwards.
    """
    stages, _run_id = billed(opened(owner, accounts))
    provisioning.drop(owner, schema_name=population.SLUG)
    owner.commit()
    return _micros(stages, accounts)


def _micros(stages: dict[str, Spent], accounts: int) -> float:
    return round(sum(spent.cpu for spent in stages.values()) / accounts * 1e6, 1)


def opened(owner: psycopg.Connection[Any], accounts: int) -> TenantInfo:
    """
    Open the made-up utility with so many accounts, suspended.
    """
    open_tenant.open_tenant(file=population.tenant_file(), author="bench", now=population.NOW)
    owner.execute(
        "update public.tenancy_tenant set state = 'SUSPENDED' where schema_name = %s",
        [population.SLUG],
    )
    owner.commit()
    queries.forget()
    with context.inside(population.SLUG):
        population.populate(count=accounts)
    for table in population.TABLES:
        owner.execute(sql.SQL("analyze {}").format(sql.Identifier(population.SLUG, table)))
    owner.commit()
    return queries.tenant(population.SLUG)


def billed(tenant: TenantInfo) -> tuple[dict[str, Spent], int]:
    """
    Do what the console does, step by step.
    """
    stages: dict[str, Spent] = {}
    now = population.NOW
    with context.inside(population.SLUG):
        company = Company.objects.get()
        pid = connection.connection.info.backend_pid
        with measured(pid) as stages["start"]:
            run = bill_run.start(
                tenant=tenant, company=company, period=population.PERIOD, started_by="a", now=now
            )
        with measured(pid) as stages["rehearse"]:
            run = bill_run.rehearse(tenant=tenant, run=run)
        with measured(pid) as stages["approve"]:
            run = bill_run.approve(tenant=tenant, run=run, approved_by="b", now=now)
        with measured(pid) as stages["issue"]:
            run = bill_run.issue(tenant=tenant, run=run, now=now)
    return stages, run.pk


# Each pair has to be equal; the names say what a difference would mean.
_COUNTS = """
select
  (select count(*) from billing_bill where run_id = %(run)s) as bills,
  (select count(*) from billing_billline) as lines,
  (select sum(net) from billing_billline) * 100 as lines_net_minor,
  (select sum(net_minor) from billing_bill) as bills_net_minor,
  (select sum(total_minor) from billing_bill) as bills_total_minor,
  (select sum(amount_minor) from ledger_transfer) as transfers_minor,
  (select max(split_part(number, '-', 2)::int) - min(split_part(number, '-', 2)::int) + 1
   from billing_bill) as numbers_spanned,
  (select count(distinct number) from billing_bill) as numbers,
  (select next_number - 1 from billing_numberseries) as numbers_taken,
  (select count(*) from notifications_message) as messages,
  (select sum(minor) from ledger_balance) as balances_minor,
  (select count(*) from ledger_balance b where b.minor <> coalesce(
     (select sum(amount_minor) from ledger_transfer t
      where t.debit_id = b.ledger_account_id), 0)) as wrong_balances,
  (select count(*) from billing_bill
   where encode(sha256(convert_to(facts, 'UTF8')), 'hex') <> facts_hash) as broken_seals
"""


def _differences(*, run_id: int, accounts: int) -> list[str]:
    with context.inside(population.SLUG), connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"run": run_id})
        names = [column.name for column in cursor.description]
        found = dict(zip(names, cursor.fetchone(), strict=True))
        stage = BillRun.objects.get(pk=run_id).stage
    wanted = {
        "bills": accounts,
        "lines": accounts * population.LINES_PER_BILL,
        "lines_net_minor": found["bills_net_minor"],
        "transfers_minor": found["bills_total_minor"],
        "numbers_spanned": accounts,
        "numbers": accounts,
        "numbers_taken": accounts,
        "messages": accounts,
        "balances_minor": found["transfers_minor"],
        "wrong_balances": 0,
        "broken_seals": 0,
    }
    differences = [
        f"{name} is {found[name]}, not {value}"
        for name, value in wanted.items()
        if found[name] != value
    ]
    return differences if stage == "ISSUED" else [*differences, f"the run is {stage}"]


def _result(
    costs: dict[int, float],
    stages: dict[str, Spent],
    bare: yardstick.Written,
    differences: list[str],
    memory: float,
) -> Result:
    accounts = max(costs)
    is_flat = all(abs(cost / costs[accounts] - 1) <= FLAT for cost in costs.values())
    cpu = sum(spent.cpu for spent in stages.values())
    ours, theirs = accounts / cpu, accounts / max(bare.spent.cpu, 0.01)
    return Result(
        name="billrun",
        unit="bills",
        ours=ours,
        yardstick=theirs,
        peak_mb=memory,
        detail={
            "floor": FLOOR,
            "aim": AIM,
            "floor_mb": MEMORY_MB,
            "aim_ratio": SHARE_AIM,
            "passed": ours >= FLOOR and memory <= MEMORY_MB and is_flat and not differences,
            "differences": differences,
            "accounts": accounts,
            "us_per_bill": costs,
            "flat_within": FLAT,
            "stages": {name: spent.to_json() for name, spent in stages.items()},
            "yardstick": bare.spent.to_json(),
            "yardstick_is": "seven SQL statements that know the tariff by heart, check nothing and "
            "write the same bills, lines, transfers, balances and messages in one transaction",
        },
    )
