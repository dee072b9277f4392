"""Many bills as one file: ask for it, see how far it is, fetch it."""

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
    ids_of,
    list_of,
    page_of,
    pk_of,
)
from mains.documents.serving import LINK_SECONDS
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.journeys import bill_downloads
from mains.journeys.bill_downloads import Download, Format, Step

_PREFIX = "dld_"
_MOST_ACCOUNTS = 10_000


class NewDownload(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=60)
    first = serializers.DateField(help_text="Bills issued on this day and later.")
    last = serializers.DateField(help_text="Bills issued until the end of this day.")
    accounts = serializers.ListField(
        child=serializers.CharField(max_length=40),
        required=False,
        max_length=_MOST_ACCOUNTS,
        help_text="All that the caller may pay for, if none is named.",
    )
    format = serializers.ChoiceField(choices=[one.value for one in Format], default="zip")


class DownloadShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=[one.value for one in Step])
    bills = serializers.IntegerField()
    done = serializers.IntegerField()
    bytes = serializers.IntegerField()
    asked_at = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)
    url = serializers.CharField(
        allow_null=True, help_text="Where the file is for a minute, once it is ready."
    )


class BillDownloads(APIView):
    @extend_schema(
        operation_id="list_bill_downloads",
        parameters=[LIMIT, AFTER],
        responses={200: list_of(DownloadShape, "BillDownload"), 401: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        """
        List the files that the caller asked for, the latest first.
        """
        found = bill_downloads.of_login(user_id=user_of(request).pk, now=http_of(request).now)
        return Response(page_of([_shape(one) for one in found], request.query_params))

    @extend_schema(
        operation_id="create_bill_download",
        parameters=[IDEMPOTENCY],
        request=NewDownload,
        responses={202: DownloadShape, 401: PROBLEM, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        """
        Ask for a file of the bills that were issued in a period.
        """
        given = NewDownload(data=request.data)
        given.is_valid(raise_exception=True)
        return idempotently(request, given.validated_data, lambda: _create(request, given))


class OneBillDownload(APIView):
    @extend_schema(
        operation_id="get_bill_download",
        responses={200: DownloadShape, 401: PROBLEM, 404: PROBLEM},
    )
    def get(self, request: Request, download_id: str) -> Response:
        """
        Get one file: how far it is, and for a minute where it can be fetched.
        """
        user_id, now = user_of(request).pk, http_of(request).now
        name = download_id.removeprefix(_PREFIX)
        try:
            found = bill_downloads.one(name=name, user_id=user_id, now=now)
        except bill_downloads.NoSuchDownload as error:
            raise Problem(
                status=404,
                code="no_such_download",
                title="No such file",
                detail="You asked for no file with this id.",
            ) from error
        shape = _shape(found)
        # Whoever no longer sees an account of it gets no link.
        if found.step is Step.READY and set(found.account_ids) <= set(ids_of(request, Right.PAY)):
            noted(request, Deed.DOCUMENT, found.account_ids)
            address = bill_downloads.link(name=name, user_id=user_id, now=now, seconds=LINK_SECONDS)
            host = "" if "://" in address else http_of(request).tenant.url
            shape["url"] = f"{host}{address}"
        return Response(shape)


def _create(request: Request, given: NewDownload) -> Answer:
    http, asked = http_of(request), given.validated_data
    mine = ids_of(request, Right.PAY)
    wanted = {pk_of("acc", key) for key in asked.get("accounts") or ()} or set(mine)
    if not wanted <= set(mine):
        raise Problem(
            status=404,
            code="no_such_account",
            title="No such account",
            detail="One of these is no account that you may pay for.",
            pointer="/accounts",
        )
    try:
        rows = bill_downloads.found(
            account_ids=[pk for pk in wanted if pk],
            first=asked["first"],
            last=asked["last"],
            today=http.today,
        )
        name = bill_downloads.ask(
            rows=rows,
            title=asked["title"],
            file_format=Format(asked["format"]),
            user_id=user_of(request).pk,
            language=user_of(request).language or http.tenant.file.locale.languages[0],
            now=http.now,
        )
    except bill_downloads.NothingChosen as error:
        raise _conflict("no_bills", "No bills", "No bill was issued in this period.") from error
    except bill_downloads.TooMany as error:
        raise _conflict(
            "too_many_bills", "Too many bills", "Name a shorter period, or ask for a ZIP."
        ) from error
    noted(request, Deed.DOCUMENT, {row.account_id for row in rows})
    made = bill_downloads.one(name=name, user_id=user_of(request).pk, now=http.now)
    return Answer(202, _shape(made))


def _conflict(code: str, title: str, detail: str) -> Problem:
    return Problem(status=409, code=code, title=title, detail=detail)


def _shape(found: Download) -> dict[str, Any]:
    return {
        "id": f"{_PREFIX}{found.name}",
        "title": found.title,
        "state": found.step.value,
        "bills": found.count,
        "done": found.done,
        "bytes": found.size,
        "asked_at": found.asked_at.isoformat(),
        "until": found.until and found.until.isoformat(),
        "url": None,
    }
