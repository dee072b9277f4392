"""Which role a page of the console needs."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from mains.console.middleware import admitted
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
        def checked(request: Any, tenant: str, **parts: Any) -> HttpResponse:
            if not hasattr(request, "role"):
                return admitted(request, lambda again: checked(again, tenant, **parts))
            if request.role not in roles:
                raise PermissionDenied
            return view(request, **parts)

        return checked

    return register


def real_now() -> datetime:
    """
    Return the instant that counts for staff: a sandbox moves its customers' clock, not theirs.
    """
    return datetime.now(UTC)


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
