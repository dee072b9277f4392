"""Start over: remove everything a project's servers keep."""

import shutil
from pathlib import Path

from mains.embedded.homes import Home
from mains.embedded.locks import AlreadyRunning, Lock
from mains.embedded.postgres import Postgres
from mains.embedded.shelters import known_shelter
from mains.embedded.valkey import Valkey


def erase(data_dir: Path) -> None:
    """
    Remove a `.mains` folder with its data, logs and passwords, and what stands in for it elsewhere.

    Does nothing where there is none.

    :raises AlreadyRunning: if a launcher runs one of its servers.
    """
    if not data_dir.is_dir():
        return
    home = Home(data_dir.absolute())
    locks = []
    try:
        for server in (Postgres, Valkey):
            lock = Lock(home.lock(server.name))
            if not lock.acquire():
                raise AlreadyRunning(name=server.title, folder=home.path, pid=None, port=None)
            locks.append(lock)
        shelter = known_shelter(home)
        if shelter is not None:
            shutil.rmtree(shelter)
        shutil.rmtree(home.path)
    finally:
        for lock in locks:
            lock.release()
