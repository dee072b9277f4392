"""Django's request behind DRF's."""

from collections.abc import Collection
from typing import cast

from rest_framework.request import Request

from mains.enrolment import access_log
from mains.enrolment.access_log import Deed
from mains.enrolment.queries import LinkedAccount
from mains.identity.models import User
from mains.tenancy.requests import TenantRequest


class ApiRequest(TenantRequest):
    """
    A request of the API; `accounts` are those that the token's login may see.
    """

    accounts: list[LinkedAccount]


def http_of(request: Request) -> ApiRequest:
    """
    Return what middleware and authentication put on the request.
    """
    return cast(ApiRequest, request._request)


def user_of(request: Request) -> User:
    """
    Return the login of the token.
    """
    return cast(User, request.user)


def noted(request: Request, deed: Deed, account_ids: Collection[int]) -> None:
    """
    Remember what the caller did with accounts, for the holders of those that were shared.
    """
    http = http_of(request)
    access_log.note(
        http, deed, user_id=user_of(request).pk, linked=http.accounts, account_ids=account_ids
    )
