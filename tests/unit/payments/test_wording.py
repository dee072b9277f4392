"""What people read about a payment."""

import pytest

from mains.core.money import Money
from mains.payments.wording import credit_note, reference_text


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("bank:balta:STMT-1", "STMT-1"),
        ("bank:balta:2026:11:7", "2026:11:7"),
        ("sandbox:pay_7", "pay_7"),
        ("stripe:pi_1:2", "pi_1:2"),
    ],
)
def test_a_reference_is_the_banks_or_the_gateways_own(key, text):
    assert reference_text(key) == text


def test_nothing_is_said_where_all_was_used():
    assert credit_note(Money(0, "EUR"), language="en") == ""
    assert credit_note(Money(5, "EUR"), language="en") == "€0.05 of it stays as credit"


def test_what_a_bank_line_is_known_by_is_shortened_and_a_reference_is_not():
    from mains.payments.wording import reference_text

    assert reference_text(f"bank:main:{'ab' * 32}") == "abababababab"
    assert reference_text("bank:main:2026-11-04/77") == "2026-11-04/77"
