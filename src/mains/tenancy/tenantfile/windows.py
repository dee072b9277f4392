"""When readings of a service are wanted, possible, or suspended (axis A7)."""

from typing import Annotated, Literal

from pydantic import Field

from mains.tenancy.tenantfile.base import Section

DayOfMonth = Annotated[int, Field(ge=1, le=31)]
# A day of every year, such as "03-01".
DayOfYear = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]


class BaseWindow(Section):
    """
    What every kind of window may say.

    `closing_through`: readings through this day of a month belong to the month before; the kind
    decides where it is left out. `free_days`: whether days that would end on a weekend or a public
    holiday of the tenant's country go on through the next working day.
    """

    locked: tuple[DayOfMonth, DayOfMonth] | None = None
    elsewhere: Literal["open", "locked"] = "open"
    closing_through: int | None = Field(default=None, ge=0, le=28)
    free_days: Literal["count", "go_on"] = "count"


class AlwaysWindow(BaseWindow):
    kind: Literal["always"]


class LastDaysWindow(BaseWindow):
    """
    Recommended from the last `days` of the month through day `through` of the next one.
    """

    kind: Literal["last_days"]
    days: int = Field(ge=1, le=28)
    through: int = Field(default=0, ge=0, le=15)


class FirstDaysWindow(BaseWindow):
    """
    Recommended in the first `days` of the month, for the month before.
    """

    kind: Literal["first_days"]
    days: int = Field(ge=1, le=28)


class FixedDaysWindow(BaseWindow):
    """
    Recommended from day `start` through day `end` of the month it reads.
    """

    kind: Literal["fixed_days"]
    start: DayOfMonth
    end: DayOfMonth


class FixedDatesWindow(BaseWindow):
    """
    Recommended on days of the year, each from one through another: `[["03-01", "03-10"]]`.

    They are for the month in which they start, or for the one before.
    """

    kind: Literal["fixed_dates"]
    dates: tuple[tuple[DayOfYear, DayOfYear], ...] = Field(min_length=1)
    closes: Literal["month", "month_before"] = "month"


Window = Annotated[
    AlwaysWindow | LastDaysWindow | FirstDaysWindow | FixedDaysWindow | FixedDatesWindow,
    Field(discriminator="kind"),
]
