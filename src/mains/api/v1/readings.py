"""Registers and readings: list and submit."""

import hashlib
import secrets
from functools import partial
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mains.api.actions import Answer
from mains.api.problems import Problem
from mains.api.requests import http_of, noted, user_of
from mains.api.v1.posting import idempotently
from mains.api.v1.shapes import (
    AFTER,
    IDEMPOTENCY,
    LIMIT,
    PROBLEM,
    ids_of,
    key_of,
    list_of,
    page_of,
    pk_of,
)
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.metering import actions, queries
from mains.metering.models import Reading, ReadingSource
from mains.metering.queries import RegisterRow
from mains.metering.rules.plausibility import Outcome
from mains.metering.rules.typed import NotANumber, TooManyDigits
from mains.metering.windows import view_for, window_for
from mains.tenancy.requests import TenantRequest


class WindowShape(serializers.Serializer[Any]):
    state = serializers.CharField(help_text="RECOMMENDED, OPEN or LOCKED.")
    period_start = serializers.DateField(help_text="The month that a reading now belongs to.")
    changes_on = serializers.DateField(allow_null=True)
    opens_on = serializers.DateField(allow_null=True)
    recommended_on = serializers.DateField(allow_null=True)


class RegisterShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    account = serializers.CharField()
    meter = serializers.CharField()
    service = serializers.CharField()
    unit = serializers.CharField()
    digits = serializers.IntegerField()
    decimals = serializers.IntegerField()
    last_value = serializers.CharField(allow_null=True)
    last_date = serializers.DateField(allow_null=True)
    window = WindowShape()


class ReadingShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    register = serializers.CharField()
    meter = serializers.CharField()
    unit = serializers.CharField()
    read_date = serializers.DateField()
    value = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    quality = serializers.CharField()


class NewReading(serializers.Serializer[Any]):
    register = serializers.CharField(max_length=40)
    value = serializers.CharField(max_length=30, help_text="Digits with a point, such as 121.5.")
    confirmed = serializers.BooleanField(
        default=False, help_text="True once a person confirmed an unusual value."
    )


