"""A card on paper: its QR code opens its meters, and so does the code that is printed beside it."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mains.core.wording import date_text
from mains.enrolment.passes import PassOver
from mains.enrolment.rules.budgets import network_of
from mains.enrolment.rules.typed import plain
from mains.identity.budgets import Budget
from mains.journeys import guest_readings, reading_cards
from mains.portal.access import PortalRequest
from mains.portal.readings import guest, keeping, messages

# Codes that open nothing, by network: 59 bits are not guessed, and trying costs us something.
WRONG = Budget("reading-card", tries=30, seconds=3_600)


class Code(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code on the card"),
        help_text=gettext_lazy("12 letters and digits, with or without hyphens."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: PortalRequest) -> HttpResponse:
    """
    Ask for the code of a card, for those who do not scan it.
    """
    form = Code(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = plain(form.cleaned_data["code"])
        if not _spent(request) and _is_open(request, code):
            return redirect("portal:reading-card", code=code)
        form.add_error(
            "code",
            _(
                "This code opens nothing now: compare it with the card. It also ends once the "
                "meters are read, with the days on the card, and when a newer card was made."
            ),
        )
    return render(
        request, "portal/readings/card.html", {"form": form}, status=422 if form.errors else 200
    )


def _is_open(request: PortalRequest, code: str) -> bool:
    try:
        reading_cards.begins_on(tenant=request.tenant, code=code, now=request.now)
    except PassOver:
        WRONG.spend(_network(request))
        return False
    return True


def _spent(request: PortalRequest) -> bool:
    return WRONG.is_spent(_network(request))


def _network(request: PortalRequest) -> str:
    return network_of(request.META.get("REMOTE_ADDR", ""))


@never_cache
@require_http_methods(["GET", "POST"])
def card(request: PortalRequest, code: str) -> HttpResponse:
    """
    Take the readings of a card's meters: one page, and nobody signs in.
    """
    if _spent(request):
        return _over(request, {})
    try:
        mine = reading_cards.opened(
            tenant=request.tenant,
            code=code,
            now=request.now,
            kept=keeping.kept_text(request.POST.get("kept", "")),
        )
    except PassOver:
        return guest.sent_before(request) or _closed(request, code)
    return guest.take(request, mine, back="", whose=keeping.mark(f"card:{plain(code)}"))


def _closed(request: PortalRequest, code: str) -> HttpResponse:
    """
    Say from which day a card opens its meters, or that it is over.
    """
    try:
        day = reading_cards.begins_on(tenant=request.tenant, code=code, now=request.now)
    except PassOver:
        WRONG.spend(_network(request))
        day = None
    about = {"begins": date_text(day, language=messages.language())} if day else {}
    return _over(request, about)


def _over(request: PortalRequest, about: dict[str, Any]) -> HttpResponse:
    offered = bool(guest_readings.policies(file=request.tenant.file))
    return render(
        request,
        "portal/readings/over.html",
        {"offered": offered, "card": True, **about},
        status=200 if about else 410,
    )
