from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.metering.rules.consumption import (
    BelowPrevious,
    NoReading,
    NotRolledOver,
    Segment,
    consumption,
    used_in,
)
from mains.metering.rules.plausibility import Outcome, Previous, judge
from mains.metering.rules.typed import NotANumber, TooManyDigits, read_typed

D = Decimal


class TestReadTyped:
    @pytest.mark.parametrize(
        ("text", "mark", "expected"),
        [
            ("1234", ",", "1234"),
            ("1 234,5", ",", "1234.5"),
            ("1\u00a0234,5", ",", "1234.5"),
            ("1\u202f234,5", ",", "1234.5"),
            ("1.234,5", ",", "1234.5"),
            ("1,234.5", ",", "1234.5"),
            ("1'234.5", ".", "1234.5"),
            ("12.5", ",", "12.5"),
            ("12,5", ".", "12.5"),
            ("1.234", ",", "1234"),
            ("1,234", ",", "1.234"),
            ("1,234", ".", "1234"),
            (" 00123 ", ",", "123"),
            ("+7", ",", "7"),
            (",5", ",", "0.5"),
            ("123,", ",", "123"),
            ("0", ",", "0"),
            ("１２３４", ",", "1234"),
            ("１２３，５", ",", "123.5"),
            ("١٢٣٤", ".", "1234"),
            ("١٢٣٫٥", ".", "123.5"),
            ("१२३", ".", "123"),
            ("12O4", ",", "1204"),
            ("l2З4", ",", "1234"),
            ("1234 m3", ",", "1234"),
            ("1234m³", ",", "1234"),
            ("118,5 м³", ",", "118.5"),
            ("42 kWh", ".", "42"),
            ("\u200e1234\u200f", ",", "1234"),
        ],
    )
    def test_understands_what_people_type(self, text: str, mark: str, expected: str) -> None:
        assert read_typed(text, decimal_mark=mark, digits=5, decimals=3) == D(expected)

    @pytest.mark.parametrize(
        "text",
        ["", "  ", "abc", "-5", "\u22125", "1-2", "1e5", "12..5", "1,2,3", "½", "12²", "①", "Oo",
         "NaN", "Infinity", "m3", "1.23.456,7", "."],
    )  # fmt: skip
    def test_refuses_what_is_no_number(self, text: str) -> None:
        with pytest.raises(NotANumber):
            read_typed(text, decimal_mark=",", digits=5, decimals=3)

    def test_lets_the_meter_decide_what_a_mark_means(self) -> None:
        assert read_typed("1.234", decimal_mark=".", digits=5, decimals=0) == D(1234)
        assert read_typed("1.234", decimal_mark=",", digits=3, decimals=3) == D("1.234")

    @pytest.mark.parametrize("text", ["123456", "1234,5678", "123 456", "99999999999999999999"])
    def test_refuses_more_digits_than_the_meter_has(self, text: str) -> None:
        with pytest.raises(TooManyDigits, match="5 digits and 3"):
            read_typed(text, decimal_mark=",", digits=5, decimals=3)

    @given(st.text())
    def test_any_text_is_a_number_or_one_of_two_refusals(self, text: str) -> None:
        try:
            value = read_typed(text, decimal_mark=",", digits=5, decimals=3)
        except (NotANumber, TooManyDigits):
            return
        assert 0 <= value < 100_000

    @given(st.decimals(0, 99_999, places=3), st.sampled_from([" ", "\u00a0", "\u202f", "'", ""]))
    def test_reads_back_what_is_printed(self, value: Decimal, blank: str) -> None:
        for decimal, group in ((",", "."), (".", ",")):
            for separator in (blank, group):
                printed = f"{value:,.3f}".replace(",", "_").replace(".", decimal)
                printed = printed.replace("_", separator)
                assert read_typed(printed, decimal_mark=decimal, digits=5, decimals=3) == value


