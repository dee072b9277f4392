"""Requests of customers and of staff alike."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from mains.identity.budgets import Budget
from mains.identity.models import User
from mains.journeys.email_change import Rules, rules_of
from mains.tenancy.queries import TenantInfo


class LoginRequest(HttpRequest):
    """
    A request on any host where somebody signs in; staff are served no tenant.
    """

    tenant: TenantInfo | None
    user: User
    surface: str
    now: datetime


type View = Callable[..., HttpResponse]

# By address of the network and by what was typed; both are counted for known and unknown alike.
BY_ADDRESS = Budget("recovery-address", tries=20, seconds=3_600)
MESSAGES_PER_HOUR = 3
BY_EMAIL = Budget("recovery-email", tries=MESSAGES_PER_HOUR, seconds=3_600)
BY_LOGIN = Budget("password-change", tries=5, seconds=600)


def login_required(view: View) -> View:
    """
    Send visitors to the sign-in page.
    """

    @wraps(view)
    def checked(request: LoginRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return cast(HttpResponse, redirect_to_login(request.get_full_path()))
        return view(request, *args, **kwargs)

    return checked


def address_of(request: HttpRequest) -> str:
    """
    Return the network address that a request came from.
    """
    return str(request.META.get("REMOTE_ADDR", ""))


def email_rules(request: LoginRequest) -> Rules:
    """
    Return what may be done with the e-mail of a login.
    """
    if request.tenant is None:
        return Rules()
    return rules_of(request.tenant.file.registration)
