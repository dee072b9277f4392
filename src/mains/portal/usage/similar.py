"""How a use compares with that of similar homes, in neutral words."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from mains.metering.consumption import UseSeries
from mains.metering.rules.comparing import Compared
from mains.metering.rules.similar_homes import LEAST_HOMES, Standing, standing
from mains.metering.similar_homes import averages
from mains.portal.access import PortalRequest
from mains.portal.usage import wording
from mains.portal.usage.wording import Likeness


def told(
    request: PortalRequest, latest: Sequence[tuple[UseSeries, Compared]]
) -> list[Likeness | None]:
    """
    Return for each series how its latest use compares, or None where nothing may be said.

    The homes of every account of the login stay out, whichever of them the page is about.
    """
    portal = request.tenant.file.portal
    if not portal.compare_homes:
        return [None] * len(latest)
    found = averages(
        [(series, use.months) for series, use in latest],
        size=portal.compare_size,
        own_account_ids=[account.pk for account in request.linked],
    )
    return [
        None
        if average is None or use.used is None
        else Likeness(
            state=_state(standing(use.used, average=average)),
            finding=_("%(when)s: similar homes used about %(figure)s on average.")
            % {
                "when": wording.name_of(use.months),
                "figure": wording.amount(average, series.unit),
            },
            method=_method(series, portal.compare_size),
        )
        for (series, use), average in zip(latest, found, strict=True)
    ]


def _state(found: Standing) -> str:
    return {
        Standing.LESS: _("Less than similar homes"),
        Standing.ABOUT: _("About as much as similar homes"),
        Standing.MORE: _("More than similar homes"),
    }[found]


def _method(series: UseSeries, size: str | None) -> str:
    values = {"least": LEAST_HOMES}
    if size is not None and series.attributes.get(size):
        return (
            _(
                "How we compare: we take the average of at least %(least)s other homes of a "
                "similar size with the same service and kind of contract. What a single home used "
                "cannot be told from it."
            )
            % values
        )
    return (
        _(
            "How we compare: we take the average of at least %(least)s other homes with the same "
            "service and kind of contract. What a single home used cannot be told from it."
        )
        % values
    )
