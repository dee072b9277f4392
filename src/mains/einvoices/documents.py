"""The documents of a bill for machines, made from its sealed facts."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mains.billing import queries
from mains.billing.documents import pdf
from mains.einvoices.facturx import with_data
from mains.einvoices.filing import offices_of
from mains.einvoices.models import Filing, FilingKind, FilingState
from mains.einvoices.rules.cii import cii
from mains.einvoices.rules.fatturapa import fatturapa
from mains.einvoices.rules.invoice import invoice_of
from mains.einvoices.rules.nav import nav
from mains.einvoices.rules.tables import as_csv, as_json
from mains.einvoices.rules.ubl import ubl
from mains.einvoices.rules.verifactu import read_entry, verifactu
from mains.tenancy.queries import TenantInfo

XML, PDF = "application/xml", "application/pdf"
# What every bill is given as, whatever the company decided.
OPEN = ("json", "csv")
# What tax offices get; of these, FatturaPA is the customer's bill as well.
_FILED = {
    "fatturapa": FilingKind.FATTURAPA,
    "nav": FilingKind.NAV,
    "verifactu": FilingKind.VERIFACTU,
}
FOR_CUSTOMERS = ("json", "csv", "ubl", "cii", "facturx", "fatturapa")


class NoSuchDocument(Exception):
    """The bill is not there, its facts are deleted, or it is not given in this format."""


class File(NamedTuple):
    """
    A document and the name that it is saved under.
    """

    name: str
    content_type: str
    content: bytes


def kinds_of(
    *, bill_id: int, facts: Mapping[str, Any], company_code: str, tenant: TenantInfo
) -> tuple[str, ...]:
    """
    Return the formats in which a bill with these facts is given; those of tax offices once it is
    filed.
    """
    said = tenant.file.company(company_code).einvoices
    if said is None or "seller" not in facts:
        return OPEN
    if not offices_of(said):
        return (*OPEN, *said.kinds)
    made = Filing.objects.filter(bill_id=bill_id).exclude(state=FilingState.UNFIT)
    filed = set(made.values_list("kind", flat=True))
    kinds = [kind for kind in said.kinds if kind not in _FILED or _FILED[kind] in filed]
    return (*OPEN, *kinds)


def document(*, bill_id: int, kind: str, company_code: str, tenant: TenantInfo) -> File:
    """
    Return a bill in a format; the same facts, the same bytes.

    :raises NoSuchDocument: if it is not given in this format.
    :raises NotMachineReadable: if the bill lacks what the format wants.
    :raises FactsTampered: if its facts are not what was sealed at issue.
    """
    facts = queries.facts(bill_id=bill_id)
    if facts is None or kind not in kinds_of(
        bill_id=bill_id, facts=facts, company_code=company_code, tenant=tenant
    ):
        raise NoSuchDocument(kind)
    if kind in _FILED:
        filing = Filing.objects.get(bill_id=bill_id, kind=_FILED[kind])
        return File(filing.name, XML, filed_content(filing, facts))
    suffix, content_type, make = _MAKERS[kind]
    return File(f"{facts['number']}{suffix}", content_type, make(facts, tenant))


def filed_content(filing: Filing, facts: Mapping[str, Any]) -> bytes:
    """
    Return what a tax office was told, made again from the facts and the filing.
    """
    invoice = invoice_of(facts)
    if filing.kind == FilingKind.FATTURAPA:
        assert filing.position is not None
        return fatturapa(invoice, position=filing.position)
    if filing.kind == FilingKind.NAV:
        return nav(invoice)
    return verifactu(invoice, entry=read_entry(filing.details, invoice))


def _facturx(facts: Mapping[str, Any], tenant: TenantInfo) -> bytes:
    invoice = invoice_of(facts)
    paper = pdf.render(facts=dict(facts), tenant=tenant)
    return with_data(paper, cii(invoice), issued=invoice.issue_date)


_MAKERS: Mapping[str, tuple[str, str, Callable[[Mapping[str, Any], TenantInfo], bytes]]] = {
    "json": (".json", "application/json", lambda facts, _tenant: as_json(facts)),
    "csv": (".csv", "text/csv; charset=utf-8", lambda facts, _tenant: as_csv(facts)),
    "ubl": (".ubl.xml", XML, lambda facts, _tenant: ubl(invoice_of(facts))),
    "cii": (".cii.xml", XML, lambda facts, _tenant: cii(invoice_of(facts))),
    "facturx": (".facturx.pdf", PDF, _facturx),
}
