"""Letters about a bill, with what is open of it today."""

from datetime import date

from mains.billing import queries as billing
from mains.billing.documents import letters
from mains.billing.rules.dunning import dunning_step
from mains.payments import queries as payments
from mains.payments.queries import BillRow
from mains.tenancy.queries import TenantInfo


class NoSuchLetter(Exception):
    """The bill is not late, not paid in parts, or not there: there is nothing to write."""


def reminder(*, bill_id: int, tenant: TenantInfo, today: date) -> bytes:
    """
    Return the reminder of a late bill as it is due today.

    :raises NoSuchLetter: if no reminder of it is due.
    """
    row = payments.bill(bill_id=bill_id, today=today)
    step = 0 if row is None else step_of(row, tenant=tenant, today=today)
    facts = billing.facts(bill_id=bill_id)
    if row is None or not step or facts is None:
        raise NoSuchLetter(bill_id)
    days = tenant.file.billing.dunning_days
    return letters.reminder(
        facts={**facts, "due_date": row.due_date.isoformat()},
        tenant=tenant,
        outstanding=row.next_part or row.outstanding,
        step=step,
        steps=len(days),
    )


def step_of(row: BillRow, *, tenant: TenantInfo, today: date) -> int:
    """
    Return which reminder of a bill is due; 0 where none is.
    """
    if row.collection_date is not None or row.processing:
        return 0
    return dunning_step(
        outstanding=row.outstanding,
        due_date=row.due_date,
        today=today,
        days=tenant.file.billing.dunning_days,
    )


def plan(*, bill_id: int, tenant: TenantInfo, today: date) -> bytes:
    """
    Return the letter about a bill that is paid in parts.

    :raises NoSuchLetter: if no parts are agreed, or nothing is open.
    """
    row = payments.bill(bill_id=bill_id, today=today)
    facts = billing.facts(bill_id=bill_id)
    if row is None or facts is None or not row.instalments or row.next_part is None:
        raise NoSuchLetter(bill_id)
    return letters.plan(
        facts=facts,
        tenant=tenant,
        outstanding=row.outstanding,
        parts=row.instalments,
        next_part=row.instalments[0]._replace(due_date=row.due_date, amount=row.next_part),
    )
