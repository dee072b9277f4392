"""Start several parts in order, keep them running, stop them in reverse order."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import Protocol

from mains.embedded.errors import EmbeddedError
from mains.embedded.services import Command, Echo, Service

_TICK = 0.1
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0
# A part that ran this long was well: its next crash starts again with the shortest pause.
_HEALTHY_SECONDS = 30.0


class Part(Protocol):
    """
    What the supervisor keeps running: `Postgres`, `Valkey`, a `Command`.
    """

    @property
    def name(self) -> str: ...
    def start(self) -> object: ...
    def poll(self) -> int | None: ...
    def stop(self) -> None: ...


class Kind(StrEnum):
    """
    What can happen to a part.
    """

    STARTED = "STARTED"
    CRASHED = "CRASHED"
    RESTARTED = "RESTARTED"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"


@dataclass(frozen=True, slots=True)
class Event:
    """
    Something that happened to a part, with a sentence for people.
    """

    kind: Kind
    name: str
    text: str


@dataclass(slots=True)
class _State:
    part: Part
    started: float = 0.0
    pause: float = _FIRST_PAUSE
    retry_at: float | None = None


class Supervisor:
    """
    Run parts until Ctrl-C, SIGTERM, SIGHUP or the end of the parent process.

    `parts` may be services; they become commands that log to `log_dir`. `tell` gets events, `echo`
    the output of commands line by line. With `follow_parent` (the default unless SIGHUP is ignored,
    as under nohup) the end of the process that started this one ends everything too.
    """

    def __init__(
        self,
        parts: Sequence[Part | Service],
        *,
        log_dir: Path,
        tell: Callable[[Event], None] | None = None,
        echo: Echo | None = None,
        follow_parent: bool | None = None,
    ) -> None:
        self._log_dir = log_dir
        self._echo = echo
        self._stops = 0
        self._states = [_State(self._as_part(part)) for part in parts]
        self._tell = tell or (lambda _event: None)
        self._parent = os.getppid()
        if follow_parent is None:
            follow_parent = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
        # A parent that is already process 1 cannot be told from an adopter.
        self._follows = follow_parent and self._parent != 1
        self._running: list[_State] = []

    def _as_part(self, part: Part | Service) -> Part:
        if not isinstance(part, Service):
            return part
        return Command(part, log_dir=self._log_dir, echo=self._echo, hurry=lambda: self._stops > 1)

    def run(self, ready: Callable[[], None] | None = None) -> int:
        """
        Start everything, call `ready`, and stay until told to stop; return the exit status.

        :raises EmbeddedError: if a part cannot be started the first time; the others are stopped.
        """
        with self._signals():
            try:
                self.start()
                if ready is not None and not self._should_stop():
                    ready()
                while not self._should_stop():
                    self.check()
                    time.sleep(_TICK)
            finally:
                self.stop()
        return 0

    def start(self) -> None:
        """
        Start the parts in order. A request to stop ends this early.
        """
        for state in self._states:
            if self._should_stop():
                return
            self._running.append(state)
            state.part.start()
            state.started = time.monotonic()
            self._say(Kind.STARTED, state, "started")

    def check(self) -> None:
        """
        Start again what ended by itself, after a pause that doubles while it keeps ending.
        """
        for state in self._running:
            if state.retry_at is None:
                status = state.part.poll()
                if status is not None:
                    self._plan_restart(state, status)
            elif time.monotonic() >= state.retry_at:
                self._restart(state)

    def stop(self) -> None:
        """
        Stop what runs, the latest first. A second Ctrl-C ends commands by force.
        """
        while self._running:
            state = self._running.pop()
            self._say(Kind.STOPPING, state, "stopping")
            try:
                state.part.stop()
            except (EmbeddedError, OSError) as problem:
                # The others must still be stopped, above all the databases.
                self._say(Kind.STOPPED, state, f"could not be stopped in order: {problem}")
            else:
                self._say(Kind.STOPPED, state, "stopped")

    def request_stop(self) -> None:
        """
        Make `run` return soon; may be called from any thread or signal handler.
        """
        self._stops += 1

    def _should_stop(self) -> bool:
        return self._stops > 0 or (self._follows and os.getppid() != self._parent)

    def _plan_restart(self, state: _State, status: int) -> None:
        if time.monotonic() - state.started > _HEALTHY_SECONDS:
            state.pause = _FIRST_PAUSE
        state.retry_at = time.monotonic() + state.pause
        log = self._log_dir / f"{state.part.name}.log"
        self._say(
            Kind.CRASHED,
            state,
            f"{describe_status(status)}; starting it again in {state.pause:g} s. "
            f"Its output is in {log}",
        )
        state.pause = min(state.pause * 2, _LONGEST_PAUSE)

    def _restart(self, state: _State) -> None:
        try:
            state.part.start()
        except (EmbeddedError, OSError) as problem:
            state.retry_at = time.monotonic() + state.pause
            self._say(Kind.CRASHED, state, f"{problem} Trying again in {state.pause:g} s.")
            state.pause = min(state.pause * 2, _LONGEST_PAUSE)
            return
        state.retry_at = None
        state.started = time.monotonic()
        self._say(Kind.RESTARTED, state, "started again")

    def _say(self, kind: Kind, state: _State, text: str) -> None:
        # A terminal that went away must not keep anything from being stopped.
        with suppress(OSError):
            self._tell(Event(kind, state.part.name, text))

    @contextmanager
    def _signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            # Signals belong to the main thread; `request_stop` serves the others.
            yield
            return

        def handle(_number: int, _frame: FrameType | None) -> None:
            self.request_stop()

        numbers = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            numbers.append(signal.SIGHUP)
        before = {number: signal.signal(number, handle) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def describe_status(status: int) -> str:
    """
    Say how a process ended, in words.
    """
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"
