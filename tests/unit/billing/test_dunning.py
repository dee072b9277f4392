"""When a bill is reminded of: the same ledger and day always give the same step."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mains.billing.rules.dunning import dunning_step
from mains.core.money import Money
from mains.tenancy.tenantfile.money import Billing

DUE = date(2026, 5, 20)
DAYS = (3, 14, 30)


def step(today: date, minor: int = 100) -> int:
    return dunning_step(outstanding=Money(minor, "EUR"), due_date=DUE, today=today, days=DAYS)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 5, 20), 0),
        (date(2026, 5, 22), 0),
        (date(2026, 5, 23), 1),
        (date(2026, 6, 2), 1),
        (date(2026, 6, 3), 2),
        (date(2026, 6, 18), 2),
        (date(2026, 6, 19), 3),
        (date(2027, 6, 19), 3),
    ],
)
def test_steps(today, expected):
    assert step(today) == expected


@pytest.mark.parametrize("minor", [0, -500])
def test_what_is_paid_is_never_reminded_of(minor):
    assert step(date(2027, 1, 1), minor) == 0


@given(st.integers(-50, 400), st.integers(0, 50))
def test_waiting_never_takes_a_step_back(days, more):
    today = DUE + timedelta(days=days)
    assert step(today) <= step(today + timedelta(days=more)) <= len(DAYS)


@pytest.mark.parametrize("days", [[14, 3], [3, 3], [0], [400]])
def test_days_that_make_no_sense_are_refused(days):
    with pytest.raises(ValidationError):
        Billing.model_validate({"dunning_days": days})


def test_without_days_nobody_is_reminded():
    assert Billing().dunning_days == ()
    money = Money.round_from(Decimal(5), "EUR")
    assert dunning_step(outstanding=money, due_date=DUE, today=date(2030, 1, 1), days=()) == 0
