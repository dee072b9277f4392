"""The folder in which a project keeps its servers, logs and passwords (`.mains`)."""

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mains.embedded.errors import EmbeddedError


class HomeNotWritable(EmbeddedError):
    """
    The data folder cannot be made or written.
    """


@dataclass(frozen=True, slots=True)
class Home:
    """
    Name the files inside one `.mains` folder.
    """

    path: Path

    @classmethod
    def at(cls, path: Path) -> "Home":
        """
        Make the folder if it is missing and return its names, absolute.

        :raises HomeNotWritable: if this account cannot write there.
        """
        path = path.absolute()
        # A server that gives up root must be able to pass through; nobody needs to list it.
        mode = 0o711 if os.geteuid() == 0 else 0o700
        try:
            if not path.exists():
                path.mkdir(parents=True, mode=mode)
                path.chmod(mode)
            (path / "logs").mkdir(exist_ok=True)
            # Also tells whether we may write here: root's folders, read-only disks.
            (path / ".gitignore").write_text("*\n", encoding="utf-8")
        except OSError as problem:
            raise HomeNotWritable(
                f"Mains keeps its data in {path} and cannot write there: {problem.strerror}. "
                "Start it as the account that owns this folder, or choose another data folder."
            ) from problem
        return cls(path)

    def log(self, name: str) -> Path:
        """
        Return where the output of a process goes.
        """
        return self.path / "logs" / f"{name}.log"

    def lock(self, name: str) -> Path:
        """
        Return the file that the one launcher of a server holds locked.
        """
        return self.path / f"{name}.lock"

    def pid(self, name: str) -> Path:
        """
        Return where the identity of a running server is noted.
        """
        return self.path / f"{name}.pid.json"

    def remembered(self, name: str) -> dict[str, Any]:
        """
        Return what was remembered about a server, empty when nothing was.
        """
        return read_json(self.path / f"{name}.json")

    def remember(self, name: str, **facts: object) -> None:
        """
        Keep facts about a server (port, folder) for the next start.
        """
        path = self.path / f"{name}.json"
        write_json(path, {**read_json(path), **facts}, mode=0o644)

    def password(self, name: str) -> str:
        """
        Return a secret of this installation, drawn once and kept readable by its owner only.
        """
        path = self.path / "secrets.json"
        with _exclusive(self.path / "secrets.lock"):
            known = read_json(path)
            if name not in known:
                # Letters, digits, "-" and "_": needs no quoting in SQL, URLs or configuration.
                known[name] = secrets.token_urlsafe(24)
                write_json(path, known, mode=0o600)
            return str(known[name])

    def has_password(self, name: str) -> bool:
        """
        Tell whether a secret was drawn before.
        """
        return name in read_json(self.path / "secrets.json")


def read_json(path: Path) -> dict[str, Any]:
    """
    Return the object in a file; a missing or torn file is an empty object.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, content: Mapping[str, object], *, mode: int) -> None:
    """
    Replace a file in one step, so that a crash leaves the old or the new text.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(json.dumps(content, indent=1, sort_keys=True) + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


@contextlib.contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
