"""Folders to run servers in, and launchers as separate processes."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mains.embedded import Postgres, erase, guardian

LAUNCHER = Path(__file__).with_name("launcher_program.py")


@pytest.fixture
def fresh_folder() -> Iterator[Path]:
    """
    A folder that every account can pass through, for a first start.
    """
    top = Path(tempfile.mkdtemp(prefix="mains-test-"))
    top.chmod(0o711)
    yield top / ".mains"
    remove(top)


@pytest.fixture(scope="session")
def made_folder() -> Iterator[Path]:
    """
    A folder in which PostgreSQL ran once and was stopped, to be copied.
    """
    top = Path(tempfile.mkdtemp(prefix="mains-test-"))
    top.chmod(0o711)
    with Postgres(top / ".mains", fast=True):
        pass
    yield top / ".mains"
    remove(top)


@pytest.fixture
def open_folder(fresh_folder: Path, made_folder: Path) -> Path:
    """
    A folder that every account can pass through, with a database that was made before.
    """
    subprocess.run(["cp", "-a", made_folder, fresh_folder], check=True)
    # Test processes run side by side: each copy picks its own port.
    (fresh_folder / "postgres.json").write_text('{"prepared": 1}')
    return fresh_folder


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """
    A folder inside one that only its owner may enter.
    """
    top = Path(tempfile.mkdtemp(prefix="mains-test-"))
    top.chmod(0o700)
    yield top / ".mains"
    remove(top)


def remove(top: Path) -> None:
    erase(top / ".mains")
    shutil.rmtree(top)


@dataclass(slots=True)
class Launched:
    """
    A launcher in a process of its own, and what it said when it was ready.
    """

    process: subprocess.Popen[str]
    facts: dict[str, Any]

    def wait_all_gone(self, *pids: int, seconds: float = 15) -> list[int]:
        """
        Wait for processes to end; return those that did not.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            left = [pid for pid in pids if guardian.is_alive(pid)]
            if not left:
                return []
            time.sleep(0.05)
        return left

    @property
    def children(self) -> list[int]:
        return [self.facts["postgres_pid"], self.facts["valkey_pid"], self.facts["sleeper_pid"]]


Launch = Callable[..., Launched]


@pytest.fixture
def launch() -> Iterator[Launch]:
    """
    Start the launcher program; what is left of it is ended afterwards.
    """
    started: list[Launched] = []

    def start(folder: Path, *, prefix: tuple[str, ...] = ()) -> Launched:
        process = subprocess.Popen(
            [*prefix, sys.executable, str(LAUNCHER), str(folder)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        launched = Launched(process, json.loads(line) if line else {})
        started.append(launched)
        assert launched.facts, "the launcher ended before it was ready"
        return launched

    yield start
    for launched in started:
        if launched.process.poll() is None:
            launched.process.terminate()
            launched.process.wait(20)
        if launched.process.stdout is not None:
            launched.process.stdout.close()
