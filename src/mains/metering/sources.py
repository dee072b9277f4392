"""Which registers a file means: by a meter's serial number, or by the code of a supply point."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from django.db import connection

from mains.metering.imports.days import Source
from mains.metering.imports.refusals import Refusal, Trouble, told
from mains.metering.rules.sentences import gettext_noop as _

# Codes that count all of a service, so a meter's only register is the one that is meant.
TOTALS = ("1.8.0", "24.2.1", "24.2.3")

_HUNG = """
with source (number, point, plain, code, unit) as (
  select * from unnest(%(numbers)s::int[], %(points)s::text[], %(plain)s::text[],
                       %(codes)s::text[], %(units)s::text[])),
hung as (
  select s.number, s.code, s.unit, m.id as meter_id, null::date as start_date,
         null::date as end_date
  from source s join metering_meter m on m.serial = s.point
  union all
  select s.number, s.code, s.unit, i.meter_id, i.start_date, i.end_date
  from source s join customers_supplypoint p on p.plain_code = s.plain
  join metering_meterinstallation i on i.supply_point_id = p.id)
select h.number, r.id, h.start_date, h.end_date
from hung h join metering_register r on r.meter_id = h.meter_id and r.unit = h.unit
where r.code = h.code
   or (h.code = any(%(totals)s::text[]) and not exists (
     select 1 from metering_register o where o.meter_id = h.meter_id and o.id <> r.id))
order by h.number, h.start_date, r.id
"""


@dataclass(frozen=True, slots=True)
class Hung:
    """
    A register that a file's name means, from a day up to another; None where it always does.
    """

    register_id: int
    start_date: date | None
    end_date: date | None

    def on(self, day: date) -> bool:
        """
        Tell whether the register is meant on a day.
        """
        return self._start <= day < self._end

    def meets(self, other: "Hung") -> bool:
        """
        Tell whether both are meant on some day.
        """
        return self._start < other._end and other._start < self._end

    @property
    def _start(self) -> date:
        return self.start_date or date.min

    @property
    def _end(self) -> date:
        return self.end_date or date.max


@dataclass(frozen=True, slots=True)
class Registers:
    """
    The registers that the names of a file mean, by the number of the name, and why one means none.
    """

    hung: dict[int, list[Hung]]
    troubles: dict[int, Trouble]


def registers_of(*, sources: Sequence[Source]) -> Registers:
    """
    Find the registers that the names of a file mean.

    A name that means two of them on a day, or one that another name means, is left out.
    """
    values: dict[str, Any] = {
        "numbers": [source.number for source in sources],
        # The database takes no zero bytes, and no meter has any.
        "points": [source.point.replace("\0", "") for source in sources],
        "plain": [_plain(source.point) for source in sources],
        "codes": [source.code for source in sources],
        "units": [source.unit for source in sources],
        "totals": list(TOTALS),
    }
    found: dict[int, list[Hung]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_HUNG, values)
        for number, register_id, start, end in cursor.fetchall():
            found.setdefault(number, []).append(Hung(register_id, start, end))
    return _without_doubles(found, {source.number: source for source in sources})


def unknown(
    *, sources: Iterable[Source], days: Mapping[int, set[str]], troubles: Mapping[int, Trouble]
) -> list[Refusal]:
    """
    Return a refusal for each name of a file that means no register, or none on some days.

    `days` are those days, by the number of the name; optional magnitudes are left out in silence.
    """
    return [
        Refusal(
            source.row,
            "point",
            source.point,
            troubles.get(source.number) or _no_register(source, sorted(days[source.number])),
        )
        for source in sources
        if source.number in days and not source.optional
    ]


def _without_doubles(found: dict[int, list[Hung]], names: Mapping[int, Source]) -> Registers:
    troubles: dict[int, Trouble] = {}
    taken: dict[int, tuple[str, list[Hung]]] = {}
    for number, many in list(found.items()):
        source = names[number]
        if any(one.meets(other) for one, other in combinations(many, 2)):
            troubles[number] = told(
                _("%(point)s has several registers %(code)s in %(unit)s"),
                _("give the serial number of the meter instead"),
                point=source.point, code=source.code, unit=source.unit,
            )  # fmt: skip
        for one in many:
            other, spans = taken.setdefault(one.register_id, (source.point, []))
            if other != source.point and any(one.meets(span) for span in spans):
                troubles[number] = told(
                    _("%(point)s and %(other)s name the same register"),
                    _("give the values of a meter under one name"),
                    point=source.point, other=other,
                )  # fmt: skip
            spans.append(one)
    return Registers({n: many for n, many in found.items() if n not in troubles}, troubles)


def _no_register(source: Source, days: Sequence[str]) -> Trouble:
    if not source.point:
        return told(_("The row names no meter"), _("write the number of its meter or supply point"))
    span = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return told(
        _("%(point)s has no register %(code)s in %(unit)s on %(span)s"),
        _("add the meter and its register, or correct the number, and import the file again"),
        point=source.point, code=source.code, unit=source.unit, span=span,
    )  # fmt: skip


def _plain(point: str) -> str:
    """
    Return a code as `customers.models.plain_column` writes it.
    """
    return "".join(letter for letter in point if letter not in " -/.\0").upper()
