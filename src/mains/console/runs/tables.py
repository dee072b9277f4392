"""Bill runs as tables and figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mains.billing.kinds import kind_name
from mains.billing.models import RunKind
from mains.billing.runs.overview import RunRow
from mains.branding.components import Cell, Column, Table
from mains.console import wording
from mains.core.money import Money
from mains.customers import queries as customers

# As many accounts as a run's page lists.
SHOWN = 200

STAGES = ("DRAFT", "REHEARSED", "APPROVED", "ISSUED", "SENT")


@dataclass(frozen=True, slots=True)
class StageStep:
    """
    One stage on the way of a run: passed, where it stands, or to come.
    """

    text: str
    passed: bool
    current: bool


def way(stage: str) -> list[StageStep]:
    """
    Return the stages of a run with where it stands.
    """
    at = STAGES.index(stage)
    return [
        StageStep(wording.stage(code)[0], passed=position < at, current=position == at)
        for position, code in enumerate(STAGES)
    ]


def runs_table(rows: Sequence[RunRow], *, base: str, brief: bool = False) -> Table:
    """
    List bill runs; in brief, only what tells one from another.
    """
    if brief:
        return _brief(rows, base=base)
    return Table(
        caption=_("Bill runs"),
        hide_caption=True,
        columns=(
            Column(_("Period")),
            Column(_("Company")),
            Column(_("Stage")),
            Column(_("Bills"), numeric=True),
            Column(_("Held"), numeric=True),
            Column(_("Total"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(
                    wording.period(row.period_start, row.period_end),
                    url=f"{base}runs/{row.id}/",
                    note=_kind(row),
                ),
                Cell(row.company),
                _stage(row),
                Cell(str(row.bills)),
                Cell(str(len(row.held))),
                Cell(Money(row.total_minor, row.currency)),
            )
            for row in rows
        ),
    )


def _brief(rows: Sequence[RunRow], *, base: str) -> Table:
    return Table(
        caption=_("Bill runs"),
        hide_caption=True,
        columns=(
            Column(_("Period")),
            Column(_("Stage")),
            Column(_("Bills"), numeric=True),
            Column(_("Total"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(
                    wording.period(row.period_start, row.period_end),
                    url=f"{base}runs/{row.id}/",
                    note=", ".join(filter(None, (row.company, _kind(row)))),
                ),
                _stage(row),
                Cell(str(row.bills)),
                Cell(Money(row.total_minor, row.currency)),
            )
            for row in rows
        ),
    )


def _kind(row: RunRow) -> str:
    return "" if row.kind == RunKind.REGULAR else kind_name(row.kind)


def _stage(row: RunRow) -> Cell:
    text, meaning = wording.stage(row.stage)
    return Cell(text, meaning=meaning or "info")


def held_table(row: RunRow, *, base: str) -> Table:
    """
    List the accounts that get no bill, with the reason in words.
    """
    names = customers.numbers_of(account_ids=[entry[0] for entry in row.held])
    return Table(
        caption=_("Held accounts"),
        hide_caption=True,
        columns=(Column(_("Account")), Column(_("Customer")), Column(_("Why, and what helps"))),
        rows=tuple(
            (
                Cell(
                    names.get(account_id, (str(account_id), ""))[0],
                    url=f"{base}customers/{account_id}/",
                ),
                Cell(names.get(account_id, ("", ""))[1]),
                Cell(wording.hold(reason, explanation)),
            )
            for account_id, reason, explanation in row.held[:SHOWN]
        ),
    )
