"""File issued bills with tax offices: each once, in chunks, in the order of a company's chain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from django.db.models import Exists, OuterRef

from mains.billing import numbers, queries
from mains.billing.models import Bill
from mains.core.transactions import owns_transaction
from mains.customers.models import Company
from mains.einvoices.models import Filing, FilingKind, FilingState
from mains.einvoices.rules.fatturapa import fatturapa, file_name
from mains.einvoices.rules.invoice import Invoice, invoice_of
from mains.einvoices.rules.nav import nav
from mains.einvoices.rules.problems import NotMachineReadable
from mains.einvoices.rules.verifactu import read_entry, record_hash, verifactu
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile.einvoices import EInvoices

CHUNK = 200
# Bills that were numbered together are committed within so many of each other.
LATE = 50_000
# Positions are numbers of a series of their own: the row is also what two workers wait at.
SERIES = {FilingKind.FATTURAPA: "SDI", FilingKind.NAV: "NAV", FilingKind.VERIFACTU: "VERIFACTU"}
NO_YEAR = 0


@dataclass(frozen=True, slots=True)
class Office:
    """
    What a company files: the kind, since when, and what every filing of the kind is made with.
    """

    kind: FilingKind
    since: date
    made_with: Mapping[str, Any]


def offices_of(said: EInvoices | None) -> list[Office]:
    """
    Return the offices that a company files its bills with.
    """
    if said is None:
        return []
    found = []
    if said.fatturapa:
        found.append(Office(FilingKind.FATTURAPA, said.fatturapa.since, {}))
    if said.nav:
        found.append(Office(FilingKind.NAV, said.nav.since, {}))
    if said.verifactu:
        software = {
            "producer": said.verifactu.producer,
            "nif": said.verifactu.producer_nif,
            "installation": said.verifactu.installation,
            "version": version("mains"),
        }
        found.append(Office(FilingKind.VERIFACTU, said.verifactu.since, {"software": software}))
    return found


def file_waiting(*, tenant: TenantInfo, now: datetime, is_thorough: bool = True) -> int:
    """
    File all issued bills that wait for it, and return how many; again files nothing twice.

    Whoever asks every minute looks only at bills about as new as the last one that was filed.
    """
    found = 0
    for company in tenant.file.companies:
        for office in offices_of(company.einvoices):
            while done := file_chunk(
                tenant=tenant,
                code=company.code,
                office=office,
                now=now,
                is_thorough=is_thorough,
            ):
                found += done
    return found


@owns_transaction
def file_chunk(
    *, tenant: TenantInfo, code: str, office: Office, now: datetime, is_thorough: bool = True
) -> int:
    """
    File the next bills of a company with an office, the oldest first, and return how many.

    What a bill lacks is noted with it, and takes no position.
    """
    company = Company.objects.get(code=code)
    after = 0 if is_thorough else _last_bill(company.pk, office.kind) - LATE
    if not _waiting(company.pk, office, after=after):
        return 0
    # Nobody else files for the company until this commits; they may have done so meanwhile.
    first = take(company_id=company.pk, kind=office.kind, count=0)
    bills = _waiting(company.pk, office, after=after)
    at = now.astimezone(tenant.zone).isoformat(timespec="seconds")
    chunk = _Chunk(company.pk, office, first, at, now)
    filings = [chunk.filed(bill) for bill in bills]
    counted = sum(one.position is not None for one in filings)
    take(company_id=company.pk, kind=office.kind, count=counted)
    Filing.objects.bulk_create(filings)
    return len(filings)


def take(*, company_id: int, kind: FilingKind, count: int) -> int:
    """
    Take the next positions of a company's filings and return the first; none, to wait in line.
    """
    return numbers.take(company_id=company_id, series=SERIES[kind], year=NO_YEAR, count=count)


def _last_bill(company_id: int, kind: FilingKind) -> int:
    counted = Filing.objects.filter(company=company_id, kind=kind, position__isnull=False)
    return counted.order_by("-position").values_list("bill_id", flat=True).first() or 0


def _waiting(company_id: int, office: Office, *, after: int) -> Sequence[Bill]:
    filed = Filing.objects.filter(bill=OuterRef("pk"), kind=office.kind)
    return list(
        Bill.objects.given()
        .defer("facts")
        .filter(
            ~Exists(filed),
            pk__gt=after,
            account__company=company_id,
            issue_date__gte=office.since,
            facts_deleted_at=None,
        )
        .order_by("pk")[:CHUNK]
    )


class _Chunk:
    """
    The filings of one transaction: what the next one follows is the last one.
    """

    def __init__(self, company_id: int, office: Office, first: int, at: str, now: datetime) -> None:
        self.company_id, self.office, self.next = company_id, office, first
        self.at, self.now = at, now
        counted = Filing.objects.filter(
            company=company_id, kind=office.kind, position__isnull=False
        )
        self.last = counted.select_related("bill").order_by("-position").first()

    def filed(self, bill: Bill) -> Filing:
        """
        Return the filing of a bill, not saved.
        """
        filing = Filing(
            bill=bill,
            company_id=self.company_id,
            kind=self.office.kind,
            state=FilingState.MADE,
            position=self.next,
            generated_at=self.now,
        )
        try:
            facts = queries.facts(bill_id=bill.pk)
            assert facts is not None
            self._fill(filing, invoice_of(facts))
        except (NotMachineReadable, queries.FactsTampered) as problem:
            filing.state, filing.position = FilingState.UNFIT, None
            filing.name = filing.hash = filing.previous_hash = ""
            filing.details = {
                "reason": getattr(problem, "code", "facts_tampered"),
                "text": str(problem),
            }
            return filing
        self.last, self.next = filing, self.next + 1
        return filing

    def _fill(self, filing: Filing, invoice: Invoice) -> None:
        assert filing.position is not None
        if self.office.kind == FilingKind.FATTURAPA:
            filing.name = file_name(invoice, position=filing.position)
            filing.hash = _digest(fatturapa(invoice, position=filing.position))
        elif self.office.kind == FilingKind.NAV:
            filing.name = f"{invoice.number}.nav.xml"
            filing.hash = _digest(nav(invoice))
        else:
            filing.name = f"{invoice.number}.verifactu.xml"
            filing.details = {
                "generated_at": self.at,
                **self.office.made_with,
                **_previous(self.last),
            }
            filing.previous_hash = self.last.hash if self.last else ""
            # Made here, so that what cannot be made is not filed.
            verifactu(invoice, entry=read_entry(filing.details, invoice))
            filing.hash = record_hash(
                invoice, previous_hash=filing.previous_hash, generated_at=self.at
            )


def _previous(last: Filing | None) -> dict[str, Any]:
    if last is None:
        return {}
    return {
        "previous": {
            "number": last.bill.number,
            "issue_date": last.bill.issue_date.isoformat(),
            "hash": last.hash,
        }
    }


def _digest(document: bytes) -> str:
    return sha256(document).hexdigest()
