"""Erase what the inventory says about a person, and say what the law keeps."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat

from mains.billing.models import Bill, BillState
from mains.core.transactions import inside_transaction
from mains.customers.models import Account
from mains.documents import storage
from mains.ledger.models import LedgerAccount, Transfer
from mains.metering import photos
from mains.metering import queries as metering
from mains.privacy import finding
from mains.privacy.finding import Subject
from mains.privacy.models import DataJob, JobState
from mains.privacy.rules import retention
from mains.privacy.rules.inventory import INVENTORY, Ending, Holding

MOST_READINGS = 100_000


@dataclass(frozen=True, slots=True)
class Kept:
    """
    Something the law keeps, and the day on which it is deleted.
    """

    what: str
    number: str
    deleted_on: date


@inside_transaction
def erase(*, about: Subject, now: datetime) -> dict[str, int]:
    """
    Delete or replace every personal column about a person, but for what the law keeps.

    :returns: model → number of rows; again finds nothing more.
    """
    done: dict[str, int] = {}
    readings = photographed(about=about)
    # Found before anything is changed: what is replaced first leads to what is found later.
    found = [(one, list(finding.rows(one, about=about).values_list("pk", flat=True)))
             for one in INVENTORY if one.ending is not Ending.KEPT_BY_LAW]  # fmt: skip
    for holding, keys in found:
        if keys:
            done[holding.model] = _end(holding, keys)
    done["sessions.Session"] = _end_visits(about)
    _end_exports(about, now=now)
    done["metering.Photo"] = photos.delete(reading_ids=readings)
    return {model: count for model, count in done.items() if count}


def _end(holding: Holding, keys: list[int]) -> int:
    rows = finding.apps.get_model(holding.model)._default_manager.filter(pk__in=keys)
    if holding.ending is Ending.DELETED:
        rows.delete()
    else:
        rows.update(**{column: _value(value) for column, value in holding.replacement})
    return len(keys)


def _value(value: object) -> object:
    if isinstance(value, str) and "{pk}" in value:
        return Concat(Value(value.removesuffix("{pk}")), Cast(F("pk"), CharField()))
    return value


def _end_visits(about: Subject) -> int:
    """
    End sessions in which the person typed something, such as the steps of a sign-up.

    A session is signed and compressed, so each has to be opened.
    """
    ended = 0
    for row in Session.objects.iterator(chunk_size=500):
        text = str(SessionStore().decode(row.session_data)).lower()
        if any(f"'{email}'" in text for email in about.emails):
            row.delete()
            ended += 1
    return ended


def photographed(*, about: Subject) -> list[int]:
    """
    Return the readings of a party's accounts that have a photo.
    """
    accounts = Account.objects.filter(customer__in=about.customer_ids).values_list("pk", flat=True)
    found = metering.readings_of(account_ids=accounts, limit=MOST_READINGS)
    return sorted(photos.photographed(reading_ids=[reading.id for reading in found]))


def _end_exports(about: Subject, *, now: datetime) -> None:
    jobs = DataJob.objects.exclude(file_name="")
    for job in jobs.filter(user_id__in=about.user_ids) | jobs.filter(
        customer_id__in=about.customer_ids
    ):
        delete_file(job, now=now)


def delete_file(job: DataJob, *, now: datetime) -> None:
    """
    Delete the archive of an export.
    """
    storage.delete(name=f"exports/{job.file_name}")
    job.file_name, job.state, job.expires_at = "", JobState.ENDED, now
    job.save(update_fields=["file_name", "state", "expires_at"])


def kept(*, customer_ids: tuple[int, ...], years: int) -> list[Kept]:
    """
    Return what the law keeps of parties, each with the day on which it is deleted.

    Bookings hold amounts, dates and numbers; they are kept as long as the youngest of them is.
    """
    bills = (
        Bill.objects.filter(account__customer__in=customer_ids, facts_deleted_at=None)
        .exclude(state=BillState.DRAFT)
        .order_by("issue_date", "number")
        .values_list("number", "issue_date")
    )
    found = [
        Kept("bill", number, retention.deleted_on(issued, years=years)) for number, issued in bills
    ]
    accounts = LedgerAccount.objects.filter(account__customer__in=customer_ids)
    for ledger_account, number in accounts.values_list("pk", "account__number"):
        moved = Transfer.objects.filter(debit_id=ledger_account) | Transfer.objects.filter(
            credit_id=ledger_account
        )
        latest = moved.order_by("-effective_date").values_list("effective_date", flat=True).first()
        if latest:
            found.append(Kept("bookings", number, retention.deleted_on(latest, years=years)))
    return found
