"""Letters about a bill that is out already: a reminder, and the parts it is paid in."""

from collections.abc import Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mains.billing.documents import pdf
from mains.billing.documents.earlier import NOTHING
from mains.billing.documents.layout import frame, ways_to_pay
from mains.billing.documents.paper import back, front
from mains.billing.documents.paper.sheet import Sheet
from mains.billing.documents.speaking import Speaker
from mains.billing.rules.instalments import Instalment
from mains.core.money import Money
from mains.core.wording import date_text
from mains.tenancy.queries import TenantInfo


def reminder(
    *, facts: dict[str, Any], tenant: TenantInfo, outstanding: Money, step: int, steps: int
) -> bytes:
    """
    Return the letter that reminds of what is open of a bill; `step` of `steps`, the last one last.
    """
    with translation.override(facts["language"]):
        sheet = _sheet(facts, tenant, outstanding)
        words = _letter(sheet, facts["number"])
        name = _("Last reminder") if step == steps else _("Reminder %(step)s") % {"step": step}
        sentence = _("{amount} has been due since {day}")
        words["title"] = f"{name}: {facts['number']}"
        words["hero"] = front.said(sheet, sentence, facts["due_date"], name=name) | {
            "notes": [_("If you have paid in the last days, there is nothing left to do.")]
        }
        words["sum"] = _open_sum(sheet, facts, outstanding)
        words["own"] = [one for one in back.own_words(sheet) if one["block"] == "disputes"]
    return pdf.printed(words, tenant=tenant, dated=facts["due_date"])


def plan(
    *,
    facts: dict[str, Any],
    tenant: TenantInfo,
    outstanding: Money,
    parts: Sequence[Instalment],
    next_part: Instalment,
) -> bytes:
    """
    Return the letter that says in which parts a bill is paid; `next_part` is what is due next.
    """
    with translation.override(facts["language"]):
        sheet = _sheet(facts, tenant, next_part.amount)
        words = _letter(sheet, facts["number"])
        name = _("Payment in parts")
        words["title"] = f"{name}: {facts['number']}"
        words["hero"] = front.said(
            sheet, _("To pay {amount} by {day}"), next_part.due_date.isoformat(), name=name
        ) | {
            "notes": [
                ngettext(
                    "Bill %(number)s is paid in %(count)s part.",
                    "Bill %(number)s is paid in %(count)s parts.",
                    len(parts),
                )
                % {"number": facts["number"], "count": len(parts)}
            ]
        }
        words["sum"] = _open_sum(sheet, facts, outstanding)
        words["plan"] = _plan(sheet, parts)
    return pdf.printed(words, tenant=tenant, dated=facts["issue_date"])


def _sheet(facts: dict[str, Any], tenant: TenantInfo, asked: Money) -> Sheet:
    language = facts["language"]
    # What is asked for now is in the place of the bill's total, in words and in codes.
    given = {**facts, "total": asked.as_text(), "collection_date": None}
    return Sheet(given, tenant, Speaker(language, facts["currency"]), NOTHING)


def _letter(sheet: Sheet, number: str) -> dict[str, Any]:
    return {**frame(sheet), "number": number, "ways": ways_to_pay(sheet)}


def _open_sum(sheet: Sheet, facts: dict[str, Any], outstanding: Money) -> dict[str, Any]:
    say = sheet.say
    total = say.money(facts["total"])
    number = {"number": facts["number"]}
    rows = [(_("Bill %(number)s") % number, say.amount(facts["total"]), "plain")]
    if outstanding != total:
        paid = (outstanding - total).as_decimal()
        rows.append((_("Paid so far"), say.amount(paid), "plain"))
    rows.append((_("Still open"), say.amount(outstanding.as_decimal()), "total"))
    return {
        "title": _("How it adds up"),
        "head": [_("What for"), _("Amount")],
        "rows": [{"label": label, "amount": text, "kind": kind} for label, text, kind in rows],
    }


def _plan(sheet: Sheet, parts: Sequence[Instalment]) -> dict[str, Any]:
    say = sheet.say
    total = sum((one.amount.as_decimal() for one in parts[1:]), parts[0].amount.as_decimal())
    return {
        "title": _("The parts"),
        "head": [_("Part"), _("Due on"), _("Amount")],
        "rows": [
            *(
                [
                    str(position),
                    date_text(one.due_date, language=say.language),
                    say.amount(one.amount.as_decimal()),
                ]
                for position, one in enumerate(parts, start=1)
            ),
            [_("Total"), "", say.amount(total)],
        ],
    }
