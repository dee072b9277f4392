"""The hosted page of the pretend card gateway, on its own host."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_http_methods

from mains.core.money import Money
from mains.sandbox import service
from mains.sandbox.forms import Card


@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """
    Show the page of a charge, take a test card, and send the visitor back to the merchant.
    """
    page = service.page(token=token)
    if page is None:
        raise Http404
    # After paying, the form leads back to the merchant's own host.
    merchant = "{0.scheme}://{0.netloc}".format(urlsplit(page.return_url))
    policy = {**settings.SECURE_CSP, "form-action": ["'self'", merchant]}
    with translation.override(page.language):
        return csp_override(policy)(_answer)(request, page)


def _answer(request: HttpRequest, page: service.Page) -> HttpResponse:
    if page.state not in {"OPEN", "DECLINED"}:
        return render(request, "sandbox/closed.html", {"page": page}, status=410)
    if "cancel" in request.POST:
        service.cancel(token=page.token)
        return redirect(page.return_url)
    form = Card(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            page = service.pay(
                token=page.token, card=form.cleaned_data["number"], now=datetime.now(UTC)
            )
        except service.PageClosed:
            return render(request, "sandbox/closed.html", {"page": page}, status=410)
        if page.state == "PAID":
            return redirect(page.return_url)
        form.add_error("number", _words()[page.decline])
    return render(
        request,
        "sandbox/pay.html",
        {"page": page, "form": form, "amount": Money(page.amount_minor, page.currency)},
        status=422 if form.errors else 200,
    )


def _words() -> dict[str, str]:
    return {
        "declined": _("Your bank declined this card. Nothing was charged. Use another one."),
        "insufficient_funds": _("There is not enough money on this card. Use another one."),
        "unknown_card": _("This is not one of the test cards. Nothing was charged."),
    }
