"""Shapes that several endpoints share."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request

from mains.api.problems import Problem
from mains.api.requests import http_of
from mains.core.money import Money
from mains.enrolment.rules.rights import Right, allowed


class Amount(serializers.Serializer[Any]):
    amount = serializers.CharField(help_text="Decimal text in major units, such as 48.19.")
    currency = serializers.CharField(help_text="ISO 4217.")


class Trouble(serializers.Serializer[Any]):
    pointer = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemShape(serializers.Serializer[Any]):
    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField(help_text="The request's id; tell it to support.")
    code = serializers.CharField()
    errors = Trouble(many=True)  # type: ignore[assignment]


PROBLEM = OpenApiResponse(ProblemShape, description="A problem, RFC 9457.")
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Send the same key again and get the same answer; another body is refused (422).",
)
LIMIT = OpenApiParameter("limit", int, description="1 to 100, 25 if absent.")
AFTER = OpenApiParameter("starting_after", str, description="The id after which the list goes on.")


def amount_of(money: Money) -> dict[str, str]:
    """
    Write money as the API does.
    """
    return {"amount": str(money.as_decimal()), "currency": money.currency}


def page_of(rows: list[dict[str, Any]], query: Any) -> dict[str, Any]:
    """
    Cut a list that is in a total order to the page that was asked for.
    """
    asked = query.get("limit", "25")
    limit = min(max(int(asked) if asked.isdecimal() and len(asked) < 9 else 25, 1), 100)
    after = query.get("starting_after", "")
    ids = [row["id"] for row in rows]
    first = ids.index(after) + 1 if after in ids else 0
    page = rows[first : first + limit]
    more = len(rows) > first + limit
    return {
        "object": "list",
        "data": page,
        "has_more": more,
        "next_cursor": page[-1]["id"] if more and page else None,
    }


def list_of(shape: type[serializers.Serializer[Any]], name: str) -> Any:
    """
    Return the shape of a list of something.
    """
    return type(
        f"{name}List",
        (serializers.Serializer,),
        {
            "object": serializers.CharField(),
            "data": shape(many=True),
            "has_more": serializers.BooleanField(),
            "next_cursor": serializers.CharField(allow_null=True),
        },
    )


def key_of(prefix: str, pk: int) -> str:
    """
    Write an id with the prefix that says what it names.
    """
    return f"{prefix}_{pk}"


def pk_of(prefix: str, key: str) -> int | None:
    """
    Read an id, or return None where it names something else.
    """
    kind, _, number = key.partition("_")
    return int(number) if kind == prefix and number.isdecimal() and len(number) < 19 else None


def ids_of(request: Request, right: Right) -> list[int]:
    """
    Return the ids of the accounts on which the caller has a right.
    """
    return [account.pk for account in allowed(http_of(request).accounts, right)]


def payer_of(request: Request, key: str) -> int:
    """
    Return the account of a key on which the caller may pay.

    :raises Problem: 404 if it is none of the caller's, 403 if it was shared without that right.
    """
    pk = pk_of("acc", key)
    if pk is None or pk not in ids_of(request, Right.SEE):
        raise Problem(
            status=404,
            code="no_such_account",
            title="No such account",
            detail="None of your accounts has this id.",
        )
    if pk not in ids_of(request, Right.PAY):
        raise Problem(
            status=403,
            code="not_shared",
            title="Not shared with you",
            detail="This account was shared with you without the right to pay.",
        )
    return pk
