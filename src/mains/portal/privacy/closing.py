"""Close a login for good, after a list of what is lost with it."""

from datetime import date

from django import forms
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from mains.core.wording import short_date_text
from mains.identity.reauthentication import reauthentication_required
from mains.portal.access import PortalRequest, customer_required
from mains.portal.readings.messages import language
from mains.privacy import actions, queries, wording

# What the page after the last one says, in a session that is nobody's any more.
CLOSED, CLOSED_SECONDS = "closed", 600


class Close(forms.Form):
    sure = forms.BooleanField(
        label=gettext_lazy("I have read what is lost"),
        error_messages={"required": gettext_lazy("Read the list above and tick the box.")},
    )
    erase = forms.BooleanField(
        required=False,
        label=gettext_lazy("Also erase what you hold about me as a customer"),
        help_text=gettext_lazy(
            "We answer within a month. It has to wait until your contracts have ended and your "
            "accounts are settled; bills are kept for as long as the law demands."
        ),
    )


@require_http_methods(["GET", "POST"])
@customer_required
@reauthentication_required
def close(request: PortalRequest) -> HttpResponse:
    """
    Delete the login, after a list of what is lost with it (S4.15).
    """
    form = Close(request.POST if request.method == "POST" else None)
    if not queries.own_parties(user_id=request.user.pk, today=request.today):
        del form.fields["erase"]
    if request.method == "POST" and form.is_valid():
        erased = actions.close_login(
            user_id=request.user.pk,
            ask_erasure=form.cleaned_data.get("erase", False),
            tenant=request.tenant,
            now=request.now,
        )
        logout(request)
        request.session[CLOSED] = {
            "asked": form.cleaned_data.get("erase", False),
            "kept": [
                (wording.kept(one.what, number=one.number), one.deleted_on.isoformat())
                for one in (erased.kept if erased else ())
            ],
        }
        request.session.set_expiry(CLOSED_SECONDS)
        return redirect("portal:closed")
    losses = queries.losses(user=request.user, today=request.today)
    return render(
        request,
        "portal/privacy/close.html",
        {"form": form, "lost": _lost(losses), "email": request.user.email},
        status=422 if form.errors else 200,
    )  # fmt: skip


@require_safe
def closed(request: PortalRequest) -> HttpResponse:
    """
    Say what became of a login that was just deleted; who deleted none begins at the front door.
    """
    done = request.session.get(CLOSED)
    if done is None:
        return redirect("portal:home")
    kept = [
        (what, short_date_text(date.fromisoformat(day), language=language()))
        for what, day in done["kept"]
    ]
    return render(request, "portal/privacy/closed.html", {"asked": done["asked"], "kept": kept})


def _lost(losses: queries.Losses) -> list[str]:
    """
    Say in sentences what a login loses, the most painful first.
    """
    found = [_("You can no longer sign in, and this cannot be undone.")]
    if losses.accounts:
        found.append(
            ngettext(
                "Your login no longer sees account %(numbers)s.",
                "Your login no longer sees the accounts %(numbers)s.",
                len(losses.accounts),
            )
            % {"numbers": _some(losses.accounts)}
        )
    if losses.paper:
        found.append(
            _("From the next bill on these accounts get their bills on paper: %(numbers)s.")
            % {"numbers": _some(losses.paper)}
        )
    if losses.delegates:
        found.append(
            ngettext(
                "%(count)s person whom you gave access loses it.",
                "%(count)s people whom you gave access lose it.",
                losses.delegates,
            )
            % {"count": losses.delegates}
        )
    if losses.passkeys or losses.second_steps:
        found.append(_("Your passkeys and your second step are deleted."))
    if losses.tokens:
        found.append(_("Programs that use the API in your name stop working."))
    found.append(_("Archives of your data can no longer be downloaded. Take them along first."))
    return found


def _some(numbers: list[str]) -> str:
    return ", ".join(numbers[:10]) + (" …" if len(numbers) > 10 else "")
