"""The hosted pages of the pretend card gateway, on its own host."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_http_methods

from mains.core.money import Money
from mains.sandbox import cards, service, wording
from mains.sandbox.forms import Card


@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """
    Show the page of a charge, take a test card, and send the visitor back to the merchant.
    """
    return _spoken(request, token, _taken)


@require_http_methods(["GET", "POST"])
def bank(request: HttpRequest, token: str) -> HttpResponse:
    """
    Show what a card's bank asks its holder (3-D Secure), and take the answer.
    """
    return _spoken(request, token, _asked)


def _spoken(
    request: HttpRequest,
    token: str,
    answer: Callable[[HttpRequest, service.Page], HttpResponse],
) -> HttpResponse:
    page = service.page(token=token)
    if page is None:
        raise Http404
    # After paying, the form leads back to the merchant's own host.
    merchant = "{0.scheme}://{0.netloc}".format(urlsplit(page.return_url))
    policy = {**settings.SECURE_CSP, "form-action": ["'self'", merchant]}
    with translation.override(page.language):
        return csp_override(policy)(answer)(request, page)


def _taken(request: HttpRequest, page: service.Page) -> HttpResponse:
    if page.state not in service.UNDECIDED:
        return _closed(request, page)
    if "cancel" in request.POST:
        service.cancel(token=page.token, now=datetime.now(UTC))
        return redirect(page.return_url)
    if page.state == "AT_BANK":
        return redirect("bank", token=page.token)
    form = Card(request.POST or None, initial={"news": page.news})
    if request.method == "POST" and form.is_valid():
        try:
            page = service.pay(
                token=page.token,
                card=form.cleaned_data["number"],
                news=form.cleaned_data["news"],
                now=datetime.now(UTC),
            )
        except service.PageClosed:
            return _closed(request, page)
        if page.state == "AT_BANK":
            return redirect("bank", token=page.token)
        if page.state != "DECLINED":
            return redirect(page.return_url)
        form.add_error("number", wording.declined(page.decline))
    refused = page.decline == service.REFUSED_AT_BANK and request.method == "GET"
    context = _context(page) | {
        "form": form,
        "cards": wording.test_cards(),
        "refused": wording.declined(page.decline) if refused else "",
    }
    return render(request, "sandbox/pay.html", context, status=422 if form.errors else 200)


def _asked(request: HttpRequest, page: service.Page) -> HttpResponse:
    if page.state in service.PAYABLE:
        return redirect("pay", token=page.token)
    try:
        if request.method == "POST":
            page = service.answer_bank(
                token=page.token, confirmed="confirm" in request.POST, now=datetime.now(UTC)
            )
    except service.PageClosed:
        return _closed(request, page)
    if page.state == "DECLINED":
        return redirect("pay", token=page.token)
    if request.method == "POST":
        return redirect(page.return_url)
    if page.state != "AT_BANK":
        return _closed(request, page)
    return render(request, "sandbox/bank.html", _context(page))


def _closed(request: HttpRequest, page: service.Page) -> HttpResponse:
    latest = service.page(token=page.token) or page
    return render(request, "sandbox/closed.html", {"page": latest}, status=410)


def _context(page: service.Page) -> dict[str, object]:
    return {
        "page": page,
        "stores": page.kind == "STORE",
        "amount": Money(page.amount_minor, page.currency),
        "bank": cards.BANK,
    }
