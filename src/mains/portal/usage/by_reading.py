"""What was used between readings or in years, with what is worth knowing beside it."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from mains.branding.figures import BarChart
from mains.metering.consumption import UseSeries
from mains.metering.conversions import conversion_of, priced_uses
from mains.metering.interval_use import Held
from mains.metering.rules.comparing import Compared, Use, by_period, by_year
from mains.portal.access import PortalRequest
from mains.portal.templatetags.portal import unit as unit_text
from mains.portal.usage import hints, similar, wording
from mains.portal.usage.wording import Asked, Likeness, UseChart


def charts(
    request: PortalRequest,
    series: Sequence[UseSeries],
    held: Sequence[Held],
    *,
    yearly: bool,
    latest: int,
) -> list[UseChart]:
    """
    Return a chart for each series that has something to show.
    """
    found = [(one, _shown(one.uses, yearly, latest)) for one in series]
    known = [(one, shown) for one, shown in found if shown]
    asked = hints.asked(request, known, held)
    likeness = similar.told(request, [(one, shown[-1]) for one, shown in known])
    return [
        _chart(request, one, shown, yearly, latest, hint, alike)
        for (one, shown), hint, alike in zip(known, asked, likeness, strict=True)
    ]


def _shown(uses: Sequence[Use], yearly: bool, latest: int) -> list[Compared]:
    return by_year(uses) if yearly else by_period(uses, latest=latest)


def _chart(
    request: PortalRequest,
    series: UseSeries,
    shown: Sequence[Compared],
    yearly: bool,
    latest: int,
    hint: Asked | None,
    alike: Likeness | None,
) -> UseChart:
    priced = _priced(request, series, shown, yearly, latest)
    return UseChart(
        label=wording.service_label(request, series.service),
        place=f"{series.address} · {series.account_number}",
        chart=BarChart(
            finding=wording.finding(shown, unit=series.unit, priced=priced[-1]),
            unit=unit_text(series.unit),
            subject=_("use per year") if yearly else _("use per reading period"),
            periods=tuple(
                wording.bar(use, yearly=yearly, note=worth)
                for use, worth in zip(shown, priced, strict=True)
            ),
            now=_("Used"),
            before=_("A year before") if any(use.before is not None for use in shown) else "",
            note=_note(shown),
        ),
        hint=hint,
        similar=alike,
    )


def _priced(
    request: PortalRequest,
    series: UseSeries,
    shown: Sequence[Compared],
    yearly: bool,
    latest: int,
) -> list[str]:
    """
    Return what each bar is in the unit that is priced; empty where that is the one counted.
    """
    conversion = conversion_of(series, file=request.tenant.file)
    if conversion is None:
        return [""] * len(shown)
    worth = _shown(priced_uses(series, conversion), yearly, latest)
    return [
        "" if use.used is None else wording.amount(use.used, conversion.to_unit) for use in worth
    ]


def _note(shown: Sequence[Compared]) -> str:
    if any(use.used is None for use in shown):
        return _("Where nothing is drawn, a reading is missing or being checked.")
    return ""
