"""What registers counted on a contract's own days, where these are only a part of a bill's."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection

from mains.core.arrays import integer_array
from mains.core.calendars import Period
from mains.metering.closed import Closing, Place
from mains.metering.queries import RegisterUse
from mains.metering.rules.catching_up import Shown
from mains.metering.rules.consumption import BelowPrevious, NotRolledOver
from mains.metering.rules.dividing import (
    Dial,
    Edge,
    Known,
    divided,
    edge_of,
    neighbours,
    passed_zero,
    read_at,
)
from mains.metering.rules.estimating import EstimatePlan, share_of

# Beyond the longest time between two readings of a meter that is read once a year.
_AROUND = timedelta(days=800)
_DAY = timedelta(days=1)
_NO_PLAN = EstimatePlan()


@dataclass(slots=True)
class OwnUses:
    """
    The registers of a contract over its own days, and what is to be stored where it hands over.
    """

    uses: list[RegisterUse] = field(default_factory=list)
    closings: list[Closing] = field(default_factory=list)


@dataclass(slots=True)
class _Hung:
    """
    A register with its readings in the order in which they came, and the days on which it hung.
    """

    start: date
    end: date | None
    readings: list[Known] = field(default_factory=list)


# What was billed by is seen whenever it was stored: the other side was billed by it as well.
_READINGS = """
select r.id, i.start_date, i.end_date, rd.read_date,
       greatest(least(rd.read_date, (rd.period_start + interval '1 month')::date - 1),
                i.start_date - 1),
       rd.period_start, rd.value, rd.source, rd.quality = 'ESTIMATED', rd.method,
       rd.verdict = 'ROLLOVER', rd.sent_key like 'run:%%'
from metering_meterinstallation i
join metering_register r on r.meter_id = i.meter_id
left join metering_reading rd on rd.register_id = r.id
  and rd.quality in ('ACCEPTED', 'ESTIMATED')
  and rd.read_date between %(since)s and %(before)s
  and rd.read_date >= i.start_date and (i.end_date is null or rd.read_date <= i.end_date)
  and (%(until)s::timestamptz is null or rd.received_at <= %(until)s
       or rd.sent_key like 'run:%%')
where i.supply_point_id = any(%(points)s::bigint[]) and not r.is_virtual
  and i.start_date < %(end)s and (i.end_date is null or i.end_date > %(start)s)
