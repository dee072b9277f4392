"""Find a customer by anything, and one page that tells all of an account."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from mains.billing import charges
from mains.branding.components import Cell, Column, Pages, Table
from mains.console import wording
from mains.console.access import BILLING, EVERYBODY, OWNERS, StaffRequest, staff
from mains.console.accounts import (
    budget_tables,
    einvoice_address,
    payment_documents,
    reading_passes,
    tables,
)
from mains.console.accounts import charges as charge_views
from mains.console.support.views import may_end
from mains.core.money import Money
from mains.customers import queries
from mains.customers.queries import AccountDetail, AccountPage
from mains.enrolment import queries as enrolment
from mains.journeys import budget_desk, guest_readings
from mains.ledger import queries as ledger
from mains.metering import queries as metering
from mains.metering import waiting
from mains.payments import queries as payments
from mains.payments import received
from mains.support import queries as support


@require_safe
@staff(*EVERYBODY)
def find(request: StaffRequest) -> HttpResponse:
    """
    List accounts, or those that fit what was typed: any number, name, e-mail, address or meter.
    """
    text = " ".join(request.GET.get("q", "").split())[:80]
    page = queries.find_accounts(
        text=text,
        supply_point_ids=waiting.supply_points_of_meter(serial=text) if len(text) > 2 else [],
        after=request.GET.get("after", "")[:40],
        before=request.GET.get("before", "")[:40],
    )
    return render(
        request,
        "console/accounts/list.html",
        {
            "search_text": text,
            "table": _table(page, base=request.base),
            "pages": _pages(page, text),
            "found": page.rows,
        },
    )


def _table(page: AccountPage, *, base: str) -> Table:
    balances = ledger.balances_minor(account_ids=[row.id for row in page.rows])
    return Table(
        caption=_("Accounts"),
        hide_caption=True,
        columns=(
            Column(_("Account")),
            Column(_("Customer")),
            Column(_("E-mail")),
            Column(_("Company")),
            Column(_("Balance"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(row.number, url=f"{base}customers/{row.id}/"),
                Cell(row.customer),
                Cell(row.email or "–"),
                Cell(row.company),
                Cell(Money(balances[row.id], row.currency)),
            )
            for row in page.rows
        ),
    )


def _pages(page: AccountPage, text: str) -> Pages:
    def link(**cursor: str) -> str:
        return f"?{urlencode({**({'q': text} if text else {}), **cursor})}"

    count = len(page.rows)
    return Pages(
        summary=ngettext("%(count)s account on this page", "%(count)s accounts on this page", count)
        % {"count": count},
        previous_url=link(before=page.before) if page.before else "",
        next_url=link(after=page.after) if page.after else "",
    )


@require_safe
@staff(*EVERYBODY)
def one(request: StaffRequest, account_id: int) -> HttpResponse:
    """
    Show everything about one account.
    """
    account = queries.account(account_id=account_id, today=request.today)
    if account is None:
        raise Http404
    return render(
        request,
        "console/accounts/account.html",
        {
            "account": account,
            "details": tables.about(account),
            "contracts": tables.contracts(account.contracts, file=request.tenant.file)
            if account.contracts
            else None,
            "is_owner": request.role in OWNERS,
            "may_correct": request.role in BILLING,
            "sends_files": einvoice_address.sends_files(request.tenant.file),
            "invite_url": f"{request.base}invitations/?account={account.number}",
            **_money(request, account),
            **_charges(request, account_id),
            **_meters(request, account_id),
            **_people(request, account_id),
        },
    )


def _money(request: StaffRequest, account: AccountDetail) -> dict[str, Any]:
    ids, zone, today = [account.id], request.tenant.zone, request.today
    balance = Money(ledger.balance_minor(account_id=account.id), account.currency)
    bills = payments.bills(account_ids=ids, today=today)
    booked = received.payments(account_ids=ids)
    documents = payment_documents.table(account_id=account.id, zone=zone, today=today)
    mandates = account.mandates
    return {
        "balance": balance if balance.minor >= 0 else -balance,
        "in_credit": balance.minor < 0,
        "bills": tables.bills(bills, base=request.base) if bills else None,
        "payments": tables.payments(booked, zone=zone) if booked else None,
        "documents": documents,
        "mandates": tables.mandates(mandates, today=today) if mandates else None,
    }


def _charges(request: StaffRequest, account_id: int) -> dict[str, Any]:
    charged = charges.charges_of(account_id=account_id)
    budgets = budget_desk.budgets(
        tenant=request.tenant, account_ids=[account_id], today=request.today
    )
    return {
        "charges": charge_views.table(charged, base=request.base),
        "waiting_charges": [row for row in charged if row.bill_id is None and not row.is_cancelled],
        "budgets": budget_tables.table(budgets, may_correct=request.role in BILLING),
        "offers_budgets": request.tenant.file.budget_billing is not None,
    }


def _meters(request: StaffRequest, account_id: int) -> dict[str, Any]:
    registers = metering.registers_of(account_ids=[account_id], today=request.today)
    readings = metering.readings_of(account_ids=[account_id], limit=12)
    by_guests = {service.code for service in guest_readings.services(file=request.tenant.file)}
    return {
        "meters": tables.meters(registers) if registers else None,
        "readings": tables.readings(readings) if readings else None,
        "guests_read": any(register.service in by_guests for register in registers),
        "passes": reading_passes.table(request, account_id=account_id),
    }


def _people(request: StaffRequest, account_id: int) -> dict[str, Any]:
    zone = request.tenant.zone
    people = enrolment.who_sees(account_id=account_id, today=request.today)
    looks = support.views_of(account_id=account_id, now=request.now)
    past = [row for row in looks if not row.runs]
    return {
        "people": tables.people(people, zone=zone, base=request.base) if people else None,
        "running": [
            (row, wording.moment(row.until, zone), may_end(request, row))
            for row in looks
            if row.runs
        ],
        "looks": tables.looks(past, zone=zone) if past else None,
    }
