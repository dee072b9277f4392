"""One bill as staff see it: its lines, why it differs, its seal, and where its money moved."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mains.billing import queries as billing
from mains.billing.documents import proofs
from mains.billing.documents.figures import figures_of
from mains.billing.documents.speaking import Speaker
from mains.billing.explaining.telling import Why, why
from mains.billing.kinds import title_of
from mains.billing.rules.comparing import beside
from mains.branding.components import Cell, Column, Fact, Table
from mains.console import wording
from mains.console.access import BILLING, EVERYBODY, StaffRequest, staff
from mains.console.runs import einvoices, instalments
from mains.console.runs.account_tables import lines_table
from mains.core.downloads import as_file
from mains.core.money import Money
from mains.journeys import bill_letters, desk
from mains.journeys.desk import Seal
from mains.payments import queries as payments
from mains.payments.queries import BillRow
from mains.payments.wording import bill_state


@require_safe
@staff(*EVERYBODY)
def one(request: StaffRequest, bill_id: int) -> HttpResponse:
    """
    Show a bill with every line, its facts' hash and its transfers.
    """
    bill = payments.bill(bill_id=bill_id, today=request.today)
    seal = desk.seal(bill_id=bill_id)
    facts = billing.facts(bill_id=bill_id)
    if bill is None or seal is None:
        raise Http404
    status, meaning = bill_state(bill, language=wording.language())
    return render(
        request,
        "console/runs/bill.html",
        {
            "bill": bill,
            "account_url": f"{request.base}customers/{bill.account_id}/",
            "title": title_of(kind=bill.kind, number=bill.number),
            "status": status,
            "meaning": meaning,
            "details": _about(request, bill, seal),
            "lines": _lines(facts) if facts else None,
            "provable": facts is not None and proofs.is_provable(facts),
            "documents": einvoices.documents_of(bill, facts, request.tenant) if facts else [],
            "filings": einvoices.filings_table(request, bill_id=bill_id),
            "rejected": einvoices.is_rejected(bill_id=bill_id),
            "why": _why(request, bill_id, facts) if facts else None,
            "reminded": bill_letters.step_of(bill, tenant=request.tenant, today=request.today) > 0,
            "instalments": instalments.table_of(bill),
            "can_share_out": bill.outstanding.minor > 0
            and bill.collection_date is None
            and not bill.instalments,
            "transfers": _transfers(seal),
            "beside": _beside(bill, facts),
            "may_bill": request.role in BILLING,
            "made_again": billing.made_again(bill_id=bill_id),
            "note_url": f"{request.base}bills/{bill.credited_by_id}/",
            "credit_reason": billing.credit_wish(bill_id=bill_id)[1],
        },
    )


def _beside(bill: BillRow, facts: dict[str, Any] | None) -> Table | None:
    """
    Set the lines of a corrected bill beside those of the one that was credited, if it is one.
    """
    before = billing.facts(bill_id=bill.corrects_id) if bill.corrects_id else None
    if before is None or facts is None:
        return None
    return lines_table(
        beside(before=figures_of(before), after=figures_of(facts)), facts["currency"]
    )


def _why(request: StaffRequest, bill_id: int, facts: dict[str, Any]) -> Why | None:
    return why(
        bill_id=bill_id,
        facts=facts,
        asked=request.GET.get("than", ""),
        services=request.tenant.file.services,
        language=wording.language(),
    )


@require_safe
@staff(*EVERYBODY)
def proof(_request: StaffRequest, bill_id: int) -> HttpResponse:
    """
    Give a bill's portable proof, from which anybody can compute it again.
    """
    try:
        found = proofs.proof(bill_id=bill_id)
    except proofs.NoProof as error:
        raise Http404 from error
    if found is None:
        raise Http404
    return as_file(
        json.dumps(found), name=f"bill-{bill_id}.proof.json", content_type="application/json"
    )


def _about(request: StaffRequest, bill: BillRow, seal: Seal) -> list[Fact]:
    return [
        Fact(_("Company"), bill.company_name),
        *_linked(request, bill),
        Fact(_("Period"), wording.period(bill.period_start, bill.period_end)),
        Fact(_("Issued"), wording.moment(seal.issued_at, request.tenant.zone)),
        Fact(_("Due"), wording.day(bill.due_date)),
        Fact(_("Payment reference"), bill.reference),
        Fact(_("Hash of its facts"), seal.facts_hash),
    ]


def _linked(request: StaffRequest, bill: BillRow) -> list[Fact]:
    """
    Return the bills that belong to this one: what it takes back, corrects or was made again as.
    """
    linked = (
        (_("Takes back"), bill.credits_id),
        (_("In place of"), bill.corrects_id),
        (_("Made again as"), billing.made_again(bill_id=bill.id)),
    )
    rows = {
        row.id: row.number
        for row in payments.bills_with_ids(
            bill_ids=[pk for _label, pk in linked if pk], today=request.today
        )
    }
    return [Fact(label, rows[pk]) for label, pk in linked if pk in rows]


def _lines(facts: dict[str, Any]) -> Table:
    say = Speaker(wording.language(), facts["currency"])
    return Table(
        caption=_("Lines"),
        columns=(
            Column(_("What")),
            Column(_("Quantity"), numeric=True),
            Column(_("Price"), numeric=True),
            Column(_("VAT"), numeric=True),
            Column(_("Net"), numeric=True),
        ),
        rows=tuple(_line(line, say) for line in facts["lines"]),
    )


def _line(line: dict[str, Any], say: Speaker) -> tuple[Cell, ...]:
    return (
        Cell(say.label_of(line), note=_corrected(line)),
        Cell(say.quantity_of(line)),
        Cell(say.price_of(line)),
        Cell(f"{wording.number(line['vat'])} %"),
        Cell(_net(line["net"], say.currency)),
    )


def _corrected(line: dict[str, Any]) -> str:
    if "corrects" not in line:
        return ""
    start, end = (date.fromisoformat(day) for day in line["corrects"])
    return _("corrects %(period)s, which was estimated") % {"period": wording.period(start, end)}


def _net(net: str, currency: str) -> Money | str:
    # Lines with four decimals stay numbers; only what is in whole minor units is money.
    money = Money.round_from(Decimal(net), currency)
    return money if money.as_decimal() == Decimal(net) else wording.number(net)


def _transfers(seal: Seal) -> Table:
    return Table(
        caption=_("Where its money moved"),
        columns=(
            Column(_("Effective")),
            Column(_("From")),
            Column(_("To")),
            Column(_("Source")),
            Column(_("Amount"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(wording.day(row.effective_date)),
                Cell(row.credit),
                Cell(row.debit),
                Cell(row.source),
                Cell(row.amount),
            )
            for row in seal.transfers
        ),
    )
