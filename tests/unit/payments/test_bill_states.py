"""The one word of a bill: what is happening comes before what is owed."""

import pytest

from mains.billing.rules.status import BillStatus
from mains.payments.rules.bill_states import BillWord, bill_word


def word(status, **changes):
    facts = {"is_confirming": False, "is_collected": False, "is_corrected": False, **changes}
    return bill_word(status, **facts)


@pytest.mark.seed("S2.06")
@pytest.mark.parametrize("status", BillStatus)
def test_each_status_has_its_word(status):
    assert word(status) == status.value
    assert set(BillStatus) < set(BillWord)


@pytest.mark.parametrize("status", [BillStatus.DUE, BillStatus.PART_PAID, BillStatus.OVERDUE])
def test_what_is_happening_to_an_open_bill_comes_first(status):
    assert word(status, is_collected=True) is BillWord.COLLECTED
    assert word(status, is_confirming=True) is BillWord.CONFIRMING
    assert word(status, is_confirming=True, is_collected=True) is BillWord.CONFIRMING


@pytest.mark.parametrize("status", [BillStatus.PAID, BillStatus.NOTHING_TO_PAY, BillStatus.CREDIT])
def test_nothing_happens_to_one_that_is_not_open(status):
    assert word(status, is_confirming=True, is_collected=True, is_corrected=True) == status.value


def test_one_that_was_taken_back_is_corrected_where_another_is_in_its_place():
    assert word(BillStatus.CANCELLED, is_confirming=True) is BillWord.CANCELLED
    assert word(BillStatus.CANCELLED, is_corrected=True) is BillWord.CORRECTED
