"""A bill for the customer's own programs."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mains.core.downloads import as_file
from mains.einvoices import documents
from mains.einvoices.rules.problems import NotMachineReadable
from mains.einvoices.wording import FORMATS
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.payments import queries as payments
from mains.payments.queries import BillRow
from mains.portal.access import PortalRequest, customer_required, noted, require


def documents_of(
    request: PortalRequest, row: BillRow, facts: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """
    Return the formats of a bill for its customer: what each is called, and its address.
    """
    kinds = documents.kinds_of(
        bill_id=row.id, facts=facts, company_code=row.company_code, tenant=request.tenant
    )
    return [
        (FORMATS[kind], reverse("portal:bill-document", args=[row.id, kind]))
        for kind in kinds
        if kind in documents.FOR_CUSTOMERS
    ]


@require_safe
@customer_required
def document(request: PortalRequest, bill_id: int, document: str) -> HttpResponse:
    """
    Give a bill in a format that programs read.
    """
    row = payments.bill(bill_id=bill_id, today=request.today)
    if row is None or document not in documents.FOR_CUSTOMERS:
        raise Http404
    require(request, Right.PAY, account_id=row.account_id)
    noted(request, Deed.DOCUMENT, [row.account_id])
    try:
        made = documents.document(
            bill_id=bill_id,
            kind=document,
            company_code=row.company_code,
            tenant=request.tenant,
        )
    except documents.NoSuchDocument as error:
        raise Http404 from error
    except NotMachineReadable:
        messages.error(
            request, _("This bill cannot be given in this format. Choose JSON or CSV, or the PDF.")
        )
        return redirect("portal:bill", bill_id)
    return as_file(made.content, name=made.name, content_type=made.content_type)
