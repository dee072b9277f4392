"""Tell those who asked for it without a login, once, when readings are taken again."""

from datetime import datetime

from mains.core.transactions import owns_transaction
from mains.enrolment import openings
from mains.enrolment.openings import Wish
from mains.enrolment.tokens import digest
from mains.journeys import guest_readings
from mains.metering.queries import RegisterRow
from mains.metering.rules.windows import WindowState
from mains.metering.windows import view_for
from mains.notifications import actions as notifications
from mains.tenancy.queries import TenantInfo


def suspended(*, tenant: TenantInfo, account_id: int, now: datetime) -> list[str]:
    """
    Return the services of an account that guests read and that take no readings now.
    """
    found = _registers(tenant, account_id, now)
    return sorted({one.service for one in found if not _takes(tenant, one, now)})


def _registers(tenant: TenantInfo, account_id: int, now: datetime) -> list[RegisterRow]:
    today = tenant.date_of(now)
    return guest_readings.registers(file=tenant.file, account_id=account_id, today=today)


def _takes(tenant: TenantInfo, register: RegisterRow, now: datetime) -> bool:
    seen = view_for(
        tenant=tenant,
        service=register.service,
        contract_class=register.contract_class,
        instant=now,
    )
    return seen.state is not WindowState.LOCKED


@owns_transaction
def ask(*, tenant: TenantInfo, account_id: int, email: str, language: str, now: datetime) -> None:
    """
    Mail an address the link that confirms it; again, or with nothing suspended, does nothing.

    :raises openings.TooManyAsked: if as many addresses wait for the account as may.
    """
    services = suspended(tenant=tenant, account_id=account_id, now=now)
    if not services:
        return
    secret = openings.ask(
        account_id=account_id, email=email, language=language, services=services, now=now
    )
    if secret is None:
        return
    notifications.queue(
        kind="reading-open-confirm",
        key=digest(secret)[:40],
        recipient=email,
        language=language,
        values={"url": f"{tenant.url}/readings/guest/tell/{secret}/"},
        now=now,
    )


def tell_due(*, tenant: TenantInfo, now: datetime) -> int:
    """
    Tell everybody whose suspended services take readings again, and forget them and who is over.

    A missed night is made up for the next one; a second run on a day finds nobody.
    """
    openings.forget_over(now=now)
    return sum(_tell(tenant, wish, now) for wish in openings.confirmed(now=now))


@owns_transaction
def _tell(tenant: TenantInfo, wish: Wish, now: datetime) -> int:
    mine = _registers(tenant, wish.account_id, now)
    opened = any(one.service in wish.services and _takes(tenant, one, now) for one in mine)
    if not opened or not openings.forget(wish_id=wish.id):
        return 0
    made = notifications.queue(
        kind="reading-open",
        key=str(wish.id),
        recipient=wish.email,
        language=wish.language,
        values={"url": f"{tenant.url}/readings/guest/"},
        now=now,
    )
    return int(made)
