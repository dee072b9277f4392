"""Bills as documents that programs read."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from mains.api.problems import Problem
from mains.api.requests import http_of, noted
from mains.api.v1.shapes import PROBLEM, ids_of, pk_of
from mains.core.downloads import as_file
from mains.einvoices import documents
from mains.einvoices.rules.problems import NotMachineReadable
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.payments import queries as payments
from mains.payments.queries import BillRow
from mains.tenancy.queries import TenantInfo

_GIVEN = OpenApiTypes.BINARY
_NAMED = OpenApiParameter(
    "document",
    str,
    OpenApiParameter.PATH,
    enum=documents.FOR_CUSTOMERS,
    description="The format; `documents` of the bill says in which it is given.",
)


def documents_of(row: BillRow, facts: Mapping[str, Any], tenant: TenantInfo) -> list[str]:
    """
    Return the formats in which a bill is given to its customer.
    """
    kinds = documents.kinds_of(
        bill_id=row.id, facts=facts, company_code=row.company_code, tenant=tenant
    )
    return [kind for kind in kinds if kind in documents.FOR_CUSTOMERS]


class BillDocument(APIView):
    @extend_schema(
        operation_id="get_bill_document",
        parameters=[_NAMED],
        responses={
            (200, "application/xml"): _GIVEN,
            (200, "application/json"): _GIVEN,
            (200, "text/csv"): _GIVEN,
            (200, "application/pdf"): _GIVEN,
            401: PROBLEM,
            404: PROBLEM,
            422: PROBLEM,
        },
    )
    def get(self, request: Request, bill_id: str, document: str) -> HttpResponse:
        """
        Get a bill as a document: JSON, CSV, UBL, CII, Factur-X or FatturaPA.
        """
        pk = pk_of("bil", bill_id)
        row = payments.bill(bill_id=pk, today=http_of(request).today) if pk else None
        if row is None or row.account_id not in ids_of(request, Right.PAY):
            raise _missing("None of the accounts whose bills you may read has a bill with this id.")
        noted(request, Deed.DOCUMENT, [row.account_id])
        if document not in documents.FOR_CUSTOMERS:
            raise _missing("There is no such format.")
        try:
            made = documents.document(
                bill_id=row.id,
                kind=document,
                company_code=row.company_code,
                tenant=http_of(request).tenant,
            )
        except documents.NoSuchDocument as error:
            raise _missing("This bill is not given in this format.") from error
        except NotMachineReadable as problem:
            raise Problem(
                status=422,
                code=problem.code,
                title="Not in this format",
                detail=str(problem),
            ) from problem
        return as_file(made.content, name=made.name, content_type=made.content_type)


def _missing(detail: str) -> Problem:
    return Problem(status=404, code="no_such_document", title="No such document", detail=detail)
