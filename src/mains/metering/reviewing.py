"""What staff decide about the readings that wait, and how they take it back."""

from datetime import datetime

from mains.audit import actions as audit
from mains.audit.queries import entries as audit_entries
from mains.core.transactions import inside_transaction, owns_transaction
from mains.metering import guests
from mains.metering.models import Reading, ReadingQuality, ReadingSource
from mains.metering.rules.typed import read_typed

DEEDS = {
    ReadingQuality.ACCEPTED: "reading.accepted",
    ReadingQuality.REJECTED: "reading.rejected",
}


class AlreadyDecided(Exception):
    """Somebody else accepted or rejected this reading first."""


class NothingToUndo(Exception):
    """The desk decided nothing about this reading."""


@owns_transaction
def decide(*, reading_id: int, accept: bool, actor: str, now: datetime) -> Reading:
    """
    Decide about a reading, and about nothing else; see `settle`.
    """
    return settle(reading_id=reading_id, accept=accept, actor=actor, now=now)


@inside_transaction
def settle(*, reading_id: int, accept: bool, actor: str, now: datetime) -> Reading:
    """
    Accept or reject a reading that waits, and audit it; the same decision again changes nothing.

    :raises AlreadyDecided: if the other decision was taken before.
    :raises Reading.DoesNotExist: if there is no such reading.
    """
    reading = Reading.objects.select_for_update().get(pk=reading_id)
    wanted = ReadingQuality.ACCEPTED if accept else ReadingQuality.REJECTED
    if reading.quality == wanted:
        return reading
    if reading.quality != ReadingQuality.NEEDS_REVIEW:
        raise AlreadyDecided(reading_id)
    reading.quality = wanted
    reading.save(update_fields=["quality"])
    _audit(reading, DEEDS[wanted], actor=actor, now=now)
    return reading


@owns_transaction
def correct(
    *, reading_id: int, typed: str, decimal_mark: str, actor: str, now: datetime
) -> Reading:
    """
    Reject a reading that waits and store what staff found out in its place, which counts at once.

    It keeps the day and the month of the rejected one; the same correction again stores one.
    Readings of guests that nobody looked at give way to it.

    :raises AlreadyDecided: if the reading was decided before.
    :raises NotANumber: if there is no number in what was typed.
    :raises TooManyDigits: if the register cannot show it.
    :raises Reading.DoesNotExist: if there is no such reading.
    """
    wrong = (
        Reading.objects.select_for_update(of=("self",))
        .select_related("register")
        .get(pk=reading_id)
    )
    again = Reading.objects.filter(sent_key=f"correct:{reading_id}").first()
    if again is not None:
        return again
    if wrong.quality != ReadingQuality.NEEDS_REVIEW:
        raise AlreadyDecided(reading_id)
    value = read_typed(
        typed,
        decimal_mark=decimal_mark,
        digits=wrong.register.digits,
        decimals=wrong.register.decimals,
    )
    wrong.quality = ReadingQuality.REJECTED
    wrong.save(update_fields=["quality"])
    guests.give_way(register_id=wrong.register_id, period_start=wrong.period_start)
    reading = Reading.objects.create(
        register=wrong.register,
        read_date=wrong.read_date,
        value=value,
        period_start=wrong.period_start,
        source=ReadingSource.STAFF,
        quality=ReadingQuality.ACCEPTED,
        verdict="",
        received_at=now,
        sent_key=f"correct:{reading_id}",
    )
    _audit(wrong, "reading.corrected", actor=actor, now=now, by=reading.pk)
    return reading


def decided_at(*, reading_id: int) -> datetime | None:
    """
    Return when the desk last accepted or rejected a reading, or None if that is not its last word.
    """
    latest = audit_entries(subject=f"reading:{reading_id}", limit=1)
    return latest[0].at if latest and latest[0].action in DEEDS.values() else None


@inside_transaction
def undo(*, reading_id: int, actor: str, now: datetime) -> bool:
    """
    Let a reading wait again that was accepted or rejected here; tell whether it does so now.

    A reading that waits already stays so: False.

    :raises NothingToUndo: if the desk did not decide about it.
    """
    reading = Reading.objects.select_for_update().get(pk=reading_id)
    if reading.quality == ReadingQuality.NEEDS_REVIEW:
        return False
    if decided_at(reading_id=reading_id) is None:
        raise NothingToUndo(reading_id)
    reading.quality = ReadingQuality.NEEDS_REVIEW
    reading.save(update_fields=["quality"])
    _audit(reading, "reading.reopened", actor=actor, now=now)
    return True


def _audit(reading: Reading, action: str, *, actor: str, now: datetime, **more: int) -> None:
    audit.record(
        action=action,
        subject=f"reading:{reading.pk}",
        actor=actor,
        detail={"register": reading.register_id, **more},
        now=now,
    )
