"""Take a bill back and bill again: the note, the money that was paid, the pages that are open."""

from datetime import datetime

from mains.billing import crediting
from mains.billing.models import Bill
from mains.billing.runs import apart
from mains.core.transactions import owns_transaction
from mains.journeys import run_desk
from mains.journeys.bill_run import policy_of
from mains.notifications import jobs as notifications
from mains.payments import releasing, settling
from mains.tenancy.queries import TenantInfo


def credit(
    *,
    tenant: TenantInfo,
    bill_id: int,
    reason: str,
    credited_by: str,
    actor: str,
    now: datetime,
) -> int:
    """
    Credit an issued bill, release what was paid for it, and return the id of the note; again the
    same one.

    :raises crediting.ReasonMissing: if no reason is given.
    :raises crediting.NotCreditable: if it is a credit note, or its facts are deleted.
    :raises crediting.RunAtWork: if its run is being issued.
    :raises crediting.LaterBill: if it rests on estimates that a later bill goes on from.
    :raises crediting.SettledBill: if a settlement took its fixed amounts off.
    :raises crediting.SecondPersonNeeded: if nobody else asked for it, where the tenant wants two.
    :raises ClosedMonth: if the company has closed the month of today.
    :raises Bill.DoesNotExist: if there is no such bill.
    """
    today = tenant.date_of(now)
    # Whoever is at the payment page pays nothing for it any more; what was paid is booked first.
    settling.expire_live(bill_ids=[bill_id], now=now, today=today)
    note_id = _credit(
        tenant=tenant,
        bill_id=bill_id,
        reason=reason,
        credited_by=credited_by,
        actor=actor,
        now=now,
    )
    notifications.SEND_MESSAGES.send()
    return note_id


@owns_transaction
def _credit(
    *,
    tenant: TenantInfo,
    bill_id: int,
    reason: str,
    credited_by: str,
    actor: str,
    now: datetime,
) -> int:
    bill = Bill.objects.select_related("account__company").defer("facts").get(pk=bill_id)
    company = tenant.file.company(bill.account.company.code)
    note = crediting.credit(
        bill_id=bill_id,
        reason=reason,
        credited_by=credited_by,
        actor=actor,
        series=company.series_of_credits,
        second_person=tenant.file.billing.second_person_approves,
        now=now,
        today=tenant.date_of(now),
    )
    releasing.release(bill_id=bill_id)
    return note.pk


def bill_again(
    *, tenant: TenantInfo, bill_id: int, started_by: str, actor: str, now: datetime
) -> int:
    """
    Start a corrected bill in place of a credited one, rehearse it, and return its run's id.

    Again returns the same run, as long as it is not issued.

    :raises apart.NotCredited: if the bill is not credited.
    :raises apart.NothingLeft: if its days are billed again already.
    :raises Bill.DoesNotExist: if there is no such bill.
    """
    bill = Bill.objects.select_related("account__company").defer("facts").get(pk=bill_id)
    run = apart.start_correction(
        bill_id=bill_id,
        today=tenant.date_of(now),
        policy=policy_of(tenant=tenant, company_code=bill.account.company.code),
        started_by=started_by,
        actor=actor,
        now=now,
    )
    run_desk.rehearse(tenant=tenant, run_id=run.pk)
    return run.pk
