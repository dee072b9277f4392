"""Why a row was not taken: where, what stands there, and what to do."""

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TextIO

from mains.metering.rules.sentences import Told


@dataclass(frozen=True, slots=True)
class Trouble:
    """
    What is wrong with a text, and what to do about it: sentences of the catalogues, and what they
    are about.

    The child has no catalogues, so whoever shows a trouble says it in the reader's language.
    """

    what: str
    remedy: str
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        return self.said(_as_written)[0]

    @property
    def advice(self) -> str:
        return self.said(_as_written)[1]

    def said(self, translate: Callable[[str], str]) -> tuple[str, str]:
        """
        Return reason and advice in the language of a catalogue, each without a full stop.
        """
        reason, advice = (translate(text) % self.values for text in (self.what, self.remedy))
        return reason.rstrip("."), advice.rstrip(".")

    def __str__(self) -> str:
        return f"{self.reason}; {self.advice}."


def _as_written(text: str) -> str:
    return text


def told(what: str | Told, remedy: str, **values: object) -> Trouble:
    """
    Return a trouble; `what` may be an error that says it.
    """
    if isinstance(what, Told):
        return Trouble(what.sentence, remedy, {**what.values, **_texts(values)})
    return Trouble(what, remedy, _texts(values))


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


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


def file_refused(what: str, remedy: str, **values: object) -> FileRefused:
    """
    Return the refusal of a whole file.
    """
    return FileRefused(told(what, remedy, **values))


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
