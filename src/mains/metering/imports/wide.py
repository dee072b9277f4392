"""Rows that hold a whole day each: nothing is collected, they are written as they come."""

from collections.abc import Callable, Iterator
from typing import Protocol, cast
from zoneinfo import ZoneInfo

from mains.metering.imports import texts
from mains.metering.imports.days import Days, Source
from mains.metering.imports.profile import Profile
from mains.metering.imports.readers.delimited import Row
from mains.metering.imports.refusals import Trouble
from mains.metering.imports.tabular import Columns, check_refusals
from mains.metering.rules.daygrid import DayNotWhole, day_grid
from mains.metering.rules.intervals import (
    MOST_DECIMALS,
    USUAL_DECIMALS,
    Quality,
    TooLarge,
    packed,
)

_USUAL = 10 ** (MOST_DECIMALS - USUAL_DECIMALS)


class WriteDay(Protocol):
    """
    Writes a day whose arrays are texts as PostgreSQL reads them, without their braces.
    """

    def __call__(
        self, number: int, day: str, minutes: int, decimals: int, values: str, qualities: str
    ) -> None: ...


class NotTaken(Exception):
    """A row that is refused: the column, what stands there, and the trouble."""

    def __init__(self, position: int, text: str, trouble: Trouble) -> None:
        super().__init__(str(trouble))
        self.position, self.text, self.trouble = position, text, trouble


