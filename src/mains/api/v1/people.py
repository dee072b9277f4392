"""With whom an account is shared: list, share, change, end; and what they did."""

from datetime import date, timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mains.api.problems import Problem
from mains.api.requests import http_of, user_of
from mains.api.v1.shapes import AFTER, LIMIT, PROBLEM, ids_of, key_of, list_of, page_of, pk_of
from mains.enrolment import actions, queries
from mains.enrolment.models import LinkRole
from mains.enrolment.rules.rights import Right
from mains.identity.budgets import Budget

# The same budget as the portal's pages, so neither is a way round the other.
INVITATIONS = Budget("share", tries=30, seconds=86_400)
LONGEST_LOG = 1_000


class Person(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="`inv_…` while the invitation waits, then `lnk_…`.")
    email = serializers.EmailField()
    waiting = serializers.BooleanField()
    may_read = serializers.BooleanField(help_text="Sees meters and sends readings as well.")
    may_pay = serializers.BooleanField(help_text="Sees whole bills and pays them as well.")
    last_date = serializers.DateField(allow_null=True)


class Scope(serializers.Serializer[Any]):
    may_read = serializers.BooleanField(default=False)
    may_pay = serializers.BooleanField(default=False)
    last_date = serializers.DateField(
        default=None, allow_null=True, help_text="The last day; none holds until it is ended."
    )

    def validate_last_date(self, last: date | None) -> date | None:
        if last == date.max:
            raise serializers.ValidationError("This is too far away. Send null for no end.")
        return last

    def scope(self) -> actions.Scope:
        """
        Return what was sent, with the first day on which it no longer holds.
        """
        given = self.validated_data
        last = given["last_date"]
        until = last + timedelta(days=1) if last else None
        return actions.Scope(given["may_read"], given["may_pay"], until)


class NewPerson(Scope):
    email = serializers.EmailField()


class AccessShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    email = serializers.CharField(allow_blank=True, help_text="Empty for the provider's staff.")
    by_staff = serializers.BooleanField()
    deed = serializers.CharField(help_text="BILLS, DOCUMENT, READING, PAYMENT, SUPPORT, …")
    at = serializers.DateTimeField()


class Accepting(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=80, help_text="The last part of the mailed address.")


class People(APIView):
    @extend_schema(
        operation_id="list_people",
        parameters=[LIMIT, AFTER],
        responses={200: list_of(Person, "Person"), 401: PROBLEM, 403: PROBLEM, 404: PROBLEM},
    )
    def get(self, request: Request, account_id: str) -> Response:
        """
        List with whom an account is shared, and who was invited; for its holder alone.
        """
        pk = held(request, account_id)
        return Response(page_of(_people(request, pk), request.query_params))

    @extend_schema(
        operation_id="share_account",
        request=NewPerson,
        responses={
            201: Person, 401: PROBLEM, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM,
            429: PROBLEM,
        },
    )  # fmt: skip
    def post(self, request: Request, account_id: str) -> Response:
        """
        Invite an e-mail address to share an account; the link in the message works once.
        """
        pk, http = held(request, account_id), http_of(request)
        given = NewPerson(data=request.data)
        given.is_valid(raise_exception=True)
        if not INVITATIONS.spend(user_of(request).pk):
            raise Problem(
                status=429,
                code="too_many_tries",
                title="Too many invitations",
                detail="This login invited many people today. Go on tomorrow.",
            )
        try:
            row = actions.share(
                holder_id=user_of(request).pk,
                account_id=pk,
                email=given.validated_data["email"],
                scope=given.scope(),
                mail=actions.LinkMail(
                    http.tenant.url,
                    str(http.LANGUAGE_CODE),
                    http.tenant.file.registration.invitation_days,
                ),
                now=http.now,
                today=http.today,
            )
        except (actions.DayOver, actions.AlreadyLinked, actions.TooManyPeople) as error:
            raise _refused(error) from error
        shown = {one["id"]: one for one in _people(request, pk)}
        return Response(shown[key_of("inv", row.pk)], status=201)


