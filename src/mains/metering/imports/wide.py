"""Rows that hold a whole day each: nothing is collected, they are written as they come."""

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from zoneinfo import ZoneInfo

from mains.metering.imports import dayfile, texts
from mains.metering.imports.days import Days, Source
from mains.metering.imports.profile import Profile
from mains.metering.imports.readers.delimited import Row
from mains.metering.imports.refusals import Trouble, told
from mains.metering.imports.tabular import Columns, check_refusals
from mains.metering.rules.daygrid import DayNotWhole, day_grid
from mains.metering.rules.intervals import (
    MOST_DECIMALS,
    USUAL_DECIMALS,
    Quality,
    TooLarge,
    packed,
)
from mains.metering.rules.sentences import gettext_noop as _

_USUAL = 10 ** (MOST_DECIMALS - USUAL_DECIMALS)

type Write = Callable[[bytes], object]


class NotTaken(Exception):
    """A row that is refused: the column, what stands there, and the trouble."""

    def __init__(self, position: int, text: str, trouble: Trouble) -> None:
        super().__init__(str(trouble))
        self.position, self.text, self.trouble = position, text, trouble


@dataclass(slots=True)
class _Known:
    """
    A register of the file, its memory of texts, its days so far, and what was taken for it.
    """

    source: Source
    number: bytes
    # Values in thousandths as elements of an array, or None where those are not enough.
    elements: Mapping[str, int | None]
    days: set[date] = field(default_factory=set)
    taken: int = 0
    intervals: int = 0


