"""
How many failed proofs are borne, and what happens to the next one.

Counts are kept by scope and slot: an address by the hour, an account by the day, a tenant by both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from ipaddress import IPv6Address, IPv6Network, ip_address


class Scope(StrEnum):
    ADDRESS = "address"
    ACCOUNT = "account"
    TENANT_HOUR = "tenant_hour"
    TENANT_DAY = "tenant_day"


class Standing(StrEnum):
    """
    What a try may lead to: a link, a link after a code to the contact on file, or nothing.
    """

    FREE = "free"
    STEP_UP = "step_up"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Limits:
    """
    Failures that are borne in one slot of each scope.
    """

    address: int
    account: int
    tenant_hour: int
    tenant_day: int


HOURLY = frozenset({Scope.ADDRESS, Scope.TENANT_HOUR})


def standing(counts: Mapping[Scope, int], *, limits: Limits) -> Standing:
    """
    Return what a try may lead to; its own count is in `counts` already.

    Only an address is refused. Whoever guesses at an account or at a whole tenant costs its real
    customers one more step and locks none of them out.
    """
    if counts[Scope.ADDRESS] > limits.address:
        return Standing.REFUSED
    over = (
        counts[Scope.ACCOUNT] > limits.account
        or counts[Scope.TENANT_HOUR] > limits.tenant_hour
        or counts[Scope.TENANT_DAY] > limits.tenant_day
    )
    return Standing.STEP_UP if over else Standing.FREE


def is_first_over(counts: Mapping[Scope, int], *, limits: Limits) -> bool:
    """
    Tell whether this try took the tenant as a whole over one of its budgets.
    """
    return (
        counts[Scope.TENANT_HOUR] == limits.tenant_hour + 1
        or counts[Scope.TENANT_DAY] == limits.tenant_day + 1
    )


def slot(scope: Scope, *, now: datetime) -> datetime:
    """
    Return the beginning of the hour or day, in UTC, in which a scope's tries are counted together.
    """
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return hour if scope in HOURLY else hour.replace(hour=0)


def network_of(address: str) -> str:
    """
    Return what counts as one visitor: an IPv4 address, or the /64 that an IPv6 address is in.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(IPv6Network((parsed, 64), strict=False))
    return str(parsed)
