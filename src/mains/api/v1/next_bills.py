"""What is to come: the next bill of each account, as far as is known."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mains.api.requests import http_of, noted
from mains.api.v1.shapes import (
    AFTER,
    LIMIT,
    PROBLEM,
    Amount,
    amount_of,
    ids_of,
    key_of,
    list_of,
    page_of,
)
from mains.billing.foreseeing import ForeseenUse, NextBill
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.journeys import next_bill


class ForeseenUseShape(serializers.Serializer[Any]):
    service = serializers.CharField()
    meter = serializers.CharField()
    unit = serializers.CharField()
    used = serializers.CharField(allow_null=True, help_text="Null where nobody can tell.")
    estimated = serializers.BooleanField()
    method = serializers.CharField(
        allow_blank=True,
        help_text="LAST_YEAR, DEGREE_DAYS, PROFILE or AVERAGE of an estimate; SPLIT where one "
        "contract handed over to another and nobody read.",
    )


class NextBillShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    account = serializers.CharField()
    period_start = serializers.DateField()
    period_end = serializers.DateField(help_text="The first day that no longer belongs to it.")
    total = Amount(allow_null=True)
    estimated = serializers.BooleanField()
    hold = serializers.CharField(
        allow_null=True, help_text="Why there would be no bill, such as NO_READING."
    )
    uses = ForeseenUseShape(many=True)


class NextBills(APIView):
    @extend_schema(
        operation_id="list_next_bills",
        parameters=[LIMIT, AFTER],
        responses={200: list_of(NextBillShape, "NextBill"), 401: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        """
        List what the next bills would come to if nothing else happened until then, with VAT.
        """
        ids = set(ids_of(request, Right.PAY)) & set(ids_of(request, Right.READ))
        noted(request, Deed.BILLS, ids)
        http = http_of(request)
        bills = next_bill.foresee(tenant=http.tenant, account_ids=sorted(ids), today=http.today)
        return Response(page_of([_shape(bill) for bill in bills], request.query_params))


def _shape(bill: NextBill) -> dict[str, Any]:
    return {
        "id": key_of("nxt", bill.account_id),
        "account": key_of("acc", bill.account_id),
        "period_start": bill.period.start,
        "period_end": bill.period.end,
        "total": amount_of(bill.total) if bill.total else None,
        "estimated": bill.is_estimated,
        "hold": str(bill.hold) if bill.hold else None,
        "uses": [_use(use) for use in bill.uses],
    }


def _use(use: ForeseenUse) -> dict[str, Any]:
    return {
        "service": use.contract.service,
        "meter": use.register.meter,
        "unit": use.register.unit,
        "used": None if use.used is None else f"{use.used.normalize():f}",
        "estimated": use.register.end_is_estimated,
        "method": use.register.end_method,
    }
