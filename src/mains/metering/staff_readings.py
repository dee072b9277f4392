"""Readings that staff type in: for any day so far, and in a closed window with a reason."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mains.audit import actions as audit
from mains.audit.rules.chain import without_addresses
from mains.core.calendars import Period, civil_date
from mains.core.transactions import owns_transaction
from mains.metering import guests
from mains.metering.actions import Sending, Unlikely, WindowLocked
from mains.metering.models import Reading, ReadingQuality, Register
from mains.metering.queries import RegisterRow, installed_since, latest_before
from mains.metering.rules.plausibility import Verdict, judge
from mains.metering.rules.typed import read_typed
from mains.metering.rules.windows import ReadingWindow, WindowState, months_for, view


class NotYetRead(Exception):
    """The day lies ahead: nobody can know yet what the meter will show."""


class NotInstalled(Exception):
    """The meter did not hang there on that day; `since` is the first day on which it did."""

    def __init__(self, since: date) -> None:
        super().__init__(f"Installed on {since}.")
        self.since = since


class OtherMonth(Exception):
    """A reading belongs to the month of its day or to the one before, and to no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """
    What a member of staff typed: the text, the civil day it was read on, the month it closes.

    `reason` says why it is taken although the window is closed today.
    """

    typed: str
    read_date: date
    month: Period
    confirmed: bool = False
    reason: str = ""


@owns_transaction
def enter(
    *,
    register: RegisterRow,
    entered: Entered,
    window: ReadingWindow,
    sending: Sending,
    actor: str,
) -> Reading:
    """
    Store a reading by staff, which counts at once, and audit it; the same form again stores one.

    Readings of guests that nobody looked at give way to it.

    While the window is closed today, it is stored only for a reason, which is audited as well.

    :raises NotYetRead: for a day that lies ahead.
    :raises NotInstalled: for a day on which the meter did not hang there yet.
    :raises OtherMonth: if it shall belong to another month than its day's or the one before.
    :raises WindowLocked: while readings of the service are suspended, without a reason.
    :raises NotANumber: if there is no number in it.
    :raises TooManyDigits: if the register cannot show it.
    :raises Unlikely: if it is unusual and was not confirmed.
    """
    key = f"{sending.key}:{register.register_id}"
    Register.objects.select_for_update().get(pk=register.register_id)
    again = Reading.objects.filter(sent_key=key).first()
    if again is not None:
        return again
    _check_day(register, entered, today=civil_date(sending.now, sending.zone))
    is_closed = _check_window(window, entered, sending)
    value = read_typed(
        entered.typed,
        decimal_mark=sending.decimal_mark,
        digits=register.digits,
        decimals=register.decimals,
    )
    verdict = _verdict(register, entered, value)
    if verdict.needs_review and not entered.confirmed:
        raise Unlikely(verdict, register)
    guests.give_way(register_id=register.register_id, period_start=entered.month.start)
    reading = Reading.objects.create(
        register_id=register.register_id,
        read_date=entered.read_date,
        value=value,
        period_start=entered.month.start,
        source=sending.source,
        quality=ReadingQuality.ACCEPTED,
        verdict=str(verdict.outcome),
        received_at=sending.now,
        sent_key=key,
    )
    reason = {"reason": without_addresses(entered.reason)} if is_closed else {}
    audit.record(
        action="reading.entered",
        subject=f"register:{register.register_id}",
        actor=actor,
        detail={"reading": reading.pk, "unusual": verdict.needs_review, **reason},
        now=sending.now,
    )
    return reading


def _check_day(register: RegisterRow, entered: Entered, *, today: date) -> None:
    if entered.read_date > today:
        raise NotYetRead(entered.read_date)
    since = installed_since(
        register_id=register.register_id, supply_point_id=register.supply_point_id
    )
    if entered.read_date < since:
        raise NotInstalled(since)
    if entered.month not in months_for(entered.read_date):
        raise OtherMonth(entered.month)


def _check_window(window: ReadingWindow, entered: Entered, sending: Sending) -> bool:
    """
    Tell whether the window is closed today, which takes a reason.
    """
    seen = view(window, instant=sending.now, zone=sending.zone)
    is_closed = seen.state is WindowState.LOCKED
    if is_closed and not entered.reason.strip():
        raise WindowLocked(seen)
    return is_closed


def _verdict(register: RegisterRow, entered: Entered, value: Decimal) -> Verdict:
    return judge(
        value,
        read_date=entered.read_date,
        digits=register.digits,
        previous=latest_before(register_id=register.register_id, day=entered.read_date),
        usual_daily=register.usual_daily,
        counts_down=register.counts_down,
    )
