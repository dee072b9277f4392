"""How the bills of an account come: the setting of the portal's page, read and changed."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mains.api.problems import Problem
from mains.api.requests import http_of, user_of
from mains.api.v1.shapes import PROBLEM, key_of, payer_of, pk_of
from mains.customers.models import DeliveryMode
from mains.enrolment.actions import PortalMandatory, delivery_setting
from mains.enrolment.actions.delivery_setting import Choice, MandateMissing
from mains.enrolment.queries.delivery_setting import Chosen
from mains.identity.budgets import Budget
from mains.journeys import bill_delivery
from mains.journeys.bill_delivery import ContractSetting

# The same budget as the portal's page, so neither is a way round the other.
ADDRESSES = Budget("delivery-address", tries=10, seconds=86_400)
MODES = [str(mode) for mode in DeliveryMode]


class WayShape(serializers.Serializer[Any]):
    mode = serializers.ChoiceField(choices=MODES)
    email = serializers.CharField(allow_blank=True, help_text="Empty on paper.")
    since = serializers.DateField()
    notice = serializers.CharField(allow_blank=True, help_text="The words shown with the choice.")


class ContractWayShape(serializers.Serializer[Any]):
    contract = serializers.CharField()
    service = serializers.CharField()
    email_only = serializers.BooleanField(help_text="Bills of this contract never go on paper.")
    current = WayShape(allow_null=True)
    later = WayShape(allow_null=True, help_text="What was chosen for a day that is still to come.")


class NoticeShape(serializers.Serializer[Any]):
    mode = serializers.ChoiceField(choices=MODES)
    text = serializers.CharField()


class DeliveryShape(serializers.Serializer[Any]):
    contracts = ContractWayShape(many=True)
    offered = NoticeShape(many=True, help_text="The ways that can be chosen, with their words.")
    applies_from = serializers.DateField(
        help_text="The first day of the bill from which on a choice of today counts."
    )
    asked = serializers.CharField(
        allow_blank=True, help_text="An address that has to confirm before the choice counts."
    )


class NewDelivery(serializers.Serializer[Any]):
    contracts = serializers.ListField(
        child=serializers.CharField(max_length=30), min_length=1, max_length=500
    )
    mode = serializers.ChoiceField(choices=MODES)
    email = serializers.EmailField(
        default="", allow_blank=True, help_text="Empty for the login's own address."
    )


class BillDelivery(APIView):
    @extend_schema(
        operation_id="show_delivery",
        responses={200: DeliveryShape, 401: PROBLEM, 403: PROBLEM, 404: PROBLEM},
    )
    def get(self, request: Request, account_id: str) -> Response:
        """
        Show how the bills of an account come, and from which bill on a choice counts.
        """
        return Response(_shown(request, payer_of(request, account_id)))

    @extend_schema(
        operation_id="choose_delivery",
        request=NewDelivery,
        responses={
            200: DeliveryShape, 202: DeliveryShape, 401: PROBLEM, 403: PROBLEM, 404: PROBLEM,
            409: PROBLEM, 422: PROBLEM, 429: PROBLEM,
        },
    )  # fmt: skip
    def put(self, request: Request, account_id: str) -> Response:
        """
        Choose how the bills of contracts come; 202 where another address has to confirm it first.
        """
        pk, http = payer_of(request, account_id), http_of(request)
        given = NewDelivery(data=request.data)
        given.is_valid(raise_exception=True)
        typed = given.validated_data
        mode = DeliveryMode(typed["mode"])
        own = typed["email"].lower() in {"", user_of(request).email.lower()}
        if not own and not ADDRESSES.spend(user_of(request).pk):
            raise Problem(
                status=429,
                code="too_many_tries",
                title="Too many addresses",
                detail="Many addresses were asked today. Go on tomorrow.",
            )
        language = str(user_of(request).language or http.tenant.file.locale.languages[0])
        choice = Choice(
            pk,
            tuple(sorted({pk_of("con", key) or 0 for key in typed["contracts"]})),
            mode,
            typed["email"],
            bill_delivery.words(tenant=http.tenant, mode=mode, language=language),
        )
        try:
            outcome = bill_delivery.choose(
                tenant=http.tenant,
                choice=choice,
                user_id=user_of(request).pk,
                address=request.META.get("REMOTE_ADDR", ""),
                now=http.now,
            )
        except delivery_setting.REFUSALS as problem:
            raise _refused(problem) from problem
        shown = _shown(request, pk, asked=outcome.asked)
        return Response(shown, status=202 if outcome.asked else 200)


def _refused(problem: Exception) -> Problem:
    if isinstance(problem, MandateMissing):
        return Problem(
            status=409,
            code="mandate_missing",
            title="No mandate",
            detail="Bills come by e-mail where they are paid by direct debit; there is no mandate.",
        )
    if isinstance(problem, PortalMandatory):
        return Problem(
            status=409,
            code="email_only",
            title="By e-mail only",
            detail="Bills of one of these contracts never go on paper.",
        )
    if isinstance(problem, delivery_setting.MayNotChoose):
        return Problem(
            status=403,
            code="not_holder",
            title="Not the holder",
            detail="Who holds the account decides how its bills come.",
        )
    if isinstance(problem, delivery_setting.AddressesNotOffered):
        return Problem(
            status=422,
            code="address_not_offered",
            title="Another address",
            detail="Bills go to the address of a login. Leave the address empty.",
            pointer="/email",
        )
    return Problem(
        status=422,
        code="no_such_contract",
        title="No such contract",
        detail="One of the contracts is not the account's, or has ended.",
        pointer="/contracts",
    )


def _shown(request: Request, account_id: int, *, asked: str = "") -> dict[str, Any]:
    http = http_of(request)
    setting = bill_delivery.setting(tenant=http.tenant, account_id=account_id, today=http.today)
    language = str(user_of(request).language or http.tenant.file.locale.languages[0])
    return {
        "contracts": [_contract(row) for row in setting.contracts],
        "offered": [
            {
                "mode": str(mode),
                "text": bill_delivery.words(tenant=http.tenant, mode=mode, language=language).text,
            }
            for mode in setting.modes
        ],
        "applies_from": setting.first_bill.period.start,
        "asked": asked,
    }


def _contract(row: ContractSetting) -> dict[str, Any]:
    return {
        "contract": key_of("con", row.contract.id),
        "service": row.contract.service,
        "email_only": row.contract.bound,
        "current": _way(row.now),
        "later": _way(row.later),
    }


def _way(chosen: Chosen | None) -> dict[str, Any] | None:
    if chosen is None:
        return None
    return {
        "mode": str(chosen.mode),
        "email": chosen.email,
        "since": chosen.start_date,
        "notice": chosen.notice,
    }
