"""What people read about a payment."""

from datetime import UTC, datetime

import pytest

from mains.core.money import Money
from mains.payments.received import PaymentRow
from mains.payments.wording import payment_note, reference_text


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


@pytest.mark.parametrize(
    ("credit", "fee", "went_back", "said"),
    [
        (0, 0, 0, ""),
        (5, 0, 0, "€0.05 of it stays as credit"),
        (0, 107, 0, "and €1.07 as a fee"),
        (5, 107, 1_000, "and €1.07 as a fee; €0.05 of it stays as credit; €10.00 of it went back"),
    ],
)
def test_what_else_there_is_to_a_payment_is_said(credit, fee, went_back, said):
    credit, fee, went_back = (Money(minor, "EUR") for minor in (credit, fee, went_back))
    row = PaymentRow(
        received_at=datetime(2026, 11, 4, tzinfo=UTC), method="CARD", booking_key="sandbox:1",
        amount=Money(4_292, "EUR"), credit=credit, bill_numbers="1", fee=fee, went_back=went_back,
    )  # fmt: skip
    assert payment_note(row, language="en") == said


def test_what_a_bank_line_is_known_by_is_shortened_and_a_reference_is_not():
    from mains.payments.wording import reference_text

    assert reference_text(f"bank:main:{'ab' * 32}") == "abababababab"
    assert reference_text("bank:main:2026-11-04/77") == "2026-11-04/77"
