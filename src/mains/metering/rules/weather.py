"""What would have been used in a usual year's weather."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext

from mains.core.calendars import Period
from mains.metering.rules.comparing import Use
from mains.metering.rules.estimating import degree_days_of, usual_year

_YEAR_DAYS, _PLACES = Decimal(365), 40


def usual_degree_days(known: Mapping[date, Decimal], *, months: Period) -> dict[date, Decimal]:
    """
    Return what the degree days (K·d) of months usually are: the mean of those of the same name.

    `known` are the degree days of whole months by their first day; it has every month of the year.
    """
    usual = {}
    for part in months.months():
        same = [figure for first, figure in known.items() if first.month == part.start.month]
        usual[part.start.replace(day=1)] = sum(same, Decimal(0)) / len(same)
    return usual


def corrected(
    used: Decimal, *, months: Period, known: Mapping[date, Decimal], weather_free: Decimal
) -> Decimal | None:
    """
    Return what would have been used on days in usual weather, or None where that is not known.

    The share of a year's use that is free of weather (0 to 1) stays; the rest is taken times the
    usual degree days over the actual ones. Not known: a month without degree days, or days without
    any on which there usually are some. In the unit of `used`.

    Source: proportional correction by heating degree days with a constant share, VDI 3807-1.
    """
    with localcontext(prec=_PLACES):
        actual, whole = degree_days_of(months, known=known), usual_year(known)
        if actual is None or not whole:
            return None
        usual = degree_days_of(months, known=usual_degree_days(known, months=months))
        assert usual is not None
        if usual == actual:
            return used
        free = weather_free * months.days / _YEAR_DAYS
        was, would_be = (free + (1 - weather_free) * days / whole for days in (actual, usual))
        return used * would_be / was if was and actual else None


def all_corrected(
    uses: Sequence[Use], *, known: Mapping[date, Decimal], weather_free: Decimal
) -> list[Use]:
    """
    Return uses as they would have been in usual weather; None where that is not known.
    """
    return [
        Use(
            use.months,
            None
            if use.used is None
            else corrected(use.used, months=use.months, known=known, weather_free=weather_free),
            use.is_estimated,
        )
        for use in uses
    ]
