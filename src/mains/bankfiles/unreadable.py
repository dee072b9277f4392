"""Why a file cannot be read."""

from enum import StrEnum

MOST_BYTES = 20_000_000


class Reason(StrEnum):
    """What stands against a file; every surface has its own words for each."""

    EMPTY = "empty"
    TOO_BIG = "too_big"
    FORMAT = "format"
    BROKEN = "broken"
    DECLARATIONS = "declarations"
    COLUMNS = "columns"
    AMOUNT = "amount"
    DATE = "date"
    CURRENCY = "currency"
    TOTALS = "totals"
    COUNT = "count"
    BATCH = "batch"


class UnreadableFile(ValueError):
    """
    A file was refused whole; `line` is where, counted from one, or zero where it is all of it.
    """

    def __init__(self, reason: Reason, line: int = 0) -> None:
        super().__init__(f"{reason} at line {line}" if line else str(reason))
        self.reason = reason
        self.line = line


def bounded(data: bytes) -> bytes:
    """
    Return a file that is neither empty nor larger than what is read.

    :raises UnreadableFile: for every other.
    """
    if len(data) > MOST_BYTES:
        raise UnreadableFile(Reason.TOO_BIG)
    if not data.strip():
        raise UnreadableFile(Reason.EMPTY)
    return data
