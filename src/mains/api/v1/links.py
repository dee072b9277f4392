"""Link an account with facts from its bill, and unlink it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mains.api.problems import Problem
from mains.api.requests import http_of, user_of
from mains.api.v1.shapes import PROBLEM, key_of
from mains.enrolment import actions
from mains.enrolment.evidence import KINDS
from mains.enrolment.evidence.base import slip_of
from mains.enrolment.visits import Visit
from mains.tenancy.tenantfile.identity import Evidence, Policy, Purpose


class Facts(serializers.Serializer[Any]):
    facts = serializers.DictField(
        child=serializers.CharField(max_length=200, allow_blank=True),
        help_text="What the bill says, by kind of evidence, e.g. `account_number`.",
    )


class LinkedAccount(serializers.Serializer[Any]):
    id = serializers.CharField()


class WaitingForCode(serializers.Serializer[Any]):
    code_token = serializers.CharField(
        help_text="Send it with the code that went to the contact on file, if the facts were right."
    )


class CodeGiven(serializers.Serializer[Any]):
    code_token = serializers.CharField(max_length=80)
    code = serializers.CharField(max_length=20)


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
        answers = {
            Evidence(kind): text
            for kind, text in given.validated_data["facts"].items()
            if kind in list(KINDS)
        }
        policy = _policy_of(request, answers)
        _refuse_slips(request, policy, answers)
        try:
            outcome = actions.prove(policy=policy, answers=answers, visit=_visit(request))
        except actions.TooManyTries as error:
            raise Problem(
                status=429,
                code="too_many_tries",
                title="Too many tries",
                detail="Wait an hour, or call us with a bill at hand.",
            ) from error
        except actions.NotProven as error:
            raise Problem(
                status=422,
                code="not_proven",
                title="Not proven",
                detail="These details do not belong together. Which one differs is not told.",
            ) from error
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
        try:
            found = actions.redeem_code(
                token=given.validated_data["code_token"],
                code=given.validated_data["code"],
                now=http_of(request).now,
            )
        except actions.WrongCode as error:
            raise _wrong_code() from error
        if found.purpose is not Purpose.LINK:
            raise _wrong_code()
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


def _wrong_code() -> Problem:
    return Problem(
        status=422,
        code="wrong_code",
        title="Wrong code",
        detail="This code does not fit, was used, or has ended. State the facts again for another.",
    )


def _policy_of(request: Request, answers: dict[Evidence, str]) -> Policy:
    """
    Return the alternative that asks for just these facts, or the first.

    :raises Problem: if accounts cannot be linked here.
    """
    policies = http_of(request).tenant.file.registration.policies_for(Purpose.LINK)
    if not policies:
        raise Problem(
            status=404,
            code="feature_off",
            title="Not offered",
            detail="Accounts are linked by the provider here.",
        )
    return next((policy for policy in policies if set(policy.facts) == set(answers)), policies[0])


def _refuse_slips(request: Request, policy: Policy, answers: dict[Evidence, str]) -> None:
    """
    Refuse numbers that cannot be right, whoever they belong to; that is no try.

    :raises Problem: naming the first one.
    """
    for kind in policy.facts:
        text = answers.get(kind, "")
        if text and slip_of(kind, text, file=http_of(request).tenant.file):
            raise Problem(
                status=422,
                code="mistyped",
                title="Mistyped",
                detail="This number has another form, or its check digit does not fit.",
                pointer=f"/facts/{kind}",
            )


def _visit(request: Request) -> Visit:
    http = http_of(request)
    return Visit(
        file=http.tenant.file,
        language=str(http.LANGUAGE_CODE).split("-")[0],
        address=http.META.get("REMOTE_ADDR", ""),
        now=http.now,
        today=http.today,
    )


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
