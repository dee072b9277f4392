"""Store what a meter showed."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from mains.core.calendars import civil_date
from mains.core.transactions import owns_transaction
from mains.metering.models import Reading, ReadingQuality, ReadingSource, Register
from mains.metering.queries import RegisterRow
from mains.metering.rules.plausibility import Outcome, Previous, Verdict, judge
from mains.metering.rules.typed import read_typed
from mains.metering.rules.windows import ReadingWindow, WindowState, WindowView, period_of, view


class WindowLocked(Exception):
    """Readings are not taken today; the view says why, and from which day they are again."""

    def __init__(self, view: WindowView) -> None:
        super().__init__(f"Locked until {view.opens_on}.")
        self.view = view


class Unlikely(Exception):
    """The reading is possible but unusual; say so, and store it if the person confirms."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


@dataclass(frozen=True, slots=True)
class Sending:
    """
    Who sends readings, when, and with what; `key` names the form, so sending it twice stores once.
    """

    source: ReadingSource
    user_id: int | None
    key: str
    decimal_mark: str
    now: datetime
    zone: ZoneInfo


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
    Store a reading as it was typed; the same form again returns the first one.

    An unusual value is stored for review once the person confirmed it. Only what is no number, or
    has more digits than the register, is refused.

    :raises WindowLocked: while readings of the service are suspended.
    :raises NotANumber: if there is no number in it.
    :raises TooManyDigits: if the register cannot show it.
    :raises Unlikely: if it is unusual and was not confirmed.
    """
    key = f"{sending.key}:{register.register_id}"
    Register.objects.select_for_update().get(pk=register.register_id)
    again = Reading.objects.filter(sent_key=key).first()
    if again is not None:
        return again
    now = view(window, instant=sending.now, zone=sending.zone)
    if now.state is WindowState.LOCKED:
        raise WindowLocked(now)
    value = read_typed(
        typed,
        decimal_mark=sending.decimal_mark,
        digits=register.digits,
        decimals=register.decimals,
    )
    today = civil_date(sending.now, sending.zone)
    verdict = verdict_on(register=register, value=value, today=today)
    if verdict.needs_review and not confirmed:
        raise Unlikely(verdict)
    return Reading.objects.create(
        register_id=register.register_id,
        read_date=today,
        value=value,
        period_start=period_of(window, today).start,
        source=sending.source,
        quality=_quality(verdict),
        verdict=str(verdict.outcome),
        user_id=sending.user_id,
        received_at=sending.now,
        sent_key=key,
    )


def verdict_on(*, register: RegisterRow, value: Decimal, today: date) -> Verdict:
    """
    Judge a value against what is known of its register.
    """
    previous = None
    if register.last_value is not None and register.last_date is not None:
        previous = Previous(value=register.last_value, read_date=register.last_date)
    return judge(
        value,
        read_date=today,
        digits=register.digits,
        previous=previous,
        usual_daily=register.usual_daily,
    )


def _quality(verdict: Verdict) -> ReadingQuality:
    # A rollover is the ordinary course of a dial, so it counts at once.
    if verdict.outcome in {Outcome.OK, Outcome.ROLLOVER, Outcome.LOW}:
        return ReadingQuality.ACCEPTED
    return ReadingQuality.NEEDS_REVIEW
