"""Write down who did what, in the schema being served."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import connection

from mains.audit.models import AccessEntry, Entry, Head
from mains.audit.rules import chain
from mains.audit.rules.chain import Scalar, Unrecordable
from mains.core.transactions import inside_transaction

__all__ = ["Unrecordable", "record", "record_access", "record_accesses"]


@inside_transaction
def record(
    *,
    action: str,
    subject: str,
    actor: str,
    detail: Mapping[str, Scalar] | None = None,
    now: datetime,
) -> int:
    """
    Append a deed in the caller's transaction and return its number, gap-free from 1.

    `action` is like `bill_run.approved`, `subject` like `bill_run:7`, `actor` like `staff:3`. Call
    it last: from here to the end of the transaction every other deed of the tenant waits.

    :raises Unrecordable: for names, e-mails, floats or nested data; rows hold ids and codes.
    """
    facts = dict(detail or {})
    chain.check(action=action, subject=subject, actor=actor, detail=facts)
    head = _locked_head()
    number, previous = head.number + 1, head.hash
    digest = chain.row_hash(
        number=number,
        previous=previous,
        at=now,
        action=action,
        subject=subject,
        actor=actor,
        detail=facts,
    )
    Entry.objects.create(
        number=number,
        at=now,
        action=action,
        subject=subject,
        actor=actor,
        detail=facts,
        previous=previous,
        hash=digest,
    )
    Head.objects.filter(pk=1).update(number=number, hash=digest)
    return number


def _locked_head() -> Head:
    head = Head.objects.select_for_update().filter(pk=1).first()
    if head is not None:
        return head
    # The first deed of a schema; of two at once, one writes the row and both wait for it.
    Head.objects.bulk_create([Head(pk=1, number=0, hash=chain.GENESIS)], ignore_conflicts=True)
    return Head.objects.select_for_update().get(pk=1)


@inside_transaction
def record_access(
    *, account_id: int, actor: str, purpose: str, reason: str, now: datetime, page: str = ""
) -> None:
    """
    Write down, for the customer to read, that somebody looked at an account.

    `purpose` is a code such as `SUPPORT`, `reason` what the customer reads, `page` an address of
    the portal.
    """
    AccessEntry.objects.create(
        account_id=account_id,
        actor=actor,
        purpose=purpose,
        reason=reason[:200],
        page=page[:200],
        at=now,
    )


@inside_transaction
def record_accesses(
    *,
    account_ids: Collection[int],
    actor: str,
    purpose: str,
    reason: str = "",
    page: str = "",
    since: datetime | None = None,
    now: datetime,
) -> int:
    """
    Write down that somebody looked at accounts, and return at how many that is new.

    An account where the same is written since an instant gets no second row, so that the list stays
    one that people read; two requests at once wait for each other. Without an instant each look
    gets its row.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(current_schema() || %s, 0))",
            [f"access:{actor}:{purpose}"],
        )
    known: set[int] = set()
    if since is not None:
        written = AccessEntry.objects.filter(
            account_id__in=account_ids, actor=actor, purpose=purpose, at__gt=since
        )
        known = set(written.values_list("account_id", flat=True))
    rows = [
        AccessEntry(
            account_id=account_id,
            actor=actor,
            purpose=purpose,
            reason=reason[:200],
            page=page[:200],
            at=now,
        )
        for account_id in sorted(set(account_ids) - known)
    ]
    AccessEntry.objects.bulk_create(rows)
    return len(rows)
