"""Kill workers and the database at any moment of a run: what is issued is what was rehearsed."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import IO

import pytest

PROGRAM = "tests.integration.billing.crashing_program"
ROOT = Path(__file__).parents[3]
SCHEMA = "crashing"
# 31 chunks: ten workers that are killed after up to three of them never come to their end.
ACCOUNTS = 62
# While it is rehearsed, and again while it is issued.
KILLS, CRASHES = 10, 5


@dataclass
class Crashing:
    """
    A run in a tenant of its own, for workers in other processes.
    """

    schema_name: str
    run_id: str
    environment: dict[str, str]

    def command(self, deed: str, *arguments: str) -> list[str]:
        return [sys.executable, "-m", PROGRAM, deed, self.schema_name, self.run_id, *arguments]

    def call(self, deed: str, *arguments: str) -> str:
        return called(self.command(deed, *arguments), self.environment)

    def check(self) -> dict[str, object]:
        return json.loads(self.call("check"))

    def finish(self, *, guard: str = "on") -> None:
        self.call("work", guard, str(10 * ACCOUNTS))


def called(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()[-1] if done.stdout else ""


def prepared(schema_name: str, environment: dict[str, str]) -> Crashing:
    command = [sys.executable, "-m", PROGRAM, "prepare", schema_name, str(ACCOUNTS)]
    return Crashing(schema_name, called(command, environment), environment)


def is_whole(found: dict[str, object]) -> bool:
    """
    Tell whether everybody has one bill, none without a number, and every cent is where it belongs.
    """
    counts = [found[name] for name in ("bills", "accounts", "messages", "last", "numbers")]
    strays = [found[name] for name in ("difference", "stray_lines", "strays")]
    return (
        counts == [ACCOUNTS] * 5
        and strays == [0] * 3
        and found["stage"] == "ISSUED"
        and found["issued"] == found["rehearsed"]
    )


def seed() -> int:
    """
    Return a new seed, which a failed test shows, or the one that is to be tried again.
    """
    chosen = int(os.environ.get("CRASH_SEED", random.SystemRandom().randrange(10**6)))
    sys.stdout.write(f"CRASH_SEED={chosen}\n")
    return chosen


@pytest.fixture
def run(django_db_setup, django_db_blocker) -> Iterator[Crashing]:
    from tests import databases

    with django_db_blocker.unblock(), databases.owner() as owner:
        databases.fresh_tenant(owner, SCHEMA)
        yield prepared(SCHEMA, dict(os.environ))
        databases.retire_tenant(owner, SCHEMA)


def kill_workers(run: Crashing) -> list[int]:
    first = json.loads(run.call("killed", str(seed()), str(KILLS)))
    run.call("approve")
    return first + json.loads(run.call("killed", str(seed()), str(KILLS)))


@contextmanager
def numbered_apart(run: Crashing) -> Iterator[None]:
    """
    Stop a worker that takes numbers in a transaction of their own before it writes their bills.
    """
    run.call("approve")
    with subprocess.Popen(
        run.command("work", "off", "1"),
        cwd=ROOT,
        env=run.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as worker:
        assert worker.stdout is not None
        assert [worker.stdout.readline() for _ in range(2)] == ["begun\n", "taken\n"]
        worker.send_signal(signal.SIGSTOP)
        yield
        worker.kill()


def test_twenty_killed_workers_change_nothing(run):
    assert kill_workers(run) == [-signal.SIGKILL] * 2 * KILLS
    run.finish()
    found = run.check()
    assert is_whole(found), found


@pytest.mark.long
def test_control_numbers_taken_apart_leave_gaps(run):
    with numbered_apart(run):
        pass
    run.finish(guard="off")
    found = run.check()
    assert found["bills"] == ACCOUNTS
    assert found["numbers"] > ACCOUNTS
    assert not is_whole(found)


@pytest.fixture
def at_a_chunk(run, django_db_blocker) -> Iterator[tuple[Crashing, IO[str]]]:
    """
    An approved run with a worker that is in the transaction of its first chunk until it is told to
    go on.
    """
    from django.db import connection

    run.call("approve")
    worker = subprocess.Popen(
        run.command("work", "slow", "1"),
        cwd=ROOT,
        env=run.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert worker.stdin is not None
    assert [worker.stdout.readline() for _ in range(2)] == ["begun\n", "taking\n"]
    with django_db_blocker.unblock():
        yield run, worker.stdin
        worker.stdin.close()
        assert worker.stdout.readline() == "done\n"
        worker.kill()
        worker.wait()
        worker.stdout.close()
        connection.close()


def cancel(run: Crashing) -> str:
    from tests.factories.utilities import NOW

    from mains.billing.models import BillRun
    from mains.billing.runs import pausing
    from mains.guard import context

    with context.inside(SCHEMA):
        pausing.cancel(run_id=int(run.run_id), actor="staff:3", now=NOW)
        return BillRun.objects.get(pk=run.run_id).stage


def test_a_run_is_not_cancelled_under_a_worker(at_a_chunk):
    from mains.billing.runs.pausing import BillsIssued

    run, held_back = at_a_chunk
    # Whoever cancels waits for the worker.
    Timer(0.5, held_back.close).start()
    with pytest.raises(BillsIssued):
        cancel(run)


@pytest.mark.long
def test_control_without_waiting_for_the_worker_it_would_be(at_a_chunk, monkeypatch):
    from mains.billing.runs import chunks

    monkeypatch.setattr(chunks, "locked_chunks", lambda _run: [])
    run, _held_back = at_a_chunk
    assert cancel(run) == "CANCELLED"


@pytest.fixture
def cluster() -> Iterator["Cluster"]:
    made = Cluster(Path(tempfile.mkdtemp(prefix="mains-crash-")))
    yield made
    made.remove()


class Cluster:
    """
    A database server of this test alone, that ends as in a crash and starts again.
    """

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o755)
        self.folder = folder
        self.start()
        environment = {**os.environ, **self.info.environment()}
        called([sys.executable, "-m", "tests.databases"], {**environment, "MAINS_AS_OWNER": "1"})
        self.run = prepared("alder", environment)

    def start(self) -> None:
        from mains.embedded import Postgres

        # What is committed survives the end of the server; only the machine's own would need more.
        port = getattr(self, "info", None) and self.info.port
        self.server = Postgres(self.folder, port, settings={"fsync": "off"})
        self.info = self.server.start()

    def crash(self) -> None:
        os.kill(self.info.pid, signal.SIGKILL)
        self.server.stop()

    def crash_while_working(self, chance: random.Random) -> None:
        """
        End the server at some moment of a worker, and start it again.
        """
        steps = chance.randint(0, 4)
        worker = subprocess.Popen(
            self.run.command("work", "on", str(steps + 1)),
            cwd=ROOT,
            env=self.run.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert worker.stdout is not None
        for _ in range(steps + 1):
            assert worker.stdout.readline()
        time.sleep(chance.uniform(0, 0.02 if steps else 0.08))
        self.crash()
        worker.kill()
        assert worker.wait(timeout=60) != 0
        worker.stdout.close()
        self.start()

    def crash_again_and_again(self) -> None:
        """
        Crash while the run is rehearsed, then while it is issued.
        """
        chance = random.Random(seed())
        for _ in range(CRASHES):
            self.crash_while_working(chance)
        self.run.call("approve")
        for _ in range(CRASHES):
            self.crash_while_working(chance)

    def remove(self) -> None:
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.mark.long
def test_ten_crashes_of_the_database_change_nothing(cluster):
    cluster.crash_again_and_again()
    cluster.run.finish()
    found = cluster.run.check()
    assert is_whole(found), found


@pytest.mark.long
def test_control_numbers_taken_apart_do_not_survive_a_crash(cluster):
    with numbered_apart(cluster.run):
        cluster.crash()
    cluster.start()
    cluster.run.finish(guard="off")
    assert not is_whole(cluster.run.check())
