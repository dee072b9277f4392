"""Ports on this machine's own address."""

import errno
import socket
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from mains.embedded.errors import EmbeddedError

ADDRESS = "127.0.0.1"

# Below the range from which the kernel takes ports for outgoing connections (32768 on Linux),
# so that a port that was free yesterday is most likely free today.
_FIRST, _COUNT = 20_000, 10_000


class PortTaken(EmbeddedError):
    """
    Another program listens where a server of ours should.
    """

    def __init__(self, *, name: str, port: int, option: str = "--port") -> None:
        self.port = port
        super().__init__(
            f"{name} cannot listen on {ADDRESS}:{port}: another program already does. "
            f"Stop that program, or choose another port with {option}."
        )


class PortNotAllowed(EmbeddedError):
    """
    The operating system keeps this port from us.
    """

    def __init__(self, *, name: str, port: int, option: str = "--port") -> None:
        super().__init__(
            f"{name} may not listen on {ADDRESS}:{port}: the operating system reserves it. "
            f"Choose a port from 1024 to 65535 with {option}."
        )


def is_free(port: int) -> bool:
    """
    Tell whether a server could listen on a port now.

    :raises PermissionError: if this user may not listen there at all.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do: a port whose last connections still linger counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
            probe.listen(1)
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def wait_free(port: int, *, seconds: float) -> bool:
    """
    Tell whether a port is free, or becomes so within some seconds.
    """
    deadline = time.monotonic() + seconds
    while not is_free(port):
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.02)
    return True


def claim(*, name: str, port: int, option: str = "--port", patience: float = 0.0) -> int:
    """
    Return the port if a server could listen there now, or within `patience` seconds.

    :raises PortTaken: if another program listens there.
    :raises PortNotAllowed: if this user may not listen there.
    """
    try:
        free = wait_free(port, seconds=patience)
    except (PermissionError, OverflowError) as problem:
        raise PortNotAllowed(name=name, port=port, option=option) from problem
    if not free:
        raise PortTaken(name=name, port=port, option=option)
    return port


def pick(*, seed: Path | str, remembered: int | None = None, patience: float = 0.0) -> int:
    """
    Return a free port: the remembered one if it is free, else the first of a row fixed by `seed`.

    Waits up to `patience` seconds for the remembered one.
    """
    if remembered is not None and wait_free(remembered, seconds=patience):
        return remembered
    for port in _candidates(seed=str(seed)):
        if is_free(port):
            return port
    raise EmbeddedError(
        f"No port from {_FIRST} to {_FIRST + _COUNT - 1} is free on {ADDRESS}. "
        "Stop some programs, or name a port yourself."
    )


def _candidates(*, seed: str) -> Iterator[int]:
    offset = zlib.crc32(seed.encode()) % _COUNT
    for step in range(_COUNT):
        yield _FIRST + (offset + step) % _COUNT
