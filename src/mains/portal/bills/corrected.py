"""A bill beside those that belong to it: taken back, its credit note, made again."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from mains.billing import queries as billing
from mains.billing.documents.figures import figures_of
from mains.billing.rules.comparing import beside
from mains.branding.components import Cell, Column, Table
from mains.core.money import Money
from mains.core.wording import number_text
from mains.payments import queries as payments
from mains.payments.queries import BillRow
from mains.portal.readings.messages import language
from mains.portal.templatetags.portal import unit as unit_text


def related(row: BillRow, *, today: date) -> list[tuple[str, str]]:
    """
    Return the bills that belong to a bill, each as a text with its address.
    """
    linked = (
        (row.credits_id, _("Takes back bill %(number)s")),
        (row.credited_by_id, _("Taken back by credit note %(number)s")),
        (row.corrects_id, _("In place of bill %(number)s")),
        (_made_again(row), _("Made again as bill %(number)s")),
    )
    ids = [pk for pk, _text in linked if pk]
    if not ids:
        return []
    found = {one.id: one.number for one in payments.bills_with_ids(bill_ids=ids, today=today)}
    return [(text % {"number": found[pk]}, f"/bills/{pk}/") for pk, text in linked if pk in found]


def _made_again(row: BillRow) -> int | None:
    # Only what was taken back is made again.
    return billing.made_again(bill_id=row.id) if row.credited_by_id else None


def before_and_after(row: BillRow, *, facts: dict[str, Any]) -> Table | None:
    """
    Set the lines of a corrected bill beside those of the one that was taken back, if it is one.
    """
    before = billing.facts(bill_id=row.corrects_id) if row.corrects_id else None
    if before is None:
        return None
    rows = beside(before=figures_of(before), after=figures_of(facts))
    currency = facts["currency"]
    return Table(
        caption=_("Before and after"),
        hide_caption=True,
        columns=(
            Column(_("What for")),
            Column(_("Before"), numeric=True),
            Column(_("Now"), numeric=True),
            Column(_("Difference"), numeric=True),
        ),
        rows=(
            *(
                (
                    Cell(one.line.label, note=_used(one)),
                    Cell(_net(one.before, currency)),
                    Cell(_net(one.after, currency)),
                    Cell(Money.round_from(one.difference, currency)),
                )
                for one in rows
            ),
            (
                Cell(_("Total with VAT")),
                Cell(_money(before["total"], currency)),
                Cell(_money(facts["total"], currency)),
                Cell(_money(facts["total"], currency) - _money(before["total"], currency)),
            ),
        ),
    )


def _used(one: Any) -> str:
    sides = [side for side in (one.before, one.after) if side is not None]
    figures = [number_text(side.quantity, language=language()) for side in sides]
    return f"{' → '.join(dict.fromkeys(figures))} {unit_text(one.line.unit)}"


def _net(line: Any, currency: str) -> Money | str:
    return "–" if line is None else Money.round_from(line.net, currency)


def _money(text: str, currency: str) -> Money:
    return Money.round_from(Decimal(text), currency)
