"""The folder of a PostgreSQL cluster: made once, configured at every start, prepared for Mains."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mains.embedded.accounts import Account
from mains.embedded.errors import EmbeddedError
from mains.embedded.ports import ADDRESS
from mains.embedded.programs import PostgresPrograms

DATABASE = "mains"
SUPERUSER, OWNER, APP = "postgres", "mains_owner", "mains_app"

# Raised whenever PREPARATION changes, so that older clusters get the new text at their next start.
PREPARED_VERSION = 1

_SETTINGS: Mapping[str, str] = {
    "listen_addresses": ADDRESS,
    # No socket file: nothing to go stale, no limit on the length of its path.
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    # A migration or a tenant's creation locks every table of a schema in one transaction.
    "max_locks_per_transaction": "1024",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "log_destination": "stderr",
}
_FAST: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}

_HBA = f"""\
# TYPE  DATABASE  USER  ADDRESS  METHOD
host    all       all   {ADDRESS}/32  scram-sha-256
"""

# Idempotent. The template gets the extensions too, so that every further database has them.
_EXTENSIONS = """
create schema if not exists ext;
create extension if not exists btree_gist schema ext;
create extension if not exists pg_trgm schema ext;
create extension if not exists unaccent schema ext;
grant usage on schema ext to public;
revoke all on schema public from public;
"""
# Every name in it is a constant of this file.
_PREPARATION = f"""
\\set ON_ERROR_STOP on
set client_min_messages = warning;
select 'create role {OWNER}'
 where not exists (select from pg_roles where rolname = '{OWNER}') \\gexec
select 'create role {APP}'
 where not exists (select from pg_roles where rolname = '{APP}') \\gexec
alter role {OWNER} login createrole createdb password :'owner_password';
alter role {APP} login noinherit nocreaterole nocreatedb password :'app_password';
{_EXTENSIONS}
select 'create database {DATABASE} owner {OWNER}'
 where not exists (select from pg_database where datname = '{DATABASE}') \\gexec
\\connect {DATABASE}
set client_min_messages = warning;
{_EXTENSIONS}
"""  # noqa: S608


class ClusterNotMade(EmbeddedError):
    """
    The programs that make or prepare a cluster failed.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    A cluster's programs, its folder, and the account it runs as.
    """

    programs: PostgresPrograms
    folder: Path
    account: Account | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passwords:
    """
    The passwords of the three logins.
    """

    superuser: str
    owner: str
    app: str


def create(place: Place, *, password: str, sync: bool = True) -> bool:
    """
    Make a cluster in an existing empty folder; return False where a complete one is.

    :raises ClusterNotMade: if `initdb` fails.
    """
    folder = place.folder
    if (folder / "mains-complete").exists():
        return False
    # What an interrupted attempt left is worth nothing: the mark is written last.
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for locale in ("C.UTF-8", "C"):
        done = _initdb(place, locale=locale, sync=sync)
        # Some systems lack C.UTF-8. Nothing of ours depends on it: the provider is built in.
        if done.returncode == 0 or "locale" not in done.stderr:
            break
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        raise ClusterNotMade(
            f"PostgreSQL could not make its data folder {folder}: {said} "
            "Free space or correct the folder's permissions, then start again; "
            "`mains doctor` checks both."
        )
    _write(folder / "pg_hba.conf", _HBA, place.account)
    with (folder / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("\ninclude_if_exists = 'mains.conf'\n")
    set_superuser_password(place, password=password)
    _write(folder / "mains-complete", place.programs.version + "\n", place.account)
    return True


def _initdb(place: Place, *, locale: str, sync: bool) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [
        place.programs.path("initdb"),
        f"--pgdata={place.folder}",
        f"--username={SUPERUSER}",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=PG_UNICODE_FAST",
        f"--locale={locale}",
        # Nothing listens until our own pg_hba.conf and the password are in place.
        "--auth=trust",
        "--sync-method=fsync" if sync else "--no-sync",
        "--no-instructions",
    ]
    return _call(command, account=place.account)


def configure(place: Place, *, port: int, fast: bool, settings: Mapping[str, str]) -> None:
    """
    Write the settings of the next start. `alter system` still overrides them.
    """
    chosen = {**_SETTINGS, **(_FAST if fast else {}), **settings, "port": str(port)}
    lines = ["# Written at every start of Mains; use `alter system` for settings of your own."]
    for name, value in chosen.items():
        quoted = value.replace("'", "''")
        lines.append(f"{name} = '{quoted}'")
    _write(place.folder / "mains.conf", "\n".join(lines) + "\n", place.account)


def set_superuser_password(place: Place, *, password: str) -> None:
    """
    Give a stopped cluster's superuser a password, without signing in.

    :raises ClusterNotMade: if the server program refuses.
    """
    done = _call(
        [place.programs.path("postgres"), "--single", "-D", place.folder, "postgres"],
        text=f"alter role {SUPERUSER} password '{password}'\n",
        account=place.account,
    )
    if done.returncode != 0 or "ERROR" in done.stderr:
        raise ClusterNotMade(
            f"The superuser of the cluster in {place.folder} could not be given a password: "
            f"{done.stderr.strip()} If secrets.json of this data folder was lost, put it back; "
            "else `mains doctor` looks for usual causes."
        )


def prepare(programs: PostgresPrograms, *, port: int, passwords: Passwords) -> None:
    """
    Make the logins, the database and its extensions. Safe to run again.

    :raises ClusterNotMade: if the server refuses.
    """
    names = f"\\set owner_password '{passwords.owner}'\n\\set app_password '{passwords.app}'\n"
    done = _call(
        [
            programs.path("psql"),
            "--no-psqlrc",
            "--quiet",
            "--output=/dev/null",
            f"--dbname=host={ADDRESS} port={port} user={SUPERUSER} dbname=template1",
        ],
        text=names + _PREPARATION,
        env={"PGPASSWORD": passwords.superuser},
    )
    if done.returncode != 0:
        raise ClusterNotMade(
            f"PostgreSQL runs on port {port}, but its database could not be prepared: "
            f"{done.stderr.strip()} Start again; if this repeats, `mains demo --reset` makes a new "
            "database and loses the data."
        )


def clean_environment() -> dict[str, str]:
    """
    Return the environment for PostgreSQL's programs, without the caller's PG* variables.
    """
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return {"PATH": os.defpath, **kept, "LC_ALL": "C", "TZ": "UTC"}


def _call(
    command: Sequence[str | Path],
    *,
    text: str = "",
    account: Account | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    identity = account.popen() if account else {}
    return subprocess.run(
        [str(part) for part in command],
        cwd="/",
        input=text,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env={**clean_environment(), **(env or {})},
        **identity,
    )


def _write(path: Path, text: str, account: Account | None) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    if account is not None:
        os.chown(path, account.uid, account.gid)
