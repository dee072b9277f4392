"""Rate issued bills again from what is sealed in them: as they were billed, and with a draft."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple

from mains.billing.rules.inputs_as_facts import plain, read_facts
from mains.billing.rules.totals import bill_totals
from mains.core.money import Money
from mains.journeys.tariff_pricing import Priced
from mains.tariffs.rules.kinds.base import amount_of
from mains.tariffs.rules.lab import AccountSum, ClassSum, LeftOut, Tally
from mains.tariffs.rules.lines import RatedLine, RatingProblem
from mains.tariffs.rules.taxes import NoTaxInForce, percent_of


class IssuedBill(NamedTuple):
    """
    A bill as it was sealed.
    """

    total_minor: int
    currency: str
    facts: str
    facts_hash: str


class Line(NamedTuple):
    """
    What the totals of a bill need of a line.
    """

    vat_rate: str
    net: Money | Decimal


class _Left(Exception):
    """
    An account or a bill is left out; says why.
    """

    def __init__(self, why: LeftOut) -> None:
        super().__init__(why)
        self.why = why


@dataclass(slots=True)
class Again:
    """
    Rates bills again, with the versions that they were billed with and with the draft.
    """

    billed: Mapping[int, Priced]
    draft: Priced
    is_exact_line: bool

    def account(self, account_id: int, bills: Sequence[IssuedBill], tally: Tally) -> None:
        """
        Add the bills of an account to a tally, or leave it out.

        A bill without inputs is left out alone; one that does not come out again, or that the
        draft cannot rate, takes its account with it.
        """
        before = after = count = skipped = 0
        sums: dict[tuple[str, str], list[Decimal]] = {}
        for bill in bills:
            try:
                found = self._bill(bill, sums)
            except _Left as left:
                if left.why is LeftOut.NO_INPUTS:
                    tally.leave_out(left.why, account_id=account_id)
                    skipped += 1
                    continue
                left_out = len(bills) - skipped
                tally.leave_out(left.why, account_id=account_id, bills=left_out)
                return
            if found is not None:
                before, after, count = before + bill.total_minor, after + found, count + 1
        if count:
            groups = [
                ClassSum(*name, _total(nets[::2]), _total(nets[1::2]))
                for name, nets in sums.items()
            ]
            tally.add(AccountSum(account_id, count, before, after, groups))

    def _bill(self, bill: IssuedBill, sums: dict[tuple[str, str], list[Decimal]]) -> int | None:
        """
        Return what a bill would have come to, in minor units; None if the tariff is not in it.
        """
        facts = _facts(bill)
        contracts = [
            one
            for one in facts["contracts"]
            if any(part["version"] in self.billed for part in one["rated"])
        ]
        if not contracts:
            return None
        ids = {one["id"] for one in contracts}
        kept = [self._line(one) for one in facts["lines"] if not _is_own(one, ids)]
        own = [one for one in facts["lines"] if _is_own(one, ids)]
        if self._gross(kept + [self._line(one) for one in own], bill) != bill.total_minor:
            raise _Left(LeftOut.NOT_REPRODUCED)
        new: list[Line] = []
        pending = []
        for contract in contracts:
            lines = [one for one in own if one["contract"] == contract["id"]]
            rated = self._rated(contract, lines)
            new += [Line(one.vat_rate, one.net) for one in rated]
            name = contract["service"], _class_of(contract)
            nets = [sum((Decimal(one["net"]) for one in lines), Decimal(0)), _sum(rated)]
            pending.append((name, nets))
        gross = self._gross(kept + new, bill)
        for name, nets in pending:
            sums.setdefault(name, []).extend(nets)
        return gross

    def _rated(
        self, contract: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]
    ) -> list[RatedLine]:
        """
        Return the draft's lines of a contract, once its own ones came out again.
        """
        same: list[RatedLine] = []
        new: list[RatedLine] = []
        for part in contract["rated"]:
            given = read_facts(part)
            version = self.billed.get(part["version"])
            if version is None:
                raise _Left(LeftOut.NOT_REPRODUCED)
            try:
                same += version.lines_at(given, part["taxes"])
            except (RatingProblem, ValueError) as problem:
                raise _Left(LeftOut.NOT_REPRODUCED) from problem
            try:
                new += self.draft.lines(given)
            except (RatingProblem, NoTaxInForce) as problem:
                raise _Left(LeftOut.NOT_RATABLE) from problem
        if [(one.code, _text(one)) for one in same] != [(one["code"], one["net"]) for one in lines]:
            raise _Left(LeftOut.NOT_REPRODUCED)
        return new

    def _line(self, line: Mapping[str, Any]) -> Line:
        net = Decimal(line["net"])
        if self.is_exact_line:
            return Line(line["vat"], net)
        return Line(line["vat"], Money.round_from(net, self.draft.currency))

    def _gross(self, lines: Sequence[Line], bill: IssuedBill) -> int:
        rates = {line.vat_rate: percent_of(line.vat_rate) for line in lines}
        return bill_totals(lines, rates=rates, currency=bill.currency).gross.minor


def _facts(bill: IssuedBill) -> dict[str, Any]:
    if not bill.facts or sha256(bill.facts.encode()).hexdigest() != bill.facts_hash:
        raise _Left(LeftOut.NO_INPUTS)
    facts: dict[str, Any] = json.loads(bill.facts)
    if not all(one.get("rated") for one in facts.get("contracts", [])):
        raise _Left(LeftOut.NO_INPUTS)
    return facts


def _is_own(line: Mapping[str, Any], contract_ids: set[int]) -> bool:
    """
    Tell whether a line is for the bill's own period, and of one of some contracts.
    """
    return line["contract"] in contract_ids and "corrects" not in line


def _class_of(contract: Mapping[str, Any]) -> str:
    value = contract["rated"][0]["attributes"].get("contract_class", [""])
    return str(value[0])


def _text(line: RatedLine) -> str:
    return line.net.as_text() if isinstance(line.net, Money) else plain(line.net)


def _sum(lines: Sequence[RatedLine]) -> Decimal:
    return sum((amount_of(line) for line in lines), Decimal(0))


def _total(nets: Sequence[Decimal]) -> Decimal:
    return sum(nets, Decimal(0))
