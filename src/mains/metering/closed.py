"""How the registers of a period are closed: what is billed, stored and corrected."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from mains.core.calendars import Period
from mains.metering.estimates import Unsettled
from mains.metering.queries import RegisterUse
from mains.metering.rules.catching_up import Shown

type Place = tuple[int, str]
type Uses = Mapping[Place, Sequence[RegisterUse]]


@dataclass(frozen=True, slots=True)
class Estimated:
    """
    An estimate that closes days which were billed to an account.
    """

    account_id: int
    days: Period
    of: Unsettled


@dataclass(frozen=True, slots=True)
class Supply:
    """
    The days of a place's one contract within the period, and since when it runs.

    What was measured before it began was somebody else's use, and estimates nothing.
    """

    days: Period
    since: date


@dataclass(frozen=True, slots=True)
class Closing:
    """
    What to store of a register that nobody read at the end of days: estimated, or allocated.
    """

    register_id: int
    days: Period
    shown: Shown
    method: str
    is_allocated: bool = False


@dataclass(frozen=True, slots=True)
class Correction:
    """
    What a register used in days billed to an account on an estimate: as billed, and after all.

    In the quantity's unit.
    """

    account_id: int
    register_id: int
    days: Period
    before: Decimal
    after: Decimal


@dataclass(slots=True)
class Closed:
    """
    The uses of a period, with what is to be stored and corrected beside them.

    All are by supply point and service; `replaced_ids` are estimates in whose place the `closings`,
    or what somebody read, stand from now on.
    """

    uses: dict[Place, list[RegisterUse]]
    corrections: dict[Place, list[Correction]] = field(default_factory=lambda: defaultdict(list))
    closings: dict[Place, list[Closing]] = field(default_factory=lambda: defaultdict(list))
    replaced_ids: dict[Place, list[int]] = field(default_factory=lambda: defaultdict(list))
