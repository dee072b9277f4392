"""Tell those who asked for it when it is time to read their meters, and on the last day."""

from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from mains.core.transactions import owns_transaction
from mains.core.wording import date_text
from mains.enrolment import queries as enrolment
from mains.enrolment.rules.rights import Right, allowed
from mains.identity.models import User
from mains.metering import queries as metering
from mains.metering import reminding
from mains.metering.queries import RegisterRow
from mains.metering.rules.windows import WindowState
from mains.metering.windows import view_for
from mains.notifications import actions as notifications
from mains.tenancy.queries import TenantInfo


class Due(NamedTuple):
    """
    A service with an unread meter, and the last day on which a reading is wanted.
    """

    last_day: date
    service: str


def send_due(*, tenant: TenantInfo, now: datetime) -> int:
    """
    Queue what is due today for every login that asked, and return how many messages are new.

    By day, not by schedule: each login is told once while its meters are unread and readings are
    wanted, and once more on the last day. A missed night is made up for the next one as long as
    the window is open; a second run on a day adds nothing.
    """
    return sum(
        _tell(tenant=tenant, user=user, now=now)
        for user in User.objects.filter(pk__in=reminding.reminded_users(), is_active=True)
    )


@owns_transaction
def _tell(*, tenant: TenantInfo, user: User, now: datetime) -> int:
    today = tenant.date_of(now)
    linked = enrolment.accounts_of(
        user_id=user.pk, today=today, grouping=tenant.file.portal.grouping
    )
    registers = metering.registers_of(
        account_ids=[account.pk for account in allowed(linked, Right.READ)], today=today
    )
    due = sorted(_due(tenant, registers, now))
    return sum(
        _queue(tenant, user, last_day, [one.service for one in services], now)
        for last_day, services in groupby(due, key=lambda one: one.last_day)
    )


def _due(tenant: TenantInfo, registers: list[RegisterRow], now: datetime) -> set[Due]:
    """
    Return the services that want readings now and have an unread register.
    """
    wanted: dict[tuple[int, date], Due] = {}
    for register in registers:
        seen = view_for(
            tenant=tenant,
            service=register.service,
            contract_class=register.contract_class,
            instant=now,
        )
        if seen.state is WindowState.RECOMMENDED and seen.changes_on is not None:
            last_day = seen.changes_on - timedelta(days=1)
            wanted[register.register_id, seen.period.start] = Due(last_day, register.service)
    return {wanted[key] for key in metering.unread(register_periods=wanted)}


def _queue(
    tenant: TenantInfo, user: User, last_day: date, services: list[str], now: datetime
) -> int:
    language = user.language or tenant.file.locale.languages[0]
    is_last = tenant.date_of(now) == last_day
    labels = [one.label for one in tenant.file.services if one.code in services]
    made = notifications.queue(
        kind="reading-due",
        key=f"{user.pk}:{last_day}:{'last' if is_last else 'first'}",
        recipient=user.email,
        language=language,
        values={
            "services": ", ".join(
                label.get(language) or next(iter(label.values())) for label in labels
            ),
            "day": date_text(last_day, language=language),
            "last": "yes" if is_last else "",
            "url": f"{tenant.url}/readings/",
        },
        now=now,
    )
    return int(made)
