"""Start a payment; the customer finishes it on the gateway's page."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
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
from mains.api.v1.shapes import IDEMPOTENCY, PROBLEM, ids_of, key_of, pk_of
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.journeys import pay_bills
from mains.payments import actions, queries, settling
from mains.payments.autopay import holding
from mains.payments.charges import KeyWithdrawn
from mains.payments.gateways.base import GatewayRefused, GatewayUnavailable
from mains.payments.rules.collections import Hold


class NewPayment(serializers.Serializer[Any]):
    bills = serializers.ListField(
        child=serializers.CharField(max_length=40), min_length=1, max_length=50
    )
    gateway = serializers.CharField(
        max_length=30,
        default="",
        allow_blank=True,
        help_text="One of the ways to pay these bills; empty for the first that answers.",
    )
    amount_minor = serializers.IntegerField(
        min_value=1,
        default=None,
        allow_null=True,
        help_text="A part of one bill, where the provider takes parts.",
    )
    instead_of_collection = serializers.BooleanField(
        default=False,
        help_text="Stop the collection of these bills, so that nothing is paid twice.",
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
    check_enabled(request)
    asked = given.validated_data
    rows = bills_of(request, asked["bills"])
    if not asked["instead_of_collection"]:
        _check_uncollected(rows)
    part = asked["amount_minor"]
    if part is not None and len(rows) > 1:
        raise conflict("one_bill_only", "A part is paid of one bill.")
    with _stopped(request, rows):
        url = _page(request, asked, rows)
    noted(request, Deed.PAYMENT, {row.account_id for row in rows})
    return Answer(201, {"url": url})


def check_enabled(request: Request) -> None:
    """
    Refuse where the provider has switched payments off.
    """
    if not http_of(request).tenant.file.payments.enabled:
        raise Problem(
            status=404,
            code="feature_off",
            title="Payments are switched off",
            detail="This provider does not take payments here.",
        )


def _page(request: Request, asked: dict[str, Any], rows: list[queries.BillRow]) -> str:
    http, part = http_of(request), asked["amount_minor"]
    try:
        return pay_bills.start(
            tenant=http.tenant,
            wish=pay_bills.Wish(
                bill_ids=tuple(row.id for row in rows),
                payer=hashlib.sha256(f"user:{user_of(request).pk}".encode()).hexdigest(),
                email=user_of(request).email,
                language=http.LANGUAGE_CODE,
                gateway=asked["gateway"],
                parts={} if part is None else {rows[0].id: part},
            ),
            company=rows[0].company_code,
            now=http.now,
            today=http.today,
        )
    except _REFUSED as error:
        raise _problem(error) from error


_REFUSED = (
    pay_bills.PaymentsOff,
    pay_bills.NoParts,
    actions.UnfitPart,
    actions.NothingToPay,
    actions.SeveralCompanies,
    actions.BusyElsewhere,
    settling.BeingCollected,
    GatewayUnavailable,
    GatewayRefused,
)


def _problem(error: Exception) -> Problem:
    match error:
        case pay_bills.PaymentsOff():
            return Problem(
                status=404,
                code="feature_off",
                title="Not offered",
                detail="These bills cannot be paid in this way here.",
            )
        case pay_bills.NoParts() | actions.UnfitPart():
            return Problem(
                status=422,
                code="unfit_part",
                title="Not this amount",
                detail="Pay all that is owed, or a part of it where the provider takes parts.",
                pointer="/amount_minor",
            )
        case actions.NothingToPay():
            return conflict("nothing_to_pay", "Nothing is owed on one of these bills.")
        case actions.SeveralCompanies():
            return conflict("several_companies", "Pay the bills of each company apart.")
        case KeyWithdrawn():
            return conflict(
                "page_open", "A page for one of these bills was opened before and may be paid."
            )
        case settling.BeingCollected():
            return conflict("collected_by_mandate", "The bank has the order to collect it.")
    return Problem(
        status=503,
        code="gateway_silent",
        title="The gateway does not answer",
        detail="Nothing was charged. Try again in a minute.",
    )


def bills_of(request: Request, keys: list[str]) -> list[queries.BillRow]:
    """
    Return bills by their ids, of accounts that whoever asks may pay for.
    """
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
    return [mine[pk] for pk in dict.fromkeys(pks) if pk is not None]


def _check_uncollected(rows: list[queries.BillRow]) -> None:
    for row in rows:
        if row.collection_date is not None:
            raise conflict(
                "collected_by_mandate",
                f"{key_of('bil', row.id)} is collected by itself. "
                "Say instead_of_collection to pay it now.",
            )


@contextmanager
def _stopped(request: Request, rows: list[queries.BillRow]) -> Iterator[None]:
    """
    Stop the collection of bills whose payer wants to pay now; without a page it goes on.
    """
    by, now = f"user:{user_of(request).pk}", http_of(request).now
    stopped: list[int] = []
    try:
        for row in rows:
            if row.collection_date is not None and holding.hold(
                bill_id=row.id, why=Hold.CUSTOMER, by=by, now=now
            ):
                stopped.append(row.id)
        yield
    except (holding.WithTheBank, Problem) as error:
        for bill_id in stopped:
            holding.go_on(bill_id=bill_id, by=by, now=now, today=http_of(request).today)
        if isinstance(error, holding.WithTheBank):
            raise _problem(settling.BeingCollected(*error.args)) from error
        raise


def conflict(code: str, detail: str) -> Problem:
    """
    Return why bills cannot be paid as they are asked for.
    """
    return Problem(status=409, code=code, title="Cannot be paid now", detail=detail)
