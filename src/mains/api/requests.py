"""Django's request behind DRF's."""

from typing import cast

from rest_framework.request import Request

from mains.customers.models import Account
from mains.identity.models import User
from mains.tenancy.requests import TenantRequest


class ApiRequest(TenantRequest):
    """
    A request of the API; `accounts` are those that the token's login may see.
    """

    accounts: list[Account]


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
