"""Pay several bills of an account as one: choose, confirm, print."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from mains.customers import queries as customers
from mains.payments import queries
from mains.payments.bills_due import creating, overview, paper
from mains.payments.bills_due.creating import KeyUsed, NotPayable
from mains.payments.bills_due.overview import DocumentRow
from mains.payments.queries import BillRow
from mains.tenancy.queries import TenantInfo

__all__ = ["DocumentsOff", "KeyUsed", "NotPayable", "choices", "create", "last_date", "pdf"]


class DocumentsOff(Exception):
    """The tenant makes no payment documents."""


def is_on(*, tenant: TenantInfo) -> bool:
    """
    Tell whether a tenant makes payment documents.
    """
    return tenant.file.payments.payment_documents


def choices(*, account_ids: Collection[int], today: date) -> list[BillRow]:
    """
    Return the bills of accounts that may stand on a payment document, oldest due date first.
    """
    rows = queries.payable(account_ids=account_ids, today=today)
    return [row for row in rows if creating.may_be_asked_for(row)]


def last_date(*, tenant: TenantInfo, today: date) -> date:
    """
    Return the last day of a document that is made today.
    """
    return today + timedelta(days=tenant.file.payments.payment_document_days)


def create(
    *,
    tenant: TenantInfo,
    account_id: int,
    bill_ids: Collection[int],
    request_key: str,
    by: str,
    now: datetime,
    today: date,
) -> int:
    """
    Make the document of unpaid bills of one account and return its id; the same key makes one.

    :raises DocumentsOff: where the tenant makes none.
    :raises NotPayable: if one of the bills is not to be paid, or none or too many were chosen.
    :raises KeyUsed: if the key came before with other bills.
    """
    if not is_on(tenant=tenant):
        raise DocumentsOff
    return creating.create(
        account_id=account_id,
        bill_ids=bill_ids,
        request_key=request_key,
        by=by,
        days=tenant.file.payments.payment_document_days,
        now=now,
        today=today,
    )


def document(*, tenant: TenantInfo, document_id: int, today: date) -> DocumentRow | None:
    """
    Return a payment document, or None where there is none or the tenant makes none.
    """
    return overview.document(document_id=document_id, today=today) if is_on(tenant=tenant) else None


def pdf(*, tenant: TenantInfo, document: DocumentRow) -> bytes:
    """
    Return a payment document on paper.
    """
    account = customers.account_with_customer(account_id=document.account_id)
    assert account is not None  # Nobody deletes an account that has one.
    return paper.pdf(document=document, account=account, tenant=tenant)
