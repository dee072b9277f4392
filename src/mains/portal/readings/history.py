"""Earlier readings: what each meter showed, who read it, and whether it counts."""

from django.urls import reverse
from django.utils.translation import gettext as _

from mains.branding.components import Cell, Column, Table
from mains.core.wording import number_text, short_date_text
from mains.enrolment.rules.rights import Right
from mains.metering import photos, queries
from mains.metering.models import ReadingQuality, ReadingSource
from mains.portal.access import PortalRequest, account_ids
from mains.portal.readings.messages import language
from mains.portal.templatetags.portal import unit as unit_text

SHOWN = 12


def latest(request: PortalRequest) -> Table | None:
    """
    Return the latest readings of the accounts, newest first, or None where there are none.
    """
    rows = queries.readings_of(account_ids=account_ids(request, Right.READ), limit=SHOWN)
    if not rows:
        return None
    pictured = photos.photographed(reading_ids=[row.id for row in rows])
    return Table(
        caption=_("Earlier readings"),
        columns=(
            Column(_("Date")),
            Column(_("Meter")),
            Column(_("Reading"), numeric=True),
            Column(_("Read by")),
            Column(_("State")),
            *([Column(_("Photo"))] if pictured else []),
        ),
        rows=tuple(
            (
                Cell(short_date_text(row.read_date, language=language())),
                Cell(row.meter),
                Cell(f"{number_text(row.value, language=language())} {unit_text(row.unit)}"),
                Cell(read_by(row.source)),
                state(row.quality),
                *([_photo(row) if row.id in pictured else Cell("–")] if pictured else []),
            )
            for row in rows
        ),
    )


def _photo(row: queries.ReadingRow) -> Cell:
    url = reverse("portal:readings-photo", args=[row.id])
    about = f"{row.meter} {short_date_text(row.read_date, language=language())}"
    return Cell(_("Show the photo"), url=url, about=about)


def read_by(source: str) -> str:
    """
    Say who read a meter.
    """
    return {
        ReadingSource.SELF: _("you"),
        ReadingSource.GUEST: _("guest"),
        ReadingSource.STAFF: _("our staff"),
        ReadingSource.READER: _("meter reader"),
        ReadingSource.REMOTE: _("remotely"),
        ReadingSource.ESTIMATE: _("estimated"),
        ReadingSource.ALLOCATED: _("share of the building"),
        ReadingSource.IMPORT: _("imported"),
    }[ReadingSource(source)]


def state(quality: str) -> Cell:
    """
    Say whether a reading counts.
    """
    return {
        ReadingQuality.ACCEPTED: Cell(_("counts"), meaning="ok"),
        ReadingQuality.ESTIMATED: Cell(_("counts until you read"), meaning="info"),
        ReadingQuality.NEEDS_REVIEW: Cell(_("being checked"), meaning="warn"),
        ReadingQuality.REJECTED: Cell(_("left out"), meaning="bad"),
        ReadingQuality.REPLACED: Cell(_("replaced by what was read"), meaning="info"),
    }[ReadingQuality(quality)]
