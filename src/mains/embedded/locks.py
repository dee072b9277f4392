"""One launcher per server and folder."""

import contextlib
import fcntl
import json
import os
import time
from pathlib import Path
from typing import Any

from mains.embedded.errors import EmbeddedError


class AlreadyRunning(EmbeddedError):
    """
    Another launcher runs this server on this folder.
    """

    def __init__(self, *, name: str, folder: Path, pid: int | None, port: int | None) -> None:
        self.pid = pid
        self.port = port
        who = f"process {pid}" if pid else "another process"
        where = f" It answers on 127.0.0.1:{port}." if port else ""
        super().__init__(
            f"{name} in {folder} is already run by {who}.{where} "
            f"Use that one, stop it first, or choose another data folder."
        )


class Lock:
    """
    Hold a file locked for as long as this process lives, and publish facts in it.

    The kernel lets go of the lock when the process ends, however it ends.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        return self._descriptor is not None

    def acquire(self) -> bool:
        """
        Take the lock; return False when another process has it.
        """
        if self.held:
            return True
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        self.publish(pid=os.getpid())
        return True

    def publish(self, **facts: object) -> None:
        """
        Write facts for those who find the lock taken.
        """
        if self._descriptor is None:
            raise RuntimeError("publish() needs the lock; call acquire() first")
        content = json.dumps(facts).encode()
        os.pwrite(self._descriptor, content, 0)
        os.ftruncate(self._descriptor, len(content))

    def release(self) -> None:
        """
        Let go of the lock.
        """
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None


def published(path: Path, *, wait: float = 0.0, key: str = "port") -> dict[str, Any] | None:
    """
    Return what the holder of a lock published, or None when nobody holds it.

    Waits up to `wait` seconds for the holder to publish `key`.
    """
    deadline = time.monotonic() + wait
    while True:
        if not _is_held(path):
            return None
        facts = _facts(path)
        if key in facts or time.monotonic() >= deadline:
            return facts
        time.sleep(0.05)


def _is_held(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _facts(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}
