"""From the console's address to the tenant its staff work for."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from mains.guard import context
from mains.tenancy import queries
from mains.tenancy.middleware import ClockMiddleware
from mains.tenancy.models import TenantState

# First parts of addresses that stay in the public schema; no tenant has one of these names.
PUBLIC_PARTS = frozenset({"", "account", "brand", "invited", "me", "static", "welcome"})


class ConsoleTenantMiddleware:
    """
    Check a member of staff in the public schema, then serve the tenant of the address.

    Session, login and membership are read before the tenant is chosen, and the public schema is
    served again before the response leaves, because the session is saved further out.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if getattr(request, "surface", "") != "console":
            return self.get_response(request)
        slug = request.path_info.split("/")[1]
        if slug in PUBLIC_PARTS:
            return self.get_response(request)
        if not request.user.is_authenticated:
            return cast(HttpResponse, redirect_to_login(request.get_full_path()))
        refusal = _admit(request, slug)
        if refusal is not None:
            return refusal
        context.choose(slug)
        try:
            return self.get_response(request)
        finally:
            context.choose(context.PUBLIC)


def admitted(request: HttpRequest, view: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """
    Run a view for what was posted before somebody proved once more who they are.

    The page that asked them serves no tenant, so the way to one is gone once more.
    """
    return ConsoleTenantMiddleware(ClockMiddleware(view))(request)


def _admit(request: Any, slug: str) -> HttpResponse | None:
    """
    Put tenant, role and brand on the request, or return the page that says why not.

    :raises Http404: if there is no such tenant, or the login has no part in it.
    """
    try:
        tenant = queries.tenant(slug)
    except queries.UnknownTenant as error:
        raise Http404 from error
    role = queries.role_in(user_id=request.user.pk, tenant_id=tenant.id)
    if role is None:
        raise Http404
    if tenant.is_behind:
        response = render(request, "tenancy/maintenance.html", status=503)
        response["Retry-After"] = "60"
        return response
    request.brand = replace(request.brand, name=tenant.file.brand.name, home_url=f"/{slug}/")
    if tenant.state == TenantState.SUSPENDED:
        return render(request, "console/suspended.html", status=403)
    request.tenant, request.role = tenant, role
    request.base = f"/{slug}/"
    return None
