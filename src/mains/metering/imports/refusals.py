"""Why a row was not taken: where, what stands there, and what to do."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Trouble:
    """
    What is wrong with a text, and what to do about it.
    """

    reason: str
    advice: str

    def __str__(self) -> str:
        return f"{self.reason}; {self.advice}."


@dataclass(frozen=True, slots=True)
class Refusal:
    """
    A row that was not taken. Rows count from 1 as in an editor, or as a reader numbers its values.
    """

    row: int
    column: str
    text: str
    trouble: Trouble


class FileRefused(Exception):
    """
    A whole file that cannot be read, with what to do about it.
    """

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble


def file_refused(reason: str, advice: str) -> FileRefused:
    """
    Return the refusal of a whole file.
    """
    return FileRefused(Trouble(reason, advice))


def write_list(refusals: Iterable[Refusal], *, file: TextIO) -> None:
    """
    Write refused rows as CSV for a spreadsheet: row, column, text, reason and advice.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    writer = csv.writer(file)
    writer.writerow(("row", "column", "text", "reason", "advice"))
    for one in refusals:
        trouble = one.trouble
        cells = (one.column, one.text, trouble.reason, trouble.advice)
        writer.writerow((one.row, *map(_harmless, cells)))


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
