"""Fixed monthly amounts of an account, and what is suggested, as tables."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from mains.billing.budgets.overview import BudgetRow, Offer
from mains.branding.components import Cell, Column, Table
from mains.console import wording
from mains.core.wording import money_text


def table(rows: Sequence[BudgetRow], *, may_correct: bool) -> Table | None:
    """
    List the fixed amounts of an account.
    """
    if not rows:
        return None
    columns = (
        Column(_("Address")),
        Column(_("Since")),
        Column(_("Until")),
        Column(_("Who")),
        Column(_("Not settled yet"), numeric=True),
        Column(_("Net a month"), numeric=True),
    )
    actions = (Column(_("Action")), Column(_("Ending"))) if may_correct else ()
    return Table(
        caption=_("Fixed monthly amounts"),
        columns=columns + actions,
        rows=tuple(
            (
                Cell(row.address),
                Cell(wording.day(row.since)),
                Cell(wording.day(row.until) if row.until else "–"),
                Cell(row.by),
                Cell(row.on_account),
                Cell(row.monthly, note=_plus_tax(row)),
                *(_actions(row) if may_correct else ()),
            )
            for row in rows
        ),
    )


def _actions(row: BudgetRow) -> tuple[Cell, Cell]:
    base, about = f"budgets/{row.contract_id}/", row.address
    return (
        Cell("–") if row.is_stopped else Cell(_("Change"), url=base, about=about),
        Cell(_("Stop"), url=f"{base}stop/", about=about),
    )


def _plus_tax(row: BudgetRow) -> str:
    return _("+ %(tax)s VAT") % {"tax": money_text(row.tax, language=wording.language())}


def offered(offers: Sequence[Offer]) -> Table | None:
    """
    List the contracts that may be put on a fixed amount, with what is suggested.
    """
    if not offers:
        return None
    return Table(
        caption=_("Suggested by the bills of the last twelve months"),
        columns=(Column(_("Supply point")), Column(_("Net a month"), numeric=True)),
        rows=tuple(
            (
                Cell(one.supply_point, note=one.address),
                Cell(one.suggested if one.suggested else "–"),
            )
            for one in offers
        ),
    )
