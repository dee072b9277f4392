"""The main job in all five demo tenants, on any day of the year, and again on the same data."""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.db import connection
from tests import databases
from tests.browsers import ClientBrowser

from mains.demo import check, data
from mains.guard import context
from mains.tenancy import queries

SLUGS = ("aguaviva", "balta", "fiamma", "tavho", "teplo")
RIGA = ZoneInfo("Europe/Riga")
DAYS = [
    datetime(2026, 5, 1, 0, 5, tzinfo=RIGA),
    # Half past two happens twice that night.
    datetime(2026, 10, 25, 2, 30, tzinfo=RIGA),
]
OTHER_DAYS = [
    datetime(2026, 7, 2, 12, tzinfo=RIGA),
    datetime(2026, 9, 7, 23, 55, tzinfo=RIGA),
    datetime(2026, 2, 28, 23, 30, tzinfo=RIGA),
]


@pytest.fixture
def no_tenants(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        cache.clear()
        queries.forget()
        yield
        context.choose(None)
        connection.close()
        with databases.owner() as owner:
            for slug in SLUGS:
                databases.drop_tenant(owner, slug)
            databases.forget_staff(owner)
            owner.commit()
        queries.forget()


@pytest.mark.seed("S0.08", "S0.11", "S1.25", "S2.12", "S2.20", "S3.11", "S4.12")
@pytest.mark.usefixtures("no_tenants")
@pytest.mark.parametrize(
    "now",
    [*DAYS, *(pytest.param(day, marks=pytest.mark.long) for day in OTHER_DAYS)],
    ids=lambda now: now.strftime("%d-%B-%Hh%M"),
)
def test_the_demo_holds_on_any_day(now):
    data.fill(now=now.astimezone(UTC))
    lines: list[str] = []

    assert check.run(browser=ClientBrowser, tell=lines.append), "\n".join(lines)
    assert len(lines) == len(SLUGS)
    if now == DAYS[0]:
        # Once more, on what the first walk left behind.
        assert check.run(browser=ClientBrowser, tell=lines.append), "\n".join(lines)
        assert len(lines) == 2 * len(SLUGS)


@pytest.mark.usefixtures("no_tenants")
def test_a_broken_promise_fails_the_check(monkeypatch):
    files = [file for file in data.files() if file.slug == "aguaviva"]
    monkeypatch.setattr(data, "files", lambda: files)
    data.fill(now=datetime(2026, 11, 20, 9, tzinfo=UTC))
    monkeypatch.setattr("mains.demo.facts.owed_in_ledger", lambda **_: 0)
    lines: list[str] = []

    assert not check.run(browser=ClientBrowser, tell=lines.append)
    assert [line[:4] for line in lines] == ["FAIL"], lines
