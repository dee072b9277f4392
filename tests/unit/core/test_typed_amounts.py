"""Amounts as people type them: either decimal sign, any grouping, a currency beside them."""

from decimal import Decimal

import pytest

from mains.core.typed import NotAnAmount, parse_amount

AMOUNTS = [
    ("48.19", "en", "48.19"), ("48,19", "en", "48.19"), ("1,234", "en", "1234"),
    ("1,234", "es", "1.234"), ("12 345,60 Ft", "hu", "12345.60"), ("€1,234.50", "en", "1234.50"),
    ("EUR 12", "lv", "12"), ("12,50 грн.", "uk", "12.50"), ("12 345,-", "hu", "12345"),
    ("\u221248.19", "en", "-48.19"), ("999999999999.99", "en", "999999999999.99"),
]  # fmt: skip
NONE = [
    "", "abc", "12abc", "1e9", "12 EUR 5", "12 months", "1.2,3.4", "--5", "1000000000000",
    "9" * 20, "NaN", "Infinity",
]  # fmt: skip


@pytest.mark.parametrize(("typed", "language", "amount"), AMOUNTS)
def test_an_amount_is_read(typed, language, amount):
    assert parse_amount(typed, language=language) == Decimal(amount)


@pytest.mark.parametrize("typed", NONE)
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(NotAnAmount):
        parse_amount(typed, language="en")
