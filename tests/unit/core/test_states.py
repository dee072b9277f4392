from enum import StrEnum

import pytest

from mains.core.states import IllegalMove, IncompleteMachine, Machine


class Light(StrEnum):
    RED = "RED"
    GREEN = "GREEN"
    BROKEN = "BROKEN"


MACHINE = Machine(
    {
        Light.RED: frozenset({Light.GREEN, Light.BROKEN}),
        Light.GREEN: frozenset({Light.RED, Light.BROKEN}),
        Light.BROKEN: frozenset(),
    }
)


def test_passes_what_the_table_allows() -> None:
    MACHINE.check(current=Light.RED, target=Light.GREEN)
    assert MACHINE.allows(current=Light.RED, target=Light.BROKEN)
    assert MACHINE.is_final(Light.BROKEN)


def test_says_where_one_may_go_instead() -> None:
    with pytest.raises(IllegalMove, match=r"BROKEN cannot become RED.*final"):
        MACHINE.check(current=Light.BROKEN, target=Light.RED)
    with pytest.raises(IllegalMove, match="BROKEN, GREEN"):
        MACHINE.check(current=Light.RED, target=Light.RED)


def test_demands_a_row_for_every_state() -> None:
    with pytest.raises(IncompleteMachine, match="BROKEN"):
        Machine({Light.RED: frozenset(), Light.GREEN: frozenset()})
