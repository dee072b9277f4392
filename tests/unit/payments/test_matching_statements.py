"""Whose bank account a statement is of, and when a batch is told twice."""

import pytest

from mains.payments.rules.bank_accounts import may_be
from mains.payments.rules.batches import Telling, telling

SPANISH, LATVIAN = "ES91 2100 0418 4502 0005 1332", "LV80BANK0000435195001"


@pytest.mark.parametrize(
    ("stated", "iban"),
    [
        ("ES9121000418450200051332", SPANISH),
        ("ES9121000418450200051332EUR", SPANISH),
        ("2100 0418 45 0200051332", SPANISH),
        # Norma 43 leaves the check digits out.
        ("210004180200051332", SPANISH),
        ("LV80BANK0000435195001", LATVIAN),
        ("0435195001", LATVIAN),
        ("", SPANISH),
        ("ES9121000418450200051332", ""),
        ("12345", SPANISH),
    ],
)
def test_it_may_be_the_company_s(stated, iban):
    assert may_be(stated, iban=iban)


@pytest.mark.parametrize(
    ("stated", "iban"),
    [
        ("ES7921000813610123456789", SPANISH),
        ("210008130123456789", SPANISH),
        ("LV80BANK0000435195002", LATVIAN),
        ("NL91ABNA0417164300", SPANISH),
    ],
)
def test_it_is_another_one(stated, iban):
    assert not may_be(stated, iban=iban)


def test_a_sum_and_its_parts_are_one_batch():
    whole, parts = [("s", 300)], [("a", 100), ("b", 200)]
    assert telling(whole, stored=parts) is Telling.ELSEWHERE
    assert telling(parts, stored=whole) is Telling.PARTS
    assert telling(parts, stored=parts) is Telling.NEW
    assert telling(whole, stored=[]) is Telling.NEW


def test_other_sums_and_single_lines_are_other_money():
    assert telling([("s", 301)], stored=[("a", 100), ("b", 200)]) is Telling.NEW
    # A bank may call two equal payments of a day the same.
    assert telling([("s", 300)], stored=[("t", 300)]) is Telling.NEW
