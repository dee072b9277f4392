"""The addresses and processes of an installation that runs on built-in parts."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mains.cli import prepared
from mains.cli.output import CommandFailed
from mains.embedded import EmbeddedError, Postgres, Service, Valkey
from mains.embedded.environment import replaced_parts
from mains.embedded.homes import Home

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = "mains.config.settings"


def data_dir() -> Path:
    """
    Return the folder that holds everything this installation stores here.
    """
    return Path(os.environ.get("MAINS_DATA", ROOT / ".mains"))


@dataclass(frozen=True, slots=True)
class Parts:
    """
    The built-in servers that were started, and the environment that leads to all parts.
    """

    servers: tuple[Postgres | Valkey, ...]
    env: dict[str, str]


def start_parts(*, progress: Mapping[str, object]) -> Parts:
    """
    Start the built-in servers that no environment variable replaces.

    :raises CommandFailed: if one of them cannot start.
    """
    replaced = replaced_parts(os.environ)
    env: dict[str, str] = {}
    servers: list[Postgres | Valkey] = []
    try:
        if "postgres" not in replaced:
            database = Postgres(data_dir(), progress=progress.get("postgres"))  # type: ignore[arg-type]
            env |= database.start().environment()
            servers.append(database)
        if "valkey" not in replaced:
            broker = Valkey(data_dir(), progress=progress.get("valkey"))  # type: ignore[arg-type]
            env |= broker.start().environment()
            servers.append(broker)
    except EmbeddedError as error:
        for server in reversed(servers):
            server.stop()
        raise CommandFailed(str(error), "`mains doctor` looks for causes.", code=7) from error
    env["SECRET_KEY"] = os.environ.get("SECRET_KEY") or Home.at(data_dir()).password("django")
    env["MASTER_KEYS"] = os.environ.get("MASTER_KEYS") or Home.at(data_dir()).password("master")
    env["MAINS_DATA"] = str(data_dir())
    env["DJANGO_SETTINGS_MODULE"] = SETTINGS
    return Parts(tuple(servers), env)


def use_running() -> None:
    """
    Give this process the addresses of the built-in servers that `mains up` or `demo` runs.

    :raises CommandFailed: if neither the environment nor a running installation has them.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    os.environ.setdefault("MAINS_DATA", str(data_dir()))
    if not os.environ.get("SECRET_KEY") and data_dir().exists():
        os.environ["SECRET_KEY"] = Home.at(data_dir()).password("django")
        os.environ.setdefault("MASTER_KEYS", Home.at(data_dir()).password("master"))
    if os.environ.get("DATABASE_URL"):
        return
    database, broker = Postgres.running(data_dir()), Valkey.running(data_dir())
    if database is None:
        raise CommandFailed(
            "No database: DATABASE_URL is not set, and the built-in one is not running.",
            "Start it with `mains demo` or `mains up`, or set DATABASE_URL.",
            code=7,
        )
    os.environ.update(database.environment())
    if broker is not None:
        for name, value in broker.environment().items():
            os.environ.setdefault(name, value)


@contextmanager
def parts_for_a_while() -> Iterator[None]:
    """
    Start the built-in servers for a block where nothing else runs; end what was started.

    :raises CommandFailed: if one of them cannot start or its schema cannot be migrated.
    """
    os.environ.setdefault("MAINS_DATA", str(data_dir()))
    if os.environ.get("DATABASE_URL") or Postgres.running(data_dir()) is not None:
        yield
        return
    parts = start_parts(progress={})
    os.environ.update(parts.env)
    try:
        if not prepared.is_done("migrate", data_dir()):
            prepared.do("migrate", folder=data_dir(), env=parts.env)
        yield
    finally:
        for server in reversed(parts.servers):
            server.stop()


def django_ready(*, as_owner: bool = False) -> None:
    """
    Set Django up for a command of this process, as the owner of the schemas where it needs that.
    """
    use_running()
    if as_owner:
        os.environ["MAINS_AS_OWNER"] = "1"
    import django

    django.setup()


def services(*, parts: Parts, port: int) -> list[Service]:
    """
    Return web, worker and beat; only the worker may create schemas.
    """
    env = {**parts.env, "PUBLIC_PORT": str(port)}
    web = {**env, "OWNER_DATABASE_URL": ""}
    python = sys.executable
    return [
        Service(
            name="web",
            command=[
                python, "-m", "granian", "--interface", "wsgi", "mains.config.wsgi:application",
                "--host", "127.0.0.1", "--port", str(port), "--workers", "2",
                "--backpressure", "64", "--no-ws", "--log-level", "warning",
            ],
            env=web,
            cwd=ROOT,
        ),
        Service(
            name="worker",
            command=[
                python, "-m", "celery", "-A", "mains.config", "worker", "--loglevel", "warning",
                "--concurrency", "2", "--queues", "default,billing", "--without-gossip",
                "--without-mingle",
            ],
            env=env,
            cwd=ROOT,
            grace=20,
        ),
        Service(
            name="beat",
            command=[
                python, "-m", "celery", "-A", "mains.config", "beat", "--loglevel", "warning",
                "--schedule", str(data_dir() / "beat"),
            ],
            env=web,
            cwd=ROOT,
        ),
    ]  # fmt: skip
