"""`Authorization: Bearer mk_…`, looked up in the tenant of the host."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from mains.api import actions
from mains.api.requests import http_of
from mains.enrolment import queries


class TokenAuthentication(authentication.BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Any, str] | None:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        user = actions.user_of_token(token=token, now=http_of(request).now)
        if user is None:
            raise exceptions.AuthenticationFailed(
                "This token is unknown here or has ended. Sign in again for a new one."
            )
        http = http_of(request)
        http.accounts = queries.accounts_of(
            user_id=user.pk, today=http.today, grouping=http.tenant.file.portal.grouping
        )
        return user, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002
        return {"type": "http", "scheme": "bearer"}
