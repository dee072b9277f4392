"""Servers that outlived their launcher: recognised by number and start time, then ended."""

import contextlib
import os
import signal
import subprocess
from pathlib import Path

from mains.embedded import guardian
from mains.embedded.homes import read_json, write_json


def note(path: Path, *, pid: int) -> None:
    """
    Write down which process runs, so that a later start can recognise it.
    """
    write_json(path, {"pid": pid, "started": started(pid)}, mode=0o644)


def end(path: Path, *, number: signal.Signals, grace: float) -> bool:
    """
    End the process noted in a file if it still runs, and remove the note; tell if there was one.

    An orderly stop leaves no note. A process that merely has the same number, as after a restart of
    the machine, is left alone.
    """
    noted = read_json(path)
    pid = noted.get("pid")
    if isinstance(pid, int) and guardian.is_alive(pid) and started(pid) == noted.get("started"):
        guardian.end(pid, number, grace)
    path.unlink(missing_ok=True)
    return bool(noted)


def started(pid: int) -> str | None:
    """
    Return when a process started, in the operating system's own words; None if it does not run.
    """
    with contextlib.suppress(OSError, IndexError):
        # Field 22, counted after the name, which may itself hold blanks and brackets.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    if os.path.isdir("/proc/self"):
        return None
    asked = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or None


def works_in(pid: int, folder: Path) -> bool:
    """
    Tell whether a process has a folder as its working directory or names it on its command line.
    """
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == folder.resolve()
    asked = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return str(folder) in asked.stdout
