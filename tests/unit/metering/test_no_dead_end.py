"""Ten thousand readings as people type them: each counts at once, or is explained and stored."""

import random
from datetime import date, timedelta
from decimal import Decimal

from mains.metering.rules.plausibility import Outcome, Previous, judge
from mains.metering.rules.typed import NotANumber, TooManyDigits, read_typed

COUNT, DIGITS, DECIMALS = 10_000, 5, 3
MARKS = ((",", "."), (".", ","))


def typed(dice: random.Random, value: Decimal) -> tuple[str, str]:
    """
    Return a value as somebody types it, and the decimal mark of their language.
    """
    decimal, group = dice.choice(MARKS)
    text = f"{value:,.{dice.randint(0, DECIMALS)}f}" if dice.random() < 0.5 else f"{value:f}"
    text = text.replace(",", "_").replace(".", decimal)
    text = text.replace(
        "_", dice.choice(["", " ", "\u00a0", "'", group if decimal in text else ""])
    )
    padded = "0" * dice.randint(0, 3) + text if dice.random() < 0.3 else text
    return dice.choice(["{}", " {} ", "{} m³", "+{}"]).format(padded), decimal


def some_value(dice: random.Random, last: Decimal) -> Decimal:
    """
    Return something near the last reading, far from it, or anything that the register can show.
    """
    near = last + Decimal(dice.randint(-2_000, 40_000)) / 1_000
    anything = Decimal(dice.randint(0, 10 ** (DIGITS + DECIMALS) - 1)) / 1_000
    return dice.choice([max(near, Decimal(0)), anything, last, Decimal(0)]) % 10**DIGITS


def test_whatever_the_meter_can_show_is_taken():
    dice = random.Random(4)
    # TRANSPOSED takes two registers: see test_transposing.
    outcomes = dict.fromkeys(set(Outcome) - {Outcome.TRANSPOSED}, 0)
    for _ in range(COUNT):
        last = Decimal(dice.randint(0, 10**DIGITS - 1))
        text, mark = typed(dice, some_value(dice, last))
        value = read_typed(text, decimal_mark=mark, digits=DIGITS, decimals=DECIMALS)
        days = timedelta(dice.randint(0, 90))
        verdict = judge(
            value,
            read_date=date(2026, 11, 28),
            digits=DIGITS,
            previous=dice.choice([None, Previous(value=last, read_date=date(2026, 11, 28) - days)]),
            usual_daily=dice.choice([None, Decimal(0), Decimal("0.1"), Decimal(3)]),
        )
        outcomes[verdict.outcome] += 1
        # Stored either way: it counts at once, or waits once it is confirmed.
        assert verdict.needs_review is (verdict.outcome is not Outcome.OK)
    assert sum(outcomes.values()) == COUNT
    assert all(outcomes.values()), outcomes


def test_only_what_is_no_number_or_too_long_is_refused():
    dice = random.Random(5)
    signs = "0123456789,. 'abcЖ-+³"
    refused = 0
    for _ in range(COUNT):
        text = "".join(dice.choice(signs) for _ in range(dice.randint(0, 9)))
        try:
            read_typed(text, decimal_mark=",", digits=DIGITS, decimals=DECIMALS)
        except (NotANumber, TooManyDigits):
            refused += 1
            plain = text.strip().removeprefix("+")
            assert not (plain.isascii() and plain.isdecimal() and len(plain) <= DIGITS), text
    assert 0 < refused < COUNT
