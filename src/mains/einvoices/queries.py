"""What was filed, and whether all of it is still there and unchanged."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from django.db.models import Count

from mains.billing.models import NumberSeries
from mains.customers.models import Company
from mains.einvoices.filing import NO_YEAR, SERIES
from mains.einvoices.models import Filing, FilingKind, FilingState
from mains.einvoices.rules.chain import Finding, Link, faults_of
from mains.einvoices.rules.invoice import invoice_of
from mains.einvoices.rules.problems import NothingToReport
from mains.einvoices.rules.verifactu import record_hash

ATTENTION = (FilingState.UNFIT, FilingState.REJECTED, FilingState.DECLINED)
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Checked:
    """
    What a check found in the filings of a company with one office.
    """

    company: str
    kind: str
    count: int
    findings: tuple[Finding, ...]


def filings_of(*, bill_id: int) -> list[Filing]:
    """
    Return the filings of a bill, by kind.
    """
    return list(Filing.objects.filter(bill_id=bill_id).order_by("kind"))


def counts() -> list[tuple[str, str, str, int]]:
    """
    Return how many filings there are: company, kind, state, count.
    """
    rows = Filing.objects.values_list("company__name", "kind", "state").annotate(Count("pk"))
    return sorted((name, kind, state, count) for name, kind, state, count in rows)


def needing_attention(*, limit: int) -> list[Filing]:
    """
    Return the latest filings that somebody has to look at, with their bills.
    """
    found = Filing.objects.filter(state__in=ATTENTION).exclude(
        state=FilingState.UNFIT, details__reason=NothingToReport.code
    )
    found = found.select_related("bill").defer("bill__facts")
    return list(found.order_by("-pk")[:limit])


def check() -> list[Checked]:
    """
    Look through all filings for what was removed, changed or moved.

    Only the hashes of VeriFactu's records are made anew: what they are of, the law fixed.
    """
    found = []
    for company in Company.objects.order_by("code"):
        for kind in FilingKind:
            taken = _taken(company.pk, kind)
            if not taken:
                continue
            links = sorted(_links(company.pk, kind), key=lambda link: link.position)
            findings = faults_of(links, taken=taken, is_chained=kind == FilingKind.VERIFACTU)
            found.append(Checked(company.code, str(kind), len(links), tuple(findings)))
    return found


def _taken(company_id: int, kind: FilingKind) -> int:
    series = NumberSeries.objects.filter(
        company=company_id, code=SERIES[kind], year=NO_YEAR
    ).first()
    return series.next_number - 1 if series else 0


def _links(company_id: int, kind: FilingKind) -> Iterator[Link]:
    filings = (
        Filing.objects.filter(company=company_id, kind=kind, position__isnull=False)
        .select_related("bill")
        .order_by("position")
    )
    if kind != FilingKind.VERIFACTU:
        filings = filings.defer("bill__facts")
    for filing in filings.iterator(chunk_size=_CHUNK):
        assert filing.position is not None
        computed = _computed(filing) if kind == FilingKind.VERIFACTU else ""
        number = filing.bill.number
        yield Link(filing.position, number, filing.previous_hash, filing.hash, computed)
        # A file that was rejected and sent again has had a place before.
        before = filing.details.get("before")
        while before:
            yield Link(before["position"], number, "", "", "")
            before = before.get("before")


def _computed(filing: Filing) -> str:
    """
    Return the hash of a record made anew from its bill, or nothing where its facts are deleted.
    """
    text = filing.bill.facts
    if not text:
        return ""
    if sha256(text.encode()).hexdigest() != filing.bill.facts_hash:
        return "tampered"
    return record_hash(
        invoice_of(json.loads(text)),
        previous_hash=filing.previous_hash,
        generated_at=filing.details["generated_at"],
    )
