"""What became of each account of a run, and what that comes to by bucket."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

# So many accounts with the largest differences are kept beside the sums of a chunk.
WORST = 20


class AccountState(StrEnum):
    """
    Where an account of a run stands.

    `READY` is issued once the run is approved, `HELD` was held back by staff, `BLOCKED` cannot be
    billed, `CHANGED` was refused at issue because its bill would differ from the rehearsed one.
    `ISSUED` and `LEFT` (finished without a bill) are final.
    """

    READY = "ready"
    HELD = "held"
    BLOCKED = "blocked"
    CHANGED = "changed"
    ISSUED = "issued"
    LEFT = "left"


FINAL = frozenset({AccountState.ISSUED, AccountState.LEFT})
REMAINING = (AccountState.HELD, AccountState.BLOCKED, AccountState.CHANGED)


class Outcome(NamedTuple):
    """
    One account of a run; a named tuple because a run has a hundred thousand.

    Amounts are totals with VAT in minor units: of this bill, of the one before, and of the bill for
    the same period of the last year; None where there is none. `causes` are pairs of a cause and
    what it changed. `reason` says why the account is blocked (a code) or held (staff's words).
    """

    account_id: int
    hash: str
    total_minor: int | None
    previous_minor: int | None
    last_year_minor: int | None
    bucket: str
    causes: Sequence[Sequence[Any]]
    state: str
    reason: str
    is_estimated: bool

    @property
    def before_minor(self) -> int | None:
        """
        Return what the bill is compared with: the one before, else that of the last year.
        """
        return self.last_year_minor if self.previous_minor is None else self.previous_minor

    @property
    def difference_minor(self) -> int:
        """
        Return how much more the bill is than the one that it is compared with; 0 without one.
        """
        if self.total_minor is None or self.before_minor is None:
            return 0
        return self.total_minor - self.before_minor


type Choice = Callable[[Outcome], bool]


@dataclass(slots=True)
class BucketSum:
    """
    The accounts of one bucket: how many in each state, and amounts in minor units.

    `before_minor` and `after_minor` are of those that have a bill to be compared with;
    `total_minor` is of all that would get, or got, a bill.
    """

    states: dict[str, int] = field(default_factory=dict)
    total_minor: int = 0
    before_minor: int = 0
    after_minor: int = 0
    causes: dict[str, int] = field(default_factory=dict)

    @property
    def accounts(self) -> int:
        return sum(self.states.values())

    @property
    def difference_minor(self) -> int:
        return self.after_minor - self.before_minor

    def count(self, *states: str) -> int:
        """
        Return how many accounts stand in one of some states.
        """
        return sum(self.states.get(state, 0) for state in states)

    def add(self, other: "BucketSum") -> None:
        """
        Add the accounts of another part of the same bucket.
        """
        for state, count in other.states.items():
            self.states[state] = self.states.get(state, 0) + count
        for cause, minor in other.causes.items():
            self.causes[cause] = self.causes.get(cause, 0) + minor
        self.total_minor += other.total_minor
        self.before_minor += other.before_minor
        self.after_minor += other.after_minor


def sums_of(outcomes: Iterable[Outcome]) -> dict[str, BucketSum]:
    """
    Return the sums of outcomes by bucket.
    """
    sums: dict[str, BucketSum] = {}
    for one in outcomes:
        found = sums.setdefault(one.bucket, BucketSum())
        found.states[one.state] = found.states.get(one.state, 0) + 1
        found.total_minor += one.total_minor or 0
        if one.total_minor is not None and one.before_minor is not None:
            found.before_minor += one.before_minor
            found.after_minor += one.total_minor
        for cause, minor in one.causes:
            found.causes[cause] = found.causes.get(cause, 0) + minor
    return sums


def worst_of(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """
    Return the accounts whose bills differ most from what they are compared with, largest first.
    """
    differing = [one for one in outcomes if one.difference_minor]
    return sorted(differing, key=lambda one: (-abs(one.difference_minor), one.account_id))[:WORST]


def held(outcomes: Iterable[Outcome], *, chosen: Choice, reason: str) -> tuple[list[Outcome], int]:
    """
    Return outcomes with the chosen ones held that were ready, and how many these are.
    """
    return _moved(outcomes, chosen, {AccountState.READY}, AccountState.HELD, reason)


def released(outcomes: Iterable[Outcome], *, chosen: Choice) -> tuple[list[Outcome], int]:
    """
    Return outcomes with the chosen ones ready that were held, and how many these are.
    """
    return _moved(outcomes, chosen, {AccountState.HELD}, AccountState.READY, "")


def left(outcomes: Iterable[Outcome]) -> tuple[list[Outcome], int]:
    """
    Return outcomes with whatever remains finished without a bill, and how many these are.
    """
    remaining = frozenset(AccountState) - FINAL
    return _moved(outcomes, lambda _one: True, remaining, AccountState.LEFT, None)


def _moved(
    outcomes: Iterable[Outcome],
    chosen: Choice,
    old: Collection[AccountState],
    new: AccountState,
    reason: str | None,
) -> tuple[list[Outcome], int]:
    moved, count = [], 0
    for one in outcomes:
        if one.state in old and chosen(one):
            one = one._replace(state=new.value, reason=one.reason if reason is None else reason)
            count += 1
        moved.append(one)
    return moved, count


def compared(outcomes: Iterable[Outcome], hashes: Mapping[int, str]) -> list[Outcome]:
    """
    Return outcomes at issue: who was ready is issued if the hash is the rehearsed one.

    Else it is changed.
    """
    return [
        one._replace(
            state=(
                AccountState.ISSUED
                if hashes.get(one.account_id) == one.hash
                else AccountState.CHANGED
            ).value
        )
        if one.state == AccountState.READY
        else one
        for one in outcomes
    ]
