"""A guest's reading beside the one of who holds the meter: it never takes its place by itself."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from mains.core.transactions import inside_transaction
from mains.metering.models import Reading, ReadingQuality, ReadingSource
from mains.metering.rules.plausibility import Outcome, Verdict

# What such a reading waits with, so that staff learn why.
HOLDER_READ = "HOLDER_READ"
# Guesses, of the provider and of anybody: every other source is surer than a guest.
UNSURE = (ReadingSource.GUEST, ReadingSource.ESTIMATE)
# A mistyped one, a correction, a neighbour; more of them in a day are no help to anybody.
MOST_A_DAY = 10


class TooManyReadings(Exception):
    """Guests sent as many readings of this register as are taken in a day."""


@inside_transaction
def demand_room(*, register_id: int, now: datetime) -> None:
    """
    Go on if guests may send another reading of a register; called behind its lock.

    :raises TooManyReadings: if there were ten within a day.
    """
    recent = Reading.objects.filter(
        register_id=register_id,
        source=ReadingSource.GUEST,
        received_at__gt=now - timedelta(days=1),
    )
    if recent.count() >= MOST_A_DAY:
        raise TooManyReadings


def is_read(*, register_id: int, period_start: date) -> bool:
    """
    Tell whether a period has a reading that a guest's must not replace.
    """
    return (
        Reading.objects.filter(register_id=register_id, period_start=period_start)
        .exclude(source__in=UNSURE)
        .exclude(quality=ReadingQuality.REJECTED)
        .exists()
    )


@inside_transaction
def give_way(*, register_id: int, period_start: date) -> bool:
    """
    Have guests' readings of a period wait for staff, and tell whether there are any.

    Those that staff looked at already stay as they were decided.
    """
    return bool(_wait(unseen(register_ids=[register_id], period_start=period_start)))


def unseen(*, register_ids: Collection[int], period_start: date) -> QuerySet[Reading]:
    """
    Return guests' readings of a period that count and that staff did not look at.
    """
    return Reading.objects.filter(
        register_id__in=register_ids,
        period_start=period_start,
        source=ReadingSource.GUEST,
        quality=ReadingQuality.ACCEPTED,
        verdict=Outcome.OK,
    )


@inside_transaction
def wait(*, reading_ids: Collection[int]) -> None:
    """
    Have readings of guests wait for staff, because a surer one came.
    """
    if reading_ids:
        _wait(Reading.objects.filter(pk__in=reading_ids))


def _wait(readings: QuerySet[Reading]) -> int:
    return readings.update(quality=ReadingQuality.NEEDS_REVIEW, verdict=HOLDER_READ)


def kept_as(verdict: Verdict, *, beside_holder: bool) -> tuple[ReadingQuality, str]:
    """
    Return how a guest's reading counts and why: at once where it is ordinary and the only one.
    """
    waits = verdict.needs_review or beside_holder
    quality = ReadingQuality.NEEDS_REVIEW if waits else ReadingQuality.ACCEPTED
    # A roll-over has to stay one: once accepted, it is billed as one.
    named = beside_holder and verdict.outcome is not Outcome.ROLLOVER
    return quality, HOLDER_READ if named else str(verdict.outcome)
