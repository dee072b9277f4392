"""What PostgreSQL and Valkey have in common: one launcher, one port, start, attach, stop."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Protocol

from mains.embedded import leftovers, ports
from mains.embedded.errors import EmbeddedError
from mains.embedded.homes import Home
from mains.embedded.locks import AlreadyRunning, Lock, published
from mains.embedded.logs import LogTail
from mains.embedded.processes import Child, Spec, spawn

Progress = Callable[[str, float], None]

START_SECONDS = 120.0
_PATIENCE_SECONDS = 10.0


class StartFailed(EmbeddedError):
    """
    A server ended, or did not answer, while it was being started.
    """


class Answering(Protocol):
    """
    Where a server answers.
    """

    @property
    def port(self) -> int: ...
    @property
    def pid(self) -> int: ...


class Server[Info: Answering](ABC):
    """
    Run one server on the data in a `.mains` folder.

    `port=None` takes a free port and remembers it. `progress` gets (name, 0.0 to 1.0).
    `port_option` is what an error message tells people to use for another port.
    """

    name: ClassVar[str]
    title: ClassVar[str]

    def __init__(
        self,
        data_dir: Path,
        port: int | None = None,
        *,
        progress: Progress | None = None,
        port_option: str = "--port",
    ) -> None:
        self._data_dir = data_dir
        self._wanted_port = port
        self._on_progress = progress
        self._port_option = port_option
        self._lock: Lock | None = None
        self._child: Child | None = None
        self._latest: Info | None = None

    @abstractmethod
    def _launch(self, home: Home) -> Info:
        """
        Start the server on a folder that is locked for us and return where it answers.
        """

    @classmethod
    @abstractmethod
    def _describe(cls, home: Home, *, port: int, pid: int) -> Info:
        """
        Return how to reach a server that runs.
        """

    def start(self, *, attach: bool = False) -> Info:
        """
        Start the server, making its data first if there is none; return where it answers.

        With `attach`, a server that another launcher runs on the same data is used as it is, and
        `stop` leaves it alone.

        :raises AlreadyRunning: if another launcher runs it and `attach` is false.
        :raises PortTaken: if the wanted port is in use.
        :raises StartFailed: if the server ends or stays silent.
        """
        if self._child is not None and self._latest is not None and self.poll() is None:
            return self._latest
        home = Home.at(self._data_dir)
        lock = self._lock or Lock(home.lock(self.name))
        if not lock.acquire():
            return self._attach(home, attach=attach)
        # After a crash the lock stays ours, so that nobody comes between.
        kept, self._lock = self._lock is not None, lock
        try:
            self._latest = self._launch(home)
        except BaseException:
            self._end_child()
            if not kept:
                self.stop()
            raise
        lock.publish(pid=os.getpid(), port=self._latest.port, server=self._latest.pid)
        return self._latest

    def poll(self) -> int | None:
        """
        Return the server's exit status once it has ended, None while it runs.
        """
        return None if self._child is None else self._child.poll()

    def stop(self) -> None:
        """
        Disconnect everyone, write everything, end. A server that was only attached stays.
        """
        self._end_child()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Info:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @classmethod
    def running(cls, data_dir: Path) -> Info | None:
        """
        Return the server that some launcher runs on this data now, or None.
        """
        home = Home(data_dir.absolute())
        facts = published(home.lock(cls.name)) or {}
        if "port" not in facts:
            return None
        return cls._describe(home, port=facts["port"], pid=facts["server"])

    def _attach(self, home: Home, *, attach: bool) -> Info:
        facts = published(home.lock(self.name), wait=START_SECONDS if attach else 1.0) or {}
        port = facts.get("port")
        if not attach or port is None:
            raise AlreadyRunning(name=self.title, folder=home.path, pid=facts.get("pid"), port=port)
        return self._describe(home, port=port, pid=facts["server"])

    def _progress(self, fraction: float) -> None:
        if self._on_progress is not None:
            self._on_progress(self.name, fraction)

    def _choose_port(self, home: Home, *, crashed: bool) -> int:
        # What a killed server leaves behind can hold its port for another moment.
        patience = _PATIENCE_SECONDS if crashed else 0.0
        # At a restart within one launch everyone else already knows the port.
        wanted = self._wanted_port or (self._latest.port if self._latest else None)
        if wanted is not None:
            return ports.claim(
                name=self.title, port=wanted, option=self._port_option, patience=patience
            )
        port = ports.pick(
            seed=home.path / self.name,
            remembered=home.remembered(self.name).get("port"),
            patience=patience,
        )
        home.remember(self.name, port=port)
        return port

    def _spawn(self, home: Home, spec: Spec) -> Child:
        self._child = spawn(spec)
        leftovers.note(home.pid(self.name), pid=self._child.pid)
        return self._child

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.stop()
            self._child = None
            Home(self._data_dir.absolute()).pid(self.name).unlink(missing_ok=True)

    def _failure(self, said: str, *, port: int, log: LogTail) -> EmbeddedError:
        if "could not bind" in said or "Address already in use" in said:
            return ports.PortTaken(name=self.title, port=port, option=self._port_option)
        last = " ".join(said.strip().splitlines()[-6:]) or "it said nothing."
        return StartFailed(
            f"{self.title} did not start on port {port}: {last} "
            f"The whole text is in {log.path}; `mains doctor` looks for usual causes."
        )