class Registers(APIView):
    @extend_schema(
        operation_id="list_registers",
        parameters=[LIMIT, AFTER],
        responses={200: list_of(RegisterShape, "Register"), 401: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        """
        List the registers that can be read, with the latest reading and the window of each.
        """
        window = partial(_window, http_of(request))
        rows = [
            {
                "id": key_of("reg", row.register_id),
                "account": key_of("acc", row.account_id),
                "meter": row.meter,
                "service": row.service,
                "unit": row.unit,
                "digits": row.digits,
                "decimals": row.decimals,
                "last_value": None if row.last_value is None else f"{row.last_value.normalize():f}",
                "last_date": row.last_date,
                "window": window(row.service, row.contract_class),
            }
            for row in registers_of(request)
        ]
        return Response(page_of(rows, request.query_params))


class Readings(APIView):
    @extend_schema(
        operation_id="list_readings",
        parameters=[LIMIT, AFTER],
        responses={200: list_of(ReadingShape, "Reading"), 401: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        """
        List the readings of the linked accounts, newest first.
        """
        rows = queries.readings_of(account_ids=ids_of(request, Right.READ), limit=1_000)
        data = [
            {
                "id": key_of("rdg", row.id),
                "register": key_of("reg", row.register_id),
                "meter": row.meter,
                "unit": row.unit,
                "read_date": row.read_date,
                "value": f"{row.value.normalize():f}",
                "source": row.source,
                "quality": row.quality,
            }
            for row in rows
        ]
        return Response(page_of(data, request.query_params))

    @extend_schema(
        operation_id="submit_reading",
        parameters=[IDEMPOTENCY],
        request=NewReading,
        responses={201: ReadingShape, 401: PROBLEM, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        """
        Submit what a register shows now; an unusual value is asked back once.
        """
        given = NewReading(data=request.data)
        given.is_valid(raise_exception=True)
        return idempotently(request, given.validated_data, lambda: _submit(request, given))


def _submit(request: Request, given: NewReading) -> Answer:
    register = _register(request, given.validated_data["register"])
    http = http_of(request)
    try:
        reading = actions.submit_reading(
            register=register,
            typed=given.validated_data["value"],
            confirmed=given.validated_data["confirmed"],
            window=window_for(
                file=http.tenant.file,
                service=register.service,
                contract_class=register.contract_class,
            ),
            sending=actions.Sending(
                source=ReadingSource.SELF,
                user_id=user_of(request).pk,
                key=sent_key(request),
                decimal_mark=".",
                now=http.now,
                zone=http.tenant.zone,
            ),
        )
    except UNUSABLE as problem:
        raise refused(register, problem) from problem
    except actions.Unlikely as unlikely:
        raise unusual(unlikely) from unlikely
    noted(request, Deed.READING, [register.account_id])
    return Answer(201, shown(register, reading))


# What is no reading, or comes while none are taken, whoever sends it.
UNUSABLE = (NotANumber, TooManyDigits, actions.WindowLocked)


def refused(register: RegisterRow, problem: Exception) -> Problem:
    """
    Return what is answered to a reading that cannot be stored.
    """
    if isinstance(problem, actions.WindowLocked):
        return Problem(
            status=409,
            code="window_locked",
            title="Readings are suspended",
            detail=f"Readings of {register.service} are taken again from {problem.view.opens_on}.",
        )
    code = "not_a_number" if isinstance(problem, NotANumber) else "too_many_digits"
    return Problem(
        status=422, code=code, title="Unusable value", detail=str(problem), pointer="/value"
    )


def unusual(unlikely: actions.Unlikely) -> Problem:
    """
    Return what is answered to a value that has to be confirmed.
    """
    is_transposed = unlikely.verdict.outcome is Outcome.TRANSPOSED
    why = "The values of two registers of this meter seem exchanged." if is_transposed else ""
    return Problem(
        status=422,
        code=f"unusual_{unlikely.verdict.outcome.lower()}",
        title="Unusual value",
        detail=f"{why or 'The value is unusual.'} If it is right, send it again with "
        "confirmed = true.",
        pointer="/value",
    )


def _window(http: TenantRequest, service: str, contract_class: str) -> dict[str, Any]:
    seen = view_for(
        tenant=http.tenant, service=service, contract_class=contract_class, instant=http.now
    )
    return {
        "state": seen.state,
        "period_start": seen.period.start,
        "changes_on": seen.changes_on,
        "opens_on": seen.opens_on,
        "recommended_on": seen.recommended_on,
    }


def shown(register: RegisterRow, reading: Reading) -> dict[str, str]:
    """
    Return a reading that was just stored, as `ReadingShape` has it.
    """
    return {
        "id": key_of("rdg", reading.pk),
        "register": key_of("reg", register.register_id),
        "meter": register.meter,
        "unit": register.unit,
        "read_date": reading.read_date.isoformat(),
        "value": f"{reading.value.normalize():f}",
        "source": reading.source,
        "quality": reading.quality,
    }


def sent_key(request: Request) -> str:
    """
    Name the sending: the same key of another person, or on another day, is another reading.
    """
    http = http_of(request)
    key = request.headers.get("Idempotency-Key") or secrets.token_urlsafe()
    whole = f"{user_of(request).pk}\n{http.today}\n{key}"
    return f"api:{hashlib.sha256(whole.encode()).hexdigest()[:40]}"


def registers_of(request: Request) -> list[RegisterRow]:
    """
    Return the registers that the caller reads.
    """
    return queries.registers_of(
        account_ids=ids_of(request, Right.READ), today=http_of(request).today
    )


def _register(request: Request, key: str) -> RegisterRow:
    pk = pk_of("reg", key)
    for register in registers_of(request):
        if register.register_id == pk:
            return register
    raise no_such_register()


def no_such_register() -> Problem:
    """
    Return what is answered to a register that the caller does not read, or that there is not.
    """
    return Problem(
        status=404,
        code="no_such_register",
        title="No such register",
        detail="None of your accounts has a register with this id.",
    )
