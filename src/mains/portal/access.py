"""Whose accounts a request may touch: everything a page shows is fetched through them."""

from collections.abc import Callable, Collection, Iterable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse

from mains.enrolment import access_log, queries
from mains.enrolment.access_log import Deed
from mains.enrolment.queries import LinkedAccount
from mains.enrolment.rules.rights import Right, allowed
from mains.identity.models import User
from mains.support.queries import Standing
from mains.tenancy.requests import TenantRequest


class PortalRequest(TenantRequest):
    """
    A request on a portal; once a view asks for a customer, `linked` are the accounts of the login.

    `accounts` are those of them that the pages are about: all, one company's, or one. In a
    `support_view` a member of staff looks at the pages of `user`.
    """

    user: User
    linked: list[LinkedAccount]
    accounts: list[LinkedAccount]
    support_view: Standing | None


# Which of the linked accounts somebody chose to look at.
CHOSEN = "account"


type View = Callable[..., HttpResponse]


def customer_required(view: View) -> View:
    """
    Send visitors to the sign-in page, and give customers their accounts.
    """

    @wraps(view)
    def checked(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return cast(HttpResponse, redirect_to_login(request.get_full_path()))
        request.linked = linked_to(request)
        if CHOSEN in request.GET:
            # Nothing but which pages are shown changes, as with `?lang=`.
            request.session[CHOSEN] = request.GET[CHOSEN][:40]
        request.accounts = chosen(request.linked, request.session.get(CHOSEN, ""))
        return view(request, *args, **kwargs)

    return checked


def linked_to(request: PortalRequest) -> list[LinkedAccount]:
    """
    Return the accounts of who asks, whichever of them the pages are about; asked once.
    """
    if not request.user.is_authenticated:
        return []
    if not hasattr(request, "linked"):
        request.linked = queries.accounts_of(
            user_id=request.user.pk,
            today=request.today,
            grouping=request.tenant.file.portal.grouping,
        )
        if request.support_view is not None:
            # An account linked meanwhile stays out of sight: its log says nothing of this view.
            logged = request.support_view.account_ids
            request.linked = [account for account in request.linked if account.pk in logged]
    return request.linked


def chosen(linked: list[LinkedAccount], choice: str) -> list[LinkedAccount]:
    """
    Return the accounts that a choice names; all of them where it names none that is linked.
    """
    company = choice.removeprefix("company:") if choice.startswith("company:") else ""
    found = [
        account
        for account in linked
        if str(account.pk) == choice or (company and account.company_code == company)
    ]
    return found or linked


def account_ids(request: PortalRequest, right: Right) -> list[int]:
    """
    Return those of the accounts that the pages are about on which who asks has a right.
    """
    return [account.pk for account in allowed(request.accounts, right)]


def ids_with(linked: Iterable[LinkedAccount], right: Right) -> frozenset[int]:
    """
    Return the ids of linked accounts on which a login has a right.
    """
    return frozenset(account.pk for account in allowed(linked, right))


def may(request: PortalRequest, right: Right, *, account_id: int) -> bool:
    """
    Tell whether who asks has a right on an account, whichever of them the pages are about.
    """
    return account_id in ids_with(linked_to(request), right)


def require(request: PortalRequest, right: Right, *, account_id: int) -> None:
    """
    Go on if who asks has a right on an account.

    :raises Http404: if the account is not linked: nobody learns whether there is one.
    :raises PermissionDenied: if it was shared without this right.
    """
    if not may(request, Right.SEE, account_id=account_id):
        raise Http404
    if not may(request, right, account_id=account_id):
        raise PermissionDenied


def noted(request: PortalRequest, deed: Deed, account_ids: Collection[int]) -> None:
    """
    Remember what somebody did with accounts, for the holders of those that were shared.
    """
    if request.user.is_authenticated:
        access_log.note(
            request,
            deed,
            user_id=request.user.pk,
            linked=linked_to(request),
            account_ids=account_ids,
        )


# Bills that a visitor proved with facts printed on them; they may be paid, nothing more.
GUEST_BILLS = "guest_bills"


def grant_bill(request: PortalRequest, *, bill_id: int) -> None:
    """
    Remember that this visitor proved a bill.
    """
    granted = [*request.session.get(GUEST_BILLS, []), bill_id]
    request.session[GUEST_BILLS] = list(dict.fromkeys(granted))[-20:]


def takes_guests(request: PortalRequest) -> bool:
    """
    Tell whether somebody can pay here without signing in.
    """
    choice = request.tenant.file.payments
    return choice.enabled and choice.guest


def may_pay(request: PortalRequest, *, bill_id: int, account_id: int) -> bool:
    """
    Tell whether a request may pay a bill: its visitor proved it, or its login has the right.
    """
    if bill_id in request.session.get(GUEST_BILLS, []):
        return True
    return may(request, Right.PAY, account_id=account_id)
