"""Why the bill comes to another amount than an earlier one, on paper."""

from typing import Any

from django.utils.translation import gettext as _

from mains.billing.documents.paper.sheet import Sheet
from mains.billing.explaining.changes import Against, compared
from mains.billing.explaining.telling import telling
from mains.branding.components import SumLine
from mains.core.money import Money
from mains.core.wording import money_text
from mains.tenancy.tenantfile.bills import Block

# Paper has no list to open, so the smaller causes are told in one line.
MOST = 3


def why(sheet: Sheet) -> dict[str, Any] | None:
    """
    Return the difference from the same period last year, else from the bill before, by cause.

    The amounts of the rows add up from the earlier total to this one.
    """
    if "credits" in sheet.facts or not sheet.prints(Block.WHY):
        return None
    year_before = sheet.earlier.year_before(sheet.facts)
    earlier = year_before or sheet.earlier.before(sheet.facts)
    if earlier is None:
        return None
    against = Against.LAST_YEAR if year_before else Against.PREVIOUS
    told = telling(
        compared(facts=sheet.facts, earlier=earlier, against=against),
        services=sheet.tenant.file.services,
        language=sheet.say.language,
        most=MOST,
    )
    return {
        "title": _("Why it changed"),
        "summary": told.summary,
        "head": [_("What changed"), _("Amount")],
        "rows": [_row(sheet, row) for row in told.rows],
    }


def changes(sheet: Sheet) -> dict[str, Any] | None:
    """
    Return what a corrected bill says otherwise than the one in whose place it stands, by line.
    """
    replaced = sheet.earlier.replaced
    if sheet.kind != "CORRECTION" or replaced is None:
        return None
    before, after = _by_line(replaced), _by_line(sheet.facts)
    totals = [sheet.say.amount(facts["total"]) for facts in (replaced, sheet.facts)]
    rows = [
        [
            label,
            *(_cell(sheet, lines.get((contract, label))) for lines in (before, after)),
        ]
        for contract, label in dict.fromkeys([*before, *after])
    ]
    return {
        "title": _("What changed"),
        "head": [
            _("What for"),
            _("Bill %(number)s") % {"number": replaced["number"]},
            _("This bill"),
        ],
        "rows": [*rows, [_("Total"), *totals]],
    }


def _by_line(facts: dict[str, Any]) -> dict[tuple[int, str], list[dict[str, Any]]]:
    found: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for line in facts["lines"]:
        found.setdefault((line["contract"], line["label"]), []).append(line)
    return found


def _cell(sheet: Sheet, lines: list[dict[str, Any]] | None) -> str:
    return sheet.say.amount(sheet.net_of(lines)) if lines else "–"


def _row(sheet: Sheet, row: SumLine) -> dict[str, str]:
    amount = row.amount
    if isinstance(amount, Money):
        amount = money_text(amount, language=sheet.say.language)
    return {"label": row.label, "amount": amount, "kind": row.kind}
