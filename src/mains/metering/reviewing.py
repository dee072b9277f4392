"""What staff decide about the readings that wait, and how they take it back."""

from datetime import datetime
from decimal import Decimal

from mains.audit import actions as audit
from mains.audit.queries import entries as audit_entries
from mains.core.transactions import inside_transaction, owns_transaction
from mains.metering import guests, waiting
from mains.metering.models import Reading, ReadingQuality, ReadingSource
from mains.metering.rules.typed import read_typed

DEEDS = {
    ReadingQuality.ACCEPTED: "reading.accepted",
    ReadingQuality.REJECTED: "reading.rejected",
}


class AlreadyDecided(Exception):
    """Somebody else accepted or rejected this reading first."""


class NothingToExchange(Exception):
    """No other register's reading waits that this one seems to be exchanged with."""


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
    return _replace(wrong, value, actor=actor, now=now)


def _replace(wrong: Reading, value: Decimal, *, actor: str, now: datetime) -> Reading:
    wrong.quality = ReadingQuality.REJECTED
    wrong.save(update_fields=["quality"])
    guests.give_way(register_id=wrong.register_id, period_start=wrong.period_start)
    reading = Reading.objects.create(
        register_id=wrong.register_id,
        read_date=wrong.read_date,
        value=value,
        period_start=wrong.period_start,
        source=ReadingSource.STAFF,
        quality=ReadingQuality.ACCEPTED,
        verdict="",
        received_at=now,
        sent_key=f"correct:{wrong.pk}",
    )
    _audit(wrong, "reading.corrected", actor=actor, now=now, by=reading.pk)
    return reading


@owns_transaction
def exchange(*, reading_id: int, actor: str, now: datetime) -> None:
    """
    Correct two readings that wait and seem exchanged, each with the value of the other.

    The same exchange again changes nothing.

    :raises AlreadyDecided: if the reading was decided before, and not by an exchange or correction.
    :raises NothingToExchange: if no other reading waits that it seems exchanged with.
    :raises Reading.DoesNotExist: if there is no such reading.
    """
    other_id = waiting.other_of(reading_id=reading_id)
    pair = Reading.objects.select_for_update().filter(pk__in=[reading_id, other_id]).order_by("pk")
    found = {reading.pk: reading for reading in pair}
    if reading_id not in found:
        raise Reading.DoesNotExist(reading_id)
    if Reading.objects.filter(sent_key=f"correct:{reading_id}").exists():
        return
    if any(one.quality != ReadingQuality.NEEDS_REVIEW for one in found.values()):
        raise AlreadyDecided(reading_id)
    if other_id is None:
        raise NothingToExchange(reading_id)
    one, other = found[reading_id], found[other_id]
    values = one.value, other.value
    _replace(one, values[1], actor=actor, now=now)
    _replace(other, values[0], actor=actor, now=now)


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
