"""Be told by e-mail, without a login, when readings are taken again."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mains.enrolment import openings
from mains.journeys import reading_openings
from mains.portal.access import PortalRequest
from mains.portal.readings import guest, messages


class Address(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail"),
        max_length=254,
        error_messages={
            "required": gettext_lazy("Type the address to which we write."),
            "invalid": gettext_lazy("Type the whole address, such as anna@example.com."),
        },
    )


@require_http_methods(["GET", "POST"])
def ask(request: PortalRequest) -> HttpResponse:
    """
    Take an address of who proved an account, and say the same whether it is new or not.
    """
    guest.demand_offer(request)
    grant = guest.granted(request)
    if grant is None:
        return redirect("/readings/guest/?tell=1")
    about = {"tenant": request.tenant, "account_id": grant["account"], "now": request.now}
    form = Address(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reading_openings.ask(
                **about,
                email=form.cleaned_data["email"].lower(),
                language=messages.language(),
            )
        except openings.TooManyAsked:
            form.add_error(
                "email",
                _(
                    "Several addresses wait for this account already. Come back when readings are "
                    "taken again, or sign in to be reminded."
                ),
            )
        else:
            return render(request, "portal/readings/told.html", {"asked": True})
    return render(
        request,
        "portal/readings/tell.html",
        {"form": form, "suspended": reading_openings.suspended(**about)},
        status=422 if form.errors else 200,
    )


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: PortalRequest, token: str) -> HttpResponse:
    """
    Confirm an address with a button: programs that look into mails press none.
    """
    if request.method == "POST":
        try:
            openings.confirm(secret=token, now=request.now)
        except openings.AskedOver:
            return render(request, "portal/readings/told.html", status=410)
        return render(request, "portal/readings/told.html", {"confirmed": True})
    if not openings.is_asked(secret=token, now=request.now):
        return render(request, "portal/readings/told.html", status=410)
    return render(request, "portal/readings/told.html", {"asks": True})
