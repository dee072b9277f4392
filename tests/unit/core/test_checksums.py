"""Check digits, against numbers that their standards print."""

import pytest

from mains.core.checksums import Checksum, completed, fits, length
from mains.enrolment.rules.typed import Slip, slip

# Luhn: the card of ISO/IEC 7812-1. MOD 11,10 and MOD 97-10: the examples of ISO/IEC 7064.
PRINTED = [
    (Checksum.LUHN, "4992739871", "6"),
    (Checksum.MOD11, "0794", "5"),
    (Checksum.MOD97, "794", "44"),
]


@pytest.mark.parametrize(("checksum", "digits", "check"), PRINTED)
class TestPrintedNumbers:
    def test_are_completed(self, checksum, digits, check):
        assert completed(digits, checksum) == digits + check
        assert length(checksum) == len(check)

    def test_fit_with_letters_and_without(self, checksum, digits, check):
        assert fits(digits + check, checksum)
        assert fits(f"U{digits}{check}", checksum)

    def test_no_single_digit_may_differ(self, checksum, digits, check):
        number = digits + check
        for at, digit in enumerate(number):
            for other in set("0123456789") - {digit}:
                assert not fits(number[:at] + other + number[at + 1 :], checksum)


@pytest.mark.parametrize("checksum", list(Checksum))
def test_without_a_digit_nothing_fits(checksum):
    assert not fits("", checksum)
    assert not fits("ABC", checksum)


def test_the_form_is_said_before_the_check_digit():
    def judged(number: str) -> Slip | None:
        return slip(number, pattern=r"\d{4}", look_alikes=True, checksum=Checksum.LUHN)

    assert judged("123") is Slip.FORM
    assert judged("1234") is Slip.CHECK_DIGIT
    assert judged("12 3O") is judged("1230") is None
