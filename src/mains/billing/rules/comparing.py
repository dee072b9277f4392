"""Into which bucket an account of a run falls: why its bill differs from the one before."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from mains.billing.rules.causes import Cause, CauseKind
from mains.billing.rules.figures import BillFigures, PrintedLine
from mains.billing.rules.reconciling import reconcile


class Bucket(StrEnum):
    """
    Why the bills of accounts differ from those that they are compared with.

    `CONTRACT`: one began or ended. `FIXED`: a fixed amount is another one, or begins or ends, or is
    settled. `OTHER`: nothing tells, as where the earlier facts are deleted.
    Blocked accounts have a bucket for each reason, see `error`.
    """

    PRICE = "price"
    DAYS = "days"
    VOLUME = "volume"
    ESTIMATE = "estimate"
    NEW_METER = "new_meter"
    LOST_DISCOUNT = "lost_discount"
    CONTRACT = "contract"
    FIXED = "fixed"
    OTHER = "other"
    NEW_CUSTOMER = "new_customer"
    UNCHANGED = "unchanged"


# What stands beside the buckets among the causes: it follows from the others.
VAT, ROUNDING = "vat", "rounding"
_ERROR = "error:"

_BUCKETS = {
    CauseKind.VOLUME: Bucket.VOLUME,
    CauseKind.SIZE: Bucket.VOLUME,
    CauseKind.BLOCKS: Bucket.VOLUME,
    # A share of the other lines is never what made them differ.
    CauseKind.FOLLOWS: Bucket.OTHER,
    CauseKind.PRICE: Bucket.PRICE,
    CauseKind.VAT_RATE: Bucket.PRICE,
    CauseKind.LINE_NEW: Bucket.PRICE,
    CauseKind.LINE_ENDED: Bucket.PRICE,
    CauseKind.DISCOUNT_NEW: Bucket.PRICE,
    CauseKind.DISCOUNT_ENDED: Bucket.LOST_DISCOUNT,
    CauseKind.TIME: Bucket.DAYS,
    CauseKind.CONTRACT_NEW: Bucket.CONTRACT,
    CauseKind.CONTRACT_ENDED: Bucket.CONTRACT,
    CauseKind.CORRECTION: Bucket.ESTIMATE,
    CauseKind.CORRECTION_BEFORE: Bucket.ESTIMATE,
    CauseKind.FIXED: Bucket.FIXED,
    CauseKind.FIXED_TAKEN_OFF: Bucket.FIXED,
    CauseKind.USED_BEFORE: Bucket.FIXED,
    CauseKind.USED_NOW: Bucket.FIXED,
    CauseKind.VAT: VAT,
    CauseKind.ROUNDING: ROUNDING,
    CauseKind.OTHER: Bucket.OTHER,
}


def error(hold: str) -> str:
    """
    Return the bucket of accounts that are blocked for a reason.
    """
    return f"{_ERROR}{hold}"


def reason_of(bucket: str) -> str:
    """
    Return why the accounts of a bucket are blocked; empty for those that are billed.
    """
    return bucket.removeprefix(_ERROR) if bucket.startswith(_ERROR) else ""


def causes_of(*, before: BillFigures, after: BillFigures) -> list[tuple[str, int]]:
    """
    Return what made a bill differ from the one before, in minor units by bucket, largest first.

    VAT on the rest and rounding are causes of their own, so that all add up to the difference.

    :raises MixedCurrencies: if the bills are in two currencies.
    """
    sums: dict[str, int] = {}
    for cause in reconcile(before=before, after=after).causes:
        name = str(_bucket_of(cause))
        sums[name] = sums.get(name, 0) + cause.amount.minor
    known = [(name, minor) for name, minor in sums.items() if minor]
    return sorted(known, key=lambda one: (one[0] in {VAT, ROUNDING}, -abs(one[1]), one[0]))


def _bucket_of(cause: Cause) -> str:
    bucket = _BUCKETS[cause.kind]
    if bucket is Bucket.VOLUME and cause.is_exchanged:
        return Bucket.NEW_METER
    if bucket is Bucket.VOLUME and (cause.was_estimated or cause.is_estimated):
        return Bucket.ESTIMATE
    return bucket


def bucket_of(*, difference: int | None, causes: Sequence[tuple[str, int]]) -> str:
    """
    Return the bucket of a billed account: that of the cause that dominates its difference.

    `difference` is in minor units, None where there is no bill to compare with.
    """
    if difference is None:
        return Bucket.NEW_CUSTOMER
    if not difference:
        return Bucket.UNCHANGED
    first = causes[0][0] if causes else Bucket.OTHER
    return Bucket.OTHER if first in {VAT, ROUNDING} else first


class Beside(NamedTuple):
    """
    A line of a bill beside its like on the bill before; either may be lacking.
    """

    before: PrintedLine | None
    after: PrintedLine | None

    @property
    def line(self) -> PrintedLine:
        """
        Return the line that is there, the later one if both are.
        """
        line = self.after or self.before
        assert line is not None
        return line

    @property
    def difference(self) -> Decimal:
        """
        Return how much more the later line comes to, net in major units.
        """
        return (self.after.net if self.after else Decimal(0)) - (
            self.before.net if self.before else Decimal(0)
        )


def beside(*, before: BillFigures | None, after: BillFigures | None) -> tuple[Beside, ...]:
    """
    Return the lines of two bills side by side, in the order of the later one.

    Lines are alike in contract, component, unit and corrected period; several such in their order.
    """
    waiting: dict[tuple[object, ...], list[PrintedLine]] = {}
    for line in before.lines if before else ():
        waiting.setdefault(_place(line), []).append(line)
    found = []
    for line in after.lines if after else ():
        alike = waiting.get(_place(line))
        found.append(Beside(alike.pop(0) if alike else None, line))
    rest = [line for lines in waiting.values() for line in lines]
    return (*found, *(Beside(line, None) for line in rest))


def _place(line: PrintedLine) -> tuple[object, ...]:
    return line.contract_id, line.code, line.unit, line.corrects
