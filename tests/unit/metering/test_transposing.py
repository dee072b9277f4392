"""Two registers of one meter, typed into each other's fields."""

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from mains.metering.rules import transposing
from mains.metering.rules.plausibility import Outcome, Previous
from mains.metering.rules.transposing import Shown, judge_together

D = Decimal
DAY, BEFORE = date(2026, 11, 28), date(2026, 10, 29)


def register(value: str, last: str | None = "1000", usual: str | None = "2", **more: int) -> Shown:
    """
    Return what a register is said to show, thirty days after it showed `last`.
    """
    return Shown(
        value=D(value),
        read_date=DAY,
        previous=None if last is None else Previous(value=D(last), read_date=BEFORE),
        usual_daily=None if usual is None else D(usual),
        **{"digits": 5, "decimals": 0, **more},
    )


def outcomes(*shown: Shown) -> list[str]:
    return [str(verdict.outcome) for verdict in judge_together(shown)]


class TestJudgeTogether:
    @pytest.mark.parametrize("usual", ["2", None])
    def test_says_of_both_what_the_other_holds(self, usual: str | None) -> None:
        day, night = judge_together(
            [register("560", usual=usual), register("1060", "500", usual=usual)]
        )
        assert (day.outcome, day.meant) == (Outcome.TRANSPOSED, 1_060)
        assert (night.outcome, night.meant) == (Outcome.TRANSPOSED, 560)
        assert day.reason == night.reason == "reading.registers_exchanged"
        assert day.needs_review

    def test_says_it_of_both_where_one_alone_is_unusual(self) -> None:
        pair = register("1061", "1000", "2"), register("1222", "1001", "2")
        assert [one.verdict.outcome for one in pair] == [Outcome.OK, Outcome.HIGH]
        assert outcomes(*pair) == ["OK", "HIGH"]
        pair = register("1061", "1000", "4"), register("1222", "1001", "1")
        assert outcomes(*pair) == ["TRANSPOSED", "TRANSPOSED"]

    @pytest.mark.parametrize(
        "pair",
        [
            (register("1060"), register("560", "500")),
            (register("3"), register("4", "500")),
            (register("560", None), register("1060", "500")),
            (register("560", digits=3), register("1060", "500")),
            (register("560.5", decimals=1), register("1060", "500")),
            (register("5", "99990", "1"), register("99999", "2", "1")),
        ],
        ids=["in their places", "ordinary neither way", "a first reading", "too many digits",
             "too many decimals", "a roll-over"],
    )  # fmt: skip
    def test_leaves_every_other_pair_as_it_is(self, pair: tuple[Shown, Shown]) -> None:
        assert outcomes(*pair) == [str(one.verdict.outcome) for one in pair]

    def test_of_three_registers_two_are_exchanged_and_one_is_not(self) -> None:
        three = register("560"), register("7060", "7000"), register("1060", "500")
        assert outcomes(*three) == ["TRANSPOSED", "OK", "TRANSPOSED"]

    def test_of_none_says_nothing(self) -> None:
        assert judge_together([]) == []


def some(dice: random.Random) -> Shown:
    last = Decimal(dice.randint(0, 99_999))
    return Shown(
        value=dice.choice([last + dice.randint(-20, 400), D(dice.randint(0, 99_999))]) % 10**5,
        read_date=DAY,
        digits=dice.choice([4, 5, 5, 5]),
        decimals=0,
        previous=dice.choice(
            [None, *3 * [Previous(value=last, read_date=DAY - timedelta(dice.randint(0, 90)))]]
        ),
        usual_daily=dice.choice([None, D(0), D("0.1"), D(3)]),
    )


def typed(dice: random.Random) -> list[Shown]:
    """
    Return what was typed for the registers of a meter, two of them sometimes exchanged.
    """
    meter = [some(dice) for _register in range(dice.randint(0, 4))]
    if len(meter) > 1 and dice.random() < 0.5:
        one, other = meter[:2]
        meter[:2] = replace(one, value=other.value), replace(other, value=one.value)
    return meter


def test_ten_thousand_meters_have_no_dead_end():
    dice, found = random.Random(6), 0
    for _ in range(10_000):
        meter = typed(dice)
        verdicts = judge_together(meter)
        marked = [at for at, one in enumerate(verdicts) if one.outcome is Outcome.TRANSPOSED]
        found += len(marked)
        for at, verdict in enumerate(verdicts):
            assert verdict.needs_review is (verdict.outcome is not Outcome.OK)
            if at not in marked:
                assert verdict == meter[at].verdict
                continue
            # Each names the other's value, and taken so it counts at once.
            assert verdict.meant in [meter[other].value for other in marked if other != at]
            assert not replace(meter[at], value=verdict.meant).verdict.needs_review
        assert len(marked) % 2 == 0
    assert found > 100


def test_control_without_the_rule_no_pair_is_found(monkeypatch):
    monkeypatch.setattr(transposing, "_seem_exchanged", lambda *_pair: False)
    assert outcomes(register("560"), register("1060", "500")) == ["BELOW_LAST", "HIGH"]
