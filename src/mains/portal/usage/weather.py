"""What would have been used in usual weather, beside what was counted."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _

from mains.branding.figures import BarChart
from mains.branding.rules import chart
from mains.metering.consumption import UseSeries
from mains.metering.estimates import weather_plans
from mains.metering.rules.comparing import Compared, by_period
from mains.metering.rules.weather import all_corrected
from mains.portal.access import PortalRequest
from mains.portal.templatetags.portal import unit as unit_text
from mains.portal.usage import wording
from mains.portal.usage.wording import UseChart


def charts(
    request: PortalRequest, series: Sequence[UseSeries], *, latest: int
) -> Iterator[UseChart]:
    """
    Yield a chart for each series of a service that follows the weather, of the months known.
    """
    file = request.tenant.file
    plans = weather_plans(file)
    for one in series:
        plan = plans.get(one.service)
        if plan is None or file.weather is None:
            continue
        corrected = all_corrected(one.uses, known=plan.degree_days, weather_free=plan.weather_free)
        measured = {use.months: use for use in one.uses}
        shown = [
            (use, measured[use.months].used)
            for use in by_period(corrected, latest=len(corrected))
            if use.used is not None
        ][-latest:]
        if shown:
            yield UseChart(
                label=wording.service_label(request, one.service),
                place=f"{one.address} · {one.account_number}",
                chart=BarChart(
                    finding=_finding(*shown[-1], unit=one.unit),
                    unit=unit_text(one.unit),
                    subject=_("use per reading period, corrected for the weather"),
                    periods=tuple(_bar(use, counted) for use, counted in shown),
                    now=_("In usual weather"),
                    before=_("As counted"),
                    note=_(
                        "Corrected by the degree days of %(station)s (%(source)s), where those of "
                        "every month are known. Bills count what the meter counted."
                    )
                    % {"station": file.weather.station, "source": file.weather.source},
                ),
            )


def _bar(use: Compared, counted: Decimal | None) -> chart.Period:
    return wording.bar(replace(use, before=counted), yearly=False)


def _finding(use: Compared, counted: Decimal | None, *, unit: str) -> str:
    assert use.used is not None
    assert counted is not None
    values = {
        "when": wording.name_of(use.months),
        "figure": wording.amount(use.used, unit),
        "counted": wording.amount(counted, unit),
    }
    percent = wording.percent_of(use)
    if percent is None:
        return _("%(when)s: %(counted)s were counted; in usual weather it is %(figure)s.") % values
    values["percent"] = wording.number(abs(percent))
    if percent == 0:
        return (
            _(
                "%(when)s: %(counted)s were counted; in usual weather it is %(figure)s, as much "
                "as a year before."
            )
            % values
        )
    if percent > 0:
        return (
            _(
                "%(when)s: %(counted)s were counted; in usual weather it is %(figure)s, "
                "%(percent)s %% more than a year before."
            )
            % values
        )
    return (
        _(
            "%(when)s: %(counted)s were counted; in usual weather it is %(figure)s, "
            "%(percent)s %% less than a year before."
        )
        % values
    )
