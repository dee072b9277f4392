"""Amounts that gateways count otherwise than bills do."""

import pytest

from mains.payments.gateways.base import GatewayRefused, GatewayUnavailable
from mains.payments.gateways.decimals import minor_of
from mains.payments.gateways.stripe.amounts import from_stripe, stripe_exponent, to_stripe


@pytest.mark.parametrize(
    ("minor", "currency", "there"),
    [
        (4819, "EUR", 4819),
        (4819, "UAH", 4819),
        # No bill of ours has fillér; there a forint has a hundred of them.
        (12345, "HUF", 1_234_500),
        (500, "JPY", 500),
        # Two digits there that are always zeros.
        (700, "ISK", 70_000),
        (0, "HUF", 0),
    ],
)
def test_an_amount_goes_there_and_comes_back(minor, currency, there):
    assert to_stripe(minor, currency) == there
    assert from_stripe(there, currency) == minor


@pytest.mark.parametrize(
    ("currency", "digits"),
    [
        ("EUR", 2),
        ("HUF", 2),
        ("UGX", 2),
        ("TWD", 2),
        ("JPY", 0),
        ("KRW", 0),
        ("XAF", 0),
        ("KWD", 3),
    ],
)
def test_the_table_is_stripes(currency, digits):
    assert stripe_exponent(currency) == digits


@pytest.mark.parametrize("amount", [1, 50, 1_234_501])
def test_a_part_of_a_forint_is_nothing_that_we_book(amount):
    with pytest.raises(GatewayRefused):
        from_stripe(amount, "HUF")


def test_a_currency_of_nobodys_bill_is_refused():
    for ask in (to_stripe, from_stripe):
        with pytest.raises(GatewayRefused):
            ask(100, "KWD")


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("48.19", "UAH", 4819), (48, "UAH", 4800), ("48.190", "UAH", 4819), ("12345", "HUF", 12345)],
)
def test_an_amount_in_major_units_is_read(text, currency, minor):
    assert minor_of(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [("48.191", "UAH"), ("", "UAH"), ("a lot", "UAH"), ("1", "XXX"), ("NaN", "UAH")],
)
def test_an_amount_that_cannot_be_read_is_not_guessed(text, currency):
    with pytest.raises(GatewayUnavailable):
        minor_of(text, currency)
