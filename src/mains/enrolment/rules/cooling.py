"""When a message may be sent again: not at once, and not all the time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

PAUSE, WINDOW, MOST = timedelta(minutes=1), timedelta(hours=1), 5


def possible_from(sent: Sequence[datetime], *, now: datetime) -> datetime | None:
    """
    Return from when one more may be sent, or None where it may be at once.

    At most one in a minute and five in an hour; `sent` are the instants of those before, in any
    order.
    """
    times = sorted(one for one in sent if one > now - WINDOW)
    if not times:
        return None
    found = times[-1] + PAUSE
    if len(times) >= MOST:
        found = max(found, times[-MOST] + WINDOW)
    return found if found > now else None
