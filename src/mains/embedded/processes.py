"""
Child processes that cannot outlive the process that started them.

Three nets: `Child.stop` for an orderly end; the kernel's parent-death signal (Linux) for a launcher
that is killed; a guardian process (everywhere) that ends what is left, group by group.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from mains.embedded import guardian
from mains.embedded.accounts import Account

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """
    Say how to run a child. Without a `log` the output can be read from `Child.output`.
    """

    command: Sequence[str | Path]
    env: Mapping[str, str] | None = None
    cwd: Path = Path("/")
    account: Account | None = None
    log: Path | None = None
    stdin: bytes = b""
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 10.0


@dataclass(slots=True)
class Child:
    """
    A running child, leader of its own session.
    """

    spec: Spec
    _process: subprocess.Popen[bytes]
    _ended: bool = field(default=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> IO[bytes] | None:
        return self._process.stdout

    def poll(self) -> int | None:
        """
        Return the exit status (minus the signal's number if one ended it), None while running.

        Ends what a finished child left behind in its process group.
        """
        with self._lock:
            if self._ended:
                return self._process.returncode
            if not self._has_finished():
                return None
            # Before collecting it: until then the kernel gives its number to nobody else.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()
            self._ended = True
        _launcher().drop(self.pid)
        return self._process.returncode

    def _has_finished(self) -> bool:
        if not hasattr(os, "waitid"):
            return self._process.poll() is not None
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        try:
            return os.waitid(os.P_PID, self.pid, options) is not None
        except ChildProcessError:
            return True

    def wait(self, seconds: float, *, hurry: Callable[[], bool] | None = None) -> int | None:
        """
        Wait for the end, up to some seconds or until `hurry` says so; return as `poll` does.
        """
        deadline = time.monotonic() + seconds
        while (status := self.poll()) is None and time.monotonic() < deadline:
            if hurry is not None and hurry():
                break
            time.sleep(0.01)
        return status

    def signal(self, number: signal.Signals) -> None:
        """
        Send a signal to the child alone.
        """
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def stop(self, *, hurry: Callable[[], bool] | None = None) -> int:
        """
        End the child with its own stop signal, by force when its time is over; return its status.
        """
        self.signal(self.spec.stop_signal)
        status = self.wait(self.spec.grace, hurry=hurry)
        if status is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            status = self.wait(10)
        return status if status is not None else -signal.SIGKILL


def spawn(spec: Spec) -> Child:
    """
    Start a child.

    :raises OSError: if the program cannot be started.
    """
    return _launcher().spawn(spec)


class _Launcher:
    """
    Start children from one thread that lives as long as this process.

    The kernel sends the parent-death signal when the *thread* that started a child ends.
    """

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="launcher")
        self._guardian: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._running: dict[int, str] = {}

    def spawn(self, spec: Spec) -> Child:
        process = self._thread.submit(self._popen, spec).result()
        line = f"add {process.pid} {int(spec.stop_signal)} {spec.grace}"
        self._running[process.pid] = line
        self._note(line)
        return Child(spec, process)

    def drop(self, pid: int) -> None:
        self._running.pop(pid, None)
        self._note(f"drop {pid}")

    def _popen(self, spec: Spec) -> subprocess.Popen[bytes]:
        self._ensure_guardian()
        identity = spec.account.popen() if spec.account else {}
        with contextlib.ExitStack() as files:
            output: IO[bytes] | int = subprocess.PIPE
            if spec.log is not None:
                output = files.enter_context(spec.log.open("ab"))
            process = subprocess.Popen(
                [str(part) for part in spec.command],
                env=None if spec.env is None else dict(spec.env),
                cwd=spec.cwd,
                stdin=subprocess.PIPE if spec.stdin else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent(spec.stop_signal),
                **identity,
            )
        if process.stdin is not None:
            with contextlib.suppress(BrokenPipeError), process.stdin:
                process.stdin.write(spec.stdin)
        return process

    def _ensure_guardian(self) -> None:
        if self._guardian is not None and self._guardian.poll() is None:
            return
        self._guardian = subprocess.Popen(
            [sys.executable, "-I", "-S", guardian.__file__],
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        # It may replace one that somebody killed.
        for line in self._running.values():
            self._note(line)

    def _note(self, line: str) -> None:
        with self._lock:
            if self._guardian is None or self._guardian.stdin is None:
                return
            with contextlib.suppress(BrokenPipeError, OSError):
                self._guardian.stdin.write(f"{line}\n".encode())
                self._guardian.stdin.flush()


def _die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    if _LIBC is None:
        return None
    prctl = _LIBC.prctl
    parent = os.getpid()

    def prepare() -> None:
        prctl(_PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:
            # The parent died before the request was in place.
            os._exit(127)

    return prepare


_current: _Launcher | None = None


def _launcher() -> _Launcher:
    global _current
    if _current is None or _current.pid != os.getpid():
        # The first use, or a fork: threads and pipes of the parent are not ours.
        _current = _Launcher()
    return _current
