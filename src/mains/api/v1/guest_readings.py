"""Readings without a login: prove an account, get its meters for minutes, send what they show."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, cast

from django.core import signing
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mains.api.problems import Problem
from mains.api.requests import http_of
from mains.api.v1 import proving
from mains.api.v1.proving import CodeGiven, Facts, WaitingForCode
from mains.api.v1.readings import UNUSABLE, ReadingShape, refused, shown
from mains.api.v1.shapes import PROBLEM, key_of, pk_of
from mains.enrolment.actions import CodeNeeded, Proven
from mains.guard import keys
from mains.journeys import guest_readings
from mains.metering import actions
from mains.metering.guests import TooManyReadings
from mains.metering.queries import RegisterRow
from mains.tenancy.tenantfile.identity import Purpose

PURPOSE, HOLDS = "guest-reading", timedelta(minutes=20)
OFF = "Readings are taken from those who have signed in here."
ONCE = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Send the same key again on the same day and get the reading that was stored.",
)


class GuestRegister(serializers.Serializer[Any]):
    id = serializers.CharField()
    meter = serializers.CharField()
    service = serializers.CharField()
    unit = serializers.CharField()
    digits = serializers.IntegerField()
    decimals = serializers.IntegerField()


class GuestProof(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="Send it with each reading.")
    expires_at = serializers.DateTimeField()
    registers = GuestRegister(many=True)


class NewGuestReading(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=400)
    register = serializers.CharField(max_length=40)
    value = serializers.CharField(max_length=30, help_text="Digits with a point, such as 121.5.")
    confirmed = serializers.BooleanField(
        default=False, help_text="True once a person confirmed an unusual value."
    )


class _Open(APIView):
    """
    Answered to whoever calls: what they may do hangs on what they prove.
    """

    authentication_classes = ()
    permission_classes = ()


class Proofs(_Open):
    @extend_schema(
        operation_id="prove_for_guest_reading",
        request=Facts,
        responses={
            201: GuestProof, 202: WaitingForCode, 404: PROBLEM, 422: PROBLEM, 429: PROBLEM,
        },
        auth=[],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """
        Prove an account with facts from its bill; no name, balance or reading is told.

        While somebody guesses, the answer is 202 for right and for wrong facts alike.
        """
        given = Facts(data=request.data)
        given.is_valid(raise_exception=True)
        _demand_offer(request)
        outcome = proving.prove(
            request, purpose=Purpose.GUEST_READ, facts=given.validated_data["facts"], off=OFF
        )
        if isinstance(outcome, CodeNeeded):
            return Response({"code_token": outcome.token}, status=202)
        return _proof(request, outcome)


class ProofCodes(_Open):
    @extend_schema(
        operation_id="prove_for_guest_reading_with_code",
        request=CodeGiven,
        responses={201: GuestProof, 404: PROBLEM, 422: PROBLEM},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """
        Finish a proof with the code that went to the contact on file.
        """
        given = CodeGiven(data=request.data)
        given.is_valid(raise_exception=True)
        _demand_offer(request)
        found = proving.redeem(
            request,
            purpose=Purpose.GUEST_READ,
            token=given.validated_data["code_token"],
            code=given.validated_data["code"],
        )
        return _proof(request, found)


class GuestReadings(_Open):
    @extend_schema(
        operation_id="submit_guest_reading",
        parameters=[ONCE],
        request=NewGuestReading,
        responses={
            201: ReadingShape, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM, 429: PROBLEM,
        },
        auth=[],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """
        Submit what a proven register shows now; the holder is told.
        """
        given = NewGuestReading(data=request.data)
        given.is_valid(raise_exception=True)
        _demand_offer(request)
        data = given.validated_data
        register = _register(request, token=data["token"], key=data["register"])
        http = http_of(request)
        try:
            reading = guest_readings.send(
                tenant=http.tenant,
                register=register,
                typed=data["value"],
                confirmed=data["confirmed"],
                form=guest_readings.Sent(key=_sent_key(request, register), decimal_mark="."),
                now=http.now,
            )
        except UNUSABLE as problem:
            raise refused(register, problem) from problem
        except TooManyReadings as problem:
            raise Problem(
                status=429,
                code="too_many_readings",
                title="Too many readings",
                detail="Guests sent ten readings of this register within a day. Try tomorrow.",
            ) from problem
        except actions.Unlikely as unlikely:
            # How it is unusual would tell what the meter showed before.
            raise Problem(
                status=422,
                code="unusual",
                title="Unusual value",
                detail="The value is unusual. If it is right, send it again with confirmed = true.",
                pointer="/value",
            ) from unlikely
        return Response(shown(register, reading), status=201)


def _demand_offer(request: Request) -> None:
    if not guest_readings.services(file=http_of(request).tenant.file):
        raise proving.feature_off(OFF)


def _proof(request: Request, proven: Proven) -> Response:
    """
    Answer with the registers of a proven account and a token that reads them for some minutes.
    """
    http = http_of(request)
    ends = http.now + HOLDS
    found = guest_readings.registers(
        file=http.tenant.file, account_id=proven.account_id, today=http.today
    )
    rows = [
        {
            "id": key_of("reg", row.register_id),
            "meter": row.meter,
            "service": row.service,
            "unit": row.unit,
            "digits": row.digits,
            "decimals": row.decimals,
        }
        for row in found
    ]
    token = keys.sign([proven.account_id, ends.isoformat()], purpose=PURPOSE)
    return Response({"token": token, "expires_at": ends, "registers": rows}, status=201)


def _register(request: Request, *, token: str, key: str) -> RegisterRow:
    """
    Return a register that a token lets its holder read.

    :raises Problem: if the token is over or another tenant's, or reads no such register.
    """
    http = http_of(request)
    try:
        account_id, until = cast(tuple[int, str], keys.unsign(token, purpose=PURPOSE))
        holds = datetime.fromisoformat(until) > http.now
    except signing.BadSignature:
        holds = False
    if not holds:
        raise Problem(
            status=403,
            code="proof_over",
            title="Proof over",
            detail="This token is unknown here or has ended. State the facts again.",
            pointer="/token",
        )
    pk = pk_of("reg", key)
    for row in guest_readings.registers(
        file=http.tenant.file, account_id=account_id, today=http.today
    ):
        if row.register_id == pk:
            return row
    raise Problem(
        status=404,
        code="no_such_register",
        title="No such register",
        detail="The proven account has no register with this id that guests may read.",
        pointer="/register",
    )


def _sent_key(request: Request, register: RegisterRow) -> str:
    """
    Name the sending: the same key for another meter, or on another day, is another reading.
    """
    key = request.headers.get("Idempotency-Key") or secrets.token_urlsafe()
    whole = f"guest\n{register.account_id}\n{http_of(request).today}\n{key}"
    return f"api:{hashlib.sha256(whole.encode()).hexdigest()[:40]}"
