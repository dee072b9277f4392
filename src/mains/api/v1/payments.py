"""Start a payment; the customer finishes it on the gateway's page."""

import hashlib
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
from mains.api.v1.shapes import IDEMPOTENCY, PROBLEM, ids_of, pk_of
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.journeys import pay_bills
from mains.payments import actions, queries
from mains.payments.gateways.base import GatewayRefused, GatewayUnavailable


class NewPayment(serializers.Serializer[Any]):
    bills = serializers.ListField(
        child=serializers.CharField(max_length=40), min_length=1, max_length=50
    )


class Page(serializers.Serializer[Any]):
    url = serializers.CharField(help_text="Where the customer pays.")


class Payments(APIView):
    @extend_schema(
        operation_id="start_payment",
        parameters=[IDEMPOTENCY],
        request=NewPayment,
        responses={
            201: Page, 401: PROBLEM, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM, 503: PROBLEM,
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """
        Open the gateway's page for the outstanding amount of bills of one company.
        """
        given = NewPayment(data=request.data)
        given.is_valid(raise_exception=True)
        return idempotently(request, given.validated_data, lambda: _start(request, given))


def _start(request: Request, given: NewPayment) -> Answer:
    http = http_of(request)
    if not http.tenant.file.payments.enabled:
        raise Problem(
            status=404,
            code="feature_off",
            title="Payments are switched off",
            detail="This provider does not take payments here.",
        )
    rows = _bills(request, given.validated_data["bills"])
    try:
        url = pay_bills.start(
            tenant=http.tenant,
            wish=pay_bills.Wish(
                bill_ids=tuple(row.id for row in rows),
                payer=hashlib.sha256(f"user:{user_of(request).pk}".encode()).hexdigest(),
                email=user_of(request).email,
                language=http.LANGUAGE_CODE,
            ),
            company=rows[0].company_code,
            now=http.now,
            today=http.today,
        )
    except actions.NothingToPay as error:
        raise _conflict("nothing_to_pay", "Nothing is owed on one of these bills.") from error
    except actions.SeveralCompanies as error:
        raise _conflict("several_companies", "Pay the bills of each company apart.") from error
    except (GatewayUnavailable, GatewayRefused, actions.BusyElsewhere) as error:
        raise Problem(
            status=503,
            code="gateway_silent",
            title="The gateway does not answer",
            detail="Nothing was charged. Try again in a minute.",
        ) from error
    noted(request, Deed.PAYMENT, {row.account_id for row in rows})
    return Answer(201, {"url": url})


def _bills(request: Request, keys: list[str]) -> list[queries.BillRow]:
    pks = [pk_of("bil", key) for key in keys]
    mine = {
        bill.id: bill
        for bill in queries.bills_with_ids(
            bill_ids=[pk for pk in pks if pk], today=http_of(request).today
        )
        if bill.account_id in ids_of(request, Right.SEE)
    }
    payers = ids_of(request, Right.PAY)
    for key, pk in zip(keys, pks, strict=True):
        if pk not in mine:
            raise Problem(
                status=404,
                code="no_such_bill",
                title="No such bill",
                detail=f"None of your accounts has the bill {key}.",
                pointer="/bills",
            )
        if mine[pk].account_id not in payers:
            raise Problem(
                status=403,
                code="not_shared",
                title="Not shared with you",
                detail="The account of this bill was shared with you without the right to pay.",
                pointer="/bills",
            )
        if mine[pk].collection_date is not None:
            raise _conflict("collected_by_mandate", f"{key} is collected by direct debit.")
    return [mine[pk] for pk in dict.fromkeys(pks) if pk is not None]


def _conflict(code: str, detail: str) -> Problem:
    return Problem(status=409, code=code, title="Cannot be paid now", detail=detail)
