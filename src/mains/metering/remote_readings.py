"""What meters report of themselves, stored as readings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from mains.core.calendars import civil_date
from mains.core.transactions import inside_transaction
from mains.metering import guests
from mains.metering.imports.days import Source
from mains.metering.imports.refusals import Refusal, told
from mains.metering.models import Reading, ReadingQuality, ReadingSource, Register
from mains.metering.queries import latest_before
from mains.metering.rules.plausibility import judge
from mains.metering.rules.sentences import gettext_noop as _
from mains.metering.rules.spans import Always
from mains.metering.rules.windows import ReadingWindow, period_of
from mains.metering.sources import Hung


@dataclass(slots=True)
class Stored:
    """
    Readings that are new; `missing` are days whose name means no register, by its number.
    """

    reading_ids: list[int] = field(default_factory=list)
    missing: dict[int, set[str]] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)


@inside_transaction
def store(
    *,
    shown: Sequence[Mapping[str, Any]],
    sources: Sequence[Source],
    hung: Mapping[int, list[Hung]],
    windows: Mapping[str, ReadingWindow],
    zone: ZoneInfo,
    now: datetime,
) -> Stored:
    """
    Store what registers showed at instants; the same instant of a register again is left out.

    A value that is unusual beside the one before is stored for review, and readings of guests give
    way to it.
    """
    stored = Stored()
    by_name = {(source.point, source.code): source for source in sources}
    registers = _registers(hung)
    for item in sorted(shown, key=lambda item: str(item["at"])):
        source = by_name[item["meter"], item["code"]]
        day = civil_date(datetime.fromisoformat(item["at"]), zone)
        found = next((one for one in hung.get(source.number, ()) if one.on(day)), None)
        if found is None:
            stored.missing.setdefault(source.number, set()).add(day.isoformat())
            continue
        register = registers[found.register_id]
        if Decimal(item["value"]) >= 10**register.digits:
            stored.refusals.append(_too_long(register, item))
            continue
        window = windows.get(register.meter.service, ReadingWindow(recommended=Always()))
        reading = _reading(register, item, day, window, now)
        if not Reading.objects.filter(sent_key=reading.sent_key).exists():
            guests.give_way(register_id=register.pk, period_start=reading.period_start)
            reading.save()
            stored.reading_ids.append(reading.pk)
    return stored


def _registers(hung: Mapping[int, list[Hung]]) -> dict[int, Register]:
    ids = {one.register_id for many in hung.values() for one in many}
    return {row.pk: row for row in Register.objects.filter(pk__in=ids).select_related("meter")}


def _too_long(register: Register, item: Mapping[str, Any]) -> Refusal:
    trouble = told(
        _("Register %(code)s of %(meter)s has %(digits)s digits"),
        _("check that the meter and the register in our list are the ones that sent it"),
        code=register.code, meter=item["meter"], digits=register.digits,
    )  # fmt: skip
    return Refusal(item["row"], "value", item["value"], trouble)


def _reading(
    register: Register, item: Mapping[str, Any], day: date, window: ReadingWindow, now: datetime
) -> Reading:
    value = Decimal(item["value"])
    verdict = judge(
        value,
        read_date=day,
        digits=register.digits,
        previous=latest_before(register_id=register.pk, day=day),
        usual_daily=None,
        counts_down=register.counts_down,
    )
    return Reading(
        register=register,
        read_date=day,
        value=value,
        period_start=period_of(window, day).start,
        source=ReadingSource.REMOTE,
        quality=(ReadingQuality.NEEDS_REVIEW if verdict.needs_review else ReadingQuality.ACCEPTED),
        verdict=str(verdict.outcome),
        received_at=now,
        sent_key=f"remote:{register.pk}:{item['at']}",
    )