class WideReading:
    """
    Reads rows of whole days; a day of a register may come once.
    """

    def __init__(self, profile: Profile, *, home: ZoneInfo, days: Days, write: WriteDay) -> None:
        assert profile.label is not None
        self.profile, self.home, self.days, self.write = profile, home, days, write
        self.magnitudes = {magnitude.code: magnitude for magnitude in profile.magnitudes}
        self.labels = texts.LabelReader(
            profile.label, zone=home, home=home, minutes=profile.minutes
        )
        self.dates = texts.Memo(self._date)
        self.qualities = texts.Memo(self._meaning)
        self.micros = texts.Memo(self._micro)
        self.usual = {code: texts.Memo(self._usual(code)) for code in self.magnitudes}
        self.same = texts.Memo(_repeated)
        self.known: dict[tuple[str, str], Source] = {}
        self.seen: set[int] = set()

    def read(self, rows: Iterator[Row]) -> int:
        """
        Write every row's day, or refuse it; return how many rows there were.

        :raises FileRefused: if the header lacks a column, or too many rows are refused.
        """
        header = next(rows, (0, []))[1] if self.profile.header else None
        columns = Columns(self.profile, header)
        assert self.profile.day_row is not None
        self.point, self.day = columns.point, columns.label[0]
        self.code = columns.needed(self.profile.day_row.code)
        mark = self.profile.day_row.quality
        self.mark = None if mark is None else columns.needed(mark)
        self.first = self.profile.day_row.first_value
        count = 0
        for row, fields in rows:
            count += 1
            try:
                self._row(row, fields)
            except NotTaken as refused:
                name = columns.name(refused.position)
                self.days.refuse(row, name, refused.text, refused.trouble)
                check_refusals(self.days.refusals)
        return count

    def _row(self, row: int, fields: list[str]) -> None:
        if len(fields) <= self.first:
            trouble = Trouble(f"The row has {len(fields)} columns", "check the delimiter")
            raise NotTaken(0, fields[0][:80], trouble)
        quality = self._quality(fields)
        found = self.dates[fields[self.day]]
        if isinstance(found, Trouble):
            raise NotTaken(self.day, fields[self.day], found)
        day, ordinal, slots = found
        source = self.known.get((fields[self.point], fields[self.code]))
        source = source or self._source(row, fields)
        values = fields[self.first : self.first + slots]
        if len(values) != slots or any(fields[self.first + slots :]):
            self._miscounted(fields, day, slots)
        key = source.number << 22 | ordinal
        if key in self.seen:
            trouble = Trouble(f"{day} was given before", "keep the row that is right")
            raise NotTaken(self.day, fields[self.day], trouble)
        parts = [self.usual[source.code][value] for value in values]
        if None in parts or quality is Quality.MISSING:
            self._exact(source, day, values, quality)
        else:
            self.days.add(source, sum(cast("list[int]", parts)) * _USUAL, slots)
            self.write(
                source.number, day, self.profile.minutes, USUAL_DECIMALS,
                str(parts)[1:-1], self.same[quality, slots],
            )  # fmt: skip
        self.seen.add(key)

    def _exact(self, source: Source, day: str, values: list[str], quality: Quality) -> None:
        """
        Write a day that has gaps, or more decimals than usual.
        """
        unit = self.magnitudes[source.code].unit
        micros: list[int | None] = []
        for position, text in enumerate(values, self.first):
            micro = self.micros[text, self.profile.decimal, unit] if text.strip() else None
            if isinstance(micro, Trouble):
                raise NotTaken(position, text, micro)
            micros.append(micro)
        taken = [micro for micro in micros if micro is not None]
        marks = [Quality.MISSING if micro is None else quality for micro in micros]
        try:
            packed_day = packed(minutes=self.profile.minutes, micros=micros, qualities=marks)
        except TooLarge as error:
            trouble = Trouble(str(error).rstrip("."), "give it with fewer decimals")
            raise NotTaken(self.first, day, trouble) from error
        self.days.add(source, sum(taken), len(taken))
        self.write(
            source.number, day, packed_day.minutes, packed_day.decimals,
            array(packed_day.values), array(packed_day.qualities),
        )  # fmt: skip

    def _source(self, row: int, fields: list[str]) -> Source:
        code = fields[self.code].strip()
        magnitude = self.magnitudes.get(code)
        if magnitude is None:
            advice = f"write one of {', '.join(self.magnitudes)}"
            raise NotTaken(self.code, code, Trouble(f"{code!r} is no magnitude", advice))
        source = self.days.source(
            fields[self.point].strip(), code, unit=texts.UNITS[magnitude.unit][0], row=row
        )
        self.known[fields[self.point], fields[self.code]] = source
        return source

    def _quality(self, fields: list[str]) -> Quality:
        if self.mark is None:
            return self.profile.usual_quality
        quality = self.qualities[fields[self.mark]]
        if isinstance(quality, Trouble):
            raise NotTaken(self.mark, fields[self.mark], quality)
        return quality

    def _miscounted(self, fields: list[str], day: str, slots: int) -> None:
        there = sum(1 for value in fields[self.first :] if value.strip())
        trouble = Trouble(f"{day} has {slots} intervals and the row {there} values",
                          "give one value for each, also where clocks change")  # fmt: skip
        raise NotTaken(self.day, fields[self.day], trouble)

    def _date(self, text: str) -> tuple[str, int, int] | Trouble:
        day = self.labels.day(text)
        if isinstance(day, Trouble):
            return day
        try:
            slots = day_grid(day, self.home, self.profile.minutes).slots
        except DayNotWhole as error:
            return Trouble(str(error).rstrip("."), "import values of 30 minutes")
        self.days.span(day)
        return day.isoformat(), day.toordinal(), slots

    def _meaning(self, text: str) -> Quality | Trouble:
        return texts.quality(text, profile=self.profile)

    def _micro(self, key: tuple[str, str, str]) -> int | Trouble:
        return texts.micros(key[0], decimal=key[1], unit=key[2])

    def _usual(self, code: str) -> Callable[[str], int | None]:
        """
        Return a function from a text to its thousandths, or None where those are not enough.
        """
        unit, decimal = self.magnitudes[code].unit, self.profile.decimal

        def thousandths(text: str) -> int | None:
            micro = texts.micros(text, decimal=decimal, unit=unit)
            if isinstance(micro, Trouble) or micro % _USUAL:
                return None
            return micro // _USUAL

        return thousandths


def _repeated(key: tuple[Quality, int]) -> str:
    return ",".join([str(int(key[0]))] * key[1])


def array(values: tuple[int | None, ...]) -> str:
    """
    Return numbers as PostgreSQL writes the inside of an array.
    """
    return ",".join("NULL" if value is None else str(value) for value in values)