class OnePerson(APIView):
    @extend_schema(
        operation_id="change_share",
        request=Scope,
        responses={200: Person, 401: PROBLEM, 403: PROBLEM, 404: PROBLEM, 422: PROBLEM},
    )
    def put(self, request: Request, account_id: str, person_id: str) -> Response:
        """
        Decide anew what somebody may do; it holds from their next call on.
        """
        pk, http = held(request, account_id), http_of(request)
        given = Scope(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            actions.change_share(
                holder_id=user_of(request).pk,
                account_id=pk,
                link_id=pk_of("lnk", person_id) or 0,
                scope=given.scope(),
                now=http.now,
                today=http.today,
            )
        except (actions.DayOver, actions.NotShared) as error:
            raise _refused(error) from error
        shown = {one["id"]: one for one in _people(request, pk)}
        return Response(shown[person_id])

    @extend_schema(
        operation_id="end_share",
        responses={204: None, 401: PROBLEM, 403: PROBLEM, 404: PROBLEM},
    )
    def delete(self, request: Request, account_id: str, person_id: str) -> Response:
        """
        Stop sharing with somebody at once, or withdraw an invitation; again does nothing.
        """
        pk, http = held(request, account_id), http_of(request)
        invited = pk_of("inv", person_id)
        try:
            if invited is not None:
                actions.withdraw_share(
                    holder_id=user_of(request).pk,
                    account_id=pk,
                    invitation_id=invited,
                    now=http.now,
                    today=http.today,
                )
            else:
                actions.end_share(
                    holder_id=user_of(request).pk,
                    account_id=pk,
                    link_id=pk_of("lnk", person_id) or 0,
                    now=http.now,
                    today=http.today,
                )
        except actions.NotShared as error:
            raise _refused(error) from error
        return Response(status=204)


class AccessLog(APIView):
    @extend_schema(
        operation_id="list_accesses",
        parameters=[LIMIT, AFTER],
        responses={200: list_of(AccessShape, "Access"), 401: PROBLEM, 403: PROBLEM, 404: PROBLEM},
    )
    def get(self, request: Request, account_id: str) -> Response:
        """
        List what others did with an account, newest first; for its holder alone.
        """
        pk = held(request, account_id)
        rows = [
            {
                "id": key_of("acs", row.id),
                "email": row.email,
                "by_staff": row.by_staff,
                "deed": row.purpose,
                "at": row.at,
            }
            for row in queries.access_log(account_ids=[pk], limit=LONGEST_LOG)
        ]
        return Response(page_of(rows, request.query_params))


class Invitations(APIView):
    @extend_schema(
        operation_id="accept_invitation",
        request=Accepting,
        responses={204: None, 401: PROBLEM, 403: PROBLEM, 409: PROBLEM, 410: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        """
        Accept an invitation that was mailed to the address of this login.
        """
        given = Accepting(data=request.data)
        given.is_valid(raise_exception=True)
        http = http_of(request)
        try:
            actions.accept_invitation_as(
                token=given.validated_data["token"],
                user_id=user_of(request).pk,
                grouping=http.tenant.file.portal.grouping,
                now=http.now,
                today=http.today,
            )
        except (
            actions.InvitationOver,
            actions.InvitationForAnother,
            actions.AnotherTaxNumber,
        ) as error:
            raise _refused(error) from error
        return Response(status=204)


def held(request: Request, account_id: str) -> int:
    """
    Return the id of an account that the caller holds.

    :raises Problem: 404 if it is none of the caller's, 403 if it was only shared or is acted for.
    """
    pk = pk_of("acc", account_id)
    if pk is None or pk not in ids_of(request, Right.SEE):
        raise Problem(
            status=404,
            code="no_such_account",
            title="No such account",
            detail="None of the linked accounts has this id.",
        )
    if pk not in ids_of(request, Right.SHARE):
        raise Problem(
            status=403,
            code="not_holder",
            title="Not the holder",
            detail="Only the holder of an account shares it and sees with whom.",
        )
    return pk


def _people(request: Request, account_id: int) -> list[dict[str, Any]]:
    http = http_of(request)
    shared: list[tuple[str, bool, queries.WhoSees | queries.Asked]] = [
        (key_of("lnk", row.link_id), False, row)
        for row in queries.who_sees(account_id=account_id, today=http.today)
        if row.role == LinkRole.DELEGATE
    ]
    asked = [
        (key_of("inv", row.id), True, row)
        for row in queries.asked(account_id=account_id, now=http.now, today=http.today)
    ]
    return [
        {
            "id": key,
            "email": row.email,
            "waiting": waiting,
            "may_read": row.may_read,
            "may_pay": row.may_pay,
            "last_date": row.last_date,
        }
        for key, waiting, row in [*shared, *asked]
    ]


_REFUSALS: dict[type[Exception], tuple[int, str, str, str]] = {
    actions.DayOver: (422, "day_over", "The day is over", "Choose a last day still to come."),
    actions.AlreadyLinked: (
        409,
        "already_linked",
        "Sees it already",
        "The login of this address sees the account already.",
    ),
    actions.TooManyPeople: (
        409,
        "too_many_people",
        "Shared with many",
        "The account is shared with as many people as it can be. End one of them first.",
    ),
    actions.NotShared: (
        404,
        "not_shared",
        "Not shared",
        "The account is not shared with this person, or no longer.",
    ),
    actions.InvitationOver: (
        410,
        "invitation_over",
        "The invitation has ended",
        "It was used, withdrawn or replaced, or is too old. Ask for another.",
    ),
    actions.InvitationForAnother: (
        403,
        "invitation_for_another",
        "For another address",
        "An invitation works only for the e-mail address that it was sent to.",
    ),
    actions.AnotherTaxNumber: (
        409,
        "another_tax_number",
        "Another tax number",
        "One login shows the accounts of one tax number. Use another login for this.",
    ),
}


def _refused(error: Exception) -> Problem:
    status, code, title, detail = _REFUSALS[type(error)]
    return Problem(status=status, code=code, title=title, detail=detail)
