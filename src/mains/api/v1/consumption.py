"""What was used: the same figures as the chart, the table and the bill."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mains.api.requests import http_of
from mains.api.v1.shapes import AFTER, LIMIT, PROBLEM, ids_of, key_of, list_of, page_of
from mains.core.calendars import add_months
from mains.enrolment.rules.rights import Right
from mains.metering.consumption import UseSeries, series_of
from mains.metering.conversions import conversion_of, priced_uses
from mains.metering.rules.comparing import by_period
from mains.tenancy.tenantfile import TenantFile

MONTHS = 37


class UseShape(serializers.Serializer[Any]):
    start = serializers.DateField()
    end = serializers.DateField(help_text="The first day that no longer belongs to it.")
    used = serializers.CharField(
        allow_null=True, help_text="Null where two readings contradict each other."
    )
    priced = serializers.CharField(
        allow_null=True, help_text="The same in `priced_unit`, as the bill counts it."
    )
    year_before = serializers.CharField(allow_null=True)
    estimated = serializers.BooleanField()


class UseSeriesShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    account = serializers.CharField()
    service = serializers.CharField()
    quantity = serializers.CharField()
    unit = serializers.CharField()
    priced_unit = serializers.CharField(
        allow_null=True, help_text="Null where what is counted is priced in its own unit."
    )
    uses = UseShape(many=True)


class Consumption(APIView):
    @extend_schema(
        operation_id="list_consumption",
        parameters=[LIMIT, AFTER],
        responses={200: list_of(UseSeriesShape, "UseSeries"), 401: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        """
        List what was used between readings in the last three years, oldest first.
        """
        since = add_months(http_of(request).today.replace(day=1), -MONTHS)
        found = series_of(account_ids=ids_of(request, Right.READ), since=since)
        file = http_of(request).tenant.file
        return Response(page_of([_series(one, file) for one in found], request.query_params))


def _series(series: UseSeries, file: TenantFile) -> dict[str, Any]:
    conversion = conversion_of(series, file=file)
    worth = {use.months: use.used for use in priced_uses(series, conversion)} if conversion else {}
    return {
        "id": f"{key_of('use', series.supply_point_id)}_{series.service}_{series.quantity}",
        "account": key_of("acc", series.account_id),
        "service": series.service,
        "quantity": series.quantity,
        "unit": series.unit,
        "priced_unit": conversion.to_unit if conversion else None,
        "uses": [
            {
                "start": use.months.start,
                "end": use.months.end,
                "used": _text(use.used),
                "priced": _text(worth.get(use.months)),
                "year_before": _text(use.before),
                "estimated": use.is_estimated,
            }
            for use in by_period(series.uses, latest=MONTHS)
        ],
    }


def _text(used: Decimal | None) -> str | None:
    return None if used is None else f"{used.normalize():f}"
