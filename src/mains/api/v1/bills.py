"""Bills and their lines."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mains.api.problems import Problem
from mains.api.requests import http_of, noted
from mains.api.v1.bill_documents import documents_of
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
    pk_of,
)
from mains.billing import queries as billing
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.payments import queries as payments
from mains.payments.queries import BillRow


class BillShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    number = serializers.CharField()
    reference = serializers.CharField()
    account = serializers.CharField()
    kind = serializers.CharField(
        help_text="REGULAR, FINAL of a contract that ended, INTERIM between two regular ones, "
        "SETTLEMENT of what was really used under fixed amounts, or "
        "CORRECTION in place of one that was credited; or CREDIT, a credit note."
    )
    status = serializers.CharField(
        help_text="DUE, PART_PAID, OVERDUE, PAID, NOTHING_TO_PAY, CREDIT or CANCELLED."
    )
    state = serializers.CharField(
        help_text="What people are told: the status, or CONFIRMING while a payment is on its way, "
        "COLLECTED where a mandate collects what is open, CORRECTED where another bill is in its "
        "place.",
    )
    period_start = serializers.DateField()
    period_end = serializers.DateField(help_text="The first day that no longer belongs to it.")
    issue_date = serializers.DateField()
    due_date = serializers.DateField()
    collection_date = serializers.DateField(allow_null=True)
    total = Amount()
    outstanding = Amount()
    credits = serializers.CharField(
        allow_null=True, help_text="The bill that a credit note takes back."
    )
    corrects = serializers.CharField(
        allow_null=True, help_text="The credited bill in whose place this one was made."
    )


class LineShape(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    quantity = serializers.CharField()
    unit = serializers.CharField()
    unit_price = serializers.CharField()
    net = serializers.CharField()
    vat = serializers.CharField()
    corrects = serializers.DateField(
        allow_null=True,
        help_text="The first day of the earlier, estimated period that this line sets right.",
    )


class BillWithLines(BillShape):
    lines = LineShape(
        many=True, help_text="Empty where the account was shared without the right to pay."
    )
    documents = serializers.ListField(
        child=serializers.CharField(),
        help_text="The formats in which the bill is given, such as json, csv and ubl.",
    )


class Bills(APIView):
    @extend_schema(
        operation_id="list_bills",
        parameters=[LIMIT, AFTER],
        responses={200: list_of(BillShape, "Bill"), 401: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        """
        List the bills of the linked accounts, newest first.
        """
        rows = payments.bills(account_ids=ids_of(request, Right.SEE), today=http_of(request).today)
        noted(request, Deed.BILLS, {row.account_id for row in rows})
        return Response(page_of([_shape(row) for row in rows], request.query_params))


class OneBill(APIView):
    @extend_schema(
        operation_id="get_bill", responses={200: BillWithLines, 401: PROBLEM, 404: PROBLEM}
    )
    def get(self, request: Request, bill_id: str) -> Response:
        """
        Get one bill with its lines.
        """
        pk = pk_of("bil", bill_id)
        row = payments.bill(bill_id=pk, today=http_of(request).today) if pk else None
        if row is None or row.account_id not in ids_of(request, Right.SEE):
            raise Problem(
                status=404,
                code="no_such_bill",
                title="No such bill",
                detail="None of your accounts has a bill with this id.",
            )
        noted(request, Deed.BILLS, [row.account_id])
        whole = row.account_id in ids_of(request, Right.PAY)
        facts = (billing.facts(bill_id=row.id) if whole else None) or {"lines": []}
        lines = [
            {
                key: line[key]
                for key in ("code", "label", "quantity", "unit", "unit_price", "net", "vat")
            }
            | {"corrects": line["corrects"][0] if "corrects" in line else None}
            for line in facts["lines"]
        ]
        kinds = documents_of(row, facts, http_of(request).tenant) if "number" in facts else []
        return Response({**_shape(row), "lines": lines, "documents": kinds})


def _shape(row: BillRow) -> dict[str, Any]:
    return {
        "id": key_of("bil", row.id),
        "number": row.number,
        "reference": row.reference,
        "account": key_of("acc", row.account_id),
        "kind": row.kind,
        "status": row.status,
        "state": row.word,
        "period_start": row.period_start,
        "period_end": row.period_end,
        "issue_date": row.issue_date,
        "due_date": row.due_date,
        "collection_date": row.collection_date,
        "total": amount_of(row.total),
        "outstanding": amount_of(row.outstanding),
        "credits": key_of("bil", row.credits_id) if row.credits_id else None,
        "corrects": key_of("bil", row.corrects_id) if row.corrects_id else None,
    }
