"""The last twelve full months, service by service: what was billed and what was paid."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mains.api.problems import Problem
from mains.api.requests import http_of, noted
from mains.api.v1.shapes import PROBLEM, Amount, amount_of, ids_of, pk_of
from mains.core.money import Money
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.payments.statements.report import Basis, Report, of_accounts


class ServiceShape(serializers.Serializer[Any]):
    service = serializers.CharField(allow_blank=True, help_text="Empty where no line says it.")
    billed = Amount(many=True, help_text="With VAT, in the order of the months.")
    paid = Amount(many=True)


class ReportShape(serializers.Serializer[Any]):
    company = serializers.CharField()
    currency = serializers.CharField()
    by = serializers.ChoiceField(choices=[one.value for one in Basis])
    months = serializers.ListField(
        child=serializers.DateField(), help_text="Their first days, the oldest first."
    )
    services = ServiceShape(many=True)
    billed = Amount(many=True, help_text="The sum of all services.")
    paid = Amount(many=True, help_text="Whatever arrived, less what went back.")
    on_no_bill = Amount(many=True, help_text="The part of it that settles no bill.")
    other = Amount(many=True, help_text="Bookings that are neither bills nor payments.")


class Reports(serializers.Serializer[Any]):
    data = ReportShape(many=True)  # type: ignore[assignment]


class PaymentReport(APIView):
    @extend_schema(
        operation_id="get_payment_report",
        parameters=[
            OpenApiParameter(
                "by",
                str,
                enum=[one.value for one in Basis],
                description="The month of a bill that counts: of its issue, or of use.",
            ),
            OpenApiParameter("account", str, description="One of the accounts; all if absent."),
        ],
        responses={200: Reports, 401: PROBLEM, 404: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        """
        Get the last twelve full months of the accounts together, by company.
        """
        ids = _asked(request)
        basis = Basis.USE if request.query_params.get("by") == Basis.USE else Basis.ISSUE
        found = of_accounts(account_ids=ids, basis=basis, today=http_of(request).today)
        noted(request, Deed.BILLS, ids)
        return Response({"data": [_shape(one) for one in found]})


def _asked(request: Request) -> list[int]:
    payers, key = ids_of(request, Right.PAY), request.query_params.get("account", "")
    if not key:
        return payers
    pk = pk_of("acc", key)
    if pk not in payers:
        raise Problem(
            status=404,
            code="no_such_account",
            title="No such account",
            detail="None of the accounts that you may pay for has this id.",
        )
    return [pk]


def _shape(found: Report) -> dict[str, Any]:
    return {
        "company": found.company_code,
        "currency": found.currency,
        "by": found.basis,
        "months": list(found.months),
        "services": [
            {"service": one.code, "billed": _amounts(one.billed), "paid": _amounts(one.paid)}
            for one in found.services
        ],
        "billed": _amounts(found.billed),
        "paid": _amounts(found.paid),
        "on_no_bill": _amounts(found.unsettled),
        "other": _amounts(found.other),
    }


def _amounts(found: Sequence[Money]) -> list[dict[str, str]]:
    return [amount_of(one) for one in found]
