"""Payment documents: several bills of an account to be paid as one."""

import secrets
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
    Amount,
    amount_of,
    ids_of,
    key_of,
    list_of,
    page_of,
    pk_of,
)
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.journeys import payment_documents
from mains.payments.bills_due import overview
from mains.payments.bills_due.creating import MOST_BILLS
from mains.payments.bills_due.overview import DocumentRow


class NewDocument(serializers.Serializer[Any]):
    account = serializers.CharField(max_length=40)
    bills = serializers.ListField(
        child=serializers.CharField(max_length=40), min_length=1, max_length=MOST_BILLS
    )


class DocumentBill(serializers.Serializer[Any]):
    bill = serializers.CharField()
    asked = Amount(help_text="What was owed when the document was made.")
    outstanding = Amount()
    change = serializers.CharField(
        help_text="Empty, or what happened since: PAID, PART_PAID, CREDITED or MORE."
    )


class DocumentShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    number = serializers.CharField(help_text="What its codes and references stand for.")
    account = serializers.CharField()
    state = serializers.CharField(
        help_text="OPEN, STALE when it asks for something else than is owed, PAID or EXPIRED."
    )
    last_date = serializers.DateField(help_text="It is valid until the end of this day.")
    created_at = serializers.DateTimeField()
    total = Amount()
    outstanding = Amount()
    bills = DocumentBill(many=True)


class PaymentDocuments(APIView):
    @extend_schema(
        operation_id="list_payment_documents",
        parameters=[LIMIT, AFTER],
        responses={200: list_of(DocumentShape, "PaymentDocument"), 401: PROBLEM, 404: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        """
        List the payment documents of the accounts that the caller may pay for, newest first.
        """
        _require_on(request)
        ids = ids_of(request, Right.PAY)
        rows = overview.documents(account_ids=ids, today=http_of(request).today)
        noted(request, Deed.BILLS, {row.account_id for row in rows})
        return Response(page_of([_shape(row) for row in rows], request.query_params))

    @extend_schema(
        operation_id="create_payment_document",
        parameters=[IDEMPOTENCY],
        request=NewDocument,
        responses={201: DocumentShape, 401: PROBLEM, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        """
        Make a payment document of unpaid bills of one account; its amounts are those of now.
        """
        given = NewDocument(data=request.data)
        given.is_valid(raise_exception=True)
        return idempotently(request, given.validated_data, lambda: _create(request, given))


class OnePaymentDocument(APIView):
    @extend_schema(
        operation_id="get_payment_document",
        responses={200: DocumentShape, 401: PROBLEM, 404: PROBLEM},
    )
    def get(self, request: Request, document_id: str) -> Response:
        """
        Get one payment document: how it stands, and what happened to its bills.
        """
        _require_on(request)
        pk = pk_of("doc", document_id)
        row = _row(request, pk) if pk else None
        if row is None or row.account_id not in ids_of(request, Right.SEE):
            raise Problem(
                status=404,
                code="no_such_document",
                title="No such document",
                detail="None of your accounts has a payment document with this id.",
            )
        if row.account_id not in ids_of(request, Right.PAY):
            raise _not_shared()
        noted(request, Deed.BILLS, [row.account_id])
        return Response(_shape(row))


def _row(request: Request, pk: int) -> DocumentRow | None:
    return overview.document(document_id=pk, today=http_of(request).today)


def _create(request: Request, given: NewDocument) -> Answer:
    _require_on(request)
    http, asked = http_of(request), given.validated_data
    account_id = pk_of("acc", asked["account"])
    if account_id is None or account_id not in ids_of(request, Right.SEE):
        raise Problem(
            status=404,
            code="no_such_account",
            title="No such account",
            detail="None of your accounts has this id.",
            pointer="/account",
        )
    if account_id not in ids_of(request, Right.PAY):
        raise _not_shared()
    try:
        made = payment_documents.create(
            tenant=http.tenant,
            account_id=account_id,
            # What is no id of a bill is no bill of the account either.
            bill_ids=[pk_of("bil", key) or 0 for key in asked["bills"]],
            request_key=secrets.token_urlsafe(24),
            by=f"user:{user_of(request).pk}",
            now=http.now,
            today=http.today,
        )
    except payment_documents.NotPayable as error:
        raise Problem(
            status=409,
            code="not_payable",
            title="Cannot be paid this way",
            detail="One of these bills is not of this account, is paid already, or is collected by "
            "direct debit. Nothing was made.",
            pointer="/bills",
        ) from error
    noted(request, Deed.PAYMENT, [account_id])
    row = _row(request, made)
    assert row is not None  # It was made just now.
    return Answer(201, _shape(row))


def _not_shared() -> Problem:
    return Problem(
        status=403,
        code="not_shared",
        title="Not shared with you",
        detail="This account was shared with you without the right to pay.",
    )


def _require_on(request: Request) -> None:
    if not payment_documents.is_on(tenant=http_of(request).tenant):
        raise Problem(
            status=404,
            code="feature_off",
            title="Payment documents are switched off",
            detail="This provider makes no payment documents.",
        )


def _shape(row: DocumentRow) -> dict[str, Any]:
    return {
        "id": key_of("doc", row.id),
        "number": row.number,
        "account": key_of("acc", row.account_id),
        "state": row.state,
        "last_date": row.last_date.isoformat(),
        "created_at": row.created_at.isoformat(),
        "total": amount_of(row.total),
        "outstanding": amount_of(row.owed),
        "bills": [
            {
                "bill": key_of("bil", line.bill.id),
                "asked": amount_of(line.asked),
                "outstanding": amount_of(line.bill.outstanding),
                "change": line.change,
            }
            for line in row.lines
        ],
    }
