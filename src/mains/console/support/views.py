"""See the portal as a customer does: give a reason, open it on the portal's host, end it."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_http_methods, require_POST

from mains.console import wording
from mains.console.access import EVERYBODY, OWNERS, StaffRequest, staff, to
from mains.console.support.forms import Reason
from mains.customers import queries as customers
from mains.enrolment import queries as enrolment
from mains.enrolment.queries import WhoSees
from mains.support import actions, queries
from mains.support.queries import ViewRow


@require_http_methods(["GET", "POST"])
@staff(*EVERYBODY)
def begin(request: StaffRequest, account_id: int, link_id: int) -> HttpResponse:
    """
    Ask for a reason, write it down, and give the one button that opens the portal.

    :raises Http404: if the link is none of the account, or its login is gone.
    """
    row = enrolment.person(link_id=link_id, today=request.today)
    if row is None or row.account_id != account_id:
        raise Http404
    form = Reason(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            begun = actions.begin(
                staff_id=request.user.pk,
                user_id=row.user_id,
                account_id=account_id,
                reason=form.cleaned_data["reason"],
                tenant=request.tenant,
                now=request.now,
            )
        except actions.NothingToSee as error:
            raise Http404 from error
        return _ready(request, row, begun)
    return render(
        request,
        "console/support/begin.html",
        {**_about(row), "form": form, "minutes": actions.LIFE.seconds // 60},
        status=422 if form.errors else 200,
    )


def _about(row: WhoSees) -> dict[str, object]:
    number = customers.numbers_of(account_ids=[row.account_id])[row.account_id][0]
    return {"row": row, "number": number}


def _ready(request: StaffRequest, row: WhoSees, begun: actions.Begun) -> HttpResponse:
    page = render(
        request,
        "console/support/ready.html",
        {
            **_about(row),
            "begun": begun,
            "until": wording.moment(begun.expires_at, request.tenant.zone),
            "seconds": actions.TOKEN_LIFE.seconds,
            "portal": request.tenant.url,
        },
    )
    # The token stands in it.
    add_never_cache_headers(page)
    # Of all pages of the console, this one alone may send a form to the tenant's portal.
    policy = {
        **settings.SECURE_CSP,
        "form-action": [*settings.SECURE_CSP["form-action"], request.tenant.url],
    }
    return csp_override(policy)(lambda _request: page)(request)


def may_end(request: StaffRequest, row: ViewRow) -> bool:
    """
    Tell whether who is signed in may end a view: their own, and owners everybody's.
    """
    return request.role in OWNERS or row.staff_id == request.user.pk


@require_POST
@staff(*EVERYBODY)
def end(request: StaffRequest, account_id: int, view_id: int) -> HttpResponse:
    """
    End a view at once.

    :raises Http404: if no such view shows the account.
    """
    row = queries.view(view_id=view_id, account_id=account_id, now=request.now)
    if row is None:
        raise Http404
    if not may_end(request, row):
        raise PermissionDenied
    if actions.end(view_id=view_id, actor=f"staff:{request.user.pk}", now=request.now):
        messages.success(request, _("The support view has ended."))
    else:
        messages.info(request, _("This support view had ended before."))
    return to(request, f"customers/{account_id}/")
