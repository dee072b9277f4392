"""CPU time of this process and its database backends; wall time says little on a busy box."""

import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


class BackendOutOfSight(Exception):
    """The database runs on another machine, so its CPU time cannot be read here."""


@dataclass(slots=True)
class Spent:
    """
    CPU-seconds of the client and the backends, and seconds on the wall.
    """

    client: float = 0.0
    backend: float = 0.0
    wall: float = 0.0
    # Backends that ended within the block, where somebody counted them.
    ended: float = 0.0

    @property
    def cpu(self) -> float:
        return self.client + self.backend + self.ended

    def to_json(self) -> dict[str, float]:
        """
        Return the parts, rounded.
        """
        return {
            "client_cpu_s": round(self.client, 3),
            "backend_cpu_s": round(self.backend + self.ended, 3),
            "wall_s": round(self.wall, 3),
        }


@contextmanager
def measured(*backend_pids: int) -> Iterator[Spent]:
    """
    Measure a block: this process, its children that ended, and the named database backends.

    :raises BackendOutOfSight: if the database is not on this machine.
    """
    spent = Spent()
    before, backend, wall = _client(), _backends(backend_pids), time.monotonic()
    yield spent
    spent.client = _client() - before
    spent.backend = _backends(backend_pids) - backend
    spent.wall = time.monotonic() - wall


def backend_cpu(*, pid: int) -> float:
    """
    Return the CPU-seconds that a database backend has used so far.

    :raises BackendOutOfSight: if the database is not on this machine.
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        raise BackendOutOfSight(
            "The benches read the database's CPU time from /proc, so it has to run on this machine "
            "under Linux. `mains bench` with the built-in database does."
        ) from None
    # The second field is a name in brackets and may hold spaces; 14 and 15 are user and system.
    values = text.rsplit(")", 1)[1].split()
    return (int(values[11]) + int(values[12])) / TICK


def peak_mb() -> float:
    """
    Return the most memory that this process has held so far, in MB.
    """
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _backends(pids: tuple[int, ...]) -> float:
    return sum(backend_cpu(pid=pid) for pid in pids)


def _client() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime
