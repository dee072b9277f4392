"""What was used, bill by bill: from the same period last year to this one, as bars."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from mains.billing.documents.figures import is_estimated
from mains.billing.documents.paper.sheet import Sheet
from mains.billing.rules.inputs_as_facts import period_of
from mains.core.wording import number_text, short_month_text, short_month_year_text
from mains.tenancy.tenantfile.bills import Block

_METERED = frozenset({"kWh", "MWh", "m3", "GJ", "Gcal"})
_MOST = 13
_NONE = Decimal(0)


READ, OWN, ESTIMATED = "read", "own", "estimated"


class Use(NamedTuple):
    """
    What one bill counted, and how it came about.
    """

    start: date
    quantity: Decimal
    how: str


def history(sheet: Sheet) -> dict[str, Any] | None:
    """
    Return bars for the use of a year and this bill, or None where nothing is metered.
    """
    lead = _lead(sheet.facts)
    if "credits" in sheet.facts or lead is None or not sheet.prints(Block.HISTORY):
        return None
    uses = _uses(sheet, lead)
    own, unit, say = uses[-1], sheet.say.unit(lead["unit"]), sheet.say
    service = sheet.service(lead["service"])
    most = max((one.quantity for one in uses), default=_NONE)
    texts = [number_text(one.quantity, language=say.language) for one in uses]
    labels = [short_month_year_text(one.start, language=say.language) for one in uses]
    year_before = uses[0] if len(uses) > 1 and _is_year_before(uses[0], own) else None
    return {
        "title": _("What you used"),
        "finding": _finding(sheet, own, year_before, unit),
        "unit": unit,
        "bars": [
            {
                "label": short_month_text(one.start, language=say.language),
                # Named where it begins.
                "year": str(one.start.year) if one is uses[0] or one.start.month == 1 else "",
                "value": text,
                # How high it is drawn, between 0 and 1.
                "share": str(_share(one.quantity, most)),
                "kind": one.how,
                "now": one is own,
                "then": one is year_before,
            }
            for one, text in zip(uses, texts, strict=True)
        ],
        "key": [[how, words] for how, words in _ways().items() if how in {one.how for one in uses}],
        "alt": _("%(service)s, %(unit)s: %(values)s")
        % {
            "service": service,
            "unit": unit,
            "values": "; ".join(
                f"{label} {text} ({_ways()[one.how]})"
                for one, text, label in zip(uses, texts, labels, strict=True)
            ),
        },
    }


def _share(quantity: Decimal, most: Decimal) -> Decimal:
    return round(max(quantity, _NONE) / most, 4) if most > 0 else _NONE


def _ways() -> dict[str, str]:
    return {READ: _("measured"), OWN: _("read by you"), ESTIMATED: _("estimated")}


def _finding(sheet: Sheet, own: Use, before: Use | None, unit: str) -> str:
    say = sheet.say
    used = f"{number_text(own.quantity, language=say.language)} {unit}"
    if before is None or before.quantity <= 0:
        return _("%(used)s in this period.") % {"used": used}
    percent = round((own.quantity - before.quantity) * 100 / before.quantity)
    words = {"used": used, "percent": number_text(Decimal(abs(percent)), language=say.language)}
    if percent > 0:
        return _("%(used)s: %(percent)s %% more than in the same period last year.") % words
    if percent < 0:
        return _("%(used)s: %(percent)s %% less than in the same period last year.") % words
    return _("%(used)s: as much as in the same period last year.") % words


def _is_year_before(one: Use, own: Use) -> bool:
    return (one.start.year + 1, one.start.month) == (own.start.year, own.start.month)


def _lead(facts: dict[str, Any]) -> dict[str, Any] | None:
    """
    Return the dearest line that prices a metered quantity.
    """
    lines = [line for line in facts["lines"] if line["unit"] in _METERED and "corrects" not in line]
    return max(lines, key=lambda line: Decimal(line["net"]), default=None)


def _uses(sheet: Sheet, lead: dict[str, Any]) -> list[Use]:
    start = period_of(sheet.facts["period"]).start
    since = start.replace(year=start.year - 1, day=1)
    earlier = sheet.earlier.like(sheet.facts)
    bills = [one for one in reversed(earlier) if period_of(one["period"]).start >= since]
    bills.append(sheet.facts)
    corrected = _corrected(bills, lead)
    found: dict[date, Use] = {}
    for facts in bills:
        first = period_of(facts["period"]).start
        lines = [line for line in _like(lead, facts) if "corrects" not in line]
        use = sum((Decimal(line["quantity"]) for line in lines), _NONE)
        was = found.get(first)
        found[first] = Use(
            first,
            use + corrected.get(first, _NONE) + (was.quantity if was else _NONE),
            READ if first in corrected else _how(facts, lead),
        )
    return list(found.values())[-_MOST:]


def _how(facts: dict[str, Any], lead: dict[str, Any]) -> str:
    contracts = [one for one in facts["contracts"] if one["service"] == lead["service"]]
    registers = [register for one in contracts for register in one["registers"]]
    if any(is_estimated(register) for register in registers):
        return ESTIMATED
    if any(register["source"] in {"SELF", "GUEST"} for register in registers):
        return OWN
    return READ


def _corrected(bills: Iterable[dict[str, Any]], lead: dict[str, Any]) -> dict[date, Decimal]:
    """
    Return what later bills added to the use of earlier periods, by the first day of these.
    """
    found: dict[date, Decimal] = {}
    for facts in bills:
        for line in _like(lead, facts):
            if "corrects" in line:
                first = date.fromisoformat(line["corrects"][0])
                found[first] = found.get(first, _NONE) + Decimal(line["quantity"])
    return found


def _like(lead: dict[str, Any], facts: dict[str, Any]) -> list[dict[str, Any]]:
    return [line for line in facts["lines"] if _counted(line) == _counted(lead)]


def _counted(line: dict[str, Any]) -> tuple[str, str, str]:
    # The blocks and the periods of one component count one quantity.
    return line["service"], line["code"].partition(".")[0], line["unit"]
