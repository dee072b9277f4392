"""What a draft would have made of a whole base's bills: who pays more, who less, and how much."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from heapq import nlargest
from typing import Any

# By how many per cent bills change; below zero they fall. Both ends of zero stand alone.
BOUNDS = (5, 10, 25, 50)
SAME = len(BOUNDS) + 1
BANDS = range(2 * SAME + 1)
WORST, NAMED = 50, 50


class LeftOut(StrEnum):
    """
    Why bills are not compared.
    """

    # Nothing is kept of what the bill was rated from.
    NO_INPUTS = "NO_INPUTS"
    # Rated again by the tariff that it was billed with, it comes to something else.
    NOT_REPRODUCED = "NOT_REPRODUCED"
    # The draft prices what is not known of the account.
    NOT_RATABLE = "NOT_RATABLE"


@dataclass(frozen=True, slots=True)
class ClassSum:
    """
    What the lines of an account's contracts of one service and class came to, and would have; net,
    in major units.
    """

    service: str
    contract_class: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class AccountSum:
    """
    What the bills of an account came to, and would have; with tax, in minor units.
    """

    account_id: int
    bills: int
    before: int
    after: int
    groups: Sequence[ClassSum] = ()

    @property
    def difference(self) -> int:
        return self.after - self.before


@dataclass(slots=True)
class Group:
    """
    The accounts with contracts of a service and class; net, in major units.
    """

    accounts: int = 0
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)


@dataclass(slots=True)
class Tally:
    """
    The sums over accounts, exact, and small however many accounts there are.

    `bands` count accounts by how much their bills change, `points` by hundredths of a per cent.
    Accounts whose bills came to nothing or less have no percentage: they are in `unmeasured`.
    """

    accounts: int = 0
    bills: int = 0
    before: int = 0
    after: int = 0
    unmeasured: int = 0
    groups: dict[tuple[str, str], Group] = field(default_factory=dict)
    bands: Counter[int] = field(default_factory=Counter)
    points: Counter[int] = field(default_factory=Counter)
    # Account, before and after of those whose bills rise most.
    worst: list[tuple[int, int, int]] = field(default_factory=list)
    left_out: dict[LeftOut, int] = field(default_factory=dict)
    named: dict[LeftOut, list[int]] = field(default_factory=dict)

    def add(self, account: AccountSum) -> None:
        """
        Count one account with all of its bills.
        """
        self.accounts += 1
        self.bills += account.bills
        self.before += account.before
        self.after += account.after
        for one in account.groups:
            group = self.groups.setdefault((one.service, one.contract_class), Group())
            group.accounts += 1
            group.before += one.before
            group.after += one.after
        if account.before > 0:
            change = Fraction(account.difference * 100, account.before)
            self.bands[band_of(change)] += 1
            self.points[_hundredths(change)] += 1
        else:
            self.unmeasured += 1
        if account.difference > 0:
            entry = (account.account_id, account.before, account.after)
            self.worst = nlargest(WORST, [*self.worst, entry], key=_shock)

    def leave_out(self, why: LeftOut, *, account_id: int, bills: int = 1) -> None:
        """
        Count bills of an account that are not compared, and name the account.
        """
        self.left_out[why] = self.left_out.get(why, 0) + bills
        named = self.named.setdefault(why, [])
        if account_id not in named and len(named) < NAMED:
            named.append(account_id)

    @property
    def measured(self) -> int:
        return sum(self.bands.values())

    def above(self, percent: int) -> int:
        """
        Return how many accounts' bills rise by more than one of `BOUNDS`.
        """
        first = SAME + 2 + BOUNDS.index(percent)
        return sum(count for band, count in self.bands.items() if band >= first)

    @property
    def rising(self) -> int:
        return sum(count for band, count in self.bands.items() if band > SAME)

    @property
    def falling(self) -> int:
        return sum(count for band, count in self.bands.items() if band < SAME)

    def median(self) -> Decimal | None:
        """
        Return the change in the middle, in per cent with two places.
        """
        count = self.measured
        if not count:
            return None
        low, high = _nth(self.points, (count - 1) // 2), _nth(self.points, count // 2)
        return (Decimal(low + high) / 200).quantize(Decimal("0.01"))

    def settle(self) -> None:
        """
        Keep of all changes only those in the middle, once every account is counted.
        """
        count = self.measured
        if count:
            low, high = _nth(self.points, (count - 1) // 2), _nth(self.points, count // 2)
            self.points = Counter({low: (count + 1) // 2}) + Counter({high: count // 2})

    def as_data(self) -> dict[str, Any]:
        """
        Return the sums as plain values.
        """
        return {
            "accounts": self.accounts, "bills": self.bills, "before": self.before,
            "after": self.after, "unmeasured": self.unmeasured,
            "groups": [
                [*name, one.accounts, str(one.before), str(one.after)]
                for name, one in sorted(self.groups.items())
            ],
            "bands": {str(band): count for band, count in sorted(self.bands.items())},
            "points": {str(point): count for point, count in sorted(self.points.items())},
            "worst": [list(entry) for entry in self.worst],
            "left_out": {str(why): count for why, count in self.left_out.items()},
            "named": {str(why): list(named) for why, named in self.named.items()},
        }  # fmt: skip

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Tally":
        """
        Return the sums that `as_data` wrote; nothing yet, where there are none.
        """
        if not data:
            return cls()
        return cls(
            accounts=data["accounts"],
            bills=data["bills"],
            before=data["before"],
            after=data["after"],
            unmeasured=data["unmeasured"],
            groups={
                (service, name): Group(accounts, Decimal(before), Decimal(after))
                for service, name, accounts, before, after in data["groups"]
            },
            bands=Counter({int(band): count for band, count in data["bands"].items()}),
            points=Counter({int(point): count for point, count in data["points"].items()}),
            worst=[(entry[0], entry[1], entry[2]) for entry in data["worst"]],
            left_out={LeftOut(why): count for why, count in data["left_out"].items()},
            named={LeftOut(why): list(named) for why, named in data["named"].items()},
        )


def band_of(percent: Fraction) -> int:
    """
    Return the position of the band that a change falls in: 0 for a fall by more than the largest
    bound, `SAME` for none at all. A bound itself belongs to the band nearer to zero.
    """
    if not percent:
        return SAME
    beyond = 1 + sum(abs(percent) > bound for bound in BOUNDS)
    return SAME + beyond if percent > 0 else SAME - beyond


def bounds_of(band: int) -> tuple[int, int | None]:
    """
    Return how many per cent a band reaches from and to, whatever its sign.
    """
    edges = (0, *BOUNDS)
    at = abs(band - SAME) - 1
    return edges[at], edges[at + 1] if at + 1 < len(edges) else None


def _shock(entry: tuple[int, int, int]) -> tuple[int, int]:
    account_id, before, after = entry
    return after - before, -account_id


def _hundredths(percent: Fraction) -> int:
    """
    Return a percentage in hundredths, halves away from zero.
    """
    doubled = abs(percent) * 200 + 1
    whole = doubled.numerator // (doubled.denominator * 2)
    return whole if percent > 0 else -whole


def _nth(points: Counter[int], position: int) -> int:
    passed = 0
    for point in sorted(points):
        passed += points[point]
        if passed > position:
            return point
    raise IndexError(position)
