"""Link an account with facts from its bill, and unlink it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mains.api.problems import Problem
from mains.api.requests import http_of, user_of
from mains.api.v1 import proving
from mains.api.v1.proving import CodeGiven, Facts, WaitingForCode
from mains.api.v1.shapes import PROBLEM, key_of
from mains.enrolment import actions
from mains.tenancy.tenantfile.identity import Purpose


class LinkedAccount(serializers.Serializer[Any]):
    id = serializers.CharField()


class Links(APIView):
    @extend_schema(
        operation_id="link_account",
        request=Facts,
        responses={
            201: LinkedAccount,
            202: WaitingForCode,
            409: PROBLEM,
            422: PROBLEM,
            429: PROBLEM,
        },
    )
    def post(self, request: Request) -> Response:
        """
        Link an account to the login; the holder is told.

        While somebody guesses, the answer is 202 for right and for wrong facts alike.
        """
        given = Facts(data=request.data)
        given.is_valid(raise_exception=True)
        outcome = proving.prove(
            request,
            purpose=Purpose.LINK,
            facts=given.validated_data["facts"],
            off="Accounts are linked by the provider here.",
        )
        if isinstance(outcome, actions.CodeNeeded):
            return Response({"code_token": outcome.token}, status=202)
        return _link(request, outcome.account_id, outcome.evidence)


class LinkCodes(APIView):
    @extend_schema(
        operation_id="link_account_with_code",
        request=CodeGiven,
        responses={201: LinkedAccount, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        """
        Finish a link with the code that went to the contact on file; it works once, in five tries.
        """
        given = CodeGiven(data=request.data)
        given.is_valid(raise_exception=True)
        found = proving.redeem(
            request,
            purpose=Purpose.LINK,
            token=given.validated_data["code_token"],
            code=given.validated_data["code"],
        )
        return _link(request, found.account_id, found.evidence)


class OneLink(APIView):
    @extend_schema(operation_id="unlink_account", responses={204: None, 404: PROBLEM})
    def delete(self, request: Request, account_id: str) -> Response:
        """
        Unlink an account from the login; its bills and its contract stay as they are.
        """
        linked = {key_of("acc", account.pk): account.pk for account in http_of(request).accounts}
        if account_id not in linked:
            raise Problem(
                status=404,
                code="no_such_account",
                title="No such account",
                detail="None of the linked accounts has this id.",
            )
        actions.unlink(
            user_id=user_of(request).pk,
            account_id=linked[account_id],
            now=http_of(request).now,
            today=http_of(request).today,
        )
        return Response(status=204)


def _link(request: Request, account_id: int, evidence: tuple[str, ...]) -> Response:
    http = http_of(request)
    try:
        actions.link_proven(
            user_id=user_of(request).pk,
            account_id=account_id,
            evidence=evidence,
            grouping=http.tenant.file.portal.grouping,
            now=http.now,
            today=http.today,
        )
    except actions.AnotherTaxNumber as error:
        raise Problem(
            status=409,
            code="another_tax_number",
            title="Another tax number",
            detail="One login shows the accounts of one tax number. Use another login for this.",
        ) from error
    except actions.OnlyShared as error:
        raise Problem(
            status=409,
            code="only_shared",
            title="Shared with this login",
            detail="Its holder shares this account with you. Only they or the provider give more.",
        ) from error
    return Response({"id": key_of("acc", account_id)}, status=201)
