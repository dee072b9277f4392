"""Store what a meter showed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from mains.core.calendars import civil_date
from mains.core.transactions import inside_transaction, owns_transaction
from mains.metering import capture, guests, together
from mains.metering.models import Reading, ReadingQuality, ReadingSource, Register
from mains.metering.queries import RegisterRow, counting
from mains.metering.rules.plausibility import Verdict
from mains.metering.rules.typed import read_typed
from mains.metering.rules.windows import ReadingWindow, WindowState, WindowView, period_of, view
from mains.metering.together import Typed


class WindowLocked(Exception):
    """Readings are not taken today; the view says why, and from which day they are again."""

    def __init__(self, view: WindowView) -> None:
        super().__init__(f"Locked until {view.opens_on}.")
        self.view = view


class Unlikely(Exception):
    """
    The reading is possible but unusual; say so, and store it if the person confirms.

    `register` is what it was compared with.
    """

    def __init__(self, verdict: Verdict, register: RegisterRow) -> None:
        super().__init__(verdict.reason)
        self.verdict, self.register = verdict, register


@dataclass(frozen=True, slots=True)
class Sending:
    """
    Who sends readings, when, and with what; `key` names the form, so sending it twice stores once.

    `kept` is how long a device held them back for want of a network, by its own clock, and
    `most_kept` how long that may be for the day of typing to count. `together` is all that was
    typed in the form, so that a reading is judged beside those of the same meter.
    """

    source: ReadingSource
    user_id: int | None
    key: str
    decimal_mark: str
    now: datetime
    zone: ZoneInfo
    kept: timedelta = timedelta()
    most_kept: timedelta = timedelta()
    together: Sequence[Typed] = ()


@owns_transaction
def submit_reading(
    *,
    register: RegisterRow,
    typed: str,
    confirmed: bool,
    window: ReadingWindow,
    sending: Sending,
) -> Reading:
    """
    Store one reading by itself; see `store_reading`.
    """
    return store_reading(
        register=register, typed=typed, confirmed=confirmed, window=window, sending=sending
    )


@inside_transaction
def store_reading(
    *,
    register: RegisterRow,
    typed: str,
    confirmed: bool,
    window: ReadingWindow,
    sending: Sending,
) -> Reading:
    """
    Store a reading as it was typed; the same form again returns the first one.

    An unusual value is stored for review once the person confirmed it. Only what is no number, or
    has more digits than the register, is refused. A guest's reading waits for review where the
    period has a surer one, and gives way to one that comes later. What a device kept counts for the
    instant at which it was typed, within the bounds of `capture.counted_at`.

    :raises WindowLocked: while readings of the service are suspended.
    :raises NotANumber: if there is no number in it.
    :raises TooManyDigits: if the register cannot show it.
    :raises Unlikely: if it is unusual and was not confirmed.
    :raises TooManyReadings: if it is a guest's, and guests sent ten within a day.
    """
    key = f"{sending.key}:{register.register_id}"
    Register.objects.select_for_update().get(pk=register.register_id)
    again = Reading.objects.filter(sent_key=key).first()
    if again is not None:
        return again
    counted_at = capture.counted_at(
        register=register,
        window=window,
        kept=capture.Kept(sending.kept, sending.most_kept),
        now=sending.now,
        zone=sending.zone,
    )
    now = view(window, instant=counted_at, zone=sending.zone)
    if now.state is WindowState.LOCKED:
        raise WindowLocked(now)
    value = read_typed(
        typed,
        decimal_mark=sending.decimal_mark,
        digits=register.digits,
        decimals=register.decimals,
    )
    today = civil_date(counted_at, sending.zone)
    period_start = period_of(window, today).start
    by_guest = sending.source == ReadingSource.GUEST
    if by_guest:
        guests.demand_room(register_id=register.register_id, now=sending.now)
    else:
        register = _without_guests(register, period_start)
    verdict = _verdict(register, value, today, sending, None if by_guest else period_start)
    if verdict.needs_review and not confirmed:
        raise Unlikely(verdict, register)
    quality, why = _kept_as(verdict, register, period_start, by_guest=by_guest)
    return Reading.objects.create(
        register_id=register.register_id,
        read_date=today,
        value=value,
        period_start=period_start,
        source=sending.source,
        quality=quality,
        verdict=why,
        user_id=sending.user_id,
        received_at=sending.now,
        sent_key=key,
    )


def _verdict(
    register: RegisterRow,
    value: Decimal,
    day: date,
    sending: Sending,
    holders_period: date | None,
) -> Verdict:
    return together.verdict_beside(
        together.shown(capture.as_of(register=register, day=day), value, day=day),
        register=register,
        typed=sending.together,
        decimal_mark=sending.decimal_mark,
        holders_period=holders_period,
    )


def _without_guests(register: RegisterRow, period_start: date) -> RegisterRow:
    """
    Return a register as it was before guests read it in a period; their readings give way.
    """
    if not guests.give_way(register_id=register.register_id, period_start=period_start):
        return register
    return together.with_last(register, counting(register_id=register.register_id))


def _kept_as(
    verdict: Verdict, register: RegisterRow, period_start: date, *, by_guest: bool
) -> tuple[ReadingQuality, str]:
    if not by_guest:
        return _quality(verdict), str(verdict.outcome)
    beside = guests.is_read(register_id=register.register_id, period_start=period_start)
    return guests.kept_as(verdict, beside_holder=beside)


def _quality(verdict: Verdict) -> ReadingQuality:
    return ReadingQuality.NEEDS_REVIEW if verdict.needs_review else ReadingQuality.ACCEPTED
