"""Readings from people who have not signed in, where the tenant takes them (axis A6)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mains.audit import actions as audit
from mains.core.calendars import first_instant
from mains.core.transactions import inside_transaction, owns_transaction
from mains.customers import queries as customers
from mains.enrolment import passes
from mains.enrolment.actions import telling
from mains.enrolment.passes import Kind
from mains.identity.budgets import Budget
from mains.metering import actions, queries
from mains.metering.models import Reading, ReadingSource
from mains.metering.queries import RegisterRow
from mains.metering.together import Typed
from mains.metering.windows import window_for
from mains.notifications import actions as notifications
from mains.notifications.models import Channel
from mains.notifications.queries import is_queued
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.identity import Policy, Purpose
from mains.tenancy.tenantfile.services import Service

# Whether a value is unusual is told of a register so often in a day. Further unusual values are
# stored for review without a word, so nobody finds out the last reading by trying.
ASKED_BACK = Budget("guest-asked-back", tries=10, seconds=86_400)
# Until the next window of a provider that asks for readings each month is over.
LINK_DAYS = timedelta(days=45)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """
    The form that a guest sent: its key, the decimal sign of its language, and all that it holds.

    `kept` is how long a device held it back for want of a network.
    """

    key: str
    decimal_mark: str
    kept: timedelta = timedelta()
    together: Sequence[Typed] = ()


class GuestsNotTaken(Exception):
    """Readings of this service come from those who have signed in."""


class NoEmail(Exception):
    """The customer has no e-mail address on file."""


class NothingToRead(Exception):
    """The account has no meter today that guests may read."""


def services(*, file: TenantFile) -> list[Service]:
    """
    Return the services of which readings are taken from guests.
    """
    return [service for service in file.services if service.guest_readings and service.metered]


def policies(*, file: TenantFile) -> Sequence[Policy]:
    """
    Return what a guest may prove an account with, or nothing where no service takes their readings.
    """
    return file.registration.policies_for(Purpose.GUEST_READ) if services(file=file) else ()


def registers(
    *,
    file: TenantFile,
    account_id: int,
    today: date,
    supply_point_ids: Collection[int] | None = None,
) -> list[RegisterRow]:
    """
    Return the registers of an account that guests may read, those of some supply points or all.
    """
    codes = {service.code for service in services(file=file)}
    return [
        register
        for register in queries.registers_of(account_ids=[account_id], today=today)
        if register.service in codes
        and (supply_point_ids is None or register.supply_point_id in supply_point_ids)
    ]


@owns_transaction
def send(
    *,
    tenant: TenantInfo,
    register: RegisterRow,
    typed: str,
    confirmed: bool,
    form: Sent,
    now: datetime,
) -> Reading:
    """
    Store a guest's reading and tell the holder; the same form again returns the first one.

    :raises GuestsNotTaken: if the tenant takes none for this service.
    :raises WindowLocked: while readings of the service are suspended.
    :raises NotANumber: if there is no number in it.
    :raises TooManyDigits: if the register cannot show it.
    :raises Unlikely: if it is unusual and was not confirmed.
    :raises TooManyReadings: if guests sent ten of this register within a day.
    """
    service = tenant.file.service(register.service)
    if service not in services(file=tenant.file):
        raise GuestsNotTaken
    sending = actions.Sending(
        source=ReadingSource.GUEST,
        user_id=None,
        key=form.key,
        decimal_mark=form.decimal_mark,
        now=now,
        zone=tenant.zone,
        kept=form.kept,
        most_kept=timedelta(days=service.kept_days),
        together=form.together,
    )

    def store(*, confirmed: bool) -> Reading:
        return actions.store_reading(
            register=register,
            typed=typed,
            confirmed=confirmed,
            window=window_for(
                file=tenant.file,
                service=register.service,
                contract_class=register.contract_class,
            ),
            sending=sending,
        )

    try:
        reading = store(confirmed=confirmed)
    except actions.Unlikely:
        if ASKED_BACK.spend(register.register_id):
            raise
        reading = store(confirmed=True)
    _tell_holder(tenant, register.account_id, reading, now=now)
    return reading


@inside_transaction
def _tell_holder(tenant: TenantInfo, account_id: int, reading: Reading, *, now: datetime) -> None:
    """
    Write to the contact on file and to the logins of an account, once for each period.

    Nobody is written to on paper: anybody could have a provider print a letter every month.
    """
    kind, key = "reading-by-guest", f"{account_id}.{reading.period_start}"
    account = customers.account_with_customer(account_id=account_id)
    if account is None or is_queued(kind=kind, key=f"{key}.0"):
        return
    readers = telling.holders([account], but=0, today=tenant.date_of(now))
    telling.tell(
        [reader for reader in readers if reader.channel == Channel.EMAIL],
        kind=kind,
        key=key,
        values={"account": telling.ending(account.number), "url": f"{tenant.url}/readings/"},
        now=now,
    )


@owns_transaction
def link_of(*, tenant: TenantInfo, account_id: int, actor: str, now: datetime) -> tuple[str, date]:
    """
    Make a link by itself, to be printed as a QR code, and audit it; see `make_link`.
    """
    made = make_link(tenant=tenant, account_id=account_id, now=now)
    audit.record(
        action="reading_link.made",
        subject=f"account:{account_id}",
        actor=actor,
        detail={},
        now=now,
    )
    return made


@inside_transaction
def make_link(*, tenant: TenantInfo, account_id: int, now: datetime) -> tuple[str, date]:
    """
    Make an address at which an account's meters are read; return it, and the first day it is over.

    :raises NothingToRead: if guests may read no meter of the account today.
    """
    today = tenant.date_of(now)
    found = registers(file=tenant.file, account_id=account_id, today=today)
    if not found:
        raise NothingToRead
    until_date = today + LINK_DAYS
    secret = passes.issue(
        kind=Kind.LINK,
        account_id=account_id,
        supply_point_ids=[register.supply_point_id for register in found],
        ends_at=first_instant(until_date, tenant.zone),
        now=now,
    )
    return f"{tenant.url}/read/{secret}/", until_date


def linked(*, tenant: TenantInfo, token: str, now: datetime) -> list[RegisterRow]:
    """
    Return the registers that the token of an address lets its holder read.

    Where the contract has ended the account reads nothing at that place any more.

    :raises passes.PassOver: if it is of another tenant, was ended, is too old, or leads to no
        meter any more.
    """
    link = passes.opened(kind=Kind.LINK, secret=token, at=now)
    found = registers(
        file=tenant.file,
        account_id=link.account_id,
        today=tenant.date_of(now),
        supply_point_ids=link.supply_point_ids,
    )
    if not found:
        raise passes.PassOver
    return found


@owns_transaction
def send_link(*, tenant: TenantInfo, account_id: int, actor: str, now: datetime) -> bool:
    """
    Mail the customer of an account a link for readings; again on the same day sends nothing.

    :raises NoEmail: if there is no address on file.
    :raises NothingToRead: if guests may read no meter of the account today.
    """
    today = tenant.date_of(now)
    if not registers(file=tenant.file, account_id=account_id, today=today):
        raise NothingToRead
    account = customers.account_with_customer(account_id=account_id)
    if account is None or not account.customer.email:
        raise NoEmail
    customer, key = account.customer, f"{account_id}.{today}"
    if is_queued(kind="reading-link", key=key):
        return False
    url, until_date = make_link(tenant=tenant, account_id=account_id, now=now)
    new = notifications.queue(
        kind="reading-link",
        key=key,
        recipient=customer.email,
        language=customer.language,
        values={
            "account": telling.ending(account.number),
            "url": url,
            "until": telling.until_text(until_date, language=customer.language),
        },
        now=now,
    )
    if new:
        audit.record(
            action="reading_link.sent",
            subject=f"account:{account_id}",
            actor=actor,
            detail={},
            now=now,
        )
    return new
