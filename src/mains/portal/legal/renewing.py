"""Terms that changed are agreed to before anything else; who does not agree is let go in peace."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mains.customers import queries as customers
from mains.enrolment import renewing
from mains.enrolment.models import LinkRole
from mains.enrolment.renewing import Renewed
from mains.enrolment.rules.changes import Change, Piece, compared
from mains.enrolment.rules.purposes import ConsentPurpose
from mains.portal.access import PortalRequest, customer_required, takes_guests
from mains.portal.readings.messages import language
from mains.tenancy.tenantfile.identity import CustomerType

PLACE = "/me/terms/"
# Open before: the page itself, the texts, what is one's own by law, paying, leaving, the look. The
# API has no pages; a forced password comes first.
OPEN = (
    PLACE,
    "/legal/",
    "/help/",
    "/me/data/",
    "/me/close/",
    "/me/closed/",
    "/find/",
    "/pay/",
    "/account/logout/",
    "/account/reauthenticate/",
    "/account/2fa/reauthenticate/",
    "/account/2fa/webauthn/reauthenticate/",
    "/brand/",
    "/static/",
    "/api/",
    "/webhooks/",
)
# Which words the login of this session has agreed to, so that only a new version is looked up.
AGREED = "terms_agreed"


class TermsMiddleware:
    """
    Lead who has not agreed to the current terms to the page about them, and to few others.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._has_to_agree(request):
            # What was sent is not sent again by going on.
            place = request.get_full_path() if request.method == "GET" else "/"
            return redirect(f"{PLACE}?{urlencode({'next': place})}")
        return self.get_response(request)

    def _has_to_agree(self, request: HttpRequest) -> bool:
        tenant = getattr(request, "tenant", None)
        if getattr(request, "surface", "") != "portal" or tenant is None or not tenant.file.legal:
            return False
        if request.path.startswith(OPEN) or not request.user.is_authenticated:
            return False
        if getattr(request.user, "must_change_password", False):
            return False
        # Staff who look at a customer's portal agree to nothing in their name.
        if getattr(request, "support_view", None) is not None:
            return False
        current = renewing.fingerprint(file=tenant.file)
        if request.session.get(AGREED) == current:
            return False
        if renewing.outstanding(user_id=request.user.pk, file=tenant.file):
            return True
        request.session[AGREED] = current
        return False


@dataclass(frozen=True, slots=True)
class Shown:
    """
    One text on the page: what changed in it, or all of it where nothing can be compared.
    """

    heading: str
    url: str
    version: str
    is_new: bool
    pieces: list[Piece]


class Renewal(forms.Form):
    agree = forms.BooleanField(
        label=gettext_lazy("I have read and accept the new terms of use"),
        error_messages={"required": gettext_lazy("Read them, then tick the box.")},
    )
    shown = forms.CharField(widget=forms.HiddenInput, required=False)
    next = forms.CharField(widget=forms.HiddenInput, required=False)


@require_http_methods(["GET", "POST"])
@customer_required
def terms(request: PortalRequest) -> HttpResponse:
    """
    Show what changed in terms and privacy notice, and take the agreement to the terms.

    The notice is only shown: nobody has to agree to being informed.
    """
    kind = _type_of(request)
    wanted = renewing.to_agree(
        user_id=request.user.pk, file=request.tenant.file, customer_type=kind, language=language()
    )
    if not wanted:
        return redirect(_next(request))
    shown = renewing.shown_as([one.agreed for one in wanted])
    form = _form(request, wanted, shown)
    is_sent = request.method == "POST"
    changed = is_sent and request.POST.get("shown") != shown
    if is_sent and not changed and form.is_valid():
        try:
            _agree(request, kind, shown)
        except renewing.Superseded:
            changed = True
        else:
            return redirect(_next(request))
    if changed:
        form = _form(request, wanted, shown, fresh=True)
    return render(
        request,
        "portal/legal/renew.html",
        {
            "form": form,
            "changed": changed,
            "texts": [_shown(one, kind) for one in wanted],
            "asks": "agree" in form.fields,
            "guest_pay": takes_guests(request),
        },
        status=409 if changed else 422 if form.errors else 200,
    )


def _form(
    request: PortalRequest, wanted: list[Renewed], shown: str, *, fresh: bool = False
) -> Renewal:
    initial = {"shown": shown, "next": _next(request)}
    typed = request.POST if request.method == "POST" and not fresh else None
    form = Renewal(typed, initial=initial)
    if not any(one.agreed.purpose is ConsentPurpose.TERMS for one in wanted):
        del form.fields["agree"]
    return form


def _agree(request: PortalRequest, kind: CustomerType, shown: str) -> None:
    renewing.agree_anew(
        user_id=request.user.pk,
        file=request.tenant.file,
        customer_type=kind,
        language=language(),
        shown=shown,
        address=request.META.get("REMOTE_ADDR", ""),
        now=request.now,
    )


def _next(request: PortalRequest) -> str:
    """
    Return where somebody was going, or home where that is none of our pages.
    """
    asked = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith("/")
    return asked if is_ours and not asked.startswith(PLACE) else "/"


def _type_of(request: PortalRequest) -> CustomerType:
    """
    Return as which type of customer a login is here: each may have its own terms.
    """
    if not request.linked:
        return CustomerType.PRIVATE
    first = request.linked[0]
    if first.role == LinkRole.ADMINISTRATOR:
        return CustomerType.ADMINISTRATOR
    found = customers.account(account_id=first.pk, today=request.today)
    is_company = first.role == LinkRole.COMPANY or (found and found.kind == "ORGANISATION")
    return CustomerType.COMPANY if is_company and not first.is_shared else CustomerType.PRIVATE


def _shown(one: Renewed, kind: CustomerType) -> Shown:
    titles = {
        ConsentPurpose.TERMS: _("Terms of use"),
        ConsentPurpose.PRIVACY: _("Privacy notice"),
    }
    pieces = compared(one.before, one.agreed.text)
    return Shown(
        heading=titles[one.agreed.purpose],
        url=f"/legal/{one.agreed.purpose}/?type={kind}",
        version=one.agreed.hash[:12],
        is_new=not one.before,
        pieces=[
            Piece(Change.SAME, piece.text) if not one.before else piece
            for piece in pieces
            if not one.before or piece.change is not Change.SAME
        ],
    )


@require_POST
@customer_required
def decline(request: PortalRequest) -> HttpResponse:
    """
    Sign out who does not accept; nothing is stored, and the next sign-in asks again.
    """
    logout(request)
    return redirect("portal:terms-declined")


@require_safe
def declined(request: PortalRequest) -> HttpResponse:
    """
    Say what is still open to somebody who does not accept the terms.
    """
    context = {"guest_pay": takes_guests(request)}
    return render(request, "portal/legal/declined.html", context)
