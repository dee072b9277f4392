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
from mains.core.money import Money
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.ledger import queries


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
            }
            for account in accounts
        ]
        noted(request, Deed.BILLS, ids_of(request, Right.SEE))
        return Response(page_of(rows, request.query_params))
