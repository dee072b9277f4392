"""Words for people on stderr, data on stdout."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

_people = Console(stderr=True, highlight=False)


class CommandFailed(Exception):
    """
    A command that cannot go on: what happened and why, what to do next, and the exit code.

    1 failure, 2 usage, 3 not found, 4 unusable input, 5 conflict, 7 unreachable, 8 partial success.
    """

    def __init__(self, what: str, next_step: str = "", *, code: int = 1) -> None:
        super().__init__(what)
        self.what, self.next_step, self.code = what, next_step, code


def say(text: str) -> None:
    """
    Tell a person something.
    """
    _people.print(text, soft_wrap=True)


def show(value: Any, *, as_json: bool) -> None:
    """
    Print data: as JSON for programs, or as it is.
    """
    sys.stdout.write(
        f"{json.dumps(value, ensure_ascii=False, default=str) if as_json else value}\n"
    )
    sys.stdout.flush()


@contextmanager
def progress() -> Iterator[Progress]:
    """
    Draw progress bars on a terminal; elsewhere nothing is drawn.
    """
    with Progress(
        TextColumn("{task.description:<12}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=_people,
        disable=not _people.is_terminal,
        transient=True,
    ) as bars:
        yield bars
