"""Remember what was prepared for which code, so a warm start does it again only after a change."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from mains.cli.output import CommandFailed

SOURCE = Path(__file__).resolve().parents[1]
ROOT = SOURCE.parents[1]
# What a step depends on, as files.
INPUTS = {
    "migrate": lambda: [*SOURCE.glob("*/migrations/*.py"), SOURCE / "tenancy/schema/tenant.sql"],
    "demo data": lambda: [*ROOT.glob("tenants/*.toml")],
}


COMMANDS = {"migrate": ["migrate"], "demo data": ["schema", "fill-demo"]}


def do(step: str, *, folder: Path, env: Mapping[str, str]) -> None:
    """
    Do a step in a process of its own, and note it.

    :raises CommandFailed: with what it said, if it failed; it is done again at the next start.
    """
    done = subprocess.run(
        [sys.executable, "-m", "mains", *COMMANDS[step]],
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandFailed(
            f"{step} failed:\n{done.stdout[-3000:]}", "`mains doctor` looks for causes."
        )
    remember(step, folder)


def is_done(step: str, folder: Path) -> bool:
    """
    Tell whether a step was done for the files as they are now.
    """
    return bool(_read(folder).get(step) == _digest(step))


def remember(step: str, folder: Path) -> None:
    """
    Note that a step was done.
    """
    known = {**_read(folder), step: _digest(step)}
    _file(folder).write_text(json.dumps(known))


def _file(folder: Path) -> Path:
    return folder / "prepared.json"


def _read(folder: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(_file(folder).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found


def _digest(step: str) -> str:
    digest = hashlib.sha256()
    for path in sorted(INPUTS[step]()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
