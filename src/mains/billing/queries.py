"""What was billed, from the sealed facts."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from mains.billing.models import Bill, BillLine


class FactsTampered(Exception):
    """The facts of a bill no longer match the hash taken when it was issued."""


@dataclass(frozen=True, slots=True)
class PeriodUse:
    """
    What one bill counted of the quantity its lines price most.
    """

    start: date
    quantity: Decimal
    unit: str


def facts(*, bill_id: int) -> dict[str, Any] | None:
    """
    Return the sealed facts of an issued bill, credited or not, or None: no such bill, or one whose
    time of retention is over.

    :raises FactsTampered: if they are not what was sealed at issue.
    """
    return _unsealed(Bill.objects.given().filter(pk=bill_id))


def facts_before(*, bill_id: int) -> dict[str, Any] | None:
    """
    Return the facts of the bill that its account got before this one, or None.

    :raises FactsTampered: if they are not what was sealed at issue.
    """
    bill = Bill.objects.filter(pk=bill_id).first()
    if bill is None:
        return None
    return _unsealed(
        Bill.objects.charging()
        .filter(account_id=bill.account_id, period_end__lte=bill.period_start)
        .order_by("-period_end")
    )


def _unsealed(bills: QuerySet[Bill]) -> dict[str, Any] | None:
    row = bills.values_list("number", "facts", "facts_hash", "facts_deleted_at").first()
    if row is None:
        return None
    number, text, digest, deleted_at = row
    if deleted_at is not None and not text:
        return None
    if sha256(text.encode()).hexdigest() != digest:
        raise FactsTampered(number)
    return json.loads(text)


def services(*, bill_ids: Collection[int]) -> dict[int, set[str]]:
    """
    Return by bill the codes of the services that its lines name.
    """
    named: dict[int, set[str]] = {bill_id: set() for bill_id in bill_ids}
    lines = BillLine.objects.filter(bill_id__in=named).exclude(service="")
    for bill_id, service in lines.values_list("bill_id", "service").distinct():
        named[bill_id].add(service)
    return named


def uses(*, bill_id: int, limit: int = 13) -> list[PeriodUse]:
    """
    Return what the bills of an account up to this one counted, oldest first, in one unit.

    What later bills corrected belongs to the period that they correct. Where a bill has several
    metered lines, the dearest one is followed.
    """
    bill = Bill.objects.defer("facts").filter(pk=bill_id).first()
    if bill is None:
        return []
    issued = Bill.objects.charging().filter(account_id=bill.account_id)
    starts = dict(issued.values_list("pk", "period_start"))
    lines = list(
        BillLine.objects.filter(bill_id__in=starts, unit__in=["kWh", "m3", "GJ", "Gcal"]).order_by(
            "bill_id", "position"
        )
    )
    own = [line for line in lines if line.bill_id == bill_id and line.corrects_date is None]
    if not own:
        return []
    lead = max(own, key=lambda line: line.net)
    used: dict[date, Decimal] = {}
    for line in lines:
        start = line.corrects_date or starts[line.bill_id]
        if line.code == lead.code and start <= bill.period_start:
            used[start] = used.get(start, Decimal(0)) + line.quantity
    return [PeriodUse(start, used[start], lead.unit) for start in sorted(used)[-limit:]]


def is_latest(*, bill_id: int) -> bool:
    """
    Tell whether a bill is the latest one of its account.
    """
    bill = Bill.objects.defer("facts").get(pk=bill_id)
    later = Bill.objects.charging().filter(
        account_id=bill.account_id, period_start__gt=bill.period_start
    )
    return not later.exists()


def credit_wish(*, bill_id: int) -> tuple[str, str]:
    """
    Return who wanted a bill credited and why, whether or not it was; empty otherwise.
    """
    rows = Bill.objects.filter(pk=bill_id).values_list("credit_asked_by", "credit_reason")
    return rows.first() or ("", "")


def made_again(*, bill_id: int) -> int | None:
    """
    Return the id of the corrected bill that was issued in place of a credited one, or None.
    """
    return Bill.objects.filter(run__corrects=bill_id).values_list("pk", flat=True).last()


def messages_waiting(*, run_id: int) -> bool:
    """
    Tell whether a message about a bill of a run is still in the outbox.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from billing_bill b join notifications_message m"
            " on rtrim(m.key, '+') = 'bill-issued:' || b.id"
            " where b.run_id = %s and m.state = 'QUEUED' and m.kind = 'bill-issued')",
            [run_id],
        )
        return bool(cursor.fetchone()[0])
