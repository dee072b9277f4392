"""Find what to pay without signing in: with what a bill prints, or with its short link."""

from collections.abc import Callable
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mains.core.wording import date_text
from mains.journeys import guest_payment, pay_bills
from mains.journeys.guest_payment import Found
from mains.payments.queries import BillRow
from mains.portal import specimens
from mains.portal.access import PortalRequest, grant_bill, takes_guests
from mains.portal.bills.views import is_payable
from mains.portal.payments.forms import FindBill, FindByFields, Receipt
from mains.portal.payments.views import pay_now, switched_off
from mains.portal.readings.messages import language
from mains.references.payable import Check, WrongReference
from mains.tenancy.tenantfile.identity import Evidence


@require_http_methods(["GET", "POST"])
def find(request: PortalRequest) -> HttpResponse:
    """
    Find what to pay with a code or number and its amount; nothing else is told before.
    """
    form = FindBill(request.POST or None)

    def asked() -> Found:
        return guest_payment.find(
            typed=form.cleaned_data["reference"],
            amount=form.cleaned_data["amount"],
            visitor=_visitor(request),
            today=request.today,
        )

    return _find(request, form, asked, field="reference")


@require_http_methods(["GET", "POST"])
def by_fields(request: PortalRequest) -> HttpResponse:
    """
    Find what to pay with the fields of Cuaderno 57, where a company has that scheme.
    """
    if not _has_fields(request):
        raise Http404
    form = FindByFields(request.POST or None)

    def asked() -> Found:
        return guest_payment.find(
            typed=form.fields_typed,
            amount=form.cleaned_data["amount"],
            visitor=_visitor(request),
            today=request.today,
        )

    return _find(request, form, asked, field=None)


def _has_fields(request: PortalRequest) -> bool:
    return any(company.payment_codes.cuaderno_57 for company in request.tenant.file.companies)


def _find(
    request: PortalRequest, form: forms.Form, asked: Callable[[], Found], *, field: str | None
) -> HttpResponse:
    if not request.tenant.file.payments.enabled:
        return switched_off(request)
    if not request.tenant.file.payments.guest:
        raise Http404
    if request.method == "POST" and form.is_valid():
        try:
            return _to_payment(request, asked())
        except WrongReference as wrong:
            form.add_error(field, _wrong(wrong.check, is_code=field is not None))
        except guest_payment.AmountNeeded:
            form.add_error("amount", _("Type the amount of your bill."))
        except _REFUSED as refused:
            form.add_error(None, _refused(refused))
    return render(
        request,
        "portal/payments/find.html",
        {
            "form": form,
            "by_code": field is not None,
            "has_fields": _has_fields(request),
            "specimen": specimens.of_facts(request, _ON_THE_BILL) if field is not None else None,
        },
        status=422 if form.errors else 200,
    )


_ON_THE_BILL = (Evidence.BILL_NUMBER, Evidence.BILL_AMOUNT)
_REFUSED = (guest_payment.TooLate, guest_payment.TooManyTries, guest_payment.NotFound)


def _refused(error: Exception) -> str:
    if isinstance(error, guest_payment.TooLate):
        return _(
            "This code could be paid until %(day)s. Pay with the number of the bill instead, or "
            "call us."
        ) % {"day": date_text(error.args[0], language=language())}
    if isinstance(error, guest_payment.TooManyTries):
        return _("There were too many tries. Wait ten minutes, or call us with the bill at hand.")
    return _(
        "We cannot find an open bill with these details. It may be paid already. Compare both with "
        "the bill: the amount has to be exactly what is still to be paid."
    )


def _wrong(check: Check, *, is_code: bool) -> str:
    if not is_code and check is not Check.ISSUER:
        return _(
            "The check digits do not fit these fields and this amount: one of them is mistyped. "
            "Compare each with the bill."
        )
    return {
        Check.LENGTH: _("This code is too short or too long. Compare it with the bill."),
        Check.DIGITS: _(
            "The check digits of this code do not fit: a digit is mistyped. Compare it with the "
            "bill."
        ),
        Check.ISSUER: _("This code is of another company. Compare it with the bill."),
    }[check]


def _to_payment(request: PortalRequest, found: Found) -> HttpResponse:
    if found.document is None:
        (bill,) = found.bills
        grant_bill(request, bill_id=bill.id)
        if not is_payable(bill):
            return redirect("portal:bill", bill_id=bill.id)
        return _pay(request, found.bills)
    if found.is_stale:
        messages.info(
            request,
            _(
                "Since this document was made, something was paid or taken back. Below is what is "
                "still to be paid of it."
            ),
        )
    return _pay(request, found.bills)


def _pay(request: PortalRequest, bills: tuple[BillRow, ...]) -> HttpResponse:
    for bill in bills:
        grant_bill(request, bill_id=bill.id)
    query = urlencode([("bill", bill.id) for bill in bills])
    return redirect(f"/pay/?{query}")


def _visitor(request: PortalRequest) -> str:
    return request.META.get("REMOTE_ADDR", "")


@never_cache
@require_http_methods(["GET", "POST"])
def link(request: PortalRequest, code: str) -> HttpResponse:
    """
    Show what a short link asks to be paid, and nothing more; its button leads to the payment.
    """
    if not request.tenant.file.payments.enabled:
        return switched_off(request)
    try:
        page = guest_payment.open_link(
            tenant=request.tenant, code=code, visitor=_visitor(request), today=request.today
        )
    except guest_payment.TooManyTries as error:
        return _no_link(request, _refused(error), status=429)
    except guest_payment.NotFound:
        return _no_link(
            request,
            _("This link leads to no bill. Compare it with the bill, letter by letter."),
            status=404,
        )
    form = Receipt(request.POST or None)
    is_plain = _is_plain(request, page.bills)
    if request.method == "POST" and page.bills:
        if not is_plain:
            return _pay(request, page.bills)
        if form.is_valid():
            for bill in page.bills:
                grant_bill(request, bill_id=bill.id)
            return pay_now(request, list(page.bills), form)
    return render(
        request,
        "portal/payments/link.html",
        {"page": page, "form": form, "asks_email": is_plain, "today": request.today},
        status=422 if form.errors else 200,
    )


def _is_plain(request: PortalRequest, bills: tuple[BillRow, ...]) -> bool:
    """
    Tell whether there is nothing to choose: one way to pay without a fee, and all that is owed.
    """
    offers = pay_bills.offers(tenant=request.tenant, rows=bills, language=language())
    only_whole = len(bills) > 1 or not request.tenant.file.payments.part_payments
    return len(offers) == 1 and not offers[0].fee.minor and only_whole


def _no_link(request: PortalRequest, message: str, *, status: int) -> HttpResponse:
    return render(
        request,
        "portal/payments/no_link.html",
        {"message": message, "guest_pay": takes_guests(request)},
        status=status,
    )
