"""What bills say of prices, in portal, document and console alike."""

import pytest

from mains.billing.documents.speaking import Speaker


def line(unit_price: str, **changes: str) -> dict[str, str]:
    return {"unit": "kWh", "unit_price": unit_price, "times": "1", "divisor": "1"} | changes


@pytest.mark.parametrize(
    ("currency", "language", "price", "said"),
    [
        ("EUR", "en", "4.2", "4.20"),
        ("EUR", "en", "5", "5.00"),
        ("EUR", "lv", "4.2", "4,20"),
        ("EUR", "en", "-0.1", "-0.10"),
        ("EUR", "en", "0", "0.00"),
        # All digits of a finer price are said, and of zeros behind them none.
        ("EUR", "en", "0.15250000", "0.1525"),
        ("EUR", "en", "0.12345678", "0.12345678"),
        # Forints have no smaller unit in use.
        ("HUF", "hu", "36", "36"),
        ("HUF", "hu", "36.386", "36,386"),
    ],
)
def test_a_price_has_at_least_the_digits_of_its_currency(currency, language, price, said):
    assert Speaker(language, currency).price_of(line(price)) == said


def test_only_the_price_is_said_like_money():
    say = Speaker("en", "EUR")
    assert say.price_of(line("4.2", times="0.5")) == "4.20 × 0.5"
    assert say.price_of(line("4.2", times="31", divisor="365")) == "4.20 × 31/365"


def test_control_a_percentage_is_no_price():
    assert Speaker("en", "EUR").price_of(line("5.5", unit="%")) == "5.5 %"