order by r.id, rd.received_at, rd.id
"""


def has_own_days(days: Period, *, period: Period) -> bool:
    """
    Tell whether days of a contract begin or end elsewhere than readings of whole months do.
    """
    return days != period or days.start.day != 1 or days.end.day != 1


def own_uses(
    *,
    uses: Mapping[Place, Sequence[RegisterUse]],
    days: Mapping[int, tuple[Place, Period]],
    period: Period,
    plans: Mapping[str, EstimatePlan],
    received_until: datetime | None = None,
) -> dict[int, OwnUses]:
    """
    Return what registers counted on own days within a period, by the keys of `days`.

    `uses` are those of the whole period. Days that begin or end within it do so with the reading
    made then; where nobody read, the use between the readings around is shared out. What nobody
    can tell stays open. Readings that were received after `received_until` are not seen.
    """
    if not days:
        return {}
    hung = _hung({place[0] for place, _own in days.values()}, days.values(), received_until)
    found: dict[int, OwnUses] = {}
    for key, (place, own) in days.items():
        found[key] = OwnUses()
        share = partial(share_of, plan=plans.get(place[1], _NO_PLAN))
        for use in uses.get(place, ()):
            if use.is_virtual:
                found[key].uses.append(use)
            elif (register := hung.get(use.register_id)) and _hangs(register, own):
                _add(found[key], _OwnUse(use, register, own, period, share))
    return found


def _hung(
    points: Collection[int],
    days: Collection[tuple[Place, Period]],
    received_until: datetime | None,
) -> dict[int, _Hung]:
    start = min(own.start for _place, own in days)
    end = max(own.end for _place, own in days)
    values: dict[str, Any] = {
        "points": integer_array(points),
        "start": start,
        "end": end,
        "since": start - _AROUND,
        "before": end + _AROUND,
        "until": received_until,
    }
    found: dict[int, _Hung] = {}
    with connection.cursor() as cursor:
        cursor.execute(_READINGS, values)
        for register_id, hung_from, hung_until, *reading in cursor.fetchall():
            register = found.setdefault(register_id, _Hung(hung_from, hung_until))
            if reading[0] is not None:
                register.readings.append(Known(*reading))
    return found


def _hangs(register: _Hung, days: Period) -> bool:
    return register.start < days.end and (register.end is None or register.end > days.start)


@dataclass(frozen=True, slots=True)
class _OwnUse:
    """
    One register over a contract's own days within a period.
    """

    use: RegisterUse
    hung: _Hung
    days: Period
    period: Period
    share: Any

    @property
    def dial(self) -> Dial:
        return Dial(self.use.digits, self.use.decimals, self.use.counts_down)

    def opening(self) -> Edge | None:
        """
        Return what the days open with.
        """
        start = self.days.start
        if self.hung.start >= start:
            since = [one for one in self.hung.readings if one.read_date >= self.hung.start]
            return edge_of(min(since, key=lambda one: one.read_date)) if since else None
        if start == self.period.start and start.day == 1:
            return self._as_billed_before()
        return self._edge(start, at_end=False)

    def _as_billed_before(self) -> Edge | None:
        use = self.use
        if use.start_value is None or use.start_date is None:
            return None
        for known in self.hung.readings:
            if (known.read_date, known.value) == (use.start_date, use.start_value):
                return edge_of(known)
        return Edge(use.start_date, use.start_value, use.start_source, False, "", False)

    def closing(self, opening: Edge | None) -> Edge | None:
        """
        Return what closes the days, if it was read after they opened.
        """
        end = self.days.end
        if self.hung.end is not None and self.hung.end <= end:
            found = [one for one in self.hung.readings if one.read_date <= self.hung.end]
        elif end == self.period.end and end.day == 1:
            first = self.days.start.replace(day=1)
            found = [one for one in self.hung.readings if first <= one.month < end]
        else:
            return self._edge(end, at_end=True)
        later = [one for one in found if opening is None or one.read_date > opening.read_date]
        # Of two of one day the one that came last counts, as everywhere.
        last = max(reversed(later), key=lambda one: one.read_date, default=None)
        return edge_of(last) if last else None

    def _edge(self, day: date, *, at_end: bool) -> Edge | None:
        read = read_at(day, readings=self.hung.readings)
        if read is not None:
            return read
        around = neighbours(day, readings=self.hung.readings)
        if around is None:
            return None
        try:
            return divided(day, around=around, dial=self.dial, share=self.share)
        except (BelowPrevious, NotRolledOver):
            # They contradict each other; shown as they are, a person looks at them.
            return edge_of(around[1] if at_end else around[0])


def _add(found: OwnUses, own: _OwnUse) -> None:
    opening = own.opening()
    closing = own.closing(opening)
    use = own.use._replace(
        start_value=None, start_date=None, start_source="", opens_after=None,
        end_value=None, end_date=None, end_source="", end_is_estimated=False, end_method="",
        rolled_over=False,
    )  # fmt: skip
    if opening is not None:
        is_whole = opening.read_date == own.use.start_date and own.days.start == own.period.start
        use = use._replace(
            start_value=opening.value,
            start_date=opening.read_date,
            start_source=opening.source,
            opens_after=own.use.opens_after
            if is_whole
            else max(own.hung.start, own.days.start) - _DAY,
        )
    if closing is not None:
        use = use._replace(
            end_value=closing.value,
            end_date=closing.read_date,
            end_source=closing.source,
            end_is_estimated=closing.is_estimated,
            end_method=closing.method,
            rolled_over=passed_zero(closing, since=opening, dial=own.dial),
        )
    found.uses.append(use)
    for edge in (opening, closing):
        if edge is not None and edge.is_new:
            found.closings.append(
                Closing(
                    use.register_id,
                    Period(edge.read_date, edge.read_date + _DAY),
                    Shown(edge.value, edge.rolled_over),
                    edge.method,
                )
            )
