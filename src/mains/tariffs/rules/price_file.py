"""A list of an index's prices as text: an instant and a price on each line."""

import csv
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from io import StringIO
from zoneinfo import ZoneInfo

_PLACES = 8


class PriceTrouble(StrEnum):
    """
    What is wrong with a list of prices.
    """

    NO_LINES = "NO_LINES"
    COLUMNS = "COLUMNS"
    INSTANT = "INSTANT"
    PRICE = "PRICE"
    TWICE = "TWICE"
    # Of a day some intervals are there and others are not.
    INCOMPLETE = "INCOMPLETE"


class PriceFileWrong(ValueError):
    """
    A list of prices cannot be taken; `line` counts from 1, `day` is the one that is incomplete.
    """

    def __init__(self, trouble: PriceTrouble, *, line: int = 0, day: date | None = None) -> None:
        super().__init__(f"{trouble} in line {line}" if line else f"{trouble} on {day}")
        self.trouble, self.line, self.day = trouble, line, day


def read_prices(text: str, *, zone: ZoneInfo) -> dict[date, tuple[Decimal, ...]]:
    """
    Return the prices of each civil day in a zone, one for each interval, in order.

    A line is an ISO 8601 instant with its offset and a price with up to eight places, apart by a
    comma, semicolon or tab; a first line without a date is a heading. Intervals are as long as the
    two first ones are apart, an hour at most, and each day has all of its own.

    :raises PriceFileWrong: naming the line, or the day that is incomplete.
    """
    prices = _lines(text)
    if not prices:
        raise PriceFileWrong(PriceTrouble.NO_LINES)
    instants = sorted(prices)
    step = min(instants[1] - instants[0], timedelta(hours=1)) if instants[1:] else timedelta(0)
    days: dict[date, list[datetime]] = defaultdict(list)
    for instant in instants:
        days[instant.astimezone(zone).date()].append(instant)
    for day, found in days.items():
        if not step or found != _intervals(day, zone, step):
            raise PriceFileWrong(PriceTrouble.INCOMPLETE, day=day)
    return {day: tuple(prices[instant] for instant in found) for day, found in days.items()}


def _lines(text: str) -> dict[datetime, Decimal]:
    prices: dict[datetime, Decimal] = {}
    delimiter = next((one for one in (";", "\t") if one in text), ",")
    for number, row in enumerate(csv.reader(StringIO(text), delimiter=delimiter), start=1):
        if not row:
            continue
        if len(row) != 2:
            raise PriceFileWrong(PriceTrouble.COLUMNS, line=number)
        instant = _instant(row[0])
        if instant is None:
            if number == 1:
                continue
            raise PriceFileWrong(PriceTrouble.INSTANT, line=number)
        if instant in prices:
            raise PriceFileWrong(PriceTrouble.TWICE, line=number)
        prices[instant] = _price(row[1], number)
    return prices


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    # Without its offset it names no moment on the night when the clock goes back.
    return None if instant.tzinfo is None else instant.astimezone(UTC)


def _price(text: str, line: int) -> Decimal:
    try:
        price = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise PriceFileWrong(PriceTrouble.PRICE, line=line) from None
    if not price.is_finite() or int(price.as_tuple().exponent) < -_PLACES:
        raise PriceFileWrong(PriceTrouble.PRICE, line=line)
    return price


def _intervals(day: date, zone: ZoneInfo, step: timedelta) -> list[datetime]:
    start = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    following = day + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=zone).astimezone(UTC)
    return [start + n * step for n in range(int((end - start) / step))]
