"""PostgreSQL as a child of this process, on 127.0.0.1 and with passwords."""

import contextlib
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mains.embedded import cluster, guardian, leftovers, ports
from mains.embedded.accounts import server_account
from mains.embedded.homes import Home
from mains.embedded.locks import AlreadyRunning
from mains.embedded.logs import LogTail
from mains.embedded.processes import Child, Spec
from mains.embedded.programs import PostgresPrograms, postgres_programs
from mains.embedded.servers import START_SECONDS, Progress, Server
from mains.embedded.shelters import data_folder

_PASSWORDS = {
    cluster.SUPERUSER: "postgres_superuser",
    cluster.OWNER: "postgres_owner",
    cluster.APP: "postgres_app",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresInfo:
    """
    Where the server answers, and how to sign in.
    """

    port: int
    pid: int
    passwords: Mapping[str, str] = field(repr=False)
    host: str = ports.ADDRESS
    database: str = cluster.DATABASE

    def dsn(self, login: str = cluster.APP, *, database: str | None = None) -> str:
        """
        Return a connection URL for a login: `mains_app`, `mains_owner` or `postgres`.
        """
        password = self.passwords[login]
        place = f"{self.host}:{self.port}/{database or self.database}"
        return f"postgresql://{login}:{password}@{place}"

    def environment(self) -> dict[str, str]:
        """
        Return the environment variables that point Mains at this server.
        """
        return {"DATABASE_URL": self.dsn(), "OWNER_DATABASE_URL": self.dsn(cluster.OWNER)}


class Postgres(Server[PostgresInfo]):
    """
    Run one PostgreSQL server.

    `fast` is for tests: the latest commits may be lost in a crash, and everything in a power cut.
    `settings` are further lines of postgresql.conf.
    """

    name = "postgres"
    title = "PostgreSQL"

    def __init__(
        self,
        data_dir: Path,
        port: int | None = None,
        *,
        fast: bool = False,
        settings: Mapping[str, str] | None = None,
        progress: Progress | None = None,
        port_option: str = "--port",
    ) -> None:
        super().__init__(data_dir, port, progress=progress, port_option=port_option)
        self._fast = fast
        self._settings = dict(settings or {})

    @classmethod
    def _describe(cls, home: Home, *, port: int, pid: int) -> PostgresInfo:
        passwords = {login: home.password(key) for login, key in _PASSWORDS.items()}
        return PostgresInfo(port=port, pid=pid, passwords=passwords)

    def _launch(self, home: Home) -> PostgresInfo:
        self._progress(0.0)
        account = server_account()
        programs = postgres_programs(home, account=account)
        folder = data_folder(home, name=self.name, account=account)
        crashed = leftovers.end(home.pid(self.name), number=signal.SIGINT, grace=30)
        self._progress(0.1)
        lost = not home.has_password(_PASSWORDS[cluster.SUPERUSER])
        password = home.password(_PASSWORDS[cluster.SUPERUSER])
        place = cluster.Place(programs=programs, folder=folder, account=account)
        made = cluster.create(place, password=password, sync=not self._fast)
        self._progress(0.6)
        port = self._choose_port(home, crashed=crashed)
        cluster.configure(place, port=port, fast=self._fast, settings=self._settings)
        _remove_stale_pid_file(folder)
        if lost and not made:
            cluster.set_superuser_password(place, password=password)
        child = self._run(home, place, port=port)
        self._progress(0.8)
        info = self._describe(home, port=port, pid=child.pid)
        self._prepare(home, programs, info, again=made or lost)
        self._progress(1.0)
        return info

    def _run(self, home: Home, place: cluster.Place, *, port: int) -> Child:
        log = LogTail(home.log(self.name))
        spec = Spec(
            command=[place.programs.path("postgres"), "-D", place.folder],
            env=cluster.clean_environment(),
            account=place.account,
            log=log.path,
            stop_signal=signal.SIGINT,
            grace=30,
        )
        deadline = time.monotonic() + START_SECONDS
        while True:
            child = self._spawn(home, spec)
            if _wait_ready(child, folder=place.folder, deadline=deadline):
                return child
            said = log.new_text()
            # The last connections of a killed server let go of its memory within a moment.
            if "is still in use" not in said or time.monotonic() > deadline:
                raise self._failure(said, port=port, log=log)
            time.sleep(0.2)

    def _prepare(
        self, home: Home, programs: PostgresPrograms, info: PostgresInfo, *, again: bool
    ) -> None:
        done = home.remembered(self.name).get("prepared")
        if done == cluster.PREPARED_VERSION and not again:
            return
        passwords = cluster.Passwords(
            superuser=info.passwords[cluster.SUPERUSER],
            owner=info.passwords[cluster.OWNER],
            app=info.passwords[cluster.APP],
        )
        cluster.prepare(programs, port=info.port, passwords=passwords)
        home.remember(self.name, prepared=cluster.PREPARED_VERSION)


def _wait_ready(child: Child, *, folder: Path, deadline: float) -> bool:
    """
    Wait until the server says "ready" in its pid file, as `pg_ctl -w` does.
    """
    while child.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            lines = (folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            if len(lines) >= 8 and lines[0] == str(child.pid) and lines[7].strip() == "ready":
                return True
        time.sleep(0.01)
    return False


def _remove_stale_pid_file(folder: Path) -> None:
    """
    Remove a pid file whose number now belongs to a stranger, which PostgreSQL cannot tell.

    :raises AlreadyRunning: if a server that no launcher knows of runs on this data.
    """
    path = folder / "postmaster.pid"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        pid, port = int(lines[0]), int(lines[3])
    except (OSError, IndexError, ValueError):
        return
    if guardian.is_alive(pid):
        if leftovers.works_in(pid, folder):
            raise AlreadyRunning(name="PostgreSQL", folder=folder, pid=pid, port=port)
        path.unlink()
    elif leftovers.started(pid) is not None:
        # It ended but nobody collected it, so to PostgreSQL its number looks alive. Otherwise the
        # file stays: PostgreSQL looks for remains in shared memory before it removes it.
        path.unlink()
