"""Where a support view is opened on the portal's host, and where it ends."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from mains.portal.support import browser, pages
from mains.support import actions
from mains.support.queries import ViewOver


# The form stands on the console's host, whose browser has no token of this one. What proves that
# its staff sent it is the token inside: random, from one page, for one use within a minute.
@csrf_exempt
@require_POST
def begin(request: Any) -> HttpResponse:
    """
    Use a token of the console up and show the portal as the login that it names.
    """
    try:
        view_id = actions.use_token(token=request.POST.get("token", "")[:200], now=request.now)
        view = actions.standing_or_end(view_id=view_id, tenant=request.tenant, now=request.now)
    except (actions.TokenOver, ViewOver):
        return pages.over(request, status=410)
    response = redirect("portal:home")
    browser.remember(response, view_id=view.id, life=view.expires_at - request.now)
    return response


@require_POST
def end(request: Any) -> HttpResponse:
    """
    End the view of this browser; where it has none, nothing happens.
    """
    view = request.support_view
    if view is not None:
        actions.end(view_id=view.id, actor=f"staff:{view.staff_id}", now=request.now)
        request.session.flush()
        request.support_view, request.user = None, AnonymousUser()
    response = pages.over(request, status=200)
    browser.forget(response)
    return response
