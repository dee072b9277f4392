"""What the readings desk does beyond the reading: write to who sent it, and look at the bills."""

from collections.abc import Iterable
from datetime import datetime

from mains.billing.models import Bill
from mains.core.transactions import owns_transaction
from mains.core.wording import date_text, number_text, unit_text
from mains.customers import queries as customers
from mains.enrolment.actions import telling
from mains.enrolment.actions.telling import Reader
from mains.identity.models import User
from mains.metering import reviewing, waiting
from mains.metering.models import Reading
from mains.notifications import actions as notifications
from mains.tenancy.queries import TenantInfo


class NobodyToAsk(Exception):
    """Nobody has a contract for this meter, so nobody can be asked."""


class AlreadyBilled(Exception):
    """A bill counts by this decision; it is put right with the next reading."""


@owns_transaction
def ask_again(*, tenant: TenantInfo, reading_id: int, actor: str, now: datetime) -> None:
    """
    Reject a reading and ask whoever sent it to look again, or else the holders; twice asks once.

    Holders without e-mail get a letter, which waits until staff print it.

    :raises NobodyToAsk: if nobody has a contract for the meter; nothing is changed.
    :raises reviewing.AlreadyDecided: if it was accepted before.
    :raises Reading.DoesNotExist: if there is no such reading.
    """
    reading = Reading.objects.select_related("register__meter").get(pk=reading_id)
    readers = sorted(_whom(tenant, reading, now), key=lambda one: one.recipient)
    if not readers:
        raise NobodyToAsk(reading_id)
    reviewing.settle(reading_id=reading_id, accept=False, actor=actor, now=now)
    for position, reader in enumerate(readers):
        unit = unit_text(reading.register.unit, language=reader.language)
        notifications.queue(
            kind="reading-asked-again",
            key=f"{reading_id}.{position}",
            channel=reader.channel,
            recipient=reader.recipient,
            language=reader.language,
            values={
                "meter": reading.register.meter.serial,
                "value": f"{number_text(reading.value, language=reader.language)} {unit}",
                "day": date_text(reading.read_date, language=reader.language),
                "url": f"{tenant.url}/readings/",
            },
            now=now,
        )


def _whom(tenant: TenantInfo, reading: Reading, now: datetime) -> Iterable[Reader]:
    senders = User.objects.filter(pk__in=[reading.user_id], is_active=True)
    for sender in senders:
        return [Reader(sender.email, sender.language or tenant.file.locale.languages[0])]
    account_id = waiting.account_of(reading_id=reading.pk)
    account = account_id and customers.account_with_customer(account_id=account_id)
    if not account:
        return []
    return telling.holders([account], but=0, today=tenant.date_of(now))


@owns_transaction
def undo(*, reading_id: int, actor: str, now: datetime) -> bool:
    """
    Let a decided reading wait again, and tell whether it did not already.

    :raises AlreadyBilled: if a bill was issued since, which counts by the decision.
    :raises reviewing.NothingToUndo: if the desk did not decide about it.
    :raises Reading.DoesNotExist: if there is no such reading.
    """
    reading = Reading.objects.select_for_update().get(pk=reading_id)
    if _is_billed(reading):
        raise AlreadyBilled(reading_id)
    return reviewing.undo(reading_id=reading_id, actor=actor, now=now)


def _is_billed(reading: Reading) -> bool:
    decided_at = reviewing.decided_at(reading_id=reading.pk)
    account_id = waiting.account_of(reading_id=reading.pk)
    if decided_at is None or account_id is None:
        return False
    return (
        Bill.objects.charging()
        .filter(
            account_id=account_id,
            period_end__gt=reading.period_start,
            issued_at__gte=decided_at,
        )
        .exists()
    )
