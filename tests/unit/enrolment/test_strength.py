"""How easily a policy is guessed."""

from decimal import Decimal
from pathlib import Path

import pytest

from mains.enrolment.rules.strength import (
    MILLION,
    Spread,
    is_weak,
    predictable,
    spread_of,
    strength,
    would_do,
)
from mains.tenancy.tenantfile import load
from mains.tenancy.tenantfile.identity import Evidence, Policy, Purpose

MOST = Decimal(100)


def policy(*evidence: Evidence, purpose: Purpose = Purpose.REGISTER) -> Policy:
    return Policy(purpose=purpose, evidence=evidence)


def judged(one: Policy) -> bool:
    return is_weak(one, strength(one, spreads={}), most_per_million=MOST)


def test_an_account_number_and_the_last_payment_are_too_weak_and_why():
    weak = policy(Evidence.ACCOUNT_NUMBER, Evidence.LAST_PAYMENT)
    assert judged(weak)
    assert strength(weak, spreads={}).sprayed == 24_000
    assert Evidence.CODE_TO_CONTACT in would_do(weak, most_per_million=MOST)


@pytest.mark.parametrize("extra", [Evidence.BILL_NUMBER, Evidence.CODE_TO_CONTACT])
def test_what_is_advised_suffices(extra):
    weak = policy(Evidence.ACCOUNT_NUMBER, Evidence.LAST_PAYMENT)
    advised = would_do(weak, most_per_million=MOST)
    assert extra in advised
    assert not judged(policy(*weak.evidence, extra))


def test_a_date_beside_the_bills_number_adds_nothing():
    without = policy(Evidence.ACCOUNT_NUMBER, Evidence.BILL_NUMBER)
    with_date = policy(Evidence.ACCOUNT_NUMBER, Evidence.BILL_NUMBER, Evidence.BILL_DATE)
    assert strength(without, spreads={}) == strength(with_date, spreads={})


def test_what_gives_no_access_is_not_judged():
    assert not judged(policy(Evidence.ACCOUNT_NUMBER, purpose=Purpose.GUEST_PAY))


def test_somebody_who_knows_the_customer_needs_what_only_the_bill_says():
    known = policy(Evidence.ACCOUNT_NUMBER, Evidence.TAX_ID, Evidence.ADDRESS)
    assert strength(known, spreads={}).one_account == 1
    bill = policy(Evidence.ACCOUNT_NUMBER, Evidence.TAX_ID, Evidence.BILL_AMOUNT)
    measured = {Evidence.BILL_AMOUNT: Spread(Decimal("0.0001"), 4 * MILLION)}
    assert strength(bill, spreads=measured).one_account == Decimal("0.25")


def test_spreads_are_measured():
    assert spread_of([1, 1, 2, 3]) == Spread(Decimal("0.5"), 3)
    assert spread_of([]) == Spread(Decimal(0), 0)


def test_numbers_that_follow_each_other_are_predictable_and_dealt_ones_are_not():
    import random

    in_order = predictable(range(1, 1001))
    assert in_order.likeliest == 1
    dealt = random.Random(7).sample(range(1, 1001), 1000)
    assert predictable(dealt).likeliest < Decimal("0.01")


@pytest.mark.parametrize("slug", ["balta", "aguaviva", "tavho", "teplo", "fiamma"])
def test_every_published_policy_of_the_demo_is_strong_enough(slug):
    file = load(Path(__file__).parents[3] / "tenants" / f"{slug}.toml")
    weak = [one.evidence for one in file.registration.policies if judged(one) and not one.waiver]
    assert weak == []
