"""Have the bills of an account collected: what holds, and setting it up, changing and ending it."""

from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mains.api.problems import Problem
from mains.api.requests import http_of, user_of
from mains.api.v1.shapes import PROBLEM, payer_of
from mains.journeys import autopay
from mains.journeys.autopay import Standing
from mains.payments import mandates
from mains.payments.gateways.base import GatewayRefused, GatewayUnavailable
from mains.payments.stored_cards import AlreadyCollected

CARD, DEBIT = "card", "direct_debit"


class AutopayShape(serializers.Serializer[Any]):
    way = serializers.ChoiceField(choices=[CARD, DEBIT], allow_null=True)
    collected_from = serializers.CharField(allow_blank=True, help_text="Only the end of a number.")
    limit_minor = serializers.IntegerField(
        allow_null=True, help_text="More than this is never collected of one bill without asking."
    )
    currency = serializers.CharField()
    since = serializers.DateField(allow_null=True)
    paused_until = serializers.DateField(allow_null=True)
    offered = serializers.ListField(child=serializers.CharField(), help_text="The ways, as `way`.")
    url = serializers.CharField(
        allow_null=True, help_text="Where the customer stores a card; only as an answer to POST."
    )


class NewAutopay(serializers.Serializer[Any]):
    way = serializers.ChoiceField(choices=[CARD, DEBIT])
    limit_minor = serializers.IntegerField(min_value=1, default=None, allow_null=True)
    holder = serializers.CharField(max_length=70, default="", allow_blank=True)
    iban = serializers.CharField(max_length=42, default="", allow_blank=True)
    agreed = serializers.BooleanField(
        default=False, help_text="The holder of the bank account lets the company collect."
    )


class ChangedAutopay(serializers.Serializer[Any]):
    limit_minor = serializers.IntegerField(min_value=1, allow_null=True, required=False)
    paused_until = serializers.DateField(allow_null=True, required=False)


class Autopay(APIView):
    @extend_schema(
        operation_id="show_autopay",
        responses={200: AutopayShape, 401: PROBLEM, 403: PROBLEM, 404: PROBLEM},
    )
    def get(self, request: Request, account_id: str) -> Response:
        """
        Show how the bills of an account are collected, and which ways are offered.
        """
        return Response(_shown(_standing(request, _account(request, account_id))))

    @extend_schema(
        operation_id="set_up_autopay",
        request=NewAutopay,
        responses={
            200: AutopayShape, 201: AutopayShape, 401: PROBLEM, 403: PROBLEM, 404: PROBLEM,
            409: PROBLEM, 422: PROBLEM, 503: PROBLEM,
        },
    )  # fmt: skip
    def post(self, request: Request, account_id: str) -> Response:
        """
        Sign a direct debit, or get the page on which a card is stored; again is the same.
        """
        pk = _account(request, account_id)
        given = NewAutopay(data=request.data)
        given.is_valid(raise_exception=True)
        deed = _card if given.validated_data["way"] == CARD else _debit
        try:
            url = deed(request, pk, given.validated_data)
        except autopay.NotOffered as error:
            raise Problem(
                status=404,
                code="feature_off",
                title="Not offered",
                detail="This provider does not collect bills in this way.",
            ) from error
        except AlreadyCollected as error:
            raise Problem(
                status=409,
                code="already_collected",
                title="Already collected",
                detail="The bills of this account are collected in another way. End that first.",
            ) from error
        shown = _shown(_standing(request, pk))
        return Response({**shown, "url": url}, status=201 if url else 200)

    @extend_schema(
        operation_id="change_autopay",
        request=ChangedAutopay,
        responses={
            200: AutopayShape, 401: PROBLEM, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM,
            422: PROBLEM,
        },
    )  # fmt: skip
    def patch(self, request: Request, account_id: str) -> Response:
        """
        Change the limit, or pause the collection until a day; null ends the pause.
        """
        pk = _account(request, account_id)
        given = ChangedAutopay(data=request.data)
        given.is_valid(raise_exception=True)
        _changed(request, _running(request, pk), given.validated_data)
        return Response(_shown(_standing(request, pk)))

    @extend_schema(
        operation_id="end_autopay",
        responses={204: None, 401: PROBLEM, 403: PROBLEM, 404: PROBLEM},
    )
    def delete(self, request: Request, account_id: str) -> Response:
        """
        End the collection; again changes nothing. What the bank already has is still collected.
        """
        pk = _account(request, account_id)
        standing = _standing(request, pk)
        if standing.mandate_id is not None:
            mandates.end(mandate_id=standing.mandate_id, why="customer", **_by(request))
        return Response(status=204)


