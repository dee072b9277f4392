"""Questions about what is striking in somebody's use."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from mains.core.units import measures_energy
from mains.metering.consumption import UseSeries
from mains.metering.conversions import conversion_of
from mains.metering.interval_use import Held
from mains.metering.nights import Place, least_at_night, place_of
from mains.metering.rules.comparing import Compared
from mains.metering.rules.hints import NIGHTS, Hint, hint_of
from mains.portal.access import PortalRequest
from mains.portal.usage import wording
from mains.portal.usage.wording import Asked

# What ran earlier than that tells nothing of now.
_RECENT = timedelta(days=14)


def asked(
    request: PortalRequest,
    known: Sequence[tuple[UseSeries, Sequence[Compared]]],
    held: Sequence[Held],
) -> list[Asked | None]:
    """
    Return for each series the one question worth asking, or None.
    """
    water = [series for series, _shown in known if _is_water(request, series)]
    nights = _nights(request, water, held)
    found = []
    for series, shown in known:
        night = nights.get(place_of(series))
        runs = series.end_date is None or series.end_date > request.today
        found.append(_told(hint_of(shown, runs=runs, night=night), series in water, night))
    return found


def _is_water(request: PortalRequest, series: UseSeries) -> bool:
    """
    Tell water from gas, which is counted in m³ as well but priced as energy.
    """
    conversion = conversion_of(series, file=request.tenant.file)
    return series.unit == "m3" and not (conversion and measures_energy(conversion.to_unit))


def _nights(
    request: PortalRequest, water: Sequence[UseSeries], held: Sequence[Held]
) -> Mapping[Place, Decimal]:
    places = {place_of(series) for series in water}
    recent = [
        one for one in held if place_of(one) in places and one.last_day >= request.today - _RECENT
    ]
    return least_at_night(held=recent, zone=request.tenant.zone) if recent else {}


def _told(hint: Hint | None, is_water: bool, night: Decimal | None) -> Asked | None:
    match hint:
        case None:
            return None
        case Hint.NEVER_STOPS:
            return _never_stops(night or Decimal(0))
        case Hint.MUCH_MORE:
            return Asked(_("Do you know why you used so much more?"), _much_more(is_water))
        case Hint.NOTHING_USED:
            return Asked(
                _("Does nobody use anything here?"),
                _(
                    "Nothing was used in the latest two periods, although your contract runs. If "
                    "the place is empty, there is nothing to do. If not, compare your last reading "
                    "with the meter, and tell us if it stands still."
                ),
            )


def _never_stops(night: Decimal) -> Asked:
    return Asked(
        _("Is water running somewhere?"),
        _(
            "In each of the last %(nights)s nights water was used in every hour, %(figure)s or "
            "more. If you did not use it, close every tap and look whether the meter still turns; "
            "toilets and the valves of boilers are the usual cause."
        )
        % {"nights": NIGHTS, "figure": wording.amount(night, "m3")},
    )


def _much_more(is_water: bool) -> str:
    if is_water:
        return _(
            "That is much more than a year before. If you cannot explain it, close every tap "
            "and look whether the meter still turns: water may be running somewhere."
        )
    return _(
        "That is much more than a year before. If you cannot explain it, compare your last "
        "reading with the meter."
    )
