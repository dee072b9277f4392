"""Valkey as a child of this process: broker and cache on 127.0.0.1, with a password."""

import os
import signal
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path

from mains.embedded import leftovers, ports
from mains.embedded.accounts import server_account
from mains.embedded.homes import Home
from mains.embedded.logs import LogTail
from mains.embedded.processes import Child, Spec
from mains.embedded.programs import valkey_program
from mains.embedded.servers import START_SECONDS, Server
from mains.embedded.shelters import data_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class ValkeyInfo:
    """
    Where the server answers, and how to sign in.
    """

    port: int
    pid: int
    password: str = field(repr=False)
    host: str = ports.ADDRESS

    def url(self, database: int = 0) -> str:
        """
        Return the URL of one of its numbered databases (0 to 15).
        """
        return f"redis://:{self.password}@{self.host}:{self.port}/{database}"

    def environment(self) -> dict[str, str]:
        """
        Return the environment variables that point Mains at this server.
        """
        return {"BROKER_URL": self.url(0), "CACHE_URL": self.url(1)}


class Valkey(Server[ValkeyInfo]):
    """
    Run one Valkey server.

    Every write is in its append-only file within a second, and it never evicts: a queue is not a
    cache.
    """

    name = "valkey"
    title = "Valkey"

    @classmethod
    def _describe(cls, home: Home, *, port: int, pid: int) -> ValkeyInfo:
        return ValkeyInfo(port=port, pid=pid, password=home.password("valkey"))

    def _launch(self, home: Home) -> ValkeyInfo:
        self._progress(0.0)
        account = server_account()
        program = valkey_program(home, account=account)
        folder = data_folder(home, name=self.name, account=account)
        crashed = leftovers.end(home.pid(self.name), number=signal.SIGTERM, grace=10)
        port = self._choose_port(home, crashed=crashed)
        password = home.password("valkey")
        log = LogTail(home.log(self.name))
        self._progress(0.4)
        spec = Spec(
            # Configured through the pipe, so that no list of processes shows the password.
            command=[program, "-"],
            stdin=_configuration(folder=folder, port=port, password=password).encode(),
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            account=account,
            log=log.path,
        )
        child = self._spawn(home, spec)
        if not _wait_ready(child, port=port, password=password):
            raise self._failure(log.new_text(), port=port, log=log)
        self._progress(1.0)
        return self._describe(home, port=port, pid=child.pid)


def _configuration(*, folder: Path, port: int, password: str) -> str:
    lines = {
        "bind": ports.ADDRESS,
        "port": str(port),
        "requirepass": password,
        "dir": f'"{folder}"',
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": '""',
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        # Nobody may make it write files elsewhere, however they got the password.
        "enable-protected-configs": "no",
        "enable-debug-command": "no",
        "enable-module-command": "no",
    }
    return "".join(f"{name} {value}\n" for name, value in lines.items())


def _wait_ready(child: Child, *, port: int, password: str) -> bool:
    """
    Wait until the server has read its data and answers to our password.
    """
    deadline = time.monotonic() + START_SECONDS
    question = f"AUTH {password}\r\nPING\r\nQUIT\r\n".encode()
    while child.poll() is None and time.monotonic() < deadline:
        try:
            with socket.create_connection((ports.ADDRESS, port), timeout=2) as connection:
                connection.sendall(question)
                answer = b"".join(iter(lambda: connection.recv(1024), b""))
        except OSError:
            answer = b""
        if b"+PONG" in answer:
            return True
        time.sleep(0.01)
    return False
