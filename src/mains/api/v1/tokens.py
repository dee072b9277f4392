"""Sign in with e-mail and password for a token; sign out by ending it."""

from typing import Any

from django.contrib.auth import authenticate
from django.core.cache import cache
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mains.api import actions
from mains.api.problems import Problem
from mains.api.requests import http_of
from mains.api.v1.shapes import PROBLEM
from mains.identity import actions as identity
from mains.identity import queries
from mains.identity.budgets import Budget
from mains.identity.models import User

TRIES, WINDOW_SECONDS = 10, 600


BY_LOGIN = Budget("api-sign-in", tries=10, seconds=WINDOW_SECONDS)


class SignIn(serializers.Serializer[Any]):
    email = serializers.CharField(max_length=254, help_text="The e-mail, or the user name.")
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    code = serializers.CharField(
        max_length=40,
        required=False,
        help_text="For a login with a second step: the code of its app, or a recovery code.",
    )


class Token(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="Shown once; send it as `Authorization: Bearer …`.")
    expires_at = serializers.DateTimeField()


class Tokens(APIView):
    def get_authenticators(self) -> Any:
        return (
            [] if self.request and self.request.method == "POST" else super().get_authenticators()
        )

    def get_permissions(self) -> Any:
        return [] if self.request.method == "POST" else super().get_permissions()

    @extend_schema(
        operation_id="sign_in",
        request=SignIn,
        responses={201: Token, 401: PROBLEM, 422: PROBLEM, 429: PROBLEM},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """
        Sign in and get a token that holds for 30 days.
        """
        given = SignIn(data=request.data)
        given.is_valid(raise_exception=True)
        key = f"api-sign-in:{request.META.get('REMOTE_ADDR', '')}"
        if cache.get(key, 0) >= TRIES:
            raise _too_many()
        user = self._login(request, given.validated_data)
        if user is None:
            cache.add(key, 0, WINDOW_SECONDS)
            cache.incr(key)
            raise Problem(
                status=401,
                code="not_signed_in",
                title="Not signed in",
                detail="E-mail and password do not belong together.",
            )
        token, ends = actions.issue_token(
            user_id=user.pk,
            tenant=http_of(request).tenant.schema_name,
            now=http_of(request).now,
        )
        return Response({"token": token, "expires_at": ends}, status=201)

    def _login(self, request: Request, given: dict[str, Any]) -> User | None:
        if not BY_LOGIN.spend(given["email"]):
            raise _too_many()
        user = authenticate(http_of(request), username=given["email"], password=given["password"])
        if user is None:
            return None
        if queries.has_second_factor(user_id=user.pk) and not identity.use_code(
            user_id=user.pk, code=given.get("code", "")
        ):
            raise Problem(
                status=401,
                code="code_needed",
                title="A code is needed",
                detail="This login has a second step. Send the code its app shows now as `code`.",
                pointer="/code",
            )
        BY_LOGIN.forget(given["email"])
        return user

    @extend_schema(operation_id="sign_out", responses={204: None, 401: PROBLEM})
    def delete(self, request: Request) -> Response:
        """
        End the token that the request was sent with.
        """
        actions.revoke_token(token=str(request.auth))
        return Response(status=204)


def _too_many() -> Problem:
    return Problem(
        status=429,
        code="too_many_tries",
        title="Too many tries",
        detail="Wait ten minutes before the next one.",
    )
