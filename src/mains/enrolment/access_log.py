"""What people do with accounts that were shared with them, for the holder to read."""

from collections.abc import Callable, Collection, Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.http import HttpRequest, HttpResponse

from mains.audit import actions as audit
from mains.core.transactions import owns_transaction
from mains.enrolment.queries import LinkedAccount

# One row for each kind, person and account in this time: a list that people read.
ONCE_IN = timedelta(hours=1)
REFUSED = 400
# The purpose under which staff look at the portal as a login sees it.
SUPPORT = "SUPPORT"


class Deed(StrEnum):
    BILLS = "BILLS"
    DOCUMENT = "DOCUMENT"
    READING = "READING"
    PAYMENT = "PAYMENT"


def note(
    request: HttpRequest,
    deed: Deed,
    *,
    user_id: int,
    linked: Iterable[LinkedAccount],
    account_ids: Collection[int],
) -> None:
    """
    Remember a deed of this request, where it is about accounts that were shared with a login.

    It is written when the answer is ready, because a page is read in a READ ONLY transaction. What
    staff see in a support view was written when it began, in their own name.
    """
    if getattr(request, "support_view", None) is not None:
        return
    shared = {account.pk for account in linked if account.is_shared} & set(account_ids)
    if shared:
        notes = getattr(request, "access_notes", [])
        request.access_notes = [*notes, (deed, user_id, shared)]  # type: ignore[attr-defined]


class AccessLogMiddleware:
    """
    Write what a request noted before its answer leaves: no page without its row, no row without it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "access_notes", None) and response.status_code < REFUSED:
            _write(request)
        return response


@owns_transaction
def _write(request: Any) -> None:
    for deed, user_id, account_ids in request.access_notes:
        audit.record_accesses(
            account_ids=account_ids,
            actor=f"user:{user_id}",
            purpose=deed,
            page=request.path,
            since=request.now - ONCE_IN,
            now=request.now,
        )