def _card(request: Request, pk: int, given: dict[str, Any]) -> str:
    http = http_of(request)
    try:
        return autopay.start_card(
            tenant=http.tenant,
            account_id=pk,
            limit_minor=given["limit_minor"],
            email=user_of(request).email,
            language=http.LANGUAGE_CODE,
            today=http.today,
        )
    except (GatewayUnavailable, GatewayRefused) as error:
        raise Problem(
            status=503,
            code="gateway_silent",
            title="The gateway does not answer",
            detail="Nothing was stored. Try again in a minute.",
        ) from error


def _debit(request: Request, pk: int, given: dict[str, Any]) -> None:
    http = http_of(request)
    for name, missing in (("holder", not given["holder"]), ("agreed", not given["agreed"])):
        if missing:
            raise _unfit(name, "A direct debit needs the holder of the bank account to agree.")
    try:
        autopay.sign(
            tenant=http.tenant,
            account_id=pk,
            signed=mandates.Signed(
                holder=given["holder"], iban=given["iban"], limit_minor=given["limit_minor"]
            ),
            by=f"user:{user_of(request).pk}",
            language=http.LANGUAGE_CODE,
            now=http.now,
            today=http.today,
        )
    except mandates.WrongIban as error:
        raise _unfit("iban", "The check digits of this IBAN do not fit.") from error


def _changed(request: Request, mandate_id: int, given: dict[str, Any]) -> None:
    if "limit_minor" in given:
        mandates.set_limit(mandate_id=mandate_id, limit_minor=given["limit_minor"], **_by(request))
    until: date | None = given.get("paused_until")
    if "paused_until" not in given:
        return
    if until is None:
        mandates.resume(mandate_id=mandate_id, **_by(request))
        return
    try:
        mandates.pause(mandate_id=mandate_id, until=until, **_by(request))
    except mandates.PauseTooLong as error:
        raise _unfit("paused_until", "Choose a day within the next six months.") from error


def _by(request: Request) -> dict[str, Any]:
    http = http_of(request)
    return {"by": f"user:{user_of(request).pk}", "now": http.now, "today": http.today}


def _unfit(name: str, detail: str) -> Problem:
    return Problem(
        status=422, code="unfit", title="Does not fit", detail=detail, pointer=f"/{name}"
    )


def _running(request: Request, pk: int) -> int:
    standing = _standing(request, pk)
    if standing.mandate_id is None:
        raise Problem(
            status=409,
            code="not_collected",
            title="Not collected",
            detail="The bills of this account are not collected, so there is nothing to change.",
        )
    return standing.mandate_id


def _standing(request: Request, pk: int) -> Standing:
    http = http_of(request)
    return autopay.standing(tenant=http.tenant, account_id=pk, today=http.today)


def _shown(standing: Standing) -> dict[str, Any]:
    way = CARD if standing.is_card else DEBIT
    offers = ((CARD, bool(standing.card_gateway)), (DEBIT, standing.may_debit))
    return {
        "way": way if standing.mandate_id else None,
        "collected_from": standing.source,
        "limit_minor": standing.limit.minor if standing.limit else None,
        "currency": standing.currency,
        "since": standing.since,
        "paused_until": standing.until,
        "offered": [name for name, is_offered in offers if is_offered],
        "url": None,
    }


def _account(request: Request, key: str) -> int:
    pk = payer_of(request, key)
    if pk not in {one.pk for one in http_of(request).accounts if not one.is_shared}:
        raise Problem(
            status=403,
            code="not_shared",
            title="Not shared with you",
            detail="Who holds this account decides how its bills are paid.",
        )
    return pk
