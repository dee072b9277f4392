"""How a change of the configuration is shown."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from mains.branding.components import Cell, Column, Table
from mains.tenancy.tenantfile.comparing import Change

LONGEST = 120


def difference(rows: Sequence[Change]) -> Table:
    """
    Return each changed place with its value before and after; long texts are cut.
    """
    return Table(
        caption=_("What changes"),
        columns=(Column(_("Place")), Column(_("Before")), Column(_("After"))),
        rows=tuple(
            (Cell(row.place), Cell(_short(row.before)), Cell(_short(row.after))) for row in rows
        ),
    )


def _short(value: str) -> str:
    return (value[:LONGEST] + "…" if len(value) > LONGEST else value) or "–"
