"""
A day of guessing against a policy, with the product's own budgets and a clock of its own.

The guesser knows every account number, holds a bill of their own (so a bill number is one of the
thousand of its chunk), and tries the likeliest amounts first: 50 tries a second from 1,000
addresses for 24 hours. Real people sign up meanwhile, some after mistakes.
"""

import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from mains.enrolment.rules.budgets import Limits, Scope, Standing, standing
from mains.tenancy.tenantfile.identity import Evidence, Policy

ACCOUNTS, ADDRESSES, PER_SECOND, HOURS = 100_000, 1_000, 50, 24
CHUNK = 1_000
PEOPLE, MISTAKEN, WITHOUT_EMAIL = 1_000, 0.2, 0.05
# A code to the contact: five tries at eight digits, and it is only sent where the facts are right.
CODE_GUESSED = 5 / 10**8


@dataclass
class Figures:
    tries: int = 0
    judged: int = 0
    links: float = 0
    stepped_up: int = 0
    people: int = 0
    locked_out: int = 0
    asked_for_code: int = 0
    by_letter: int = 0

    @property
    def per_million(self) -> float:
        return 1e6 * self.links / self.tries

    @property
    def per_million_judged(self) -> float:
        return 1e6 * self.links / max(self.judged, 1)

    @property
    def share_locked_out(self) -> float:
        return self.locked_out / max(self.people, 1)

    def __str__(self) -> str:
        return (
            f"{self.tries:,} tries, {self.judged:,} judged, {self.stepped_up:,} after the alarm, "
            f"{self.links:.2f} links: {self.per_million:.3f} per million tries, "
            f"{self.per_million_judged:.3f} per million judged; of {self.people:,} people "
            f"{self.locked_out} locked out, {self.asked_for_code} asked for a code, "
            f"{self.by_letter} of them by letter"
        )


@dataclass
class Counters:
    """
    The counts of `enrolment.budgets`, kept in memory; `limits` of None switches the guard off.
    """

    limits: Limits | None
    counts: Counter = field(default_factory=Counter)

    def count(self, *, address: object, account: object, second: int) -> Standing:
        if self.limits is None:
            return Standing.FREE
        hour, day = second // 3_600, second // 86_400
        keys = {
            Scope.ADDRESS: (0, address, hour),
            Scope.ACCOUNT: (1, account, day),
            Scope.TENANT_HOUR: (2, 0, hour),
            Scope.TENANT_DAY: (3, 0, day),
        }
        self.counts[keys[Scope.ADDRESS]] += 1
        if self.counts[keys[Scope.ADDRESS]] > self.limits.address:
            return Standing.REFUSED
        for scope in (Scope.ACCOUNT, Scope.TENANT_HOUR, Scope.TENANT_DAY):
            self.counts[keys[scope]] += 1
        return standing(
            {scope: self.counts[key] for scope, key in keys.items()}, limits=self.limits
        )

    def forgive(self, *, address: object, account: object, second: int) -> None:
        hour, day = second // 3_600, second // 86_400
        for key in ((0, address, hour), (1, account, day), (2, 0, hour), (3, 0, day)):
            self.counts[key] = max(self.counts[key] - 1, 0)


def amounts_of(currency: str, *, whole: bool, rng: random.Random) -> list[int]:
    """
    Return an amount per account in minor units: log-normal around 37, as requirements §5.2 has it.
    """
    drawn = [rng.lognormvariate(math.log(37), 0.8) for _ in range(ACCOUNTS)]
    if currency == "HUF":
        return [round(amount * 400 / 5) * 5 for amount in drawn]
    if currency == "UAH":
        # The same spread as whole euros: people round what they pay by hand to twenty hryvnias.
        return [
            max(round(amount), 1) * 2_000 if whole else round(amount * 2_000) for amount in drawn
        ]
    return [round(amount) * 100 if whole else round(amount * 100) for amount in drawn]


def blocks(rng: random.Random) -> list[int]:
    """
    Return a bill per account of a block tariff by whole cubic metres: as lumpy as bills get.
    """

    def price(used: int) -> int:
        cents = 931 + 35 * min(used, 18) + 70 * max(min(used, 30) - 18, 0)
        return round((cents + 110 * max(min(used, 48) - 30, 0) + 150 * max(used - 48, 0)) * 1.1)

    return [price(round(rng.lognormvariate(math.log(45), 0.6))) for _ in range(ACCOUNTS)]


def attack(policy: Policy, *, amounts: list[int], limits: Limits | None, seed: int) -> Figures:
    """
    Guess for a day and return what came of it.
    """
    rng = random.Random(seed)
    guesses = _guesser(policy, amounts, rng)
    counters, figures = Counters(limits), Figures()
    over: set[tuple[int, int]] = set()
    people = _people(rng)
    for number in range(HOURS * 3_600 * PER_SECOND):
        second = number // PER_SECOND
        while people and people[-1][0] <= second:
            _sign_up(people.pop(), policy, counters, figures, rng)
        figures.tries += 1
        address = number % ADDRESSES
        # Once over, an address stays over until its hour ends.
        if (address, second // 3_600) in over:
            continue
        account = rng.randrange(ACCOUNTS)
        found = counters.count(address=address, account=account, second=second)
        if found is Standing.REFUSED:
            over.add((address, second // 3_600))
            continue
        figures.judged += 1
        right = guesses(account, number // ACCOUNTS)
        if found is Standing.STEP_UP or policy.needs_code:
            figures.stepped_up += 1
            figures.links += right * CODE_GUESSED
        else:
            figures.links += right
    return figures


def _guesser(policy: Policy, amounts: list[int], rng: random.Random) -> Callable[[int, int], bool]:
    """
    Return whether the next guess at an account is right in every fact.
    """
    ranked = [amount for amount, _count in Counter(amounts).most_common()]
    asks_amount = bool({Evidence.BILL_AMOUNT, Evidence.LAST_PAYMENT} & set(policy.facts))
    asks_number = Evidence.BILL_NUMBER in policy.facts
    asks_tax = Evidence.TAX_ID in policy.facts

    def right(account: int, attempt: int) -> bool:
        return (
            (not asks_amount or amounts[account] == ranked[attempt % len(ranked)])
            and (not asks_number or rng.randrange(CHUNK) == account % CHUNK)
            and (not asks_tax or rng.randrange(10**6) == 0)
        )

    return right


def _people(rng: random.Random) -> list[tuple[int, int, int]]:
    """
    Return who signs up when: second, person, how many mistakes first; the latest comes first.
    """
    drawn = [
        (
            rng.randrange(HOURS * 3_600),
            person,
            rng.choice((1, 2)) if rng.random() < MISTAKEN else 0,
        )
        for person in range(PEOPLE)
    ]
    return sorted(drawn, reverse=True)


def _sign_up(
    who: tuple[int, int, int],
    policy: Policy,
    counters: Counters,
    figures: Figures,
    rng: random.Random,
) -> None:
    second, person, mistakes = who
    about = {"address": f"person {person}", "account": rng.randrange(ACCOUNTS), "second": second}
    figures.people += 1
    for _ in range(mistakes):
        counters.count(**about)
    found = counters.count(**about)
    if found is Standing.REFUSED:
        figures.locked_out += 1
        return
    counters.forgive(**about)
    if found is Standing.STEP_UP or policy.needs_code:
        figures.asked_for_code += 1
        figures.by_letter += rng.random() < WITHOUT_EMAIL
