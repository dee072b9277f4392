"""Rows of columns turned into days, by what a profile declares."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from mains.metering.imports import texts
from mains.metering.imports.days import Days, Source
from mains.metering.imports.profile import Column, Magnitude, Profile
from mains.metering.imports.readers.delimited import Row
from mains.metering.imports.refusals import Refusal, Trouble, file_refused, told
from mains.metering.rules.daygrid import day_grid
from mains.metering.rules.intervals import Quality
from mains.metering.rules.sentences import gettext_noop as _

# A file whose rows are nearly all wrong needs another profile, not a list of a million refusals.
MOST_REFUSALS = 100_000


@dataclass(frozen=True, slots=True)
class Placed:
    """
    A magnitude with the positions of its columns.
    """

    magnitude: Magnitude
    value: int
    quality: int | None
    # The registers of points, as they are written in the file.
    sources: dict[str | tuple[str, str], Source] = field(default_factory=dict)


class Columns:
    """
    Where the columns of a profile stand in a file.

    :raises FileRefused: if a column that is needed is missing from the header.
    """

    def __init__(self, profile: Profile, header: list[str] | None) -> None:
        self.header = [name.strip() for name in header] if header is not None else None
        label = profile.label
        assert label is not None
        self.point = self.needed(profile.point)
        self.label = tuple(self.needed(column) for column in label.columns)
        self.flag = None if label.flag is None else self.needed(label.flag)
        self.register = None if profile.register is None else self.needed(profile.register)
        self.magnitudes = tuple(self._placed(profile))
        used = [self.point, *self.label, *([] if self.flag is None else [self.flag])]
        used += [] if self.register is None else [self.register]
        self.simple = len(self.label) == 1
        used += [p.value for p in self.magnitudes if not p.magnitude.optional]
        used += [p.quality for p in self.magnitudes if p.quality is not None]
        self.width = max(used) + 1

    def needed(self, column: Column) -> int:
        """
        Return the position of a column that has to be there.
        """
        found = self.find(column)
        if found is None:
            raise file_refused(_("The header has no column %(column)s; it has %(header)s"),
                               _("choose the profile that fits, or correct the header"),
                               column=repr(column), header=self.header)  # fmt: skip
        return found

    def find(self, column: Column) -> int | None:
        """
        Return the position of a column, or None if the header does not have it.
        """
        if isinstance(column, int):
            return column
        if self.header is None:
            return None
        return self.header.index(column) if column in self.header else None

    def name(self, position: int) -> str:
        """
        Return what a person calls a column: its name, or its number from 1.
        """
        return self.header[position] if self.header else str(position + 1)

    def text(self, fields: list[str]) -> str:
        """
        Return a row's label, whose parts stand in several columns.
        """
        return " ".join([fields[position] for position in self.label])

    def _placed(self, profile: Profile) -> Iterator[Placed]:
        for magnitude in profile.magnitudes:
            value = self.find(magnitude.value)
            if value is None and not magnitude.optional:
                value = self.needed(magnitude.value)
            if value is not None:
                quality = None if magnitude.quality is None else self.needed(magnitude.quality)
                yield Placed(magnitude, value, quality)


class Reading:
    """
    Reads the rows of one file into days.
    """

    def __init__(self, profile: Profile, *, home: ZoneInfo, days: Days) -> None:
        assert profile.label is not None
        self.profile, self.home, self.days = profile, home, days
        zone = ZoneInfo(profile.zone) if profile.zone else home
        self.labels = texts.LabelReader(
            profile.label, zone=zone, home=home, minutes=profile.minutes
        )
        self.spots = texts.Memo(self._spot)
        self.qualities = texts.Memo(self._quality)
        self.micros = {
            magnitude.unit: texts.Memo(self._micro(magnitude.unit))
            for magnitude in profile.magnitudes
        }

    def read(self, rows: Iterator[Row]) -> int:
        """
        Put every row into the days, or refuse it; return how many there were.

        :raises FileRefused: if the header lacks a column, or too many rows are refused.
        """
        header = next(rows, (0, []))[1] if self.profile.header else None
        columns = Columns(self.profile, header)
        count = 0
        for row, fields in rows:
            count += 1
            self._row(row, fields, columns)
            check_refusals(self.days.refusals)
        return count

    def _row(self, row: int, fields: list[str], columns: Columns) -> None:
        if len(fields) < columns.width:
            self.days.refuse(row, "", ";".join(fields)[:80], _too_narrow(fields, columns.width))
            return
        text = fields[columns.label[0]] if columns.simple else columns.text(fields)
        spot = self.spots[text, "" if columns.flag is None else fields[columns.flag]]
        if isinstance(spot, Trouble):
            self.days.refuse(row, columns.name(columns.label[0]), text, spot)
            return
        point: str | tuple[str, str] = fields[columns.point]
        if columns.register is not None:
            point = (fields[columns.point], fields[columns.register])
        for placed in columns.magnitudes:
            position, text, trouble = self._value(row, fields, placed, point, spot)
            if trouble is not None:
                where = columns.label[0] if position is None else position
                self.days.refuse(row, columns.name(where), text, trouble)

    def _value(
        self,
        row: int,
        fields: list[str],
        placed: Placed,
        point: str | tuple[str, str],
        spot: texts.Spot,
    ) -> tuple[int | None, str, Trouble | None]:
        """
        Put one value into its day, or return the column, the text and the trouble.
        """
        text = fields[placed.value] if placed.value < len(fields) else ""
        if not text and placed.magnitude.optional:
            return None, text, None
        micro = self.micros[placed.magnitude.unit][text]
        if isinstance(micro, Trouble):
            return placed.value, text, micro
        quality = self.profile.usual_quality
        if placed.quality is not None:
            mark = fields[placed.quality]
            meaning = self.qualities[mark]
            if isinstance(meaning, Trouble):
                return placed.quality, mark, meaning
            quality = meaning
        source = placed.sources.get(point) or self._source(point, placed, row)
        return None, text, self.days.put(source, spot, micro, quality, row)

    def _spot(self, key: tuple[str, str]) -> texts.Spot | Trouble:
        places = self.labels.places(*key)
        if isinstance(places, Trouble):
            return places
        minutes = self.profile.minutes
        return texts.Spot(places, minutes, day_grid(places[0][0], self.home, minutes).slots)

    def _quality(self, text: str) -> Quality | Trouble:
        return texts.quality(text, profile=self.profile)

    def _micro(self, unit: str) -> Callable[[str], int | Trouble]:
        return lambda text: texts.micros(text, decimal=self.profile.decimal, unit=unit)

    def _source(self, point: str | tuple[str, str], placed: Placed, row: int) -> Source:
        magnitude = placed.magnitude
        name, code = (point, magnitude.code) if isinstance(point, str) else point
        source = self.days.source(
            name.strip(), code.strip(), unit=texts.UNITS[magnitude.unit][0], row=row,
            optional=magnitude.optional,
        )  # fmt: skip
        placed.sources[point] = source
        return source


def check_refusals(refusals: list[Refusal]) -> None:
    """
    Stop where going on would only list more of the same.

    :raises FileRefused: if too many rows were refused, naming the first.
    """
    if len(refusals) > MOST_REFUSALS:
        first = refusals[0]
        raise file_refused(
            _("More than %(most)s rows cannot be taken; row %(row)s, column %(column)s: %(why)s"),
            _("choose the profile that fits"),
            most=f"{MOST_REFUSALS:,}", row=first.row, column=first.column,
            why=first.trouble.reason,
        )  # fmt: skip


def _too_narrow(fields: list[str], width: int) -> Trouble:
    return told(_("The row has %(columns)s columns and needs %(width)s"),
                _("check the delimiter, or choose the profile that fits"),
                columns=len(fields), width=width)  # fmt: skip
