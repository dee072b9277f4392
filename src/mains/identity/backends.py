"""Check an e-mail or a user name with its password, at the same cost for everybody."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from mains.identity import queries
from mains.identity.models import User


class LoginBackend(AuthenticationBackend):
    """
    One lookup and one hash, whether the login exists or not.

    allauth's own tries a name as an e-mail and as a user name, and so hashes twice for an e-mail
    that it knows: whoever holds a watch could tell.
    """

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:  # noqa: ARG002
        name = credentials.get("email") or credentials.get("username") or ""
        return self._check_password(queries.by_login(name=name), credentials["password"])