class WideReading:
    """
    Reads rows of whole days; a day of a register may come once.

    Most rows are complete and have at most three decimals: those are put together from pieces that
    are made once for each distinct text. Every other row is read value by value.
    """

    def __init__(self, profile: Profile, *, home: ZoneInfo, days: Days, write: Write) -> None:
        assert profile.label is not None
        assert profile.day_row is not None
        self.profile, self.home, self.days, self.write = profile, home, days, write
        self.first = profile.day_row.first_value
        self.magnitudes = {magnitude.code: magnitude for magnitude in profile.magnitudes}
        self.labels = texts.LabelReader(
            profile.label, zone=home, home=home, minutes=profile.minutes
        )
        self.frames = texts.Memo(self._frame)
        self.kinds = texts.Memo(self._kind)
        self.elements = {code: texts.Memo(self._element(code)) for code in self.magnitudes}
        self.known: dict[tuple[str, str], _Known] = {}
        self.by_number: dict[int, _Known] = {}

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
        self.mark = columns.needed(self.profile.day_row.quality)
        count = 0
        for row, fields in rows:
            count += 1
            try:
                self._row(row, fields)
            except NotTaken as refused:
                name = columns.name(refused.position)
                self.days.refuse(row, name, refused.text, refused.trouble)
                check_refusals(self.days.refusals)
        for known in (one for one in self.by_number.values() if one.intervals):
            thousandths = known.taken - known.intervals * dayfile.ELEMENT
            self.days.add(known.source, thousandths * _USUAL, known.intervals)
        return count

    def _row(self, row: int, fields: list[str]) -> None:
        if len(fields) <= self.first:
            trouble = told(
                _("The row has %(columns)s columns"), _("check the delimiter"), columns=len(fields)
            )
            raise NotTaken(0, fields[0][:80], trouble)
        known = self.known.get((fields[self.point], fields[self.code])) or self._learn(row, fields)
        day, day_number, frame = self.kinds[fields[self.day], fields[self.mark]]
        if frame is not None and len(fields) == self.first + frame.slots and day not in known.days:
            # One call looks all texts up, and costs less than one for each.
            elements = itemgetter(*fields[self.first :])(known.elements)
            try:
                self.write(frame.row(known.number, day_number, elements))
            except struct.error:
                pass  # A text that is no element: what it is instead is found out below.
            else:
                known.days.add(day)
                known.taken += sum(elements)
                known.intervals += frame.slots
                return
        self._carefully(fields, known)

    def _carefully(self, fields: list[str], known: _Known) -> None:
        """
        Write a day that has gaps or more decimals than usual, or say what is wrong with it.
        """
        day = self.labels.day(fields[self.day])
        if isinstance(day, Trouble):
            raise NotTaken(self.day, fields[self.day], day)
        if day in known.days:
            trouble = told(_("%(day)s was given before"), _("keep the row that is right"), day=day)
            raise NotTaken(self.day, fields[self.day], trouble)
        quality = texts.quality(fields[self.mark], profile=self.profile)
        if isinstance(quality, Trouble):
            raise NotTaken(self.mark, fields[self.mark], quality)
        micros = self._micros(self._values(day, fields), known.source)
        marks = [Quality.MISSING if micro is None else quality for micro in micros]
        try:
            held = packed(minutes=self.profile.minutes, micros=micros, qualities=marks)
        except TooLarge as error:
            trouble = told(error, _("give it with fewer decimals"))
            raise NotTaken(self.first, fields[self.day], trouble) from error
        taken = [micro for micro in micros if micro is not None]
        self.days.add(known.source, sum(taken), len(taken))
        known.days.add(day)
        self.write(dayfile.row_of(known.source.number, day, held))

    def _values(self, day: date, fields: list[str]) -> list[str]:
        """
        Return a day's values; a row for days of 25 hours has empty fields after those of others.
        """
        try:
            slots = day_grid(day, self.home, self.profile.minutes).slots
        except DayNotWhole as error:
            trouble = told(error, _("import values of 30 minutes"))
            raise NotTaken(self.day, fields[self.day], trouble) from error
        values = fields[self.first :]
        if len(values) >= slots and not any(value.strip() for value in values[slots:]):
            return values[:slots]
        there = sum(1 for value in values if value.strip())
        trouble = told(_("%(day)s has %(slots)s intervals and the row %(there)s values"),
                       _("give one value for each, also where clocks change"),
                       day=day, slots=slots, there=there)  # fmt: skip
        raise NotTaken(self.day, fields[self.day], trouble)

    def _micros(self, values: list[str], source: Source) -> list[int | None]:
        unit = self.magnitudes[source.code].unit
        micros: list[int | None] = []
        for position, text in enumerate(values, self.first):
            micro = None
            if text.strip():
                micro = texts.micros(text, decimal=self.profile.decimal, unit=unit)
            if isinstance(micro, Trouble):
                raise NotTaken(position, text, micro)
            micros.append(micro)
        return micros

    def _learn(self, row: int, fields: list[str]) -> _Known:
        code = fields[self.code].strip()
        magnitude = self.magnitudes.get(code)
        if magnitude is None:
            trouble = told(
                _("%(code)s is no magnitude"), _("write one of %(known)s"),
                code=repr(code), known=", ".join(self.magnitudes),
            )  # fmt: skip
            raise NotTaken(self.code, code, trouble)
        source = self.days.source(
            fields[self.point].strip(), code, unit=texts.UNITS[magnitude.unit][0], row=row
        )
        number = dayfile.number_of(source.number)
        known = self.by_number.setdefault(
            source.number, _Known(source, number, self.elements[code])
        )
        self.known[fields[self.point], fields[self.code]] = known
        return known

    def _kind(self, key: tuple[str, str]) -> tuple[date, bytes, dayfile.Frame | None]:
        """
        Return a day, how a row says it, and its frame: None if day or quality is no usual one.
        """
        day, quality = self.labels.day(key[0]), texts.quality(key[1], profile=self.profile)
        if isinstance(day, Trouble):
            return date.min, b"", None
        self.days.span(day)
        number = dayfile.day_of(day)
        if isinstance(quality, Trouble) or quality is Quality.MISSING:
            return day, number, None
        try:
            slots = day_grid(day, self.home, self.profile.minutes).slots
        except DayNotWhole:
            return day, number, None
        return day, number, self.frames[slots, quality]

    def _frame(self, key: tuple[int, Quality]) -> dayfile.Frame:
        return dayfile.Frame(self.profile.minutes, USUAL_DECIMALS, *key)

    def _element(self, code: str) -> Callable[[str], int | None]:
        """
        Return a function from a text to the element of its thousandths, or to None.
        """
        unit, decimal = self.magnitudes[code].unit, self.profile.decimal

        def element(text: str) -> int | None:
            micro = texts.micros(text, decimal=decimal, unit=unit)
            if isinstance(micro, Trouble) or micro % _USUAL:
                return None
            return dayfile.ELEMENT + micro // _USUAL

        return element
