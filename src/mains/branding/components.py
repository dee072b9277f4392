"""Plain values that the component templates take; no component reads a model."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mains.core.money import Money

Meaning = Literal["", "ok", "warn", "bad", "info"]


@dataclass(frozen=True, slots=True)
class Link:
    """
    A place to go.
    """

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class NavItem:
    """
    One entry of a menu.

    :param icon: name of a file in `ui/icons/`.
    :param count: how many things wait there; zero shows nothing.
    """

    text: str
    url: str
    icon: str = ""
    current: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True)
class Option:
    """
    A choice with a second line, for `choices=[("paper", Option("On paper", "By post"))]`.
    """

    text: str
    hint: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class SumLine:
    """
    One line of a running sum; the caller decides the sign of the amount.
    """

    label: str
    amount: Money | str
    detail: str = ""
    kind: Literal["line", "credit", "subtotal", "total"] = "line"


@dataclass(frozen=True, slots=True)
class Fact:
    """
    One line of a summary list.

    :param about: what the action changes, read out after its text ("Change" + "e-mail").
    """

    label: str
    value: str
    action: Link | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column; numbers align at the end.
    """

    label: str
    numeric: bool = False
    sort_url: str = ""
    sorted: Literal["", "ascending", "descending"] = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """
    One cell: text, or a link, or a status word, with an optional quieter note below.

    :param is_code: a reference of another system, shown whole: it may go on in the next line.
    """

    text: str | Money
    url: str = ""
    meaning: Meaning = ""
    note: str = ""
    about: str = ""
    is_code: bool = False

    @property
    def is_number(self) -> bool:
        """
        Tell whether the text is one word, such as a bill's number: it must not break at a hyphen.
        """
        return not isinstance(self.text, str) or " " not in self.text


@dataclass(frozen=True, slots=True)
class Table:
    """
    A table that turns into cards on a phone.

    :param scrolls: keep columns on a phone and scroll inside the region instead.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    scrolls: bool = False
    hide_caption: bool = False

    @property
    def lines(self) -> Iterator[list[tuple[Column, Cell]]]:
        """
        Yield each row as pairs of column and cell.
        """
        return (list(zip(self.columns, row, strict=True)) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Task:
    """
    One line of a task list; without an address it cannot start yet, and `hint` says why.
    """

    label: str
    state: str
    meaning: Meaning = ""
    url: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """
    One thing that happened, newest first.

    :param at: machine-readable date or instant.
    """

    at: str
    when: str
    title: str
    text: str = ""
    meaning: Meaning = ""


@dataclass(frozen=True, slots=True)
class Pages:
    """
    Where a reader stands in a long list paged by cursor.
    """

    summary: str
    previous_url: str = ""
    next_url: str = ""
