"""The file for an energy audit, as on the page."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from mains.api.requests import http_of, noted
from mains.api.v1.shapes import PROBLEM, ids_of
from mains.core import spreadsheets
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.journeys import energy_audit

_PARAMETERS = [
    OpenApiParameter(
        "from", int, description="The first calendar year; the first known if absent."
    ),
    OpenApiParameter("until", int, description="The last calendar year; the last known if absent."),
    OpenApiParameter("as", str, enum=list(spreadsheets.TYPES), description="CSV if absent."),
]


class CsvRenderer(BaseRenderer):
    """
    Says that a file is CSV; the file itself is written before.
    """

    media_type = "text/csv"
    format = "csv"

    def render(self, data: Any, _type: str | None = None, _more: Any = None) -> bytes:
        """
        Return what came, which is a problem in JSON.
        """
        return bytes(JSONRenderer().render(data))


class XlsxRenderer(CsvRenderer):
    """
    Says the same of a workbook.
    """

    media_type = spreadsheets.TYPES["xlsx"]
    format = "xlsx"


class EnergyAudit(APIView):
    renderer_classes = (CsvRenderer, XlsxRenderer, JSONRenderer)

    @extend_schema(
        operation_id="get_energy_audit",
        parameters=_PARAMETERS,
        responses={
            (200, "text/csv"): OpenApiTypes.STR,
            (200, spreadsheets.TYPES["xlsx"]): OpenApiTypes.BINARY,
            401: PROBLEM,
            422: PROBLEM,
        },
    )
    def get(self, request: Request) -> HttpResponse:
        """
        Give month by month what was used, what it cost, and the degree days.
        """
        asked = request.query_params
        suffix = asked.get("as", "csv")
        if suffix not in spreadsheets.TYPES:
            raise ValidationError(
                {"as": f"The file can be one of {', '.join(spreadsheets.TYPES)}."}
            )
        ids = set(ids_of(request, Right.PAY)) & set(ids_of(request, Right.READ))
        noted(request, Deed.BILLS, ids)
        content = energy_audit.file_of(
            tenant=http_of(request).tenant,
            account_ids=sorted(ids),
            within=energy_audit.years_asked(asked.get("from", ""), asked.get("until", "")),
            suffix=suffix,
            language="en",
        )
        return HttpResponse(content, content_type=spreadsheets.TYPES[suffix])
