"""Remind customers of bills that are late."""

from datetime import datetime

from mains.billing.rules.dunning import dunning_step
from mains.core.transactions import owns_transaction
from mains.core.wording import date_text, money_text
from mains.customers import queries as customers
from mains.customers.queries import Addressee
from mains.notifications import actions as notifications
from mains.payments import queries as payments
from mains.payments.queries import BillRow
from mains.tenancy.queries import TenantInfo


@owns_transaction
def send_due(*, tenant: TenantInfo, now: datetime) -> int:
    """
    Queue the reminders that are due and return how many are new.

    Each step of a bill is told once; of several that were missed only the last one is. Who pays in
    between, or whose payment is being confirmed, is not reminded; neither is who is collected from.
    """
    days = tenant.file.billing.dunning_days
    if not days:
        return 0
    today = tenant.date_of(now)
    due = []
    for row in payments.overdue(today=today):
        step = dunning_step(
            outstanding=row.outstanding, due_date=row.due_date, today=today, days=days
        )
        if step:
            due.append((row, step))
    holders = customers.addressees(account_ids={row.account_id for row, _step in due})
    return sum(
        _queue(tenant, row, step, holders[row.account_id], now)
        for row, step in due
        if holders[row.account_id].email
    )


def _queue(tenant: TenantInfo, row: BillRow, step: int, holder: Addressee, now: datetime) -> int:
    language = holder.language or tenant.file.locale.languages[0]
    made = notifications.queue(
        kind="payment-reminder",
        # Each part of a bill that is paid in parts has reminders of its own.
        key=f"{row.id}:{row.due_date}:{step}",
        recipient=holder.email,
        language=language,
        values={
            "number": row.number,
            "amount": money_text(row.next_part or row.outstanding, language=language),
            "due": date_text(row.due_date, language=language),
            "account": row.account_number[-3:],
            "last": "yes" if step == len(tenant.file.billing.dunning_days) else "",
            "url": f"{tenant.url}/bills/{row.id}/",
        },
        now=now,
    )
    return int(made)
