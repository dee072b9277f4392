"""What a bill comes to, and how it is shown beside what was owed before."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from mains.billing.rules.vat import NetLine, VatPolicy, VatTotal, vat_totals
from mains.core.money import Money


class CashRounding(StrEnum):
    """
    How an amount is shown to someone who pays in coins. What is owed never changes.
    """

    NONE = "none"
    # Hungary has no coin below 5 Ft: act III of 2008 rounds cash payments to the nearest 5.
    HUF_5 = "huf_5"


class CashRoundingUnfit(ValueError):
    """
    A rule for coins was used with a currency it is not for.
    """


class BillTotals(NamedTuple):
    """
    The sums of one bill. Nothing owed before is in them.
    """

    by_rate: tuple[VatTotal, ...]
    net: Money
    tax: Money
    gross: Money


class RunningStep(NamedTuple):
    """
    One row of a running sum: what it adds, and the sum so far.
    """

    label: str
    amount: Money
    so_far: Money


def bill_totals(
    lines: Iterable[NetLine],
    *,
    rates: Mapping[str, Decimal],
    currency: str,
    policy: VatPolicy = VatPolicy.PER_RATE,
) -> BillTotals:
    """
    Return the sums of a bill from its lines; a bill without lines comes to nothing.

    :raises UnknownVatRate: if a line names a rate that is not among `rates`.
    """
    by_rate = vat_totals(lines, rates=rates, currency=currency, policy=policy)
    if len(by_rate) == 1:
        net, tax = by_rate[0].net, by_rate[0].tax
    else:
        net = Money.total((total.net for total in by_rate), currency=currency)
        tax = Money.total((total.tax for total in by_rate), currency=currency)
    return BillTotals(by_rate=by_rate, net=net, tax=tax, gross=net + tax)


def running_sum(opening: Money, entries: Iterable[tuple[str, Money]]) -> tuple[RunningStep, ...]:
    """
    Return the rows from the balance before to what is to pay; the last `so_far` is that.

    Payments and credits come as amounts below zero.
    """
    steps = []
    so_far = opening
    for label, amount in entries:
        so_far = so_far + amount
        steps.append(RunningStep(label=label, amount=amount, so_far=so_far))
    return tuple(steps)


def cash_amount(amount: Money, *, policy: CashRounding) -> Money:
    """
    Return what somebody who pays an amount in cash hands over.

    :raises CashRoundingUnfit: if the policy is for another currency.
    """
    if policy is CashRounding.NONE:
        return amount
    if amount.currency != "HUF":
        raise CashRoundingUnfit(f"{policy} is for HUF, not {amount.currency}; choose `none`.")
    # 1, 2 down; 3, 4 up; 6, 7 down; 8, 9 up. There are no ties in steps of one.
    sign = -1 if amount.minor < 0 else 1
    return Money(sign * ((abs(amount.minor) + 2) // 5 * 5), amount.currency)
