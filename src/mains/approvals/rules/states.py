"""From a wish that waits to a deed that is done."""

from enum import StrEnum

from mains.core.states import Machine


class State(StrEnum):
    WAITING = "WAITING"
    # Somebody else said yes; what was asked for is carried out next.
    APPROVED = "APPROVED"
    DONE = "DONE"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"
    # What it rested on had changed before it could be carried out.
    OUTDATED = "OUTDATED"


MACHINE = Machine(
    {
        State.WAITING: frozenset(
            {State.APPROVED, State.REFUSED, State.WITHDRAWN, State.EXPIRED, State.OUTDATED}
        ),
        State.APPROVED: frozenset({State.DONE, State.OUTDATED}),
        State.DONE: frozenset(),
        State.REFUSED: frozenset(),
        State.WITHDRAWN: frozenset(),
        State.EXPIRED: frozenset(),
        State.OUTDATED: frozenset(),
    }
)
