"""Guessing does not pay: a day of it against every published policy, and against none.

`uv run pytest tests/abuse -n 0 -rP` prints the figures.
"""

import random
from pathlib import Path

import pytest

from mains.enrolment.budgets import limits_of
from mains.enrolment.rules.strength import JUDGED
from mains.tenancy.tenantfile import load
from mains.tenancy.tenantfile.identity import Evidence, Policy, Purpose
from tests.abuse.attack import Figures, amounts_of, attack, blocks

TENANTS = Path(__file__).parents[2] / "tenants"
SEED = 20261124


def published() -> list[tuple[str, Policy]]:
    """
    Return every policy that gives access, once for each set of facts a tenant asks.
    """
    found = {}
    for path in sorted(TENANTS.glob("*.toml")):
        for policy in load(path).registration.policies:
            if policy.purpose in JUDGED:
                found.setdefault((path.stem, policy.evidence), policy)
    return [(slug, policy) for (slug, _facts), policy in found.items()]


def amounts(slug: str, policy: Policy) -> list[int]:
    rng = random.Random(SEED)
    if slug == "aguaviva":
        return blocks(rng)
    # Whoever pays by hand pays round sums.
    whole = Evidence.LAST_PAYMENT in policy.facts
    return amounts_of(load(TENANTS / f"{slug}.toml").locale.currency, whole=whole, rng=rng)


def say(what: str, figures: Figures) -> None:
    print(f"{what}: {figures}")  # noqa: T201


@pytest.mark.parametrize(
    ("slug", "policy"),
    [pytest.param(*case, id=f"{case[0]}-{'+'.join(case[1].evidence)}") for case in published()],
)
def test_a_day_of_guessing_opens_nothing_and_locks_nobody_out(slug, policy):
    limits = limits_of(load(TENANTS / f"{slug}.toml").registration.budgets)
    figures = attack(policy, amounts=amounts(slug, policy), limits=limits, seed=SEED)

    say(f"{slug}, {'+'.join(policy.evidence)}", figures)
    assert figures.tries == 4_320_000
    assert figures.per_million <= 1
    assert figures.per_million_judged <= 1
    assert figures.share_locked_out <= 0.001


def test_control_without_budgets_the_same_guessing_opens_accounts():
    policy = next(
        policy
        for slug, policy in published()
        if slug == "teplo" and Evidence.LAST_PAYMENT in policy.evidence
    )
    figures = attack(policy, amounts=amounts("teplo", policy), limits=None, seed=SEED)

    say("teplo without budgets", figures)
    assert figures.per_million > 1


def test_control_the_seeds_own_two_facts_are_too_weak_without_a_step():
    two = Policy(purpose=Purpose.LINK, evidence=(Evidence.ACCOUNT_NUMBER, Evidence.LAST_PAYMENT))
    figures = attack(two, amounts=amounts("teplo", two), limits=None, seed=SEED)
    limits = limits_of(load(TENANTS / "teplo.toml").registration.budgets)
    held = attack(two, amounts=amounts("teplo", two), limits=limits, seed=SEED)

    say("two facts without budgets", figures)
    say("two facts with budgets", held)
    assert figures.per_million > 1_000
    assert held.links < figures.links / 1_000
