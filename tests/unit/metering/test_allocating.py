from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.metering.rules.allocating import Key, NotAllocatable, allocate, part_of

D = Decimal
STEP = D("0.001")
AREA = Key("area", D(50), (D(50), D(30), D(20)))
USED = Key("allocator", D(50), (D(100), D(0), D(300)))
WEIGHTS = st.lists(st.decimals(0, 1_000, places=2), min_size=5, max_size=5)


def used(total: str, *keys: Key) -> list[Decimal]:
    return [share.used for share in allocate(D(total), keys=keys, homes=3, step=STEP)]


def test_half_by_area_and_half_by_use() -> None:
    # Area: 5, 3 and 2 of 10; use: 2.5, 0 and 7.5 of 10.
    assert used("20", AREA, USED) == [D("7.5"), D(3), D("9.5")]


def test_each_share_says_how_it_came_about() -> None:
    first = allocate(D(20), keys=[AREA, USED], homes=3, step=STEP)[0]
    assert first.total == 20
    assert [
        (key.name, key.percent, key.of, key.weight, key.whole, key.used) for key in first.keys
    ] == [
        ("area", 50, 10, 50, 100, 5),
        ("allocator", 50, 10, 100, 400, D("2.5")),
    ]


def test_a_key_on_which_nobody_used_anything_gives_its_part_to_the_others() -> None:
    nothing = Key("allocator", D(50), (D(0), D(0), D(0)))
    assert used("20", AREA, nothing) == [10, 6, 4]


def test_what_cannot_be_divided_goes_to_the_largest_remainder() -> None:
    thirds = Key("area", D(100), (D(1), D(1), D(1)))
    assert used("10", thirds) == [D("3.334"), D("3.333"), D("3.333")]


@pytest.mark.parametrize("keys", [[], [Key("area", D(100), (D(0), D(0), D(0)))]])
def test_without_a_weight_nothing_is_shared(keys: list[Key]) -> None:
    with pytest.raises(NotAllocatable):
        allocate(D(10), keys=keys, homes=3, step=STEP)


@given(
    total=st.decimals(0, 1_000_000, places=3),
    area=WEIGHTS,
    use=WEIGHTS,
    percent=st.integers(1, 100),
)
def test_the_homes_together_used_what_the_building_did(
    total: Decimal, area: list[Decimal], use: list[Decimal], percent: int
) -> None:
    keys = [Key("area", D(percent), area), Key("allocator", D(100 - percent), use)]
    if not sum(area) and not (sum(use) and percent < 100):
        with pytest.raises(NotAllocatable):
            allocate(total, keys=keys, homes=5, step=STEP)
        return
    shares = allocate(total, keys=keys, homes=5, step=STEP)
    assert sum(share.used for share in shares) == total
    assert all(share.used >= 0 for share in shares)


@given(
    total=st.decimals(0, 10_000, places=3),
    days=st.lists(st.integers(1, 40), min_size=1, max_size=6),
)
def test_those_who_live_there_one_after_the_other_pay_the_homes_use(
    total: Decimal, days: list[int]
) -> None:
    whole = D(sum(days))
    parts = [
        part_of(total, before=D(sum(days[:n])), within=D(days[n]), whole=whole, step=STEP)
        for n in range(len(days))
    ]
    assert sum(parts) == total
