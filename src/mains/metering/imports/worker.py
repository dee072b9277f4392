"""Starts the child that reads a file, and ends it when it takes too long."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mains.metering.imports.caps import DOCUMENT_CAPS, LOOK_CAPS, MB, Caps
from mains.metering.imports.days import Source
from mains.metering.imports.profile import Container, Profile
from mains.metering.imports.refusals import FileRefused, Refusal, Trouble, file_refused
from mains.metering.rules.sentences import gettext_noop as _

_REFUSED = 3


@dataclass(frozen=True, slots=True)
class Read:
    """
    What a file holds: counts, sums by register code, registers it names, and rows not taken.

    `days` and `readings` lie in a folder that ends with the block of `reading`.
    """

    folder: Path
    file_hash: str
    rows: int
    intervals: int
    # The days lie between these; None without any.
    first_day: date | None
    last_day: date | None
    totals: dict[str, Decimal]
    sources: list[Source]
    refusals: list[Refusal] = field(default_factory=list)
    # By register code and unit.
    sums: list[tuple[str, str, Decimal]] = field(default_factory=list)
    # Rows that are spoken of, as they were sent, by number; where they were asked for.
    rows_sent: dict[int, list[str]] = field(default_factory=dict)


def caps_of(profile: Profile) -> Caps:
    """
    Return how much a file of a profile may use.
    """
    return Caps() if profile.container is Container.DELIMITED else DOCUMENT_CAPS


@contextmanager
def reading(
    path: Path,
    *,
    profile: Profile,
    zone: ZoneInfo,
    caps: Caps | None = None,
    keep_rows: bool = False,
) -> Iterator[Read]:
    """
    Read a file in a child process, and hold what it found for a block.

    :raises FileRefused: if the file is too large, costs too much, or cannot be read.
    """
    caps = caps or caps_of(profile)
    folder = Path(tempfile.mkdtemp(prefix="mains-import-"))
    try:
        file_hash = _copied(path, folder / "file", caps)
        job = {"profile": profile.key, "table": profile.table and asdict(profile.table),
               "keep_rows": keep_rows, "look": False}  # fmt: skip
        _run(folder, job, zone=zone, caps=caps)
        yield _found(folder, file_hash)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Look:
    """
    What the beginning of a file shows: the profile that reads it, if one of ours does; else, of a
    table, its delimiter and first rows. `is_sheet` tells a workbook from text.
    """

    profile: str
    is_sheet: bool
    delimiter: str
    rows: list[list[str]]


def look(path: Path, *, zone: ZoneInfo) -> Look:
    """
    Look at the beginning of a file in a child process.

    :raises FileRefused: if it is too large, costs too much, or cannot be read.
    """
    folder = Path(tempfile.mkdtemp(prefix="mains-look-"))
    try:
        _copied(path, folder / "file", LOOK_CAPS)
        job = {"profile": "", "table": None, "keep_rows": False, "look": True}
        _run(folder, job, zone=zone, caps=LOOK_CAPS)
        found = _summary(folder)
        return Look(found["profile"], found["is_sheet"], found["delimiter"], found["rows"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copied(path: Path, copy: Path, caps: Caps) -> str:
    """
    Copy no more than allowed, and return the hash: a pipe or a device may never end.
    """
    left, digest = caps.size, hashlib.sha256()
    with path.open("rb") as source, copy.open("wb") as target:
        while part := source.read(min(MB, left + 1)):
            left -= len(part)
            if left < 0:
                raise file_refused(
                    _("The file is larger than %(most)s MB"), _("split it"), most=caps.size // MB
                )
            target.write(part)
            digest.update(part)
    return digest.hexdigest()


def _run(folder: Path, what: dict[str, Any], *, zone: ZoneInfo, caps: Caps) -> None:
    job = {
        **what, "file": str(folder / "file"), "folder": str(folder), "zone": zone.key,
        "caps": asdict(caps),
    }  # fmt: skip
    with (folder / "said").open("wb") as said, subprocess.Popen(
        [sys.executable, "-m", "mains.metering.imports.child"],
        stdin=subprocess.PIPE, stdout=said, stderr=said, start_new_session=True,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as child:  # fmt: skip
        try:
            child.communicate(json.dumps(job).encode(), timeout=caps.seconds * 2)
        except subprocess.TimeoutExpired:
            raise _too_slow(caps) from None
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
    if child.returncode not in (0, _REFUSED):
        raise _ended(child.returncode, folder, caps)


def _ended(code: int, folder: Path, caps: Caps) -> FileRefused:
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return _too_slow(caps)
    said = (folder / "said").read_text(errors="replace")
    if "MemoryError" in said:
        return file_refused(
            _("Reading the file takes more than %(most)s MB of memory"), _("split it"),
            most=caps.memory // MB,
        )  # fmt: skip
    last = said.strip().rpartition("\n")[2][:200] or f"exit code {code}"
    return file_refused(
        _("The file could not be read (%(error)s)"), _("check that the profile fits it"), error=last
    )


def _too_slow(caps: Caps) -> FileRefused:
    return file_refused(
        _("Reading the file takes longer than %(most)s seconds"), _("split it"), most=caps.seconds
    )


def _summary(folder: Path) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads((folder / "summary").read_text())
    if summary["refused"]:
        raise FileRefused(Trouble(**summary["refused"]))
    return summary


def _found(folder: Path, file_hash: str) -> Read:
    summary = _summary(folder)
    with (folder / "refusals").open() as lines:
        refusals = [_refusal(line) for line in lines]
    return Read(
        folder=folder,
        file_hash=file_hash,
        first_day=_day(summary["first_day"]),
        last_day=_day(summary["last_day"]),
        rows=summary["rows"],
        intervals=summary["intervals"],
        totals={code: Decimal(total) for code, total in summary["totals"].items()},
        sources=[Source(**source) for source in summary["sources"]],
        refusals=refusals,
        sums=[(code, unit, Decimal(total)) for code, unit, total in summary["sums"]],
        rows_sent=_rows_sent(folder / "rows"),
    )


def _rows_sent(path: Path) -> dict[int, list[str]]:
    if not path.exists():
        return {}
    with path.open() as lines:
        return dict(map(json.loads, lines))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _refusal(line: str) -> Refusal:
    values = json.loads(line)
    return Refusal(**{**values, "trouble": Trouble(**values["trouble"])})
