"""When a reading counts that a device kept because there was no network where the meter hangs."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, Q

from mains.core.calendars import civil_date
from mains.metering.models import MeterInstallation
from mains.metering.queries import RegisterRow, latest_before
from mains.metering.rules.windows import ReadingWindow, WindowState, view


@dataclass(frozen=True, slots=True)
class Kept:
    """
    How long a device says that it kept a reading, and how long it may be for that to count.

    It is a duration, so a device whose clock is wrong is right about it all the same.
    """

    time: timedelta
    most: timedelta

    @property
    def within_bounds(self) -> bool:
        return timedelta() < self.time <= self.most


def counted_at(
    *, register: RegisterRow, window: ReadingWindow, kept: Kept, now: datetime, zone: ZoneInfo
) -> datetime:
    """
    Return the instant for which a reading counts: when it was typed, or else when it arrived.

    The arrival counts where it was kept longer than it may be, or is said to come from the future;
    where readings were suspended when it was typed; and where the account had no contract for the
    meter yet.
    """
    typed_at = now - kept.time if kept.within_bounds else now
    day = civil_date(typed_at, zone)
    if day == civil_date(now, zone):
        return now
    if view(window, instant=typed_at, zone=zone).state is WindowState.LOCKED:
        return now
    hung = was_read_by(account_id=register.account_id, register_id=register.register_id, day=day)
    return typed_at if hung else now


def as_of(*, register: RegisterRow, day: date) -> RegisterRow:
    """
    Return a register with the latest reading that counts on a day, where newer ones came since.
    """
    if register.last_date is None or register.last_date <= day:
        return register
    last = latest_before(register_id=register.register_id, day=day)
    return replace(
        register,
        last_value=last.value if last else None,
        last_date=last.read_date if last else None,
    )


def was_read_by(*, account_id: int, register_id: int, day: date) -> bool:
    """
    Tell whether an account had a contract on a day for the meter of a register, and it hung there.
    """
    return MeterInstallation.objects.filter(
        Q(end_date=None) | Q(end_date__gt=day),
        Q(supply_point__contracts__end_date=None) | Q(supply_point__contracts__end_date__gt=day),
        meter__registers=register_id,
        start_date__lte=day,
        supply_point__contracts__account_id=account_id,
        supply_point__contracts__service=F("meter__service"),
        supply_point__contracts__start_date__lte=day,
    ).exists()
