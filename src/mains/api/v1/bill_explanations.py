"""Why a bill comes to another amount than an earlier one."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mains.api.problems import Problem
from mains.api.requests import http_of, noted
from mains.api.v1.shapes import PROBLEM, Amount, amount_of, ids_of, key_of, pk_of
from mains.billing import queries as billing
from mains.billing.explaining.changes import Against, Explanation, comparisons, explanation
from mains.billing.explaining.telling import Told, telling
from mains.billing.rules.causes import CauseKind
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.payments import queries as payments
from mains.tenancy.tenantfile.services import Service

THAN = OpenApiParameter(
    "than",
    enum=[str(one) for one in Against],
    default=str(Against.PREVIOUS),
    description="Which earlier bill of the account it is compared with.",
)


class ChangeShape(serializers.Serializer[Any]):
    before = serializers.CharField()
    after = serializers.CharField()


class CauseShape(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=[str(kind) for kind in CauseKind])
    amount = Amount(help_text="Net, except of VAT and VAT_RATE.")
    text = serializers.CharField(help_text="In words, without the amount.")
    note = serializers.CharField(allow_blank=True)
    service = serializers.CharField(allow_blank=True, help_text="Empty where several share it.")
    codes = serializers.ListField(child=serializers.CharField(), help_text="Of the bill's lines.")
    unit = serializers.CharField(allow_blank=True)
    quantity = ChangeShape(allow_null=True)
    prices = ChangeShape(many=True)
    vat_percent = ChangeShape(allow_null=True)
    corrects = serializers.DateField(
        allow_null=True, help_text="The first day of the earlier period that is set right."
    )


class EarlierShape(serializers.Serializer[Any]):
    bill = serializers.CharField()
    total = Amount()
    difference = Amount(help_text="This bill's total less the earlier one's.")


class ExplanationShape(serializers.Serializer[Any]):
    bill = serializers.CharField()
    total = Amount()
    than = serializers.ChoiceField(choices=[str(one) for one in Against])
    earlier = EarlierShape(
        allow_null=True, help_text="Null where there is no such bill, or its lines are deleted."
    )
    summary = serializers.CharField(allow_blank=True)
    causes = CauseShape(
        many=True, help_text="The largest first, VAT last; their amounts add up to the difference."
    )


class BillExplanation(APIView):
    @extend_schema(
        operation_id="explain_bill",
        parameters=[THAN],
        responses={200: ExplanationShape, 401: PROBLEM, 404: PROBLEM, 422: PROBLEM},
    )
    def get(self, request: Request, bill_id: str) -> Response:
        """
        Tell why a bill is higher or lower than an earlier one, to the cent.
        """
        pk = pk_of("bil", bill_id)
        row = payments.bill(bill_id=pk, today=http_of(request).today) if pk else None
        if row is None or row.account_id not in ids_of(request, Right.PAY):
            raise Problem(
                status=404,
                code="no_such_bill",
                title="No such bill",
                detail="None of the accounts whose bills you may read has a bill with this id.",
            )
        noted(request, Deed.BILLS, [row.account_id])
        against = _asked(request.query_params.get("than", str(Against.PREVIOUS)))
        known = _known(row.id, against)
        return Response(
            {
                "bill": key_of("bil", row.id),
                "total": amount_of(row.total),
                "than": str(against),
                **_told(known, http_of(request).tenant.file.services),
            }
        )


def _asked(than: str) -> Against:
    if than not in set(Against):
        raise ValidationError({"than": f"It is one of {', '.join(Against)}."})
    return Against(than)


def _known(bill_id: int, against: Against) -> Explanation | None:
    earlier_id = comparisons(bill_id=bill_id).get(against)
    facts = billing.facts(bill_id=bill_id) if earlier_id else None
    if earlier_id is None or facts is None:
        return None
    return explanation(facts=facts, against=against, earlier_id=earlier_id)


def _told(known: Explanation | None, services: Sequence[Service]) -> dict[str, Any]:
    if known is None:
        return {"earlier": None, "summary": "", "causes": []}
    told = telling(known, services=services, language="en")
    return {
        "earlier": {
            "bill": key_of("bil", known.earlier_id),
            "total": amount_of(known.before.total),
            "difference": amount_of(known.difference),
        },
        "summary": told.summary,
        "causes": [_cause(one) for one in told.causes],
    }


def _cause(told: Told) -> dict[str, Any]:
    cause = told.cause
    return {
        "kind": str(cause.kind),
        "amount": amount_of(cause.amount),
        "text": told.text,
        "note": told.note,
        "service": cause.service,
        "codes": list(cause.codes),
        "unit": cause.unit,
        "quantity": _change(cause.quantity),
        "prices": [_change(one) for one in cause.prices],
        "vat_percent": _change(cause.percent),
        "corrects": cause.corrects,
    }


def _change(change: tuple[Decimal, Decimal] | None) -> dict[str, str] | None:
    if change is None:
        return None
    before, after = (f"{one.normalize():f}" for one in change)
    return {"before": before, "after": after}
