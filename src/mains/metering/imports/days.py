"""Days collected from the values of a file, register by register."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from mains.metering.imports.refusals import Refusal, Trouble, told
from mains.metering.imports.texts import Spot
from mains.metering.rules.intervals import MOST_DECIMALS, DayValues, Quality, TooLarge, packed
from mains.metering.rules.sentences import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Source:
    """
    A register as a file names it, and the row that does so first.
    """

    number: int
    point: str
    code: str
    unit: str
    row: int
    optional: bool


@dataclass(slots=True)
class _Open:
    row: int
    minutes: int
    micros: list[int | None]
    qualities: list[int]


@dataclass(slots=True)
class Days:
    """
    Values put into the days of their registers; the same value twice counts once.
    """

    sources: dict[tuple[str, str], Source] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    totals: dict[tuple[str, str], int] = field(default_factory=dict)
    intervals: int = 0
    first_day: date | None = None
    last_day: date | None = None
    _open: dict[tuple[int, date], _Open] = field(default_factory=dict)

    def source(
        self, point: str, code: str, *, unit: str, row: int, optional: bool = False
    ) -> Source:
        """
        Return the register that a file names, noting the first row that does.
        """
        found = self.sources.get((point, code))
        if found is None:
            found = Source(len(self.sources), point, code, unit, row, optional)
            self.sources[point, code] = found
        return found

    def refuse(self, row: int, column: object, text: str, trouble: Trouble) -> None:
        """
        Note a row that was not taken.
        """
        name = str(column + 1) if isinstance(column, int) else str(column)
        self.refusals.append(Refusal(row, name, text, trouble))

    def put(
        self, source: Source, spot: Spot, micro: int, quality: Quality, row: int
    ) -> Trouble | None:
        """
        Put a value into the first free of the intervals it may belong to.

        The same value again is left out; another value for the same interval is trouble.
        """
        for day, slot in spot.places:
            held = self._open.get((source.number, day)) or self._day(source, day, spot, row)
            if held.minutes != spot.minutes:
                return told(
                    _("%(day)s has intervals of %(one)s and of %(other)s minutes"),
                    _("import each length from a file of its own"),
                    day=day, one=held.minutes, other=spot.minutes,
                )  # fmt: skip
            if held.micros[slot] is None:
                held.micros[slot], held.qualities[slot] = micro, quality
                return None
        if (held.micros[slot], held.qualities[slot]) == (micro, quality):
            return None
        return told(
            _("The interval was given before, from row %(row)s on, with another value"),
            _("keep the row that is right"),
            row=held.row,
        )

    def add(self, source: Source, micro: int, intervals: int) -> None:
        """
        Count what was taken.
        """
        kind = (source.code, source.unit)
        self.totals[kind] = self.totals.get(kind, 0) + micro
        self.intervals += intervals

    def closed(self) -> Iterator[tuple[Source, date, DayValues]]:
        """
        Yield and count the collected days, and forget them; one that cannot be stored is refused.
        """
        by_number = list(self.sources.values())
        for (number, day), held in self._open.items():
            source = by_number[number]
            try:
                packed_day = packed(
                    minutes=held.minutes, micros=held.micros, qualities=held.qualities
                )
            except TooLarge as error:
                trouble = told(error, _("give it with fewer decimals"))
                self.refuse(held.row, source.code, source.point, trouble)
                continue
            taken = [micro for micro in held.micros if micro is not None]
            self.add(source, sum(taken), len(taken))
            yield source, day, packed_day
        self._open.clear()

    def span(self, day: date) -> None:
        """
        Note that a day occurs.
        """
        self.first_day = day if self.first_day is None else min(day, self.first_day)
        self.last_day = day if self.last_day is None else max(day, self.last_day)

    def total(self, code: str) -> Decimal:
        """
        Return the sum of all values of a magnitude, in kWh, m³, GJ or kvarh.
        """
        whole = sum(value for kind, value in self.totals.items() if kind[0] == code)
        return Decimal(whole).scaleb(-MOST_DECIMALS)

    def sum(self, code: str, unit: str) -> Decimal:
        """
        Return the sum of all values of a magnitude in one unit.
        """
        return Decimal(self.totals.get((code, unit), 0)).scaleb(-MOST_DECIMALS)

    def _day(self, source: Source, day: date, spot: Spot, row: int) -> _Open:
        held = _Open(row, spot.minutes, [None] * spot.slots, [Quality.MISSING] * spot.slots)
        self._open[source.number, day] = held
        self.span(day)
        return held
