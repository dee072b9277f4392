"""States are a table of allowed moves."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class IllegalMove(ValueError):
    """
    Something was to go from one state to another that the table does not allow.
    """

    def __init__(self, *, current: StrEnum, target: StrEnum, allowed: frozenset[StrEnum]) -> None:
        self.current = current
        self.target = target
        self.allowed = allowed
        ways = ", ".join(sorted(allowed)) or "nowhere: it is final"
        super().__init__(f"{current} cannot become {target}; from here it may go to {ways}.")


class IncompleteMachine(ValueError):
    """
    A table lacks the row of a state.
    """


@dataclass(frozen=True, slots=True)
class Machine[State: StrEnum]:
    """
    Say for every state which states may follow.

    :raises IncompleteMachine: if a state of the enumeration has no row.
    """

    moves: Mapping[State, frozenset[State]]

    def __post_init__(self) -> None:
        kinds = {type(state) for state in self.moves}
        missing = [state for kind in kinds for state in kind if state not in self.moves]
        if missing or len(kinds) != 1:
            raise IncompleteMachine(
                f"The table has no row for {', '.join(missing) or 'any state'}; "
                "a final state has an empty one."
            )

    def allows(self, *, current: State, target: State) -> bool:
        """
        Tell whether a move is in the table.
        """
        return target in self.moves[current]

    def check(self, *, current: State, target: State) -> None:
        """
        Pass silently if a move is in the table.

        :raises IllegalMove: if it is not.
        """
        if target not in self.moves[current]:
            raise IllegalMove(
                current=current, target=target, allowed=frozenset(self.moves[current])
            )

    def is_final(self, state: State) -> bool:
        """
        Tell whether nothing can follow a state.
        """
        return not self.moves[state]
