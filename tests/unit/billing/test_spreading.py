"""A bill's money by month and contract adds up to the bill."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from mains.billing.rules.spreading import Charge, adding_up, spread
from mains.core.calendars import Period
from mains.core.money import Money

QUARTER = Period(date(2026, 7, 1), date(2026, 10, 1))
OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def parts(charges, days, net: int, vat: int) -> list[tuple[int, int, int, int]]:
    found = spread(charges, days=days, net=eur(net), vat=eur(vat))
    return [(one.contract_id, one.month.month, one.net.minor, one.vat.minor) for one in found]


def charge(contract: int, net: str, rate: str = "21") -> Charge:
    return Charge(contract, Decimal(net), Decimal(rate))


def test_one_month_of_one_contract_is_the_bill():
    charges = [charge(1, "30.00"), charge(1, "5.00", "12")]
    assert parts(charges, OCTOBER, 3500, 690) == [(1, 10, 3500, 690)]


def test_several_months_are_shared_by_days():
    # 92 days, of which 31, 31 and 30: 33.70, 33.70 and 32.61 of 100.00, VAT 7.08, 7.08, 6.85.
    assert parts([charge(1, "100.00")], QUARTER, 10_000, 2_100) == [
        (1, 7, 3370, 708), (1, 8, 3369, 707), (1, 9, 3261, 685),
    ]  # fmt: skip


def test_vat_on_the_sum_goes_to_the_largest_remainder():
    # 0.21 x 0.05 = 0.0105 each; on 0.10 together 0.021, so 0.02.
    charges = [charge(1, "0.05"), charge(2, "0.05")]
    assert parts(charges, OCTOBER, 10, 2) == [(1, 10, 5, 1), (2, 10, 5, 1)]


def test_a_credit_has_parts_below_zero():
    charges = [charge(1, "-40.00"), charge(2, "10.00")]
    assert parts(charges, OCTOBER, -3000, -630) == [(1, 10, -4000, -840), (2, 10, 1000, 210)]


@given(
    st.lists(st.decimals("-99999", "99999", places=4), min_size=1, max_size=30),
    st.integers(-(10**7), 10**7),
)
def test_whatever_is_rounded_adds_up(exact, total):
    found = adding_up([Fraction(one) for one in exact], total=eur(total))
    assert sum(one.minor for one in found) == total


@given(st.lists(st.decimals("-99999", "99999", places=4), min_size=1, max_size=30))
def test_nothing_is_moved_by_a_whole_cent(exact):
    fractions = [Fraction(one) for one in exact]
    total = eur(round(sum(fractions) * 100))
    for one, was in zip(adding_up(fractions, total=total), fractions, strict=True):
        assert abs(one.minor - was * 100) <= 1
