"""Which role a page of the console needs."""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from mains.identity.models import User
from mains.tenancy.models import Role
from mains.tenancy.queries import TenantInfo


class StaffRequest(HttpRequest):
    """
    A request of a member of staff, running in the tenant that the address names.
    """

    tenant: TenantInfo
    user: User
    role: Role
    base: str
    now: datetime
    today: date
    has_second_factor: bool


type View = Callable[..., HttpResponse]

EVERYBODY = (Role.OWNER, Role.BILLING, Role.SERVICE)
BILLING = (Role.OWNER, Role.BILLING)
OWNERS = (Role.OWNER,)


def staff(*roles: Role) -> Callable[[View], View]:
    """
    Let only these roles see a page; the tenant's part of the address is not passed on.
    """

    def register(view: View) -> View:
        @wraps(view)
        def checked(request: Any, tenant: str, **parts: Any) -> HttpResponse:  # noqa: ARG001
            if request.role not in roles:
                raise PermissionDenied
            return view(request, **parts)

        return checked

    return register


def author(request: Any) -> str:
    """
    Return the name under which a deed is remembered.
    """
    return str(request.user.email)[:120]


def to(request: Any, place: str = "") -> HttpResponse:
    """
    Send the browser to a page of the same tenant's console.
    """
    return redirect(f"{request.base}{place}")
