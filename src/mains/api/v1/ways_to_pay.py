"""Which ways to pay bills there are, and what each costs on top, before a payment is started."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mains.api.requests import http_of, noted
from mains.api.v1.payments import bills_of, check_enabled, conflict
from mains.api.v1.shapes import PROBLEM, Amount, amount_of
from mains.enrolment.access_log import Deed
from mains.journeys import pay_bills


class ForBills(serializers.Serializer[Any]):
    bills = serializers.CharField(
        max_length=2_000, help_text="Ids of bills of one company, apart by commas."
    )


class WayToPay(serializers.Serializer[Any]):
    gateway = serializers.CharField(help_text="To name it when a payment is started.")
    title = serializers.CharField(help_text="What the provider calls it, in your language.")
    fee = Amount(help_text="What it costs on top of all that is owed.")
    total = Amount(help_text="All that is owed with the fee.")
    answers = serializers.BooleanField(help_text="False while it does not answer.")


class WaysToPay(serializers.Serializer[Any]):
    ways = WayToPay(many=True)


class Ways(APIView):
    @extend_schema(
        operation_id="ways_to_pay",
        parameters=[ForBills],
        responses={
            200: WaysToPay, 401: PROBLEM, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM,
        },
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """
        Return the ways to pay bills in one payment, as they are offered.
        """
        http = http_of(request)
        check_enabled(request)
        asked = ForBills(data=request.query_params)
        asked.is_valid(raise_exception=True)
        rows = bills_of(request, asked.validated_data["bills"].split(","))
        if any(row.outstanding.minor <= 0 for row in rows):
            raise conflict("nothing_to_pay", "Nothing is owed on one of these bills.")
        if len({row.company_code for row in rows}) > 1:
            raise conflict("several_companies", "Pay the bills of each company apart.")
        offers = pay_bills.offers(tenant=http.tenant, rows=rows, language=http.LANGUAGE_CODE)
        if not offers:
            raise conflict("no_way", "These bills cannot be paid in one payment here.")
        noted(request, Deed.BILLS, {row.account_id for row in rows})
        return Response(
            {
                "ways": [
                    {
                        "gateway": one.name,
                        "title": one.label,
                        "fee": amount_of(one.fee),
                        "total": amount_of(one.whole),
                        "answers": not one.is_silent,
                    }
                    for one in offers
                ]
            }
        )
