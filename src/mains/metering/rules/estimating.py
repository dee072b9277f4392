"""What was probably used where nobody read, from what was measured before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from enum import StrEnum

from mains.core.calendars import Period

_YEAR_MONTHS, _YEAR_DAYS = 12, Decimal(365)
# Fewer days than the shortest month say nothing about a usual use.
_LEAST_DAYS = 28
_PLACES = 40


class Method(StrEnum):
    """
    How a use was estimated; a share is a measured use spread over the periods that it spans.

    A split is a measured use divided between two contracts where nobody read when one handed over.
    """

    LAST_YEAR = "LAST_YEAR"
    DEGREE_DAYS = "DEGREE_DAYS"
    PROFILE = "PROFILE"
    AVERAGE = "AVERAGE"
    SHARE = "SHARE"
    SPLIT = "SPLIT"


@dataclass(frozen=True, slots=True)
class Span:
    """
    What was measured, in kWh, m³ or GJ, from the day after one reading through that of the next.
    """

    days: Period
    used: Decimal


@dataclass(frozen=True, slots=True)
class EstimatePlan:
    """
    How a utility estimates a service: its methods, of which the first that can tell is taken.

    `profile` are the shares of a year's use by month, January first, on any scale. `degree_days`
    are those of whole months (K·d), by their first day. `weather_free` is the share of a year's
    use, 0 to 1, that does not depend on the weather.
    """

    methods: tuple[Method, ...] = ()
    profile: tuple[Decimal, ...] = ()
    degree_days: Mapping[date, Decimal] = field(default_factory=dict)
    weather_free: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Estimate:
    """
    A use that nobody measured, in kWh, m³ or GJ, and how it was found.
    """

    used: Decimal
    method: Method


def estimate(days: Period, *, history: Sequence[Span], plan: EstimatePlan) -> Estimate | None:
    """
    Return what was probably used on days, by the first method of the plan that can tell, or None.

    `history` holds the measured spans of the register, oldest first.

    - last year: what was measured on the same days a year before, if that is known without a gap;
    - average: the days' share of what the last year's readings measured;
    - profile: the same, each month weighed by its share of a year;
    - degree days: the same, weighed by heating degree days and a share that is free of weather.
      Source: the weather correction of consumption by heating degree days (EN ISO 15927-6 for the
      degree days; proportional correction with a constant share as in VDI 3807-1).
    """
    with localcontext(prec=_PLACES):
        for method in plan.methods:
            used = _METHODS[method](days, history, plan)
            if used is not None:
                return Estimate(used, method)
    return None


def _last_year(days: Period, history: Sequence[Span], _plan: EstimatePlan) -> Decimal | None:
    before = days.year_before()
    known = [(span, part) for span in history if (part := span.days.intersection(before))]
    if sum(part.days for _span, part in known) != before.days:
        return None
    used = sum((span.used * part.days / span.days.days for span, part in known), Decimal(0))
    return used * days.days / before.days


type _Weigh = Callable[[Period, EstimatePlan], Decimal | None]


def _in_proportion(
    weigh: _Weigh,
) -> Callable[[Period, Sequence[Span], EstimatePlan], Decimal | None]:
    """
    Return the method that takes the use of the last year's readings in proportion to a weight.
    """

    def method(days: Period, history: Sequence[Span], plan: EstimatePlan) -> Decimal | None:
        known = [span for span in history if span.days.end > days.year_before().start]
        if sum(span.days.days for span in known) < _LEAST_DAYS:
            return None
        weights = [weigh(span.days, plan) for span in known]
        wanted = weigh(days, plan)
        if wanted is None or None in weights:
            return None
        whole = sum((weight for weight in weights if weight is not None), Decimal(0))
        if not whole:
            return None
        return sum((span.used for span in known), Decimal(0)) * wanted / whole

    return method


def _by_days(days: Period, _plan: EstimatePlan) -> Decimal:
    return Decimal(days.days)


def _by_profile(days: Period, plan: EstimatePlan) -> Decimal:
    return _by_months(days, {n: share for n, share in enumerate(plan.profile, start=1)})


def _by_months(days: Period, shares: Mapping[int, Decimal]) -> Decimal:
    return sum(
        (
            shares[part.start.month] * part.days / Period.month_of(part.start).days
            for part in days.months()
        ),
        Decimal(0),
    )


def degree_days_of(days: Period, *, known: Mapping[date, Decimal]) -> Decimal | None:
    """
    Return the degree days (K·d) of days, a part of a month as its share of it, or None for a gap.
    """
    months = [(part, Period.month_of(part.start)) for part in days.months()]
    if any(month.start not in known for _part, month in months):
        return None
    return sum((known[month.start] * part.days / month.days for part, month in months), Decimal(0))


def usual_year(known: Mapping[date, Decimal]) -> Decimal | None:
    """
    Return the degree days of a usual year: the mean of each month's, or None if one is unknown.
    """
    by_month: dict[int, list[Decimal]] = {}
    for first, figure in known.items():
        by_month.setdefault(first.month, []).append(figure)
    if len(by_month) < _YEAR_MONTHS:
        return None
    means = (sum(figures, Decimal(0)) / len(figures) for figures in by_month.values())
    return sum(means, Decimal(0))


def _by_weather(days: Period, plan: EstimatePlan) -> Decimal | None:
    wanted = degree_days_of(days, known=plan.degree_days)
    if wanted is None or not plan.weather_free:
        return wanted
    usual = usual_year(plan.degree_days)
    if not usual:
        return None
    dependent = (1 - plan.weather_free) * wanted / usual
    return plan.weather_free * days.days / _YEAR_DAYS + dependent


def share_of(part: Period, whole: Period, *, plan: EstimatePlan) -> Decimal:
    """
    Return which share of the use of days, 0 to 1, belongs to the first of them.

    By the days; by degree days where the service is estimated so and they are known.
    """
    with localcontext(prec=_PLACES):
        if Method.DEGREE_DAYS in plan.methods:
            own, everything = _by_weather(part, plan), _by_weather(whole, plan)
            if own is not None and everything:
                return own / everything
        return Decimal(part.days) / whole.days


_METHODS: Mapping[Method, Callable[[Period, Sequence[Span], EstimatePlan], Decimal | None]] = {
    Method.LAST_YEAR: _last_year,
    Method.DEGREE_DAYS: _in_proportion(_by_weather),
    Method.PROFILE: _in_proportion(_by_profile),
    Method.AVERAGE: _in_proportion(_by_days),
}
