"""Ask for one's data, close a login, erase a party, and delete what the law no longer wants."""

import secrets
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session

from mains.audit import actions as audit
from mains.billing.documents import pdf
from mains.billing.models import Bill
from mains.core.transactions import owns_transaction
from mains.customers.models import Customer
from mains.documents import storage
from mains.enrolment import actions as enrolment
from mains.enrolment.models import AccountLink
from mains.identity.models import User
from mains.metering import photos
from mains.notifications import actions as notifications
from mains.notifications.models import Message, MessageState
from mains.payments.models import GatewayEvent
from mains.privacy import erasing, exporting, finding, jobs, queries
from mains.privacy.models import DataJob, JobKind, JobState
from mains.privacy.rules import retention
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile.privacy import Privacy


class ContractRunning(Exception):
    """A contract of the party still runs, and it cannot be billed without knowing who it is."""


class StillOwing(Exception):
    """An account of the party owes money or has some to its credit."""


class NoSuchWish(Exception):
    """Nobody asked for this, or it has been answered."""


@dataclass(frozen=True, slots=True)
class Erased:
    """
    What an erasure did: model → rows, and what the law keeps until when.
    """

    rows: dict[str, int]
    kept: list[erasing.Kept]


@owns_transaction
def request_export(
    *, user_id: int | None, customer_id: int | None, actor: str, now: datetime
) -> DataJob:
    """
    Ask for an archive of a login's or a party's data; while one is being made it is the answer.
    """
    job, made = DataJob.objects.get_or_create(
        kind=JobKind.EXPORT,
        state=JobState.WAITING,
        user_id=user_id,
        customer_id=customer_id,
        defaults={"requested_by": actor, "requested_at": now},
    )
    if made:
        audit.record(
            action="data.requested",
            subject=f"user:{user_id}" if user_id else f"customer:{customer_id}",
            actor=actor,
            detail={"job": job.pk},
            now=now,
        )
        jobs.BUILD_EXPORT.send_after_commit(job_id=job.pk)
    return job


@owns_transaction
def build_export(*, job_id: int, tenant: TenantInfo, now: datetime) -> bool:
    """
    Make the archive that a job asks for, and tell the login; one that is made stays as it is.

    Two workers at once wait for each other here, and the second finds nothing to do.
    """
    job = DataJob.objects.select_for_update().filter(pk=job_id, kind=JobKind.EXPORT).first()
    if job is None or job.state != JobState.WAITING:
        return False
    user = User.objects.filter(pk=job.user_id).first() if job.user_id else None
    if job.user_id and user is None:  # The login was deleted meanwhile.
        job.state, job.finished_at = JobState.ENDED, now
        job.save(update_fields=["state", "finished_at"])
        return False
    data = exporting.archive(
        about=queries.whose(job=job, today=tenant.date_of(now)),
        language=(user and user.language) or tenant.file.locale.languages[0],
        tenant=tenant,
        now=now,
    )
    job.file_name = f"{secrets.token_urlsafe(24)}.zip"
    storage.put(name=f"exports/{job.file_name}", data=data, content_type="application/zip")
    job.state, job.finished_at, job.size = JobState.DONE, now, len(data)
    job.expires_at = now + timedelta(days=tenant.file.privacy.export_days)
    job.save()
    if user is not None:
        notifications.queue(
            kind="data-ready",
            key=str(job.pk),
            recipient=user.email,
            language=user.language or tenant.file.locale.languages[0],
            values={
                "url": f"{tenant.url}/me/data/",
                "days": str(tenant.file.privacy.export_days),
            },
            now=now,
        )
    return True


def build_waiting(*, tenant: TenantInfo, now: datetime) -> int:
    """
    Make what a lost message left waiting, and return how many archives that were.
    """
    waiting = DataJob.objects.filter(kind=JobKind.EXPORT, state=JobState.WAITING)
    return sum(
        build_export(job_id=job_id, tenant=tenant, now=now)
        for job_id in list(waiting.order_by("pk").values_list("pk", flat=True)[:20])
    )


@owns_transaction
def close_login(
    *, user_id: int, ask_erasure: bool, tenant: TenantInfo, now: datetime
) -> Erased | None:
    """
    Delete a login with everything about it, and redirect its electronic bills.

    Customers, contracts, bills and payments stay. Whoever also asks to be erased as a customer
    leaves a wish for each party behind, which staff answer. Again does nothing.
    """
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        return None
    today = tenant.date_of(now)
    parties = queries.own_parties(user_id=user_id, today=today)
    about = finding.subject(user_ids=(user_id,))
    language = user.language or tenant.file.locale.languages[0]
    email = user.email
    enrolment.end_login(user_id=user_id, actor=f"user:{user_id}", now=now, today=today)
    done = erasing.erase(about=about, now=now)
    if ask_erasure:
        for party in parties:
            _wish(customer_id=party, actor=f"user:{user_id}", now=now)
    notifications.queue(
        kind="login-closed",
        key=str(user_id),
        recipient=email,
        language=language,
        values={},
        now=now,
    )
    kept = erasing.kept(customer_ids=parties, years=tenant.file.privacy.retention_years)
    return Erased({"identity.User": 1, **done}, kept)


def _wish(*, customer_id: int, actor: str, now: datetime) -> None:
    _job, made = DataJob.objects.get_or_create(
        kind=JobKind.ERASURE,
        state=JobState.WAITING,
        user_id=None,
        customer_id=customer_id,
        defaults={"requested_by": actor, "requested_at": now},
    )
    if made:
        audit.record(
            action="erasure.requested",
            subject=f"customer:{customer_id}",
            actor=actor,
            detail={},
            now=now,
        )


