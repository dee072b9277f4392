"""The login behind the token: who it is, its password, its e-mail, its open sessions."""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mains.api.problems import Problem
from mains.api.requests import http_of, user_of
from mains.api.v1.shapes import PROBLEM
from mains.identity import actions as identity
from mains.identity import passwords, queries
from mains.identity.budgets import Budget
from mains.identity.email_changes import SameEmail
from mains.identity.rules import usernames
from mains.journeys import email_change, login_security

# The same budget as the portal's pages, so neither is a way round the other.
BY_LOGIN = Budget("password-change", tries=5, seconds=600)


class Me(serializers.Serializer[Any]):
    name = serializers.CharField()
    email = serializers.EmailField()
    username = serializers.CharField(allow_null=True)
    language = serializers.CharField()
    email_changeable = serializers.BooleanField(
        help_text="Whether this provider lets a login move to another e-mail."
    )
    email_waiting = serializers.EmailField(
        allow_null=True, help_text="The new e-mail that waits until both addresses confirmed it."
    )


class Change(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120, required=False)
    username = serializers.CharField(max_length=60, required=False, allow_blank=True)
    email = serializers.EmailField(required=False)
    password = serializers.CharField(
        max_length=200,
        required=False,
        trim_whitespace=False,
        help_text="The current password; needed for another e-mail.",
    )

    def validate_username(self, name: str) -> str:
        if name and not usernames.is_usable(name):
            raise serializers.ValidationError(
                "A user name has 3 to 60 letters, digits, dots, hyphens or underscores."
            )
        return name


class NewPassword(serializers.Serializer[Any]):
    current = serializers.CharField(max_length=200, trim_whitespace=False)
    new = serializers.CharField(max_length=200, trim_whitespace=False)


class MyLogin(APIView):
    @extend_schema(operation_id="get_me", responses={200: Me, 401: PROBLEM})
    def get(self, request: Request) -> Response:
        """
        Return the login of the token.
        """
        return Response(_shape(request))

    @extend_schema(
        operation_id="change_me",
        request=Change,
        responses={200: Me, 401: PROBLEM, 403: PROBLEM, 422: PROBLEM, 429: PROBLEM},
    )
    def patch(self, request: Request) -> Response:
        """
        Change name or user name now; another e-mail once both addresses have confirmed it.
        """
        given = Change(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        if "email" in wanted:
            _begin_email_change(request, wanted)
        if "name" in wanted or "username" in wanted:
            _change_details(request, wanted)
        return Response(_shape(request))


class MyPassword(APIView):
    @extend_schema(
        operation_id="change_password",
        request=NewPassword,
        responses={204: None, 401: PROBLEM, 403: PROBLEM, 422: PROBLEM, 429: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        """
        Change the password. Every session and every token ends, this one too.
        """
        given = NewPassword(data=request.data)
        given.is_valid(raise_exception=True)
        user, http = user_of(request), http_of(request)
        _spend(user.pk)
        try:
            validate_password(given.validated_data["new"], user=user)
            login_security.change_password(
                user_id=user.pk, **given.validated_data, keep_session="",
                site=http.tenant.url, now=http.now,
            )  # fmt: skip
        except ValidationError as error:
            raise serializers.ValidationError({"new": error.messages}) from error
        except passwords.SamePassword as error:
            raise serializers.ValidationError({"new": ["It is the current one."]}) from error
        except identity.WrongPassword as error:
            raise _wrong_password() from error
        return Response(status=204)


class MySessions(APIView):
    @extend_schema(operation_id="end_sessions", responses={204: None, 401: PROBLEM})
    def delete(self, request: Request) -> Response:
        """
        Sign the login out everywhere, and end every token, this one too.
        """
        login_security.end_other_sessions(
            user_id=user_of(request).pk, keep="", now=http_of(request).now
        )
        return Response(status=204)


def _begin_email_change(request: Request, wanted: dict[str, Any]) -> None:
    user, http = user_of(request), http_of(request)
    rules = email_change.rules_of(http.tenant.file.registration)
    try:
        rules.check()
        _spend(user.pk)
        if not user.check_password(wanted.get("password", "")):
            raise _wrong_password()
        email_change.begin(
            user_id=user.pk, new_email=wanted["email"], rules=rules, site=http.tenant.url,
            now=http.now,
        )  # fmt: skip
    except email_change.EmailFixed as error:
        raise Problem(
            status=403,
            code="email_fixed",
            title="The e-mail cannot be changed",
            detail="This provider founds registration on the e-mail. To use another one, delete "
            "the login and register again; accounts and bills stay.",
            pointer="/email",
        ) from error
    except email_change.ContactLocked as error:
        raise Problem(
            status=409,
            code="email_locked",
            title="The e-mail stays for now",
            detail="This login was linked to an account a short while ago. Ask again after "
            f"{error.until.isoformat()}.",
            pointer="/email",
        ) from error
    except SameEmail as error:
        raise serializers.ValidationError({"email": ["It is the current one."]}) from error


def _change_details(request: Request, wanted: dict[str, Any]) -> None:
    user = user_of(request)
    name, username = wanted.get("name", user.name), wanted.get("username", user.username or "")
    try:
        changed = identity.change_details(user_id=user.pk, name=name, username=username)
    except identity.UsernameTaken as error:
        raise serializers.ValidationError({"username": ["Another login has it."]}) from error
    user.name, user.username = changed.name, changed.username


def _spend(user_id: int) -> None:
    if not BY_LOGIN.spend(user_id):
        raise Problem(
            status=429,
            code="too_many_tries",
            title="Too many tries",
            detail="Wait ten minutes before the next one.",
        )


def _wrong_password() -> Problem:
    return Problem(
        status=403,
        code="wrong_password",
        title="Wrong password",
        detail="This is not the current password.",
        pointer="/password",
    )


def _shape(request: Request) -> dict[str, Any]:
    user, http = user_of(request), http_of(request)
    waiting = queries.waiting_email_change(user_id=user.pk, now=http.now)
    return {
        "name": user.name,
        "email": user.email,
        "username": user.username,
        "language": user.language,
        "email_changeable": http.tenant.file.registration.email_changeable,
        "email_waiting": waiting.new_email if waiting else None,
    }
