"""Many readings at once: each is judged by itself, all are stored in a few statements."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from mains.core.calendars import civil_date
from mains.core.transactions import owns_transaction
from mains.metering import guests, together
from mains.metering.actions import Sending, Unlikely, WindowLocked
from mains.metering.models import Reading, ReadingQuality, Register
from mains.metering.queries import RegisterRow, counting_without
from mains.metering.rules.plausibility import Verdict
from mains.metering.rules.transposing import Shown, judge_together
from mains.metering.rules.typed import NotANumber, TooManyDigits, read_typed
from mains.metering.rules.windows import ReadingWindow, WindowState, WindowView, view


class Twice(ValueError):
    """The list has more than one value for a register, and does not say which is right."""


type Refused = NotANumber | TooManyDigits | WindowLocked | Unlikely | Twice
type WindowOf = Callable[[RegisterRow], ReadingWindow]


@dataclass(frozen=True, slots=True)
class Entry:
    """
    What was typed for a register; `confirmed` says that an unusual value is right.
    """

    register: RegisterRow
    typed: str
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """
    A value that can be stored, and the month it closes.
    """

    register: RegisterRow
    value: Decimal
    verdict: Verdict
    period_start: date


def check_readings(
    *, entries: Sequence[Entry], window: WindowOf, sending: Sending
) -> list[Judged | Refused]:
    """
    Judge what was typed, in the order of the entries; nothing is stored.

    An unusual value is `Unlikely` unless it was confirmed. Guests' readings that would give way
    count as if they had never come.
    """
    return _Judge(entries, window, sending).all()


@owns_transaction
def send_readings(
    *, entries: Sequence[Entry], window: WindowOf, sending: Sending
) -> list[Reading | Refused]:
    """
    Store every reading that can be stored, and say of each other one why not.

    The answers come in the order of the entries. The same sending again returns the readings that
    were stored first; an unusual value that was confirmed is stored for review. However many
    there are, the database is asked a few times only.
    """
    ids = [entry.register.register_id for entry in entries]
    # In one order, so that two sendings of the same meters wait for each other.
    list(Register.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    keys = [f"{sending.key}:{register_id}" for register_id in ids]
    again = Reading.objects.filter(sent_key__in=keys).in_bulk(field_name="sent_key")
    judge = _Judge(entries, window, sending)
    outcomes: list[Reading | Refused] = []
    stored: list[Reading] = []
    for key, outcome in zip(keys, judge.all(), strict=True):
        if key in again and not isinstance(outcome, Twice):
            outcomes.append(again[key])
        elif isinstance(outcome, Judged):
            stored.append(_reading(outcome, key=key, sending=sending))
            outcomes.append(stored[-1])
        else:
            outcomes.append(outcome)
    Reading.objects.bulk_create(stored)
    judge.let_guests_give_way({reading.register_id for reading in stored})
    return outcomes


def _reading(judged: Judged, *, key: str, sending: Sending) -> Reading:
    review = judged.verdict.needs_review
    return Reading(
        register_id=judged.register.register_id,
        read_date=civil_date(sending.now, sending.zone),
        value=judged.value,
        period_start=judged.period_start,
        source=sending.source,
        quality=ReadingQuality.NEEDS_REVIEW if review else ReadingQuality.ACCEPTED,
        verdict=str(judged.verdict.outcome),
        user_id=sending.user_id,
        received_at=sending.now,
        sent_key=key,
    )


class _Judge:
    """
    What is asked once for all entries: windows, guests' readings, and which register comes twice.
    """

    def __init__(self, entries: Sequence[Entry], window: WindowOf, sending: Sending) -> None:
        self.entries, self.window, self.sending = entries, window, sending
        self.views: dict[ReadingWindow, WindowView] = {}
        self.times = Counter(entry.register.register_id for entry in entries)
        self.guests = self._guests()
        self.before = counting_without(
            register_ids=set(self.guests.values()), reading_ids=self.guests.keys()
        )

    def all(self) -> list[Judged | Refused]:
        found = [self._outcome(entry) for entry in self.entries]
        self._judge_meters(found)
        return [_asked(entry, one) for entry, one in zip(self.entries, found, strict=True)]

    def _judge_meters(self, found: list[Judged | Refused]) -> None:
        """
        Judge the registers of one meter beside each other, in one order.
        """
        meters: dict[int, list[tuple[int, int, Judged]]] = defaultdict(list)
        for at, one in enumerate(found):
            if isinstance(one, Judged):
                register = one.register
                meters[register.installation_id].append((register.register_id, at, one))
        for registers in meters.values():
            if len(registers) > 1:
                places = sorted(registers)
                verdicts = judge_together([self._shown(one) for _id, _at, one in places])
                for (_id, at, one), verdict in zip(places, verdicts, strict=True):
                    found[at] = replace(one, verdict=verdict)

    def _shown(self, judged: Judged) -> Shown:
        day = civil_date(self.sending.now, self.sending.zone)
        return together.shown(judged.register, judged.value, day=day)

    def let_guests_give_way(self, register_ids: Collection[int]) -> None:
        guests.wait(
            reading_ids=[pk for pk, register in self.guests.items() if register in register_ids]
        )

    def _guests(self) -> dict[int, int]:
        """
        Return the registers of guests' readings that give way, by the reading.
        """
        periods: dict[date, list[int]] = defaultdict(list)
        for entry in self.entries:
            periods[self._view(entry).period.start].append(entry.register.register_id)
        return {
            pk: register_id
            for start, ids in periods.items()
            for pk, register_id in guests.unseen(register_ids=ids, period_start=start).values_list(
                "pk", "register_id"
            )
        }

    def _view(self, entry: Entry) -> WindowView:
        window = self.window(entry.register)
        if window not in self.views:
            self.views[window] = view(window, instant=self.sending.now, zone=self.sending.zone)
        return self.views[window]

    def _outcome(self, entry: Entry) -> Judged | Refused:
        try:
            return self._judged(entry)
        except (NotANumber, TooManyDigits, WindowLocked, Twice) as problem:
            return problem

    def _judged(self, entry: Entry) -> Judged:
        seen = self._view(entry)
        register = self._as_before(entry.register)
        if self.times[register.register_id] > 1:
            raise Twice
        if seen.state is WindowState.LOCKED:
            raise WindowLocked(seen)
        value = read_typed(
            entry.typed,
            decimal_mark=self.sending.decimal_mark,
            digits=register.digits,
            decimals=register.decimals,
        )
        verdict = together.shown(register, value, day=seen.day).verdict
        return Judged(register, value, verdict, seen.period.start)

    def _as_before(self, register: RegisterRow) -> RegisterRow:
        """
        Return a register as it was before guests read it.
        """
        if register.register_id not in self.guests.values():
            return register
        return together.with_last(register, self.before.get(register.register_id))


def _asked(entry: Entry, found: Judged | Refused) -> Judged | Refused:
    if isinstance(found, Judged) and found.verdict.needs_review and not entry.confirmed:
        return Unlikely(found.verdict, found.register)
    return found