@owns_transaction
def erase_customer(*, customer_id: int, actor: str, tenant: TenantInfo, now: datetime) -> Erased:
    """
    Erase a party with the logins that see nothing else, and return what the law keeps.

    Again erases what has come since, and gives the same answer.

    :raises Customer.DoesNotExist: if there is no such party.
    :raises ContractRunning: while one of its contracts runs.
    :raises StillOwing: while one of its accounts is not settled.
    """
    customer = Customer.objects.select_for_update().get(pk=customer_id)
    today = tenant.date_of(now)
    obstacle = queries.obstacle(customer_id=customer_id, today=today)
    if obstacle == queries.RUNNING:
        raise ContractRunning(customer_id)
    if obstacle == queries.OWING:
        raise StillOwing(customer_id)
    logins = queries.logins_of_only(customer_id=customer_id)
    about = finding.subject(user_ids=logins, customer_ids=(customer.pk,))
    AccountLink.objects.filter(account__customer=customer_id, ended_at=None).update(ended_at=now)
    for user_id in logins:
        enrolment.end_login(user_id=user_id, actor=actor, now=now, today=today)
    done = erasing.erase(about=about, now=now)
    kept = erasing.kept(customer_ids=(customer_id,), years=tenant.file.privacy.retention_years)
    _answer(customer_id=customer_id, actor=actor, kept=kept, now=now)
    audit.record(
        action="customer.erased",
        subject=f"customer:{customer_id}",
        actor=actor,
        detail={"rows": sum(done.values()), "logins": len(logins), "kept": len(kept)},
        now=now,
    )
    return Erased(done, kept)


def _answer(*, customer_id: int, actor: str, kept: list[erasing.Kept], now: datetime) -> None:
    answer: dict[str, Any] = {
        "kept": [{**asdict(one), "deleted_on": one.deleted_on.isoformat()} for one in kept]
    }
    wishes = DataJob.objects.filter(
        kind=JobKind.ERASURE, state=JobState.WAITING, customer_id=customer_id
    )
    if not wishes.update(state=JobState.DONE, finished_at=now, answer=answer):
        DataJob.objects.create(
            kind=JobKind.ERASURE,
            state=JobState.DONE,
            customer_id=customer_id,
            requested_by=actor,
            requested_at=now,
            finished_at=now,
            answer=answer,
        )


@owns_transaction
def refuse_erasure(*, job_id: int, actor: str, tenant: TenantInfo, now: datetime) -> str:
    """
    Answer a wish that the law does not grant yet, tell the party why, and return the reason.

    :raises NoSuchWish: if it was answered before, or nothing stands in the way of granting it.
    """
    job = (
        DataJob.objects.select_for_update()
        .filter(pk=job_id, kind=JobKind.ERASURE, state=JobState.WAITING)
        .first()
    )
    if job is None or job.customer_id is None:
        raise NoSuchWish(job_id)
    why = queries.obstacle(customer_id=job.customer_id, today=tenant.date_of(now))
    if not why:
        raise NoSuchWish(job_id)
    job.state, job.finished_at, job.answer = JobState.REFUSED, now, {"why": why}
    job.save(update_fields=["state", "finished_at", "answer"])
    customer = Customer.objects.get(pk=job.customer_id)
    if customer.email:
        notifications.queue(
            kind="erasure-refused",
            key=str(job.pk),
            recipient=customer.email,
            language=customer.language,
            values={"why": why},
            now=now,
        )
    audit.record(
        action="erasure.refused",
        subject=f"customer:{job.customer_id}",
        actor=actor,
        detail={"why": why},
        now=now,
    )
    return why


@owns_transaction
def delete_old(*, privacy: Privacy, today: date, now: datetime) -> dict[str, int]:
    """
    Delete what has been kept long enough and return how many rows of each; again finds none.

    A bill loses its facts, and with them its document; number, sums and the facts' hash stay, so
    the books still add up and a copy that somebody shows can be checked.
    """
    limit = retention.issued_before(today, years=privacy.retention_years)
    messages_end = now - timedelta(days=privacy.message_days)
    old = Bill.objects.filter(issue_date__lt=limit, facts_deleted_at=None)
    documents = list(old.values_list("pk", "facts_hash"))
    bills = old.update(facts="", facts_deleted_at=now)
    pdf.forget(bills=documents)
    messages, _each = (
        Message.objects.filter(created_at__lt=messages_end)
        .exclude(state=MessageState.QUEUED)
        .delete()
    )
    notices = (
        GatewayEvent.objects.filter(received_at__lt=messages_end).exclude(body="").update(body="")
    )
    photos_deleted = photos.delete_older(before=now - timedelta(days=privacy.photo_days))
    sessions, _each = Session.objects.filter(expire_date__lt=now).delete()
    ended = list(DataJob.objects.exclude(file_name="").filter(expires_at__lt=now))
    for job in ended:
        erasing.delete_file(job, now=now)
    found = {
        "bills": bills,
        "messages": messages,
        "notices": notices,
        "sessions": sessions,
        "exports": len(ended),
        "photos": photos_deleted,
    }
    if bills:
        audit.record(
            action="bills.deleted",
            subject=f"before:{limit.isoformat()}",
            actor="system",
            detail={"bills": bills},
            now=now,
        )
    return found
