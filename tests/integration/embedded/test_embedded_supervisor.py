"""A launcher as a process of its own: whatever ends it, nothing of it stays."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from mains.embedded import Event, Service, Supervisor, guardian

LAUNCHER = Path(__file__).with_name("launcher_program.py")
Launch = Callable[..., Any]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become `nobody`")


def guardian_of(pid: int) -> int:
    """
    Return the number of a launcher's guardian.
    """
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            command = (folder / "cmdline").read_text()
        except OSError:
            continue
        if int(parent) == pid and "guardian.py" in command:
            return int(folder.name)
    raise AssertionError("no guardian")


def grandchild(folder: Path) -> int:
    """
    Return the number of the process that the shell of the launcher program started.
    """
    log = folder / "logs" / "sleeper.log"
    deadline = time.monotonic() + 5
    while not (log.exists() and log.read_text().endswith("\n")) and time.monotonic() < deadline:
        time.sleep(0.02)
    return int(log.read_text().split()[-1])


class TestSignals:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
    def test_stop_everything_in_reverse_order(
        self, open_folder: Path, launch: Launch, number: signal.Signals
    ) -> None:
        launched = launch(open_folder)
        below = grandchild(open_folder)
        launched.process.send_signal(number)
        output, _ = launched.process.communicate(timeout=20)
        assert launched.process.returncode == 0
        stopped = [line.split()[1] for line in output.splitlines() if line.startswith("STOPPED")]
        assert stopped == ["sleeper", "valkey", "postgres"]
        assert launched.wait_all_gone(*launched.children, below) == []


class TestKilled:
    def test_launcher_leaves_nothing_and_loses_nothing(
        self, open_folder: Path, launch: Launch
    ) -> None:
        launched = launch(open_folder)
        fill(launched.facts)
        below = grandchild(open_folder)
        launched.process.kill()
        # At once: the servers of the dead launcher may still be writing.
        again = launch(open_folder)
        assert launched.wait_all_gone(*launched.children, below) == []
        assert filled(again.facts)

    def test_everything_at_once_loses_nothing(self, open_folder: Path, launch: Launch) -> None:
        launched = launch(open_folder)
        fill(launched.facts)
        below = grandchild(open_folder)
        pids = [launched.process.pid, *launched.children]
        if sys.platform == "linux":
            pids.insert(0, guardian_of(launched.process.pid))
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        os.kill(below, signal.SIGKILL)
        launched.process.wait()
        assert filled(launch(open_folder).facts)

    def test_guardian_is_enough_and_so_is_the_kernel(
        self, open_folder: Path, launch: Launch
    ) -> None:
        if sys.platform != "linux":
            pytest.skip("only Linux tells children of their parent's death")
        launched = launch(open_folder)
        os.kill(guardian_of(launched.process.pid), signal.SIGKILL)
        launched.process.kill()
        assert launched.wait_all_gone(*launched.children) == []
        os.kill(grandchild(open_folder), signal.SIGKILL)


class TestCrashedServer:
    def test_comes_back_at_its_address(self, open_folder: Path, launch: Launch) -> None:
        launched = launch(open_folder)
        fill(launched.facts)
        os.kill(launched.facts["postgres_pid"], signal.SIGKILL)
        os.kill(launched.facts["valkey_pid"], signal.SIGKILL)
        said = [launched.process.stdout.readline().split()[:2] for _ in range(4)]
        assert sorted(said) == [
            ["CRASHED", "postgres"],
            ["CRASHED", "valkey"],
            ["RESTARTED", "postgres"],
            ["RESTARTED", "valkey"],
        ]
        assert filled(launched.facts)


class TestDeadParent:
    def test_ends_everything(self, open_folder: Path) -> None:
        facts = open_folder.parent / "facts"
        shell = subprocess.Popen(
            [
                "/bin/sh",
                "-c",
                f'{sys.executable} "$0" "$1" > "$2" & wait',
                LAUNCHER,
                open_folder,
                facts,
            ],
            start_new_session=True,
        )
        deadline = time.monotonic() + 20
        while not (facts.exists() and "url" in facts.read_text()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        found = json.loads(facts.read_text())
        shell.kill()
        shell.wait()
        pids = [found[f"{name}_pid"] for name in ("launcher", "postgres", "valkey", "sleeper")]
        deadline = time.monotonic() + 15
        while (
            left := [pid for pid in pids if guardian.is_alive(pid)]
        ) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert left == []


@as_root
class TestOrdinaryUser:
    def test_runs_everything_under_its_own_account(
        self, fresh_folder: Path, launch: Launch
    ) -> None:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("setpriv is not installed")
        os.chown(fresh_folder.parent, 65534, 65534)
        # The right to read lets it use an interpreter that lies in root's home; none to write.
        prefix = (
            *(setpriv, "--reuid", "65534", "--regid", "65534", "--clear-groups"),
            *("--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"),
        )
        launched = launch(fresh_folder, prefix=prefix)
        assert launched.facts["uid"] == 65534
        fill(launched.facts)
        assert filled(launched.facts)
        assert (fresh_folder / "postgres" / "PG_VERSION").stat().st_uid == 65534
        launched.process.terminate()
        launched.process.wait(20)
        assert launched.wait_all_gone(*launched.children) == []


@pytest.fixture
def events() -> list[Event]:
    return []


class TestSupervisor:
    def test_starts_a_crashed_command_again_and_says_so(
        self, tmp_path: Path, events: list[Event]
    ) -> None:
        marker = tmp_path / "runs"
        script = f"echo run >> {marker}; echo 'hello \x1b[31mred\x1b[0m'; sleep 0.1; exit 3"
        lines: list[tuple[str, str]] = []
        supervisor = Supervisor(
            [Service(name="web", command=["/bin/sh", "-c", script])],
            log_dir=tmp_path / "logs",
            tell=events.append,
            echo=lambda name, line: lines.append((name, line)),
        )
        running = threading.Thread(target=supervisor.run)
        running.start()
        while not any(event.kind == "RESTARTED" for event in events):
            time.sleep(0.02)
        supervisor.request_stop()
        running.join(10)
        kinds = [event.kind.value for event in events]
        assert kinds[:3] == ["STARTED", "CRASHED", "RESTARTED"]
        assert "status 3" in events[1].text
        assert "web.log" in events[1].text
        assert marker.read_text().count("run") >= 2
        assert ("web", "hello \x1b[31mred\x1b[0m") in lines
        assert (tmp_path / "logs" / "web.log").read_text().rstrip().endswith("hello red")

    def test_ends_what_a_crashed_command_left_behind(self, tmp_path: Path) -> None:
        number = tmp_path / "pid"
        script = f"sleep 1000 & echo $! > {number}; exit 1"
        supervisor = Supervisor(
            [Service(name="web", command=["/bin/sh", "-c", script])], log_dir=tmp_path
        )
        supervisor.start()
        while not (number.exists() and number.read_text().strip()):
            time.sleep(0.02)
        pid = int(number.read_text())
        deadline = time.monotonic() + 5
        while guardian.is_alive(pid) and time.monotonic() < deadline:
            supervisor.check()
            time.sleep(0.02)
        supervisor.stop()
        assert not guardian.is_alive(pid)

    def test_kills_a_command_that_does_not_want_to_end(self, tmp_path: Path) -> None:
        script = "trap '' TERM; echo ready; while :; do sleep 0.1; done"
        lines: list[str] = []
        supervisor = Supervisor(
            [Service(name="stubborn", command=["/bin/sh", "-c", script], grace=0.3)],
            log_dir=tmp_path,
            echo=lambda _name, line: lines.append(line),
        )
        supervisor.start()
        while "ready" not in lines:
            time.sleep(0.02)
        supervisor.stop()
        assert supervisor._running == []


def fill(facts: dict[str, str]) -> None:
    with psycopg.connect(facts["dsn"], autocommit=True) as connection:
        connection.execute("create schema alder create table t (n int)")
        connection.execute("insert into alder.t values (7)")
    redis.Redis.from_url(facts["url"]).set("seven", "7")


def filled(facts: dict[str, str]) -> bool:
    with psycopg.connect(facts["dsn"], autocommit=True) as connection:
        row = connection.execute("select n from alder.t").fetchone()
    return row == (7,) and redis.Redis.from_url(facts["url"]).get("seven") == b"7"
