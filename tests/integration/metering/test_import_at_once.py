"""One file sent twice at the same moment, over two connections."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from tests.factories import meters
from tests.factories.meter_files import HEADER, hours


@pytest.fixture
def committed(unblocked):
    """
    A tenant with one meter, committed and taken away again.
    """
    from tests import databases

    from mains.guard import context

    databases.renew("alder")
    with context.inside("alder"):
        meters.meter("M1")
    yield
    databases.renew("alder")


@pytest.fixture
def at_once(committed, monkeypatch, tmp_path):
    """
    Import one file twice, the second while the first has not finished; return both ends.
    """
    from django.db import connection

    from mains.guard import context
    from mains.metering import importing
    from mains.metering.imports.profiles import PROFILES

    entered, go_on = threading.Event(), threading.Event()
    registers_of = importing.sources.registers_of

    def held(**names):
        if not entered.is_set():
            entered.set()
            assert go_on.wait(60)
        return registers_of(**names)

    monkeypatch.setattr(importing.sources, "registers_of", held)
    path = tmp_path / "upload"
    path.write_text(HEADER + hours([1, 2]))
    arrival = importing.Arrival(
        by="staff:1", now=datetime(2026, 11, 4, tzinfo=UTC), zone=ZoneInfo("Europe/Madrid")
    )

    def take():
        try:
            with context.inside("alder"):
                return importing.import_file(
                    path=path, file_name="x", profile=PROFILES["csv"], arrival=arrival
                )
        except Exception as error:
            return error
        finally:
            connection.close()

    def run():
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(take)
            assert entered.wait(60)
            second = pool.submit(take)
            _until_somebody_waits()
            go_on.set()
            return first.result(), second.result()

    return run


def _until_somebody_waits() -> None:
    from tests import databases

    with databases.owner() as owner:
        owner.autocommit = True
        for _ in range(600):
            (waiting,) = owner.execute("select count(*) from pg_locks where not granted").fetchone()
            if waiting:
                return
            time.sleep(0.1)
    raise AssertionError("Nobody waits for the first import.")


def test_the_second_waits_and_adds_nothing(at_once):
    first, second = at_once()
    assert (first.again, first.new_days) == (False, 1)
    assert (second.again, second.import_id) == (True, first.import_id)


def test_control_without_waiting_the_second_fails(at_once, monkeypatch):
    from django.db import IntegrityError

    from mains.metering import period_use

    monkeypatch.setattr(period_use, "one_import_at_a_time", lambda: None)
    first, second = at_once()
    assert first.new_days == 1
    assert isinstance(second, IntegrityError)
