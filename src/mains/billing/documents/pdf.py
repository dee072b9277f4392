"""The document of a bill: its sealed facts on paper, the same bytes every time."""

from datetime import date as civil_date
from functools import lru_cache
from pathlib import Path
from typing import Any

from mains.billing import queries
from mains.billing.documents.layout import layout
from mains.branding.themes import load_theme
from mains.documents.press import Press, logo, look
from mains.tenancy.queries import TenantInfo

TEMPLATE = Path(__file__).parent / "typst" / "bill.typ"


class NoSuchBill(Exception):
    """There is no issued bill with that id in this tenant."""


def pdf(*, bill_id: int, tenant: TenantInfo) -> bytes:
    """
    Return the document of an issued bill as PDF/A-3a and PDF/UA-1.

    :raises NoSuchBill: if there is no issued bill with that id.
    :raises FactsTampered: if its facts are not what was sealed at issue.
    """
    facts = queries.facts(bill_id=bill_id)
    if facts is None:
        raise NoSuchBill(bill_id)
    return render(facts=facts, tenant=tenant)


def render(*, facts: dict[str, Any], tenant: TenantInfo) -> bytes:
    """
    Return the document of sealed facts under a tenant's brand; the same facts, the same bytes.
    """
    brand = tenant.file.brand
    words = layout(facts=facts, tenant=tenant)
    words["look"] = look(brand)
    words["logo"] = list(logo(brand))
    return _press(brand.theme).print(words, on=civil_date.fromisoformat(facts["issue_date"]))


@lru_cache(maxsize=32)
def _press(theme: str) -> Press:
    return Press(theme=load_theme(name=theme), template=TEMPLATE)
