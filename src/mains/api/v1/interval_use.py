"""Interval values: hours, days and months as on the page, and a year as a Green Button feed."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mains.api.requests import http_of
from mains.api.v1.shapes import AFTER, LIMIT, PROBLEM, ids_of, key_of, list_of, page_of
from mains.enrolment.rules.rights import Right
from mains.metering import green_button
from mains.metering.interval_use import IntervalSeries, registers_held, series_of
from mains.metering.rules.interval_use import Amount, Grain, Part

_BY = OpenApiParameter(
    "by", str, enum=[str(grain) for grain in Grain],
    description="Hours of a day, days of a month or months of a year; days if absent.",
)  # fmt: skip
_AT = OpenApiParameter(
    "at", date, description="A day of the day, month or year; the latest with values if absent."
)
_YEAR = OpenApiParameter("year", int, description="The calendar year; this one if absent.")
_YEAR_DIGITS = 4


class PartShape(serializers.Serializer[Any]):
    start = serializers.CharField(help_text="An instant with its offset for hours, else a day.")
    end = serializers.CharField(help_text="The first that no longer belongs to it.")
    used = serializers.CharField(allow_null=True, help_text="Null where no value is known.")
    year_before = serializers.CharField(allow_null=True)
    complete = serializers.BooleanField(help_text="Whether no value of it is missing.")
    estimated = serializers.BooleanField()
    corrected = serializers.BooleanField()


class IntervalSeriesShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    account = serializers.CharField()
    service = serializers.CharField()
    quantity = serializers.CharField()
    magnitude = serializers.CharField(help_text="1.8 is energy taken, 2.8 energy fed in (OBIS).")
    unit = serializers.CharField()
    by = serializers.CharField()
    parts = PartShape(many=True)


class IntervalUse(APIView):
    @extend_schema(
        operation_id="list_interval_consumption",
        parameters=[_BY, _AT, LIMIT, AFTER],
        responses={
            200: list_of(IntervalSeriesShape, "IntervalSeries"), 401: PROBLEM, 422: PROBLEM,
        },
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """
        List what interval values say was used, part by part, beside the same a year before.
        """
        by = request.query_params.get("by", str(Grain.DAYS))
        if by not in set(Grain):
            raise ValidationError({"by": f"It is one of {', '.join(Grain)}."})
        held = registers_held(account_ids=ids_of(request, Right.READ))
        if not held:
            return Response(page_of([], request.query_params))
        day = _day(request, max(one.last_day for one in held))
        found = series_of(held=held, grain=Grain(by), day=day, zone=http_of(request).tenant.zone)
        return Response(page_of([_series(one) for one in found], request.query_params))


def _day(request: Request, latest: date) -> date:
    at = request.query_params.get("at", "")
    if not at:
        return latest
    try:
        day = date.fromisoformat(at)
    except ValueError:
        day = date.min
    # A year before and a day after have to exist as well.
    if not date(2, 1, 1) <= day <= date(9998, 12, 30):
        raise ValidationError({"at": "It is a day such as 2026-11-28."})
    return day


def _series(one: IntervalSeries) -> dict[str, Any]:
    point = key_of("use", one.supply_point_id)
    return {
        "id": f"{point}_{one.service}_{one.quantity}_{one.magnitude}_{one.unit}_{one.account_id}",
        "account": key_of("acc", one.account_id),
        "service": one.service,
        "quantity": one.quantity,
        "magnitude": one.magnitude,
        "unit": one.unit,
        "by": str(one.grain),
        "parts": [_part(part) for part in one.parts],
    }


def _part(part: Part) -> dict[str, Any]:
    now = part.now
    return {
        "start": _text(part.start),
        "end": _text(part.end),
        "used": _used(now),
        "year_before": _used(part.before),
        "complete": now is not None and now.is_whole,
        "estimated": now is not None and now.is_estimated,
        "corrected": now is not None and now.is_corrected,
    }


def _text(at: date) -> str:
    return at.isoformat(timespec="minutes") if isinstance(at, datetime) else at.isoformat()


def _used(amount: Amount | None) -> str | None:
    return None if amount is None else f"{(amount.used + Decimal(0)).normalize():f}"


class AtomRenderer(BaseRenderer):
    """
    Says that a feed is Atom; the feed itself is written before.
    """

    media_type = "application/atom+xml"
    format = "atom"

    def render(self, data: Any, _type: str | None = None, _more: Any = None) -> bytes:
        """
        Return what came, which is a problem in JSON.
        """
        return bytes(JSONRenderer().render(data))


class GreenButton(APIView):
    renderer_classes = (AtomRenderer, JSONRenderer)

    @extend_schema(
        operation_id="get_green_button",
        parameters=[_YEAR],
        responses={(200, "application/atom+xml"): OpenApiTypes.STR, 401: PROBLEM},
    )
    def get(self, request: Request) -> HttpResponse:
        """
        Give a calendar year of use as a Green Button feed (ESPI).
        """
        asked = http_of(request)
        year = request.query_params.get("year", "")
        content = green_button.feed(
            account_ids=ids_of(request, Right.READ),
            year=int(year) if year.isdecimal() and len(year) == _YEAR_DIGITS else asked.today.year,
            zone=asked.tenant.zone,
            now=asked.now,
        )
        return HttpResponse(content, content_type=green_button.CONTENT_TYPE)
