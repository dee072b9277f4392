"""How many tries are borne, from whom, and what comes then."""

from datetime import UTC, datetime

import pytest

from mains.enrolment.rules.budgets import (
    Limits,
    Scope,
    Standing,
    is_first_over,
    network_of,
    slot,
    standing,
)

LIMITS = Limits(address=20, account=3, tenant_hour=100, tenant_day=300)


def counts(**changes: int) -> dict[Scope, int]:
    return {scope: changes.get(scope.value, 1) for scope in Scope}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, Standing.FREE),
        ({"address": 20, "account": 3, "tenant_hour": 100, "tenant_day": 300}, Standing.FREE),
        ({"address": 21}, Standing.REFUSED),
        ({"account": 4}, Standing.STEP_UP),
        ({"tenant_hour": 101}, Standing.STEP_UP),
        ({"tenant_day": 301}, Standing.STEP_UP),
        ({"address": 21, "account": 4}, Standing.REFUSED),
    ],
)
def test_only_an_address_is_refused(changes, found):
    assert standing(counts(**changes), limits=LIMITS) is found


def test_the_alarm_rings_once_for_each_budget_of_the_tenant():
    rung = [n for n in range(1, 320) if is_first_over(counts(tenant_hour=n), limits=LIMITS)]
    assert rung == [101]
    rung = [n for n in range(1, 320) if is_first_over(counts(tenant_day=n), limits=LIMITS)]
    assert rung == [301]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:1::/64"),
        ("2001:db8:0:2::1", "2001:db8:0:2::/64"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("", "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_one_visitor_is_an_ipv4_address_or_an_ipv6_network(address, network):
    assert network_of(address) == network


def test_slots_are_hours_for_addresses_and_days_for_accounts():
    now = datetime(2026, 11, 25, 13, 59, 59, tzinfo=UTC)
    assert slot(Scope.ADDRESS, now=now) == datetime(2026, 11, 25, 13, tzinfo=UTC)
    assert slot(Scope.TENANT_HOUR, now=now) == datetime(2026, 11, 25, 13, tzinfo=UTC)
    assert slot(Scope.ACCOUNT, now=now) == datetime(2026, 11, 25, tzinfo=UTC)
    assert slot(Scope.TENANT_DAY, now=now) == datetime(2026, 11, 25, tzinfo=UTC)
