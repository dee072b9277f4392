"""
Green Button feeds: NAESB REQ.21 (ESPI) in Atom, RFC 4287.

One usage point for each supply point and service; of each quantity a meter reading with its reading
type and blocks of interval readings. Numbers are those of ESPI's lists.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape, quoteattr

from mains.metering.rules.intervals import Quality

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
_ATOM, _ESPI = "http://www.w3.org/2005/Atom", "http://naesb.org/espi"
_ROOT = "/espi/1_1/resource"
# Units of measure: watt-hour, cubic metre, joule; and the power of ten of ours in them.
UNITS = {"kWh": (72, 3), "m3": (42, 0), "GJ": (31, 9)}
_FORWARD, _REVERSE = 1, 19
_DELTA = 4
_QUALITIES = {Quality.ESTIMATED: 8, Quality.CORRECTED: 7}
_KINDS = {"energy": 0, "gas": 1, "water": 2, "hot_water": 2, "heat": 4}
_OTHER_KIND = 2


@dataclass(frozen=True, slots=True)
class Value:
    """
    One value: whole numbers of 10^-`decimals` of the series' unit, from an instant, for seconds.
    """

    start: datetime
    seconds: int
    value: int
    quality: int


@dataclass(frozen=True, slots=True)
class Series:
    """
    Values of one quantity of a supply point, in blocks: a day each, or the use between readings.
    """

    point: str
    title: str
    service: str
    quantity: str
    unit: str
    is_fed_in: bool
    decimals: int
    seconds: int
    blocks: Sequence[Sequence[Value]]


def feed(series: Iterable[Series], *, title: str, updated: datetime) -> str:
    """
    Return a feed; series in a unit that ESPI does not have are left out.
    """
    at = f"{updated:%Y-%m-%dT%H:%M:%SZ}"
    parts = [
        f'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="{_ATOM}">',
        f"<id>{_name(title + at)}</id><title>{escape(title)}</title><updated>{at}</updated>",
    ]
    points: set[str] = set()
    for number, one in enumerate(series, 1):
        if one.unit in UNITS:
            parts += _series(one, number, at, points)
    return "\n".join([*parts, "</feed>\n"])


def _series(one: Series, number: int, at: str, points: set[str]) -> Iterator[str]:
    point = f"{_ROOT}/Subscription/{one.service}/UsagePoint/{one.point}"
    readings = f"{point}/MeterReading"
    if point not in points:
        points.add(point)
        yield _entry(
            point, up=point.rpartition("/")[0], related=[readings], title=one.title, at=at,
            content=f"<UsagePoint xmlns={quoteattr(_ESPI)}><ServiceCategory><kind>"
            f"{_KINDS.get(one.quantity, _OTHER_KIND)}</kind></ServiceCategory></UsagePoint>",
        )  # fmt: skip
    this, kind = f"{readings}/{number}", f"{_ROOT}/ReadingType/{number}"
    blocks = f"{this}/IntervalBlock"
    yield _entry(
        this, up=readings, related=[blocks, kind], title=one.quantity, at=at,
        content=f"<MeterReading xmlns={quoteattr(_ESPI)}/>",
    )  # fmt: skip
    yield _entry(
        kind, up=f"{_ROOT}/ReadingType", related=[], title=one.unit, at=at, content=_type(one)
    )
    for place, values in enumerate(one.blocks, 1):
        yield _entry(
            f"{blocks}/{place}", up=blocks, related=[], title="", at=at, content=_block(values)
        )


def _type(one: Series) -> str:
    uom, power = UNITS[one.unit]
    return (
        f"<ReadingType xmlns={quoteattr(_ESPI)}>"
        f"<accumulationBehaviour>{_DELTA}</accumulationBehaviour>"
        f"<flowDirection>{_REVERSE if one.is_fed_in else _FORWARD}</flowDirection>"
        f"<intervalLength>{one.seconds}</intervalLength>"
        f"<powerOfTenMultiplier>{power - one.decimals}</powerOfTenMultiplier>"
        f"<uom>{uom}</uom></ReadingType>"
    )


def _block(values: Sequence[Value]) -> str:
    first, last = values[0], values[-1]
    length = int((last.start - first.start).total_seconds()) + last.seconds
    return (
        f"<IntervalBlock xmlns={quoteattr(_ESPI)}>"
        f"<interval>{_time(first.start, length)}</interval>"
        + "".join(map(_reading, values))
        + "</IntervalBlock>"
    )


def _reading(one: Value) -> str:
    mark = _QUALITIES.get(Quality(one.quality))
    said = f"<ReadingQuality><quality>{mark}</quality></ReadingQuality>" if mark else ""
    return (
        f"<IntervalReading>{said}<timePeriod>{_time(one.start, one.seconds)}</timePeriod>"
        f"<value>{one.value}</value></IntervalReading>"
    )


def _time(start: datetime, seconds: int) -> str:
    return f"<duration>{seconds}</duration><start>{int(start.timestamp())}</start>"


def _entry(place: str, *, up: str, related: list[str], title: str, at: str, content: str) -> str:
    links = [("self", place), ("up", up), *(("related", one) for one in related)]
    return (
        f"<entry><id>{_name(place)}</id>"
        + "".join(f'<link rel="{rel}" href={quoteattr(href)}/>' for rel, href in links)
        + f"<title>{escape(title)}</title><updated>{at}</updated>"
        f"<content>{content}</content></entry>"
    )


def _name(place: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, place)}"
