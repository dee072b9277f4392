"""The statement of an account, and whether anything is owed on it."""

from datetime import date
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mains.api.problems import Problem
from mains.api.requests import http_of, noted
from mains.api.v1.shapes import PROBLEM, Amount, amount_of, key_of, payer_of
from mains.core.money import Money
from mains.enrolment.access_log import Deed
from mains.payments.rules.standing import Debt
from mains.payments.rules.statements import Days, TooLong, UnfitDays, days_asked
from mains.payments.statements import certificates
from mains.payments.statements.account import Kind, Line, Statement, statements
from mains.payments.statements.standing import standings
from mains.payments.wording import reference_text


class StatementLine(serializers.Serializer[Any]):
    date = serializers.DateField(help_text="On which it takes effect.")
    kind = serializers.CharField(help_text=f"{', '.join(Kind)}.")
    number = serializers.CharField(
        allow_blank=True, help_text="Of the bill, the credit note or the receipt."
    )
    bill = serializers.CharField(allow_null=True)
    method = serializers.CharField(
        allow_null=True, help_text="CARD, BANK_TRANSFER, DIRECT_DEBIT or CASH."
    )
    reference = serializers.CharField(
        allow_null=True, help_text="What the bank or the gateway calls the payment."
    )
    debit = Amount(allow_null=True, help_text="What was charged; null of a credit.")
    credit = Amount(allow_null=True, help_text="What was credited; null of a debit.")
    balance = Amount(help_text="What is owed after it; negative is credit.")


class StatementShape(serializers.Serializer[Any]):
    account = serializers.CharField()
    first = serializers.DateField()
    last = serializers.DateField()
    opening = Amount(help_text="What was owed before the first day; negative is credit.")
    lines = StatementLine(many=True)
    closing = Amount(help_text="The opening balance and all lines.")


class StandingShape(serializers.Serializer[Any]):
    account = serializers.CharField()
    as_of = serializers.DateTimeField()
    debt = serializers.ChoiceField(
        choices=[one.value for one in Debt],
        help_text="NONE: nothing is owed. LATER: something is, and none of it is overdue. DUE: "
        "something is overdue, or owed without a bill.",
    )
    owed = Amount(help_text="Overdue, due later and owed without a bill together.")
    overdue = Amount()
    due_later = Amount()
    without_a_bill = Amount(help_text="Such as a payment that was taken back.")
    collected = Amount(help_text="What of it a mandate collects.")
    credit = Amount()
    being_confirmed = Amount(help_text="Payments that are not counted yet.")
    balance = Amount(help_text="Owed less credit.")
    certificate = serializers.CharField(help_text="Anybody can check it at `check_url`.")
    check_url = serializers.CharField()


class AccountStatement(APIView):
    @extend_schema(
        operation_id="get_statement",
        parameters=[
            OpenApiParameter("from", date, description="The first day; 1 January of last year."),
            OpenApiParameter("to", date, description="The last day, inclusive; today."),
        ],
        responses={200: StatementShape, 401: PROBLEM, 404: PROBLEM, 422: PROBLEM},
    )
    def get(self, request: Request, account_id: str) -> Response:
        """
        Get every movement of an account, with the balance after it, of five years at most.
        """
        pk = payer_of(request, account_id)
        days = _days(request)
        (found,) = statements(account_ids=[pk], days=days, today=http_of(request).today)
        noted(request, Deed.BILLS, [pk])
        return Response(_statement(found))


class AccountStanding(APIView):
    @extend_schema(
        operation_id="get_standing",
        responses={200: StandingShape, 401: PROBLEM, 404: PROBLEM},
    )
    def get(self, request: Request, account_id: str) -> Response:
        """
        Get whether anything is owed on an account now, and what.
        """
        pk, http = payer_of(request, account_id), http_of(request)
        one = standings(account_ids=[pk], today=http.today)[pk]
        code = certificates.code_of(account_id=pk, standing=one, tenant=http.tenant, now=http.now)
        noted(request, Deed.BILLS, [pk])
        return Response(
            {
                "account": account_id,
                "as_of": http.now,
                "debt": one.debt,
                "owed": amount_of(one.owed),
                "overdue": amount_of(one.overdue),
                "due_later": amount_of(one.later),
                "without_a_bill": amount_of(one.other),
                "collected": amount_of(one.collected),
                "credit": amount_of(one.credit),
                "being_confirmed": amount_of(one.confirmed),
                "balance": amount_of(one.balance),
                "certificate": code,
                "check_url": f"{http.tenant.url}/check/{code}",
            }
        )


def _days(request: Request) -> Days:
    first, last = (_day(request, name) for name in ("from", "to"))
    try:
        return days_asked(first, last, today=http_of(request).today)
    except UnfitDays as error:
        raise _unfit("to", "The last day is before the first one.") from error
    except TooLong as error:
        raise _unfit("from", "A statement has five years at most.") from error


def _day(request: Request, name: str) -> date | None:
    typed = request.query_params.get(name, "")
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError as error:
        raise _unfit(name, "This is no day, such as 2026-11-29.") from error


def _unfit(name: str, detail: str) -> Problem:
    return Problem(
        status=422, code="unfit_days", title="No such days", detail=detail, pointer=f"/{name}"
    )


def _statement(found: Statement) -> dict[str, Any]:
    return {
        "account": key_of("acc", found.account_id),
        "first": found.days.first,
        "last": found.days.last,
        "opening": amount_of(found.opening),
        "lines": [_line(line) for line in found.lines],
        "closing": amount_of(found.closing),
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "date": line.day,
        "kind": line.kind,
        "number": line.number,
        "bill": key_of("bil", line.bill_id) if line.bill_id is not None else None,
        "method": line.method or None,
        "reference": reference_text(line.booking_key) if line.booking_key else None,
        "debit": _side(line.amount),
        "credit": _side(-line.amount),
        "balance": amount_of(line.balance),
    }


def _side(amount: Money) -> dict[str, str] | None:
    return amount_of(amount) if amount.minor > 0 else None
