"""The accounts that a login may see."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mains.api.requests import http_of
from mains.api.v1.shapes import AFTER, LIMIT, PROBLEM, Amount, amount_of, key_of, list_of, page_of
from mains.core.money import Money
from mains.ledger import queries


class AccountShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    number = serializers.CharField()
    holder = serializers.CharField()
    company = serializers.CharField()
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
                "holder": account.customer.name,
                "company": account.company.name,
                "balance": amount_of(Money(balances[account.pk], account.currency)),
            }
            for account in accounts
        ]
        return Response(page_of(rows, request.query_params))
