"""Tell those who asked for it when it is time to read their meters, and on the last day."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from mains.billing.foreseeing import NextBill
from mains.core.money import Money
from mains.core.transactions import owns_transaction
from mains.core.wording import date_text, money_text, number_text, text_in, unit_text
from mains.enrolment import queries as enrolment
from mains.enrolment.rules.rights import Right, allowed
from mains.identity.models import User
from mains.journeys.next_bill import foresee
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
    if not due:
        return 0
    # An amount is told only to who may see the bill.
    payable = {account.pk for account in allowed(linked, Right.PAY)}
    bills = foresee(
        tenant=tenant,
        account_ids=sorted({register.account_id for register in registers} & payable),
        today=today,
    )
    return sum(
        _queue(tenant, user, last_day, [one.service for one in services], bills, now)
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


def _if_nothing(
    bills: Sequence[NextBill], services: Sequence[str], *, language: str
) -> dict[str, str]:
    """
    Return what would be estimated of services, and what the bills with it would come to.
    """
    totals: dict[int, Money] = {}
    used: dict[str, Decimal] = defaultdict(Decimal)
    for bill in bills:
        for use in bill.uses:
            is_guess = use.register.end_method and use.contract.service in services
            if is_guess and use.used is not None and bill.total is not None:
                used[use.register.unit] += use.used
                totals[bill.account_id] = bill.total
    if not used:
        return {"estimate": "", "total": ""}
    figures = [
        f"{number_text(figure, language=language)} {unit_text(unit, language=language)}"
        for unit, figure in used.items()
    ]
    currency = next(iter(totals.values())).currency
    total = Money.total(totals.values(), currency=currency)
    return {"estimate": ", ".join(figures), "total": money_text(total, language=language)}


def _queue(
    tenant: TenantInfo,
    user: User,
    last_day: date,
    services: list[str],
    bills: Sequence[NextBill],
    now: datetime,
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
            "services": ", ".join(text_in(label, language=language) for label in labels),
            "day": date_text(last_day, language=language),
            "last": "yes" if is_last else "",
            **_if_nothing(bills, services, language=language),
            "url": f"{tenant.url}/readings/",
        },
        now=now,
    )
    return int(made)
