"""Count tries of proofs where every process sees them: in the tenant's own tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils.crypto import salted_hmac

from mains.core.transactions import owns_transaction
from mains.enrolment.models import TryCount
from mains.enrolment.rules.budgets import (
    Limits,
    Scope,
    Standing,
    is_first_over,
    network_of,
    slot,
    standing,
)
from mains.guard import context
from mains.tenancy.tenantfile.identity import Budgets

KEPT = timedelta(days=2)


def limits_of(budgets: Budgets) -> Limits:
    """
    Return a tenant's budgets as the rules take them.
    """
    return Limits(
        address=budgets.address_hour,
        account=budgets.account_day,
        tenant_hour=budgets.tenant_hour,
        tenant_day=budgets.tenant_day,
    )


def subjects(*, named: str, address: str) -> dict[Scope, str]:
    """
    Return whom a try counts against, as keyed hashes of this tenant.

    `named` is what was typed to name an account, whether there is such an account or not.
    """
    salt = f"mains.tries:{context.required()}"
    return {
        Scope.ADDRESS: salted_hmac(
            salt, f"address:{network_of(address)}", algorithm="sha256"
        ).hexdigest(),
        Scope.ACCOUNT: salted_hmac(salt, f"account:{named}", algorithm="sha256").hexdigest(),
        Scope.TENANT_HOUR: "tenant",
        Scope.TENANT_DAY: "tenant",
    }


@dataclass(frozen=True, slots=True)
class Tried:
    """
    What a try may lead to, and whether it is the one that took the tenant over its budget.
    """

    standing: Standing
    alarm: bool


@owns_transaction
def count(*, subjects: Mapping[Scope, str], limits: Limits, now: datetime) -> Tried:
    """
    Count a try before it is judged; a hundred tries at once are a hundred tries.

    An address over its budget counts against nobody else.
    """
    counts = dict.fromkeys(Scope, 0)
    counts[Scope.ADDRESS] = _add(Scope.ADDRESS, subjects[Scope.ADDRESS], 1, now)
    if standing(counts, limits=limits) is not Standing.REFUSED:
        for scope in (Scope.ACCOUNT, Scope.TENANT_HOUR, Scope.TENANT_DAY):
            counts[scope] = _add(scope, subjects[scope], 1, now)
    return Tried(standing(counts, limits=limits), is_first_over(counts, limits=limits))


@owns_transaction
def count_address(*, subjects: Mapping[Scope, str], limits: Limits, now: datetime) -> Standing:
    """
    Count a try against the address alone, where nothing names an account.
    """
    counts = dict.fromkeys(Scope, 0)
    counts[Scope.ADDRESS] = _add(Scope.ADDRESS, subjects[Scope.ADDRESS], 1, now)
    return standing(counts, limits=limits)


@owns_transaction
def forgive(*, subjects: Mapping[Scope, str], now: datetime) -> None:
    """
    Take back the count of a try that turned out to be right.
    """
    for scope in sorted(subjects):
        _add(scope, subjects[scope], -1, now)


@owns_transaction
def forget_old(*, now: datetime) -> int:
    """
    Delete counts of slots that are long over, and return how many.
    """
    return TryCount.objects.filter(slot_at__lt=now - KEPT).delete()[0]


def _add(scope: Scope, subject: str, by: int, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into enrolment_trycount as t (scope, subject, slot_at, count)"
            " values (%s, %s, %s, greatest(%s, 0))"
            " on conflict (scope, subject, slot_at)"
            " do update set count = greatest(t.count + %s, 0) returning count",
            [scope, subject, slot(scope, now=now), by, by],
        )
        return int(cursor.fetchone()[0])
