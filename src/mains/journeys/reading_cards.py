"""Cards that take an account's readings once: staff issue, print and end them."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from mains.audit import actions as audit
from mains.core.calendars import Period, first_instant
from mains.core.transactions import owns_transaction
from mains.customers import queries as customers
from mains.enrolment import passes
from mains.enrolment.actions.telling import ending
from mains.enrolment.passes import Kind, Pass, PassOver, Read
from mains.journeys import guest_readings
from mains.journeys.guest_readings import NothingToRead
from mains.metering import cards, queries
from mains.metering.cards import Card, Group
from mains.metering.queries import RegisterRow
from mains.metering.windows import next_days
from mains.tenancy.queries import TenantInfo

# On one sheaf of paper; the PDF is made while somebody waits.
MOST = 500


class TooManyCards(Exception):
    """More cards were asked for than are printed at once."""


@owns_transaction
def issue(*, tenant: TenantInfo, account_id: int, actor: str, now: datetime) -> Card:
    """
    Issue a card for the next days on which an account's meters are read; the one before ends.

    :raises NothingToRead: if guests may read no meter of the account today.
    """
    today = tenant.date_of(now)
    found = guest_readings.registers(file=tenant.file, account_id=account_id, today=today)
    account = customers.account_with_customer(account_id=account_id)
    if not found or account is None:
        raise NothingToRead
    dated = [(_days(tenant, register, today), register) for register in found]
    reads = [
        Read(register.register_id, month.start, days.start, days.end)
        for (days, month), register in dated
    ]
    secret = passes.issue(
        kind=Kind.CARD,
        account_id=account_id,
        supply_point_ids=[register.supply_point_id for register in found],
        reads=reads,
        ends_at=first_instant(max(read.until_date for read in reads), tenant.zone),
        now=now,
    )
    audit.record(
        action="reading_card.issued",
        subject=f"account:{account_id}",
        actor=actor,
        detail={},
        now=now,
    )
    holder = account.customer
    return Card(
        to=(holder.name, *account.postal_address.splitlines()),
        account_end=ending(account.number),
        language=holder.language or tenant.file.locale.languages[0],
        secret=secret,
        groups=_groups(dated),
    )


def _days(tenant: TenantInfo, register: RegisterRow, today: date) -> tuple[Period, Period]:
    return next_days(
        tenant=tenant,
        service=register.service,
        contract_class=register.contract_class,
        today=today,
    )


def _groups(dated: Sequence[tuple[tuple[Period, Period], RegisterRow]]) -> tuple[Group, ...]:
    def key(one: tuple[tuple[Period, Period], RegisterRow]) -> tuple[str, date, date]:
        (days, _month), register = one
        return register.service, days.start, days.end

    return tuple(
        Group(service, Period(start, end), tuple(register for _days, register in rows))
        for (service, start, end), rows in groupby(sorted(dated, key=key), key=key)
    )


def print_for(
    *, tenant: TenantInfo, account_ids: Collection[int], actor: str, now: datetime
) -> tuple[bytes, list[int]]:
    """
    Issue a card for each account and return them as one PDF, with the accounts that have none.

    Those have no meter that is read without signing in.

    :raises TooManyCards: if there are more than 500; none is issued.
    :raises NothingToRead: if none of the accounts has such a meter.
    """
    if len(account_ids) > MOST:
        raise TooManyCards(len(account_ids))
    made, left = [], []
    for account_id in account_ids:
        try:
            made.append(issue(tenant=tenant, account_id=account_id, actor=actor, now=now))
        except NothingToRead:
            left.append(account_id)
    if not made:
        raise NothingToRead
    return cards.pdf(cards=made, tenant=tenant, on=tenant.date_of(now)), left


def opened(
    *, tenant: TenantInfo, code: str, now: datetime, kept: timedelta = timedelta()
) -> list[RegisterRow]:
    """
    Return the registers that a card still takes readings of, now or when a device kept them.

    A register is done once a reading of its month came, whoever sent it, and comes back when that
    was rejected.

    :raises PassOver: if the card is of another tenant, was ended, not begun, or all read.
    """
    typed_at = now - kept if timedelta() < kept <= _most_kept(tenant) else now
    card = passes.opened(kind=Kind.CARD, secret=code, at=typed_at)
    today = tenant.date_of(typed_at)
    wanted = _wanted(card, today)
    found = guest_readings.registers(
        file=tenant.file,
        account_id=card.account_id,
        today=tenant.date_of(now),
        supply_point_ids=card.supply_point_ids,
    )
    mine = [register for register in found if register.register_id in wanted]
    if not mine:
        raise PassOver
    return mine


def _most_kept(tenant: TenantInfo) -> timedelta:
    services = guest_readings.services(file=tenant.file)
    return timedelta(days=max((service.kept_days for service in services), default=0))


def _wanted(card: Pass, today: date) -> set[int]:
    on_time = [read for read in card.reads if read.from_date <= today < read.until_date]
    months = {(read.register_id, read.period_start) for read in on_time}
    return {register_id for register_id, _start in queries.unread(register_periods=months)}


def begins_on(*, tenant: TenantInfo, code: str, now: datetime) -> date | None:
    """
    Return the first day ahead on which a card opens a meter, or None.

    :raises PassOver: if the card is of another tenant, was ended, or its days are over.
    """
    card = passes.opened(kind=Kind.CARD, secret=code, at=now)
    today = tenant.date_of(now)
    return min((read.from_date for read in card.reads if read.from_date > today), default=None)
