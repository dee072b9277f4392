"""A command of ours that is kept running, with its output in a log."""

import contextlib
import os
import re
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from mains.embedded.errors import EmbeddedError
from mains.embedded.logs import rotate
from mains.embedded.processes import Child, Spec, spawn

Echo = Callable[[str, str], None]

_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class CommandNotFound(EmbeddedError):
    """
    The program of a service is not there or may not be run.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """
    Name a command and say how it is run and ended.

    `env` is added to this process's environment. `grace` is how many seconds it may take to end.
    """

    name: str
    command: Sequence[str | Path]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 10.0


class Command:
    """
    Run a service, each line of its output into `<log_dir>/<name>.log` and to `echo(name, line)`.

    While it is being ended, `hurry` returning True ends it by force.
    """

    def __init__(
        self,
        service: Service,
        *,
        log_dir: Path,
        echo: Echo | None = None,
        hurry: Callable[[], bool] | None = None,
    ) -> None:
        self._hurry = hurry
        self.service = service
        self.name = service.name
        self.log = log_dir / f"{service.name}.log"
        self._echo = echo
        self._child: Child | None = None
        self._reader: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child is not None else None

    def start(self) -> int:
        """
        Start the command and return its process number.

        :raises CommandNotFound: if the program cannot be started.
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        rotate(self.log)
        spec = Spec(
            command=self.service.command,
            env={**os.environ, **self.service.env},
            cwd=self.service.cwd or Path.cwd(),
            stop_signal=self.service.stop_signal,
            grace=self.service.grace,
        )
        try:
            self._child = spawn(spec)
        except OSError as problem:
            raise CommandNotFound(
                f"{self.name} could not be started as `{self.service.command[0]}`: "
                f"{problem.strerror}. Run `uv sync` in the project folder, then start again."
            ) from problem
        assert self._child.output is not None
        self._reader = threading.Thread(
            target=self._copy, args=(self._child.output,), name=f"log-{self.name}", daemon=True
        )
        self._reader.start()
        return self._child.pid

    def poll(self) -> int | None:
        """
        Return the exit status once the command has ended, None while it runs.
        """
        return None if self._child is None else self._child.poll()

    def stop(self) -> None:
        """
        End the command and wait until its last lines are in the log.
        """
        if self._child is not None:
            self._child.stop(hurry=self._hurry)
            self._child = None
        if self._reader is not None:
            self._reader.join(timeout=2)
            self._reader = None

    def _copy(self, output: IO[bytes]) -> None:
        with output, self.log.open("a", encoding="utf-8", buffering=1) as log:
            for raw in output:
                line = raw.decode(errors="replace").rstrip("\r\n")
                stamp = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
                log.write(f"{stamp} {_COLOURS.sub('', line)}\n")
                if self._echo is not None:
                    # What happens to the terminal must not stop the log.
                    with contextlib.suppress(OSError, ValueError):
                        self._echo(self.name, line)
