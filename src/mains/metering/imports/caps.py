"""How much of this machine one file may use."""

from dataclasses import dataclass

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Caps:
    """
    The most that one file may have or cost: bytes as sent, bytes unpacked, cells, processor seconds
    and bytes of memory.
    """

    size: int = 512 * MB
    unpacked: int = 1024 * MB
    cells: int = 60_000_000
    seconds: int = 300
    memory: int = 2048 * MB


# A sheet costs fifty microseconds a cell, and a feed holds all of itself in memory.
DOCUMENT_CAPS = Caps(size=64 * MB, unpacked=256 * MB, cells=1_000_000, seconds=90)
# Somebody waits for a first look.
LOOK_CAPS = Caps(size=64 * MB, unpacked=256 * MB, cells=1_000_000, seconds=10)
