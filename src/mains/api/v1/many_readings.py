"""Many readings in one request: each is answered by itself."""

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
from mains.api.v1.readings import (
    NewReading,
    ReadingShape,
    no_such_register,
    refused,
    registers_of,
    sent_key,
    shown,
    unusual,
)
from mains.api.v1.shapes import IDEMPOTENCY, PROBLEM, key_of
from mains.enrolment.access_log import Deed
from mains.metering import many
from mains.metering.actions import Sending, Unlikely
from mains.metering.many import Entry, Refused, Twice
from mains.metering.models import Reading, ReadingSource
from mains.metering.queries import RegisterRow
from mains.metering.rules.pasted import MOST_ROWS
from mains.metering.windows import window_for


class NewReadings(serializers.Serializer[Any]):
    readings = NewReading(many=True)

    def validate_readings(self, readings: list[Any]) -> list[Any]:
        """
        Refuse none and too many.
        """
        if not 0 < len(readings) <= MOST_ROWS:
            raise serializers.ValidationError(f"Send 1 to {MOST_ROWS} readings.")
        return readings


class RefusalShape(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()


class OutcomeShape(serializers.Serializer[Any]):
    register = serializers.CharField()
    reading = ReadingShape(allow_null=True)
    refusal = RefusalShape(allow_null=True)


class OutcomesShape(serializers.Serializer[Any]):
    stored = serializers.IntegerField()
    refused = serializers.IntegerField()
    outcomes = OutcomeShape(many=True, help_text="In the order of the readings.")


class ManyReadings(APIView):
    @extend_schema(
        operation_id="submit_readings",
        parameters=[IDEMPOTENCY],
        request=NewReadings,
        responses={200: OutcomesShape, 401: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        """
        Submit what up to 1000 registers show now; one that is refused holds up no other.
        """
        given = NewReadings(data=request.data)
        given.is_valid(raise_exception=True)
        return idempotently(
            request,
            given.validated_data,
            lambda: _submit(request, given.validated_data["readings"]),
        )


def _submit(request: Request, given: list[dict[str, Any]]) -> Answer:
    mine = {key_of("reg", one.register_id): one for one in registers_of(request)}
    entries = [
        Entry(mine[one["register"]], one["value"], one["confirmed"])
        for one in given
        if one["register"] in mine
    ]
    came_of = iter(_send(request, entries))
    outcomes = [
        _outcome(one["register"], mine[one["register"]], next(came_of))
        if one["register"] in mine
        else _refusal(one["register"], no_such_register())
        for one in given
    ]
    stored = [one["register"] for one in outcomes if one["reading"]]
    noted(request, Deed.READING, {mine[key].account_id for key in stored})
    counts = {"stored": len(stored), "refused": len(outcomes) - len(stored)}
    return Answer(200, {**counts, "outcomes": outcomes})


def _send(request: Request, entries: list[Entry]) -> list[Reading | Refused]:
    http = http_of(request)
    return many.send_readings(
        entries=entries,
        window=lambda register: window_for(
            file=http.tenant.file,
            service=register.service,
            contract_class=register.contract_class,
        ),
        sending=Sending(
            source=ReadingSource.SELF,
            user_id=user_of(request).pk,
            key=sent_key(request),
            decimal_mark=".",
            now=http.now,
            zone=http.tenant.zone,
        ),
    )


def _outcome(key: str, register: RegisterRow, outcome: Reading | Refused) -> dict[str, Any]:
    match outcome:
        case Reading():
            return {"register": key, "reading": shown(register, outcome), "refusal": None}
        case Twice():
            return _refusal(key, _twice())
        case Unlikely():
            return _refusal(key, unusual(outcome))
        case _:
            return _refusal(key, refused(register, outcome))


def _twice() -> Problem:
    return Problem(
        status=422,
        code="twice",
        title="Twice in the list",
        detail="The list has more than one value for this register. Send one.",
    )


def _refusal(key: str, problem: Problem) -> dict[str, Any]:
    return {
        "register": key,
        "reading": None,
        "refusal": {"code": problem.code, "detail": problem.detail},
    }
