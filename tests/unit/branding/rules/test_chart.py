"""Bars start at zero, gaps stay gaps, and labels never touch."""

from decimal import Decimal

import pytest

from mains.branding.rules.chart import NegativeQuantity, Period, draw


def months(*values, before=None):
    return [
        Period(
            f"Month {index}",
            f"M{index}",
            None if value is None else Decimal(value),
            None if before is None else Decimal(before),
        )
        for index, value in enumerate(values)
    ]


def drawn(periods, **changes):
    return draw(**{"periods": periods, "height": 200, "max_labels": 6, **changes})


def test_a_bar_is_as_long_as_its_quantity_says():
    drawing = drawn(months(100, 50))

    tall, half = (group.bars[0] for group in drawing.groups)
    assert tall.height == pytest.approx(2 * half.height, abs=0.2)
    assert tall.y + tall.height == drawing.baseline


def test_the_axis_starts_at_zero_and_covers_the_greatest_quantity():
    drawing = drawn(months(412, 90))

    values = [tick.value for tick in drawing.ticks]
    assert values == [0, 200, 400, 600]
    assert drawing.ticks[0].y == drawing.baseline


def test_small_quantities_get_a_fitting_axis():
    assert [tick.value for tick in drawn(months("0.7")).ticks][-1] == Decimal("0.75")


def test_an_unknown_period_is_a_gap_and_not_a_zero():
    known, unknown = drawn(months(10, None)).groups

    assert unknown.missing
    assert unknown.bars == ()
    assert not known.missing


def test_zero_draws_nothing_and_is_not_missing():
    (group,) = drawn(months(0)).groups

    assert not group.missing
    assert group.bars[0].height == 0


def test_a_tiny_quantity_still_shows():
    assert drawn(months(10_000, 1)).groups[1].bars[0].height == 1.5


def test_an_estimate_is_told_apart():
    estimated = Period("May", "M", Decimal(5), estimated=True)

    assert drawn([estimated]).groups[0].bars[0].kind == "estimate"


@pytest.mark.parametrize("arrangement", ["pair", "nested", "marker"])
def test_bars_stay_inside_their_own_period(arrangement):
    drawing = drawn(months(10, 20, 30, before=25), arrangement=arrangement)

    for index, group in enumerate(drawing.groups):
        for bar in group.bars:
            assert index * 100 / 3 <= bar.x
            assert bar.x + bar.width <= (index + 1) * 100 / 3


def test_only_as_many_labels_as_fit_and_the_newest_always():
    labels = [group.label for group in drawn(months(*range(13)), max_labels=6).groups]

    assert sum(map(bool, labels)) <= 6
    assert labels[-1] == "Month 12"


def test_short_labels_on_narrow_drawings():
    assert drawn(months(1, 2), short_labels=True).groups[0].label == "M0"


def test_nothing_known_is_still_a_drawing():
    assert drawn(months(None, None)).groups[0].missing


def test_quantities_below_zero_are_refused():
    with pytest.raises(NegativeQuantity, match="Month 1: -1 is below zero"):
        drawn(months(5, -1))