class TestJudge:
    @pytest.mark.parametrize(
        ("last", "value", "usual", "outcome"),
        [
            ("118", "121.5", "0.1", Outcome.OK),
            ("118", "118.1", "0.1", Outcome.LOW),
            ("118", "160", "0.1", Outcome.HIGH),
            ("118", "118", "0.1", Outcome.IDENTICAL),
            ("118", "118", "0", Outcome.OK),
            ("118", "119", "0", Outcome.HIGH),
            ("118", "118", None, Outcome.IDENTICAL),
            ("118", "160", None, Outcome.OK),
            ("99998", "3", "0.2", Outcome.ROLLOVER),
            ("99998", "3", None, Outcome.ROLLOVER),
            ("99998", "3", "0.01", Outcome.BELOW_LAST),
            ("50000", "49000", None, Outcome.BELOW_LAST),
            ("121", "112", "0.1", Outcome.BELOW_LAST),
            ("118", "211", "0.1", Outcome.DIGIT_SWAP),
            ("145.5", "194.1", "0.1", Outcome.DIGIT_SWAP),
            ("145.5", "419.1", "0.1", Outcome.DIGIT_SWAP),
            ("118", "211", None, Outcome.OK),
        ],
    )
    def test_names_what_it_looks_like(
        self, last: str, value: str, usual: str | None, outcome: Outcome
    ) -> None:
        verdict = judge(
            D(value),
            read_date=date(2026, 2, 26),
            digits=5,
            previous=Previous(value=D(last), read_date=date(2026, 1, 27)),
            usual_daily=None if usual is None else D(usual),
        )
        assert verdict.outcome is outcome
        assert verdict.needs_review is (outcome is not Outcome.OK)

    def test_gives_the_numbers_for_the_explanation(self) -> None:
        verdict = judge(
            D(142),
            read_date=date(2026, 2, 26),
            digits=5,
            previous=Previous(value=D(118), read_date=date(2026, 1, 27)),
            usual_daily=D("0.1"),
        )
        assert verdict.used == 24
        assert verdict.times_usual == 8
        assert (verdict.expected_low, verdict.expected_high) == (D("118.6"), D(127))

    @pytest.mark.parametrize(
        ("last", "value", "meant"), [("118", "211", "121"), ("145.5", "194.1", "149.1")]
    )
    def test_says_what_exchanged_digits_were_meant_to_be(
        self, last: str, value: str, meant: str
    ) -> None:
        verdict = judge(
            D(value),
            read_date=date(2026, 2, 26),
            digits=5,
            previous=Previous(value=D(last), read_date=date(2026, 1, 27)),
            usual_daily=D("0.1"),
        )
        assert verdict.meant == D(meant)

    def test_a_first_reading_is_well(self) -> None:
        verdict = judge(D(5), read_date=date(2026, 2, 26), digits=5)
        assert verdict.reason == "reading.first"
        assert not verdict.needs_review

    @given(
        st.decimals(0, 99_999, places=3),
        st.decimals(0, 99_999, places=3),
        st.none() | st.decimals(0, 1000, places=3),
        st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    )
    def test_never_refuses_a_number(
        self, value: Decimal, last: Decimal, usual: Decimal | None, day: date
    ) -> None:
        verdict = judge(
            value,
            read_date=day,
            digits=5,
            previous=Previous(value=last, read_date=date(2025, 1, 1)),
            usual_daily=usual,
        )
        assert verdict.used is None or verdict.used >= 0


class TestConsumption:
    def test_passes_zero_and_multiplies(self) -> None:
        rolled = Segment(start=D(99998), end=D(3), digits=5, rolled_over=True)
        assert used_in(rolled) == 5
        transformer = Segment(start=D(10), end=D(12), digits=5, multiplier=D(40))
        assert used_in(transformer) == 80

    def test_adds_the_segments_of_an_exchange(self) -> None:
        before = Segment(start=D(990), end=D("1002.5"), digits=4)
        after = Segment(start=D(0), end=D("7.5"), digits=5)
        assert consumption([before, after]) == 20

    def test_refuses_what_it_would_have_to_guess(self) -> None:
        with pytest.raises(BelowPrevious, match="passed zero"):
            used_in(Segment(start=D(10), end=D(9), digits=5))
        with pytest.raises(NotRolledOver, match="remove the mark"):
            used_in(Segment(start=D(10), end=D(11), digits=5, rolled_over=True))
        with pytest.raises(NoReading):
            consumption([])
