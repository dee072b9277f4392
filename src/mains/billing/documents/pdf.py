"""The document of a bill: its sealed facts on paper, the same bytes every time."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date as civil_date
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from mains.billing import queries
from mains.billing.documents.earlier import NOTHING, Earlier, earlier_than, paid_so_far
from mains.billing.documents.facts import seal
from mains.billing.documents.layout import layout
from mains.branding.themes import load_theme
from mains.documents import keeping
from mains.documents.press import Press, logo, look
from mains.tenancy.queries import TenantInfo

KIND, CONTENT_TYPE = "bill", "application/pdf"
TEMPLATE = Path(__file__).parent / "typst" / "bill.typ"


class NoSuchBill(Exception):
    """There is no issued bill with that id in this tenant."""


def pdf(*, bill_id: int, tenant: TenantInfo) -> bytes:
    """
    Return the document of an issued bill as PDF/A-3a and PDF/UA-1: the one that is kept, or anew.

    :raises NoSuchBill: if there is no issued bill with that id.
    :raises FactsTampered: if its facts, or those of a bill before, are not what was sealed.
    """
    facts = queries.facts(bill_id=bill_id)
    if facts is None:
        raise NoSuchBill(bill_id)
    return keeping.kept(name=_name(facts, bill_id)) or _made(facts, bill_id, tenant)


def kept_pdf(*, bill_id: int, tenant: TenantInfo, now: datetime) -> bytes:
    """
    Return the document of an issued bill, and keep it for the next one who wants it.

    With the store down it is made from the sealed facts, and not kept.

    :raises NoSuchBill: if there is no issued bill with that id.
    :raises FactsTampered: if its facts, or those of a bill before, are not what was sealed.
    """
    facts = queries.facts(bill_id=bill_id)
    if facts is None:
        raise NoSuchBill(bill_id)
    name = _name(facts, bill_id)
    found = keeping.kept(name=name)
    if found is None:
        found = _made(facts, bill_id, tenant)
        keeping.keep(name=name, data=found, kind=KIND, content_type=CONTENT_TYPE, now=now)
    return found


def forget(*, bills: Iterable[tuple[int, str]]) -> None:
    """
    Delete the kept documents of bills by id and hash of their facts.
    """
    keeping.forget(names=[_kept_as(bill_id, digest) for bill_id, digest in bills])


def _made(facts: dict[str, Any], bill_id: int, tenant: TenantInfo) -> bytes:
    earlier = earlier_than(bill_id=bill_id)
    former = tenant.file.bill.former_prices if tenant.file.bill else ()
    paid = paid_so_far(bill_id=bill_id, codes=[one.code for one in former])
    return render(facts=facts, tenant=tenant, earlier=replace(earlier, paid=paid))


def _name(facts: dict[str, Any], bill_id: int) -> str:
    return _kept_as(bill_id, seal(facts)[1])


def _kept_as(bill_id: int, digest: str) -> str:
    return f"bills/{bill_id}-{digest[:16]}.pdf"


def render(*, facts: dict[str, Any], tenant: TenantInfo, earlier: Earlier = NOTHING) -> bytes:
    """
    Return the document of sealed facts under a tenant's brand; the same facts, the same bytes.
    """
    words = layout(facts=facts, tenant=tenant, earlier=earlier)
    return printed(words, tenant=tenant, dated=facts["issue_date"])


def specimen(
    *, facts: dict[str, Any], tenant: TenantInfo, earlier: Earlier, marks: Mapping[str, int]
) -> bytes:
    """
    Return the document of invented facts, marked as a specimen, with numbers at what it points at.
    """
    words = layout(facts=facts, tenant=tenant, earlier=earlier, marks=marks, is_specimen=True)
    return printed(words, tenant=tenant, dated=facts["issue_date"])


def specimen_picture(
    *, facts: dict[str, Any], tenant: TenantInfo, earlier: Earlier, marks: Mapping[str, int]
) -> bytes:
    """
    Return the first page of a specimen as a PNG.
    """
    words = layout(facts=facts, tenant=tenant, earlier=earlier, marks=marks, is_specimen=True)
    return _press(tenant.file.brand.theme).picture(_with_look(words, tenant))


def printed(words: dict[str, Any], *, tenant: TenantInfo, dated: str) -> bytes:
    """
    Return the document of prepared words under a tenant's brand, dated on an ISO day.
    """
    press = _press(tenant.file.brand.theme)
    return press.print(_with_look(words, tenant), on=civil_date.fromisoformat(dated))


def _with_look(words: dict[str, Any], tenant: TenantInfo) -> dict[str, Any]:
    brand = tenant.file.brand
    return {**words, "look": look(brand), "logo": list(logo(brand))}


@lru_cache(maxsize=32)
def _press(theme: str) -> Press:
    return Press(theme=load_theme(name=theme), template=TEMPLATE)
