"""What a bill was rated from, as plain values from which anybody can rate it again."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from mains.core.calendars import Period
from mains.tariffs.rules.lines import DayValues, RatingInput
from mains.tariffs.rules.parts import PricedPart


def rated_facts(given: RatingInput, *, part: PricedPart, version_id: int) -> dict[str, Any]:
    """
    Return what one part of a contract's period was rated from.

    `taxes` are the rates of the tariff version's components, in their order.
    """
    facts: dict[str, Any] = {
        "version": version_id,
        "period": days_of(part.days),
        "months": plain(given.months),
        "taxes": [component.vat for component in part.tariff.components],
        "quantities": {name: plain(used) for name, used in given.quantities.items()},
        "attributes": {
            name: plain(value) if isinstance(value, Decimal) else [value]
            for name, value in given.attributes.items()
            if value != ""
        },
    }
    if given.whole is not None and given.whole != part.days:
        facts["whole"] = days_of(given.whole)
    if given.earlier:
        facts["earlier"] = {name: plain(used) for name, used in given.earlier.items()}
    if given.conditions:
        facts["conditions"] = sorted(given.conditions)
    if given.intervals:
        facts["intervals"] = _by_day(given.intervals, part.days)
        facts["prices"] = _by_day(given.prices, part.days)
    return facts


def read_facts(facts: Mapping[str, Any]) -> RatingInput:
    """
    Return the rating input that `rated_facts` wrote.
    """
    period = period_of(facts["period"])
    return RatingInput(
        period=period,
        months=Decimal(facts["months"]),
        quantities=_decimals(facts["quantities"]),
        attributes={
            name: value[0] if isinstance(value, list) else Decimal(value)
            for name, value in facts["attributes"].items()
        },
        earlier=_decimals(facts.get("earlier", {})),
        conditions=frozenset(facts.get("conditions", ())),
        intervals=_values(facts.get("intervals", {})),
        prices=_values(facts.get("prices", {})),
        whole=period_of(facts["whole"]) if "whole" in facts else period,
    )


def days_of(period: Period) -> list[str]:
    """
    Return a half-open period as two ISO days.
    """
    return [period.start.isoformat(), period.end.isoformat()]


def plain(value: Decimal | None) -> str:
    """
    Return a number as a text without exponent and without zeros at its end.
    """
    if value is None:
        return ""
    text = str(value)
    if "." not in text and "E" not in text:
        return text
    if "E" in text:
        text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _by_day(values: Mapping[str, DayValues], period: Period) -> dict[str, dict[str, list[str]]]:
    return {
        name: {
            day.isoformat(): [plain(value) for value in days[day]]
            for day in period.each_day()
            if day in days
        }
        for name, days in values.items()
    }


def _values(facts: Mapping[str, Mapping[str, list[str]]]) -> dict[str, DayValues]:
    return {
        name: {date.fromisoformat(day): tuple(map(Decimal, values)) for day, values in days.items()}
        for name, days in facts.items()
    }


def _decimals(facts: Mapping[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, value in facts.items()}


def period_of(days: list[str]) -> Period:
    return Period(date.fromisoformat(days[0]), date.fromisoformat(days[1]))
