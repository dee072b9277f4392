"""Ask for the usage page of somebody whose meter sent ten years of hours."""

import logging
import random
import statistics
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import psycopg
from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from mains.bench import population
from mains.bench.leftovers import cleaned_up
from mains.bench.result import Result
from mains.bench.stopwatch import peak_mb
from mains.customers.models import Account
from mains.enrolment.actions.links import Terms, make_link
from mains.guard import context
from mains.identity.models import User
from mains.journeys import open_tenant
from mains.tenancy import queries

SLUG, HOST = "bench_usage", "bench-usage.localhost"
LIMIT_MS = 100.0
ACCOUNTS = 300
TODAY = population.NOW.date()
FIRST = TODAY - timedelta(days=3652)
# Of every other register as well: the rows of one lie among those of all.
BALLAST_DAYS = 365
ASKED, WARM_UP = 200, 10
_SINCE_EVER = ("customers_contract", "metering_meterinstallation")
VIEWS = ("hours", "days", "months")
YARDSTICK = "month"

# As many hours a day as clocks show; a register's days are random, and the same every time.
_VALUES = """
insert into metering_intervalday (import_id, register_id, day, minutes, decimals, "values",
  qualities)
select 1, r, d::date, 60, 3, v.amounts, array_fill(2::smallint, array[v.hours])
from generate_series(%(first)s, %(last)s) r,
     generate_series(%(from)s::timestamp, %(until)s::timestamp, interval '1 day') d,
     lateral (select (extract(epoch from (d + interval '1 day') at time zone 'Europe/Riga'
                              - d at time zone 'Europe/Riga') / 3600)::int as hours) h,
     lateral (select h.hours, array_agg((r * 7919 + n * 104729 + extract(doy from d)::int * 31)
                                        %% 4000) as amounts
              from generate_series(1, h.hours) n) v
"""


def measure(**_others: object) -> Result:
    """
    Measure the 95th percentile of the page's time in each view, in milliseconds, and its pages a
    second.

    :raises OwnerLoginMissing: in a process that may not create schemas.
    """
    current_app.conf.update(broker_url="memory://")
    # A line of the log for each page is not what is printed here.
    logging.disable(logging.INFO)
    with cleaned_up(schema_names=[SLUG]) as owner:
        try:
            client = _open(owner)
            times = {view: _times(client, view) for view in (YARDSTICK, *VIEWS)}
        finally:
            context.choose(None)
            connection.close()
            queries.forget()
    return _result(times)


def _open(owner: psycopg.Connection[Any]) -> Client:
    file = population.tenant_file().model_copy(update={"slug": SLUG, "hosts": (HOST,)})
    open_tenant.open_tenant(file=file, author="bench", now=population.NOW)
    queries.forget()
    with context.inside(SLUG):
        population.populate(count=ACCOUNTS)
        with transaction.atomic(), connection.cursor() as cursor:
            for table in _SINCE_EVER:
                cursor.execute(f"update {table} set start_date = %s", [FIRST])  # noqa: S608
            cursor.execute(_VALUES, {"first": 1, "last": 1, "from": FIRST, "until": TODAY})
            cursor.execute(
                _VALUES,
                {
                    "first": 2, "last": ACCOUNTS, "until": TODAY,
                    "from": TODAY - timedelta(days=BALLAST_DAYS),
                },
            )  # fmt: skip
    for table in (*population.TABLES, "metering_intervalday"):
        owner.execute(f"analyze {SLUG}.{table}".encode())
    owner.commit()
    return _signed_in()


def _signed_in() -> Client:
    client = Client(headers={"host": HOST})
    with context.inside(SLUG):
        with transaction.atomic():
            user = User.objects.create_user(email="ten@bench.example", language="lv")
            make_link(
                user=user, account=Account.objects.get(pk=1), evidence=[], now=population.NOW,
                today=TODAY, terms=Terms(),
            )  # fmt: skip
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    context.choose(None)
    return client


def _times(client: Client, view: str) -> list[float]:
    """
    Return how long each of the pages took, in milliseconds, and see that it shows what was asked.
    """
    found = []
    for at in _days():
        begun = time.perf_counter()
        answer = client.get("/usage/", {"by": view, "at": str(at)})
        found.append((time.perf_counter() - begun) * 1000)
        if answer.status_code != 200 or b"<figure" not in answer.content:
            raise RuntimeError(f"/usage/?by={view}&at={at} answered {answer.status_code}")
    return found[WARM_UP:]


def _days() -> Iterator[date]:
    chance = random.Random(7)  # noqa: S311
    for _number in range(ASKED + WARM_UP):
        yield FIRST + timedelta(days=chance.randrange(366, (TODAY - FIRST).days))


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _result(times: dict[str, list[float]]) -> Result:
    slowest = max(VIEWS, key=lambda view: _p95(times[view]))
    ours, yardstick = (1000 / statistics.mean(times[view]) for view in (slowest, YARDSTICK))
    return Result(
        name="usage",
        unit="pages",
        ours=ours,
        yardstick=yardstick,
        peak_mb=peak_mb(),
        detail={
            "limit_ms": LIMIT_MS,
            "passed": _p95(times[slowest]) <= LIMIT_MS,
            "slowest": slowest,
            "p95_ms": {view: round(_p95(found), 1) for view, found in times.items()},
            "median_ms": {
                view: round(statistics.median(found), 1) for view, found in times.items()
            },
            "days_of_the_register": (TODAY - FIRST).days + 1,
            "other_registers": ACCOUNTS - 1,
            "pages_of_each": ASKED,
            "yardstick_is": "the same page by reading, of the same account in the same run",
        },
    )
