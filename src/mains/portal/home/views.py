"""The front door, the home page of a customer, help."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mains.branding.components import Fact
from mains.core.money import Money
from mains.enrolment import queries as enrolment
from mains.ledger import queries as ledger
from mains.metering import queries as metering
from mains.metering.rules.windows import view
from mains.metering.windows import window_of
from mains.payments import queries as payments
from mains.portal.access import PortalRequest, account_ids, customer_required
from mains.portal.readings import messages


@require_safe
def home(request: PortalRequest) -> HttpResponse:
    """
    Show visitors the three tasks, and customers what is due.
    """
    if request.user.is_authenticated:
        return _mine(request)
    services = [
        (service.label.get(messages.language()) or service.code, _window(request, service.code))
        for service in request.tenant.file.services
    ]
    return render(
        request,
        "portal/home/front_door.html",
        {
            "services": services,
            "guest_pay": request.tenant.file.payments.guest,
            "notice": _notice(request),
        },
    )


def _notice(request: PortalRequest) -> str:
    file = request.tenant.file
    asked = request.headers.get("Accept-Language", "")[:2]
    return file.locale.notice if asked and asked not in file.locale.languages else ""


def _window(request: PortalRequest, code: str) -> str:
    window = window_of(request.tenant.file.service(code))
    return messages.window(view(window, instant=request.now, zone=request.tenant.zone))


@customer_required
def _mine(request: PortalRequest) -> HttpResponse:
    ids = account_ids(request)
    rows = payments.bills(account_ids=ids, today=request.today)
    currency = request.tenant.file.locale.currency
    open_bills = sorted(
        (row for row in rows if row.outstanding.minor > 0), key=lambda row: row.due_date
    )
    to_pay = [row for row in open_bills if row.collection_date is None]
    collected = [row for row in open_bills if row.collection_date is not None]
    registers = metering.registers_of(account_ids=ids, today=request.today)
    read = {register.service for register in registers}
    balance = Money(sum(ledger.balances_minor(account_ids=ids).values()), currency)
    services = [
        (service.label.get(messages.language()) or service.code, _window(request, service.code))
        for service in request.tenant.file.services
        if service.code in read
    ]
    return render(
        request,
        "portal/home/home.html",
        {
            "balance": balance,
            "credit": -balance if balance.minor < 0 else None,
            "owed": Money.total((row.outstanding for row in to_pay), currency=currency),
            "to_pay": to_pay,
            "collected": collected,
            "today": request.today,
            "latest": rows[:3],
            "services": services,
            "accounts": request.accounts,
            "payments_on": request.tenant.file.payments.enabled,
        },
    )


@require_safe
@customer_required
def me(request: PortalRequest) -> HttpResponse:
    """
    Show who is signed in and which accounts the login sees.
    """
    facts = [
        Fact(_("Name"), request.user.name),
        Fact(_("E-mail"), request.user.email),
        *(
            Fact(
                _("Account %(number)s") % {"number": account.number},
                f"{account.customer.name}, {account.company.name}",
            )
            for account in enrolment.accounts_of(user_id=request.user.pk)
        ),
    ]
    return render(request, "portal/home/me.html", {"facts": facts})


@require_safe
def help_page(request: PortalRequest) -> HttpResponse:
    """
    Tell how to reach the provider, and where the numbers on a bill are.
    """
    file = request.tenant.file
    return render(
        request,
        "portal/home/help.html",
        {"brand_choice": file.brand, "identifiers": file.identifiers},
    )
