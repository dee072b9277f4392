"""What pages and files list: the meters, what can be sent, what was, and what was not."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mains.branding.components import Cell, Column, Table
from mains.core import spreadsheets
from mains.metering.many import Judged
from mains.metering.models import ReadingQuality
from mains.metering.queries import ReadingRow, RegisterRow
from mains.portal.access import PortalRequest
from mains.portal.readings.many import wording
from mains.portal.readings.many.checking import Line
from mains.portal.readings.windows import label_of
from mains.portal.templatetags.portal import unit as unit_text


def _place(register: RegisterRow, *, names_register: bool) -> str:
    return f"{register.code} · {register.address}" if names_register else register.address


@dataclass(frozen=True, slots=True)
class Meter:
    """
    A register as the list shows it; `place` names it where its meter has several.
    """

    register: RegisterRow
    place: str
    service: str
    last: str


def meters(request: PortalRequest, registers: Sequence[RegisterRow]) -> list[Meter]:
    """
    Return the meters that a list may name, as they are shown.
    """
    times = Counter(one.meter for one in registers)
    return [
        Meter(
            register=one,
            place=_place(one, names_register=times[one.meter] > 1),
            service=label_of(request.tenant.file.service(one.service)),
            last=wording.last(one),
        )
        for one in registers
    ]


def of_good(lines: Iterable[Line]) -> Table:
    """
    Show the rows that can be sent.
    """
    return Table(
        caption=_("Can be sent"),
        columns=(
            Column(_("Row"), numeric=True),
            Column(_("Meter")),
            Column(_("Last reading"), numeric=True),
            Column(_("New reading"), numeric=True),
            Column(_("Difference"), numeric=True),
            Column(_("Usually between"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(str(line.given.number)),
                Cell(
                    line.outcome.register.meter,
                    note=_place(line.outcome.register, names_register=bool(line.given.register)),
                ),
                Cell(wording.last(line.outcome.register)),
                Cell(wording.number(line.outcome.value)),
                Cell(wording.difference(line.outcome.verdict) or "–"),
                Cell(wording.expected_text(line.outcome)),
            )
            for line in lines
            if isinstance(line.outcome, Judged)
        ),
    )


def of_left(lines: Iterable[Line]) -> Table:
    """
    Show the rows that are not sent, and why.
    """
    return Table(
        caption=_("Not sent"),
        columns=(
            Column(_("Row"), numeric=True),
            Column(_("Meter")),
            Column(_("New reading")),
            Column(_("Why")),
        ),
        rows=tuple(
            (
                Cell(str(line.given.number)),
                Cell(line.given.meter or "–"),
                Cell(line.given.typed or "–"),
                Cell(line.reason or _("Not sent yet.")),
            )
            for line in lines
        ),
    )


def of_sent(readings: Iterable[ReadingRow]) -> Table:
    """
    Show what was stored, with the references.
    """
    return Table(
        caption=_("Stored"),
        columns=(
            Column(_("Meter")),
            Column(_("Reading"), numeric=True),
            Column(_("Receipt")),
            Column(_("State")),
        ),
        rows=tuple(
            (
                Cell(one.meter),
                Cell(f"{wording.number(one.value)} {unit_text(one.unit)}"),
                Cell(_("Reference R%(id)s") % {"id": one.id}),
                Cell(_("being checked"), meaning="warn")
                if one.quality == ReadingQuality.NEEDS_REVIEW
                else Cell(_("Stored"), meaning="ok"),
            )
            for one in readings
        ),
    )


def header() -> list[str]:
    """
    Return the heading of the list to fill; the names of three columns lead the way back in.
    """
    return [
        _("Meter"), _("Register"), _("Account"), _("Address"), _("Service"), _("Unit"),
        _("Last reading"), _("Date"), _("New reading"),
    ]  # fmt: skip


def blank(
    request: PortalRequest, registers: Sequence[RegisterRow]
) -> list[list[spreadsheets.Value]]:
    """
    Return the list to fill: every meter, what it showed last, and room for what it shows now.
    """
    return [
        [
            one.meter,
            one.code,
            one.account_number,
            one.address,
            label_of(request.tenant.file.service(one.service)),
            unit_text(one.unit),
            None if one.last_value is None else one.last_value.normalize(),
            one.last_date,
            None,
        ]
        for one in registers
    ]


def left(lines: Iterable[Line]) -> list[list[spreadsheets.Value]]:
    """
    Return the rows that are not sent as they were given, each with why it is not.
    """
    return [
        [line.given.meter, line.given.register, line.given.typed, line.reason] for line in lines
    ]
