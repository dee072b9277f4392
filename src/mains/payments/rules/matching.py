"""
What a credit on a bank statement may have been paid for, and how sure that is, with the reasons.

Reasons have points, and points make confidence; only what is certain is booked without a person.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import combinations
from types import MappingProxyType

from mains.payments.rules.names import alike
from mains.payments.rules.spreading import in_turn


class Confidence(StrEnum):
    """How sure it is; the best one first."""

    CERTAIN = "CERTAIN"
    LIKELY = "LIKELY"
    POSSIBLE = "POSSIBLE"


class Reason(StrEnum):
    """Why something is proposed; every surface has its own words for each."""

    # A reference with right check digits, and a number that has none.
    REFERENCE = "REFERENCE"
    NUMBER = "NUMBER"
    # It is just what is owed.
    AMOUNT = "AMOUNT"
    IBAN = "IBAN"
    NAME = "NAME"


POINTS = MappingProxyType(
    {Reason.REFERENCE: 60, Reason.NUMBER: 35, Reason.AMOUNT: 30, Reason.IBAN: 30, Reason.NAME: 20}
)
NEEDED = MappingProxyType({Confidence.CERTAIN: 90, Confidence.LIKELY: 50, Confidence.POSSIBLE: 20})
# Sums of several bills are looked for among so many, so many at a time.
_MOST_BILLS, _MOST_TOGETHER = 12, 4


@dataclass(frozen=True, slots=True)
class Owed:
    """
    A bill and what is still owed on it, in minor units; zero where it is paid.
    """

    bill_id: int
    account_id: int
    outstanding_minor: int
    due_date: date


@dataclass(frozen=True, slots=True)
class Named:
    """
    The bills that one reference or number in the text names; several for a payment document.
    """

    bill_ids: tuple[int, ...]
    is_checked: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """
    Who holds an account, and whether it was paid from this bank account before.
    """

    names: tuple[str, ...]
    has_iban: bool = False


@dataclass(frozen=True, slots=True)
class Credit:
    """
    Money that came in: minor units, and who sent it as the bank writes it.
    """

    amount_minor: int
    payer_name: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """
    One way to book a credit: so much for each bill, and what is left over to an account.
    """

    parts: tuple[tuple[int, int], ...]
    account_id: int
    rest_minor: int
    reasons: tuple[Reason, ...]
    confidence: Confidence

    @property
    def points(self) -> int:
        return sum(POINTS[reason] for reason in self.reasons)

    @property
    def key(self) -> str:
        """
        Return what tells it from every other proposal for the same credit.
        """
        bills = ",".join(f"{bill_id}:{minor}" for bill_id, minor in self.parts)
        return f"{self.account_id}/{bills}/{self.rest_minor}"


def propose(
    credit: Credit,
    *,
    named: Sequence[Named],
    owed: Collection[Owed],
    holders: Mapping[int, Holder],
    reference_alone: bool = False,
) -> list[Proposal]:
    """
    Return what a credit may be for, the surest first; the same input gives the same list.

    `owed` has the bills that were named, and the open ones of every account that comes into
    question. With `reference_alone` the right check digits are enough, whatever the amount is.
    """
    bills = {one.bill_id: one for one in owed}
    named = [
        one for one in dict.fromkeys(named) if one.bill_ids and set(one.bill_ids) <= set(bills)
    ]
    found: dict[str, Proposal] = {}
    for account_id, basket in _baskets(credit, named, bills, holders):
        reasons = _reasons(credit, account_id, basket, named, bills, holders)
        confidence = _confidence(reasons, basket, named, reference_alone)
        if confidence is not None:
            proposal = _proposal(credit, account_id, basket, bills, reasons, confidence)
            found.setdefault(proposal.key, proposal)
    order = list(Confidence)
    ranked = sorted(
        found.values(), key=lambda one: (order.index(one.confidence), -one.points, one.key)
    )
    return _undecided(ranked)


def _undecided(ranked: list[Proposal]) -> list[Proposal]:
    """
    Leave nothing certain where something else is as certain.
    """
    certain = [one for one in ranked if one.confidence == Confidence.CERTAIN]
    if len(certain) < 2:
        return ranked
    return [replace(one, confidence=Confidence.LIKELY) if one in certain else one for one in ranked]


def certain(proposals: Sequence[Proposal]) -> Proposal | None:
    """
    Return what may be booked without a person, or None.
    """
    first = next(iter(proposals), None)
    return first if first is not None and first.confidence == Confidence.CERTAIN else None


def _baskets(
    credit: Credit,
    named: list[Named],
    bills: Mapping[int, Owed],
    holders: Mapping[int, Holder],
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """
    Yield accounts and the bills that may have been paid together, the first of them the account's.
    """
    together = [one.bill_ids for one in named]
    if len(named) > 1:
        together.append(tuple(dict.fromkeys(pk for one in named for pk in one.bill_ids)))
    yield from ((bills[basket[0]].account_id, basket) for basket in together)
    for account_id in sorted(holders):
        open_bills = sorted(
            (
                one
                for one in bills.values()
                if one.account_id == account_id and one.outstanding_minor > 0
            ),
            key=lambda one: (one.due_date, one.bill_id),
        )
        yield from ((account_id, basket) for basket in _sums(credit.amount_minor, open_bills))


def _sums(minor: int, open_bills: list[Owed]) -> list[tuple[int, ...]]:
    """
    Return the bills of one account that make an amount together, or else all, the oldest first.
    """
    few = open_bills[:_MOST_BILLS]
    groups = [tuple(open_bills[:end]) for end in range(1, len(open_bills) + 1)]
    for count in range(1, min(len(few), _MOST_TOGETHER) + 1):
        groups += combinations(few, count)
    fitting = [
        tuple(one.bill_id for one in group)
        for group in dict.fromkeys(groups)
        if sum(one.outstanding_minor for one in group) == minor
    ]
    return fitting or [tuple(one.bill_id for one in open_bills)]


def _confidence(
    reasons: tuple[Reason, ...],
    basket: tuple[int, ...],
    named: list[Named],
    reference_alone: bool,
) -> Confidence | None:
    """
    Return how sure these reasons make it; certain only where the text names nothing else.
    """
    is_all = {pk for one in named for pk in one.bill_ids} == set(basket)
    if Reason.REFERENCE in reasons and is_all and (Reason.AMOUNT in reasons or reference_alone):
        return Confidence.CERTAIN
    points = sum(POINTS[reason] for reason in reasons)
    found = next((one for one in Confidence if points >= NEEDED[one]), None)
    return Confidence.LIKELY if found == Confidence.CERTAIN else found


def _proposal(
    credit: Credit,
    account_id: int,
    basket: tuple[int, ...],
    bills: Mapping[int, Owed],
    reasons: tuple[Reason, ...],
    confidence: Confidence,
) -> Proposal:
    parts = in_turn(
        credit.amount_minor, holdings=[(pk, bills[pk].outstanding_minor) for pk in basket]
    )
    rest = credit.amount_minor - sum(minor for _bill_id, minor in parts)
    return Proposal(tuple(parts), account_id, rest, reasons, confidence)


def _reasons(
    credit: Credit,
    account_id: int,
    basket: tuple[int, ...],
    named: list[Named],
    bills: Mapping[int, Owed],
    holders: Mapping[int, Holder],
) -> tuple[Reason, ...]:
    wanted = set(basket)
    inside = [one for one in named if set(one.bill_ids) <= wanted]
    covered = {pk for one in inside for pk in one.bill_ids}
    checked = {pk for one in inside if one.is_checked for pk in one.bill_ids}
    is_own = all(bills[pk].account_id == account_id for pk in basket)
    holder = holders.get(account_id, Holder(())) if is_own else Holder(())
    holds = {
        Reason.REFERENCE: bool(basket) and checked == wanted,
        Reason.NUMBER: bool(basket) and covered == wanted and checked != wanted,
        Reason.AMOUNT: sum(bills[pk].outstanding_minor for pk in basket) == credit.amount_minor,
        Reason.IBAN: holder.has_iban,
        Reason.NAME: any(alike(credit.payer_name, name) for name in holder.names),
    }
    return tuple(reason for reason in Reason if holds[reason])
