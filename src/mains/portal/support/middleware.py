"""Who looks in a support view, and that looking is all it does."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.utils.cache import add_never_cache_headers

from mains.portal.support import browser, pages, showing
from mains.support import actions
from mains.support.queries import Standing, ViewOver

type GetResponse = Callable[[Any], HttpResponse]


class SupportViewMiddleware:
    """
    Serve a request of a support view as the login whose portal is looked at.

    Every request asks anew whether the view stands. The browser's own session is put aside
    meanwhile: nobody is signed in or out by a view, and it counts among nobody's devices.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.support_view, request.support_over = None, False
        if not _is_looking(request):
            return self.get_response(request)
        own, session = request.session, browser.session_of(request)
        request.session = session
        try:
            request.support_view = _standing(request)
            request.support_over = request.support_view is None
            # Nor the browser's own login: a click in one portal must not land in another.
            request.user = request.support_view.user if request.support_view else AnonymousUser()
            response = self.get_response(request)
        finally:
            request.session = own
        add_never_cache_headers(response)
        if request.support_over:
            browser.forget(response)
        else:
            browser.keep(session)
        return response


def _is_looking(request: Any) -> bool:
    return (
        getattr(request, "surface", "") == "portal"
        and bool(request.COOKIES.get(browser.COOKIE))
        and not request.path.startswith(showing.LOOK)
        # Whoever opens another view leaves this one.
        and showing.name_of(request) != showing.OPEN
    )


def _standing(request: Any) -> Standing | None:
    view_id = request.session.get(browser.VIEW)
    if not isinstance(view_id, int):
        return None
    try:
        return actions.standing_or_end(
            view_id=view_id, tenant=request.tenant, now=request.tenant.now()
        )
    except ViewOver:
        return None


class ShowOnlyMiddleware:
    """
    Refuse whatever a support view sends but a look at a listed page, and the end of the view.

    It stands closest to the pages, of the portal and of the API, so that none of them has to know.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        if getattr(request, "support_over", False):
            return pages.over(request, status=403)
        if getattr(request, "support_view", None) is None or showing.may_pass(request):
            return self.get_response(request)
        return pages.refused(request)
