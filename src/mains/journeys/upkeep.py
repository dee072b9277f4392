"""What has to happen even if nobody asks: by the data, not by the schedule."""

from datetime import UTC, datetime, timedelta

import structlog

from mains.billing.runs import overview as billing
from mains.customers import companies
from mains.documents import waiting as files
from mains.einvoices import filing
from mains.enrolment import actions as enrolment
from mains.enrolment import cleaning
from mains.guard.context import PUBLIC
from mains.journeys import (
    bank_desk,
    bill_downloads,
    bill_run,
    collections,
    company_year,
    dunning,
    import_desk,
    mandate_loss,
    onboard_provider,
    print_files,
    reading_openings,
    reading_reminders,
    recovery,
    tariff_lab,
    tariff_notices,
)
from mains.ledger import queries as ledger
from mains.notifications import actions as notifications
from mains.payments import inbox, refunding, releasing, settling
from mains.privacy import actions as privacy
from mains.sandbox import webhooks as cards
from mains.tenancy import queries

log = structlog.get_logger()


def sweep(*, schema_name: str) -> None:
    """
    Send queued messages, ask about open payments, take up bill runs that nobody works on.

    In the public schema the pretend gateway tells its merchants what they did not hear yet.
    """
    notifications.send_queued(now=datetime.now(UTC))
    if schema_name == PUBLIC:
        recovery.forget_old(now=datetime.now(UTC))
        onboard_provider.build_waiting(now=datetime.now(UTC))
        cards.deliver_due(now=datetime.now(UTC))
        return
    tenant = queries.current_tenant()
    now = tenant.now()
    today = tenant.date_of(now)
    inbox.try_again(now=now, today=today)
    settling.sweep(now=now, today=today)
    refunding.sweep(now=now, today=today)
    collections.sweep(tenant=tenant, now=now)
    privacy.build_waiting(tenant=tenant, now=now)
    import_desk.take_up_lost(tenant=tenant, now=now)
    bank_desk.take_up_lost(tenant=tenant, now=now)
    tariff_notices.tell_waiting(tenant=tenant, now=now)
    tariff_lab.take_up_lost(tenant=tenant)
    bill_downloads.take_up_lost(tenant=tenant, now=now)
    print_files.take_up_lost(tenant=tenant, now=now)
    for run_id in billing.unfinished_runs():
        bill_run.work_on(tenant=tenant, run_id=run_id, now=now)
    filing.file_waiting(tenant=tenant, now=now, is_thorough=False)


def nightly() -> None:
    """
    Compare the ledger with itself, delete what has ended, remind, and start runs on their day.

    A run that was started before is found again, so a missed or repeated night changes nothing.
    """
    strays = ledger.strays()
    if strays.transfers_without_account or strays.wrong_balances:
        log.error(
            "ledger.strays",
            transfers=strays.transfers_without_account,
            balances=strays.wrong_balances,
        )
    tenant = queries.current_tenant()
    recovery.forget_old(now=tenant.now())
    cleaning.every_night(now=tenant.now())
    files.delete_expired(now=tenant.now())
    releasing.use_credit_since(since=tenant.now() - timedelta(days=2))
    collections.nightly(tenant=tenant, now=tenant.now())
    bill_downloads.end_old(now=tenant.now())
    print_files.end_old(now=tenant.now())
    today = tenant.date_of(tenant.now())
    enrolment.leave_lapsed(now=tenant.now(), today=today)
    mandate_loss.apply(tenant=tenant, now=tenant.now())
    privacy.delete_old(privacy=tenant.file.privacy, today=today, now=tenant.now())
    reading_reminders.send_due(tenant=tenant, now=tenant.now())
    reading_openings.tell_due(tenant=tenant, now=tenant.now())
    dunning.send_due(tenant=tenant, now=tenant.now())
    filing.file_waiting(tenant=tenant, now=tenant.now())
    company_year.make_ready(tenant=tenant, now=tenant.now())
    day = tenant.file.billing.issue_day
    if day is None or today.day < day:
        return
    for company in companies.all_companies():
        try:
            run = bill_run.start(
                tenant=tenant,
                company=company,
                period=bill_run.period_before(tenant=tenant, today=today),
                started_by="calendar",
                now=tenant.now(),
            )
        except (bill_run.NobodyToBill, bill_run.OverlappingRun):
            continue
        bill_run.work_on(tenant=tenant, run_id=run.pk, now=tenant.now())
