"""How money is shared out among what it came for, and taken back from it."""

from collections.abc import Hashable, Sequence


def spread[Bill: Hashable](
    minor: int, *, asked: Sequence[tuple[Bill, int]]
) -> list[tuple[Bill, int]]:
    """
    Give each bill what was asked for it, in turn; the first one also takes what is left over.

    In minor units; bills that get nothing are left out.
    """
    left, parts = minor, []
    for bill, amount in asked:
        parts.append((bill, min(amount, left)))
        left -= parts[-1][1]
    parts[0] = (parts[0][0], parts[0][1] + left)
    return [(bill, amount) for bill, amount in parts if amount > 0]


def in_turn[Place: Hashable](
    minor: int, *, holdings: Sequence[tuple[Place, int]]
) -> list[tuple[Place, int]]:
    """
    Take from each place what it holds, in turn, until there is enough; empty ones are left out.
    """
    left, parts = minor, []
    for place, held in holdings:
        taken = min(held, left)
        left -= taken
        if taken > 0:
            parts.append((place, taken))
    return parts
