"""Whose accounts a request may touch: everything a page shows is fetched through them."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse

from mains.customers.models import Account
from mains.enrolment import queries
from mains.identity.models import User
from mains.tenancy.requests import TenantRequest


class PortalRequest(TenantRequest):
    """
    A request on a portal; once a view asks for a customer, `accounts` are the linked ones.
    """

    user: User
    accounts: list[Account]


type View = Callable[..., HttpResponse]


def customer_required(view: View) -> View:
    """
    Send visitors to the sign-in page, and give customers their accounts.
    """

    @wraps(view)
    def checked(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return cast(HttpResponse, redirect_to_login(request.get_full_path()))
        request.accounts = queries.accounts_of(user_id=request.user.pk)
        return view(request, *args, **kwargs)

    return checked


def account_ids(request: PortalRequest) -> list[int]:
    """
    Return the ids of the accounts that a request may touch.
    """
    return [account.pk for account in request.accounts]


# Bills that a visitor proved with facts printed on them; they may be paid, nothing more.
GUEST_BILLS = "guest_bills"


def grant_bill(request: PortalRequest, *, bill_id: int) -> None:
    """
    Remember that this visitor proved a bill.
    """
    granted = [*request.session.get(GUEST_BILLS, []), bill_id]
    request.session[GUEST_BILLS] = list(dict.fromkeys(granted))[-20:]


def may_pay(request: PortalRequest, *, bill_id: int, account_id: int) -> bool:
    """
    Tell whether a request may see the payable minimum of a bill and pay it.
    """
    if bill_id in request.session.get(GUEST_BILLS, []):
        return True
    return request.user.is_authenticated and queries.is_linked(
        user_id=request.user.pk, account_id=account_id
    )
