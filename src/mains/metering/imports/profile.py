"""What a declaration of a format says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from mains.metering.rules.intervals import Quality
from mains.metering.rules.labels import Marks, Repeated

# A column by its position from 0, or by its name in the header.
type Column = int | str


class Container(StrEnum):
    DELIMITED = "delimited"
    SHEET = "sheet"
    ESPI = "espi"
    MSCONS = "mscons"
    DATADIS = "datadis"
    P1 = "p1"


@dataclass(frozen=True, slots=True)
class Label:
    """
    How a row names its interval: `columns`, joined by a blank, follow `pattern`.

    The pattern is made of YYYY, YY, MM, DD, hh, mm and ss; 24:00 is the midnight that follows. With
    `Repeated.NUMBERED` hh is the number of the interval within the day. With `Repeated.OFFSET` the
    text is an instant of ISO 8601 and the pattern is empty.
    """

    columns: tuple[Column, ...]
    pattern: str
    marks: Marks
    repeated: Repeated
    # The column that says summer (1) or winter (0).
    flag: Column | None = None


@dataclass(frozen=True, slots=True)
class Magnitude:
    """
    A measured quantity in a file: the code of the register it belongs to, and where it stands.

    One that is `optional` may be missing, and is left out where there is no such register.
    """

    code: str
    unit: str
    value: Column
    quality: Column | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class DayRow:
    """
    One row holds a whole day: the values stand side by side from a column on.

    `code` is the column that names the magnitude, `quality` the one that speaks for the whole row.
    """

    code: Column
    quality: Column
    first_value: int


@dataclass(frozen=True, slots=True)
class Table:
    """
    A table of anybody's making, as a person describes it: which column is what.

    Columns count from 0, None where there is none. `code` names the register where no column does.
    The time may stand in two columns; `pattern` is that of a `Label`, empty for times with offset.
    """

    sheet: bool
    delimiter: str
    decimal: str
    header: bool
    point: int
    register: int | None
    code: str
    day: int
    time: int | None
    pattern: str
    ending: bool
    minutes: int
    value: int
    unit: str
    quality: int | None


@dataclass(frozen=True, slots=True)
class Profile:
    """
    A format of interval data, declared.

    `qualities` says what the texts of a quality column mean; texts that are not listed are refused,
    unless there is no list. `zone` is that of the labels where it is not the utility's own.
    """

    key: str
    title: str
    container: Container
    point: Column = 0
    # The column that names the register, where rows of several follow each other.
    register: Column | None = None
    minutes: int = 60
    label: Label | None = None
    magnitudes: tuple[Magnitude, ...] = ()
    day_row: DayRow | None = None
    delimiter: str = ";"
    decimal: str = "."
    header: bool = False
    qualities: Mapping[str, Quality] = field(default_factory=dict)
    usual_quality: Quality = Quality.MEASURED
    zone: str = ""
    # What the profile was made of, where it is no format of ours.
    table: Table | None = None

    @property
    def gives_readings(self) -> bool:
        """
        Whether files hold what registers show, not what was used in each interval.
        """
        match self.container:
            case Container.P1:
                return True
            case (
                Container.DELIMITED
                | Container.SHEET
                | Container.ESPI
                | Container.MSCONS
                | Container.DATADIS
            ):
                return False
            case _:
                assert_never(self.container)
