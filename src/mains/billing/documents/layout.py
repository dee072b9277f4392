"""What the document of a bill says: every text of it, ready to be set, in the bill's language."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from mains.billing.documents.earlier import NOTHING, Earlier
from mains.billing.documents.paper import back, front, history, tables, why
from mains.billing.documents.paper.fitting import fitted
from mains.billing.documents.paper.sheet import Sheet
from mains.billing.documents.paying import payment_blocks
from mains.billing.documents.speaking import Speaker
from mains.billing.kinds import title_of
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile.bills import Block

_NONE: Mapping[str, int] = MappingProxyType({})


def layout(
    *,
    facts: dict[str, Any],
    tenant: TenantInfo,
    earlier: Earlier = NOTHING,
    marks: Mapping[str, int] = _NONE,
    is_specimen: bool = False,
) -> dict[str, Any]:
    """
    Return the words of a bill's document by place; nothing in it is left to format.

    Everything about the bill is from its sealed facts and those before it, the provider's face from
    its tenant file. `marks` numbers what a specimen points at, by the keys of the details.
    """
    language = facts["language"] or tenant.file.locale.languages[0]
    with translation.override(language):
        sheet = Sheet(facts, tenant, Speaker(language, facts["currency"]), earlier)
        words = _words(sheet)
        if is_specimen:
            words |= {"over": _("Specimen"), "marks": dict(marks)}
        else:
            # Nobody pays a specimen by mistake.
            words["ways"] = ways_to_pay(sheet)
        return fitted(words, theme=tenant.file.brand.theme)


def frame(sheet: Sheet) -> dict[str, Any]:
    """
    Return what every document about a bill has, with nothing yet in the places between.
    """
    facts, company = sheet.facts, sheet.company
    return {
        "language": sheet.say.language,
        "issued": [int(part) for part in facts["issue_date"].split("-")],
        "issuer": front.issuer(sheet),
        "customer": [facts["customer"]["name"], *facts["customer"]["address"].split("\n")],
        "details": front.details(sheet),
        "contacts": back.contacts(sheet),
        "foot": {
            "text": f"{company['name']} · {company['address']} · {company['tax_id']}",
            "page": _("Page {page} of {pages}"),
        },
        **dict.fromkeys(
            ("agency", "why", "history", "readings", "changes", "plan", "lines", "vat", "glossary")
        ),
        "ways": [],
        "own": [],
        "marks": {},
        "over": "",
    }


def _words(sheet: Sheet) -> dict[str, Any]:
    number = sheet.facts["number"]
    return {
        **frame(sheet),
        "title": title_of(kind=sheet.kind, number=number),
        "number": number,
        "hero": front.hero(sheet),
        "agency": front.agency(sheet),
        "sum": front.running_sum(sheet),
        "why": why.why(sheet),
        "history": history.history(sheet),
        "readings": tables.readings(sheet),
        "changes": why.changes(sheet),
        "lines": tables.lines(sheet),
        "vat": tables.taxes(sheet),
        "own": back.own_words(sheet),
        "glossary": back.glossary(sheet),
    }


def ways_to_pay(sheet: Sheet) -> list[dict[str, Any]]:
    """
    Return each way to pay what the sheet asks for, with its code; none where nothing is asked.
    """
    if not sheet.prints(Block.PAYMENT):
        return []
    return payment_blocks(facts=sheet.facts, say=sheet.say, tenant=sheet.tenant)
