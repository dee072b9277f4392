"""The accounts that a login may see."""

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
from mains.billing.budgets.overview import BudgetRow
from mains.core.money import Money
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.journeys import budget_desk
from mains.ledger import queries


class BudgetShape(serializers.Serializer[Any]):
    contract = serializers.CharField()
    service = serializers.CharField()
    address = serializers.CharField()
    monthly = Amount(help_text="What is charged a month whatever is used, without tax.")
    tax = Amount(help_text="The tax on it.")
    since = serializers.DateField()
    until = serializers.DateField(allow_null=True, help_text="The first day without it.")
    on_account = Amount(help_text="What was billed so and is not settled yet, without tax.")
    settles_on = serializers.DateField(
        help_text="From this day on what was really used is settled."
    )


class AccountShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    number = serializers.CharField()
    holder = serializers.CharField(
        allow_blank=True, help_text="The customer; empty where the account was shared with you."
    )
    company = serializers.CharField()
    role = serializers.CharField(help_text="HOLDER, COMPANY, ADMINISTRATOR or DELEGATE.")
    rights = serializers.ListField(
        child=serializers.CharField(), help_text="Of see, read, pay and share."
    )
    last_date = serializers.DateField(
        allow_null=True, help_text="The last day on which the login sees it."
    )
    balance = Amount(help_text="What is owed; negative is credit.")
    budgets = BudgetShape(
        many=True, help_text="Fixed monthly amounts; none without the right to see bills."
    )


class Accounts(APIView):
    @extend_schema(
        operation_id="list_accounts",
        parameters=[LIMIT, AFTER],
        responses={200: list_of(AccountShape, "Account"), 401: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        """
        List the linked accounts with what is owed on each.
        """
        accounts = http_of(request).accounts
        balances = queries.balances_minor(account_ids=[account.pk for account in accounts])
        budgets = _budgets(request)
        rows = [
            {
                "id": key_of("acc", account.pk),
                "number": account.number,
                "holder": account.holder,
                "company": account.company,
                "role": account.role,
                "rights": sorted(account.rights),
                "last_date": account.last_date,
                "balance": amount_of(Money(balances[account.pk], account.currency)),
                "budgets": [_budget(row) for row in budgets if row.account_id == account.pk],
            }
            for account in accounts
        ]
        noted(request, Deed.BILLS, ids_of(request, Right.SEE))
        return Response(page_of(rows, request.query_params))


def _budgets(request: Request) -> list[BudgetRow]:
    http = http_of(request)
    return budget_desk.budgets(
        tenant=http.tenant, account_ids=ids_of(request, Right.PAY), today=http.today
    )


def _budget(row: BudgetRow) -> dict[str, Any]:
    return {
        "contract": key_of("con", row.contract_id),
        "service": row.service,
        "address": row.address,
        "monthly": amount_of(row.monthly),
        "tax": amount_of(row.tax),
        "since": row.since,
        "until": row.until,
        "on_account": amount_of(row.on_account),
        "settles_on": row.settles_on,
    }
