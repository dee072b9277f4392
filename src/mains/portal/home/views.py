"""The front door, the home page of a customer, help."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right, allowed
from mains.ledger import queries as ledger
from mains.metering import queries as metering
from mains.payments import queries as payments
from mains.payments.rules.standing import Debt
from mains.payments.statements.standing import standings_from, summed
from mains.payments.statements.wording import verdict
from mains.portal.access import (
    PortalRequest,
    account_ids,
    customer_required,
    noted,
    takes_guests,
)
from mains.portal.home.collected import headline
from mains.portal.home.dues import MOST_SHOWN, dues, of_several
from mains.portal.readings import keeping
from mains.portal.readings.messages import language
from mains.portal.readings.windows import ServiceWindow, service_window, service_windows


@require_safe
def home(request: PortalRequest) -> HttpResponse:
    """
    Show visitors the three tasks, and customers what is due.
    """
    if request.user.is_authenticated:
        return _mine(request)
    services = [
        service_window(request, service=service) for service in request.tenant.file.services
    ]
    return render(
        request,
        "portal/home/front_door.html",
        {
            "services": services,
            "guest_pay": takes_guests(request),
            "payments_on": request.tenant.file.payments.enabled,
            "payments_notice": request.tenant.file.payments.notice.get(language(), ""),
            "notice": _notice(request),
        },
    )


def _notice(request: PortalRequest) -> str:
    file = request.tenant.file
    asked = request.headers.get("Accept-Language", "")[:2]
    return file.locale.notice if asked and asked not in file.locale.languages else ""


@customer_required
def _mine(request: PortalRequest) -> HttpResponse:
    payers = allowed(request.accounts, Right.PAY)
    pay_ids = [account.pk for account in payers]
    ids = account_ids(request, Right.SEE)
    noted(request, Deed.BILLS, ids)
    open_bills = payments.payable(account_ids=pay_ids, today=request.today)
    to_pay = [row for row in open_bills if row.collection_date is None]
    collected = [row for row in open_bills if row.collection_date is not None]
    balances = ledger.balances_minor(account_ids=pay_ids)
    found = dues(accounts=payers, bills=to_pay, balances_minor=balances)
    standings = standings_from(
        currencies={account.pk: account.currency for account in payers},
        open_bills=open_bills,
        balances_minor=balances,
        today=request.today,
    )
    together = summed(standings.values())
    return render(
        request,
        "portal/home/home.html",
        {
            "dues": found,
            "of_several": of_several(found),
            "verdict": verdict(
                together,
                instant=request.now.astimezone(request.tenant.zone),
                language=language(),
            )
            if payers
            else "",
            "to_pay": to_pay,
            "collected": collected[:MOST_SHOWN],
            "collected_text": headline(collected, today=request.today, language=language()),
            "owes": any(one.debt is not Debt.NONE for one in together),
            "today": request.today,
            "latest": payments.bills(account_ids=ids, today=request.today, limit=3),
            "services": _services(request),
            "accounts": request.accounts,
            "only_shared": bool(request.accounts) and not payers,
            "payments_on": request.tenant.file.payments.enabled,
            "whose": keeping.mark(f"user:{request.user.pk}"),
        },
    )


def _services(request: PortalRequest) -> list[ServiceWindow]:
    """
    Return the services whose meters can be read, each with its window.
    """
    ids = account_ids(request, Right.READ)
    return service_windows(request, metering.registers_of(account_ids=ids, today=request.today))


@require_safe
def help_page(request: PortalRequest) -> HttpResponse:
    """
    Tell how to reach the provider, how direct debit works, and what numbers on a bill look like.
    """
    file = request.tenant.file
    return render(
        request,
        "portal/home/help.html",
        {
            "brand_choice": file.brand,
            "identifiers": file.identifiers,
            "direct_debit": file.payments.direct_debit,
            "collection_days": file.payments.collection_days,
            "requires_mandate": file.registration.requires_mandate,
        },
    )
