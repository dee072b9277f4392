"""Rows of columns turned into days, by what a profile declares."""

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from mains.metering.imports import texts
from mains.metering.imports.days import Days, Source
from mains.metering.imports.profile import Column, Magnitude, Profile
from mains.metering.imports.readers.delimited import Row
from mains.metering.imports.refusals import Refusal, Trouble, file_refused
from mains.metering.rules.daygrid import day_grid
from mains.metering.rules.intervals import Quality

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
        self.magnitudes = tuple(self._placed(profile))
        used = [self.point, *self.label, *([] if self.flag is None else [self.flag])]
        used += [p.value for p in self.magnitudes if not p.magnitude.optional]
        self.width = max(used) + 1

    def needed(self, column: Column) -> int:
        """
        Return the position of a column that has to be there.
        """
        found = self.find(column)
        if found is None:
            raise file_refused(f"The header has no column {column!r}; it has {self.header}",
                               "choose the profile that fits, or correct the header")  # fmt: skip
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
        self.places = texts.Memo(self._places)
        self.qualities = texts.Memo(self._quality)
        self.micros = texts.Memo(self._micro)

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
        text = " ".join(fields[position] for position in columns.label)
        flag = "" if columns.flag is None else fields[columns.flag]
        places = self.places[text, flag]
        if isinstance(places, Trouble):
            self.days.refuse(row, columns.name(columns.label[0]), text, places)
            return
        point = fields[columns.point].strip()
        for placed in columns.magnitudes:
            self._value(row, fields, placed, point, places, columns)

    def _value(
        self, row: int, fields: list[str], placed: Placed, point: str, places: texts.Places,
        columns: Columns,
    ) -> None:  # fmt: skip
        magnitude = placed.magnitude
        text = fields[placed.value] if placed.value < len(fields) else ""
        if magnitude.optional and not text.strip():
            return
        micro = self.micros[text, magnitude.unit]
        if isinstance(micro, Trouble):
            self.days.refuse(row, columns.name(placed.value), text, micro)
            return
        quality_text = "" if placed.quality is None else fields[placed.quality]
        quality = (
            self.profile.usual_quality if placed.quality is None else self.qualities[quality_text]
        )
        if isinstance(quality, Trouble):
            self.days.refuse(row, columns.name(placed.quality or 0), quality_text, quality)
            return
        source = self._source(point, magnitude, row)
        slots = day_grid(places[0][0], self.home, self.profile.minutes).slots
        trouble = self.days.put(
            source, places, micro, quality, row=row, minutes=self.profile.minutes, slots=slots
        )
        if trouble is not None:
            self.days.refuse(row, columns.name(columns.label[0]), text, trouble)

    def _places(self, key: tuple[str, str]) -> texts.Places | Trouble:
        return self.labels.places(*key)

    def _quality(self, text: str) -> Quality | Trouble:
        return texts.quality(text, profile=self.profile)

    def _micro(self, key: tuple[str, str]) -> int | Trouble:
        return texts.micros(key[0], decimal=self.profile.decimal, unit=key[1])

    def _source(self, point: str, magnitude: Magnitude, row: int) -> Source:
        unit = texts.UNITS[magnitude.unit][0]
        return self.days.source(
            point, magnitude.code, unit=unit, row=row, optional=magnitude.optional
        )


def check_refusals(refusals: list[Refusal]) -> None:
    """
    Stop where going on would only list more of the same.

    :raises FileRefused: if too many rows were refused, naming the first.
    """
    if len(refusals) > MOST_REFUSALS:
        first = refusals[0]
        raise file_refused(
            f"More than {MOST_REFUSALS:,} rows cannot be taken; row {first.row}, column "
            f"{first.column}: {first.trouble.reason}",
            "choose the profile that fits",
        )


def _too_narrow(fields: list[str], width: int) -> Trouble:
    return Trouble(f"The row has {len(fields)} columns and needs {width}",
                   "check the delimiter, or choose the profile that fits")  # fmt: skip
