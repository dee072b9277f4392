from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.core.money import (
    EXPONENTS,
    MixedCurrencies,
    Money,
    NothingToSplitBy,
    UnknownCurrency,
)

minors = st.integers(min_value=-(10**15), max_value=10**15)


class TestRoundFrom:
    @pytest.mark.parametrize(
        ("amount", "currency", "minor"),
        [
            ("10.245", "EUR", 1025),
            ("-10.245", "EUR", -1025),
            ("10.2449999999999999999999", "EUR", 1024),
            ("0.5", "HUF", 1),
            ("3047.4166666", "HUF", 3047),
            ("1.005", "UAH", 101),
        ],
    )
    def test_rounds_halves_away_from_zero(self, amount: str, currency: str, minor: int) -> None:
        assert Money.round_from(Decimal(amount), currency) == Money(minor, currency)

    def test_does_not_depend_on_the_callers_precision(self) -> None:
        with localcontext(prec=3):
            assert Money.round_from(Decimal("123456.785"), "EUR") == Money(12345679, "EUR")
            assert Money(12345679, "EUR").as_decimal() == Decimal("123456.79")

    def test_refuses_a_currency_without_a_row(self) -> None:
        with pytest.raises(UnknownCurrency, match="EXPONENTS"):
            Money.round_from(Decimal(1), "XXX")

    @given(minors, st.sampled_from(sorted(EXPONENTS)))
    def test_gives_back_what_as_decimal_gave(self, minor: int, currency: str) -> None:
        amount = Money(minor, currency)
        assert Money.round_from(amount.as_decimal(), currency) == amount

    @given(minors, st.sampled_from(sorted(EXPONENTS)))
    def test_writes_what_the_decimal_would(self, minor: int, currency: str) -> None:
        amount = Money(minor, currency)
        assert amount.as_text() == str(amount.as_decimal())


class TestArithmetic:
    def test_adds_subtracts_and_compares(self) -> None:
        assert Money(3, "EUR") + Money(4, "EUR") == Money(7, "EUR")
        assert Money(3, "EUR") - Money(4, "EUR") == -Money(1, "EUR")
        assert Money(3, "EUR") < Money(4, "EUR")
        assert max(Money(3, "EUR"), Money(4, "EUR")) == Money(4, "EUR")
        assert str(Money(-305, "EUR")) == "-3.05 EUR"
        assert str(Money(305, "HUF")) == "305 HUF"

    def test_refuses_two_currencies(self) -> None:
        one, other = Money(3, "EUR"), Money(3, "HUF")
        for mix in (
            lambda: one + other,
            lambda: one - other,
            lambda: one < other,
            lambda: one >= other,
            lambda: Money.total([one, other], currency="EUR"),
        ):
            with pytest.raises(MixedCurrencies):
                mix()
        assert one != other


class TestSplit:
    def test_serves_the_largest_remainders_first(self) -> None:
        parts = Money(100, "EUR").split([1, 1, 1])
        assert [part.minor for part in parts] == [34, 33, 33]
        parts = Money(-100, "EUR").split([Decimal("0.5"), Decimal("0.25"), 1])
        assert [part.minor for part in parts] == [-29, -14, -57]

    @given(
        minors,
        st.lists(st.decimals(0, 1000, places=4), min_size=1, max_size=20).filter(
            lambda weights: any(weights)
        ),
    )
    def test_adds_up_and_is_within_one_unit_of_exact(
        self, minor: int, weights: list[Decimal]
    ) -> None:
        amount = Money(minor, "EUR")
        parts = amount.split(weights)
        assert Money.total(parts, currency="EUR") == amount
        whole = sum(int(weight * 10_000) for weight in weights)
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part.minor * whole - minor * int(weight * 10_000)) < whole

    @pytest.mark.parametrize("weights", [[], [0, 0], [-1, 2]])
    def test_refuses_weights_that_divide_nothing(self, weights: list[int]) -> None:
        with pytest.raises(NothingToSplitBy):
            Money(100, "EUR").split(weights)
