"""What is owed, told apart by when, and the numbers of certificates."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.billing.rules.instalments import Instalment
from mains.core.money import Money
from mains.payments.rules.certificates import Certified, NoCertificate, code_of, read_code
from mains.payments.rules.standing import Debt, OpenBill, standing_of

TODAY = date(2026, 11, 29)
SOON, GONE = date(2026, 12, 1), date(2026, 11, 28)
KEY = b"k" * 32


def eur(minor):
    return Money(minor, "EUR")


def standing(balance, *bills, confirmed=0):
    return standing_of(balance=eur(balance), bills=bills, confirmed=eur(confirmed), today=TODAY)


@pytest.mark.seed("S3.10")
@pytest.mark.parametrize(
    ("found", "debt", "owed"),
    [
        (standing(0), Debt.NONE, 0),
        (standing(-500), Debt.NONE, 0),
        (standing(700, OpenBill(eur(700), SOON, is_collected=False)), Debt.LATER, 700),
        (standing(700, OpenBill(eur(700), TODAY, is_collected=False)), Debt.LATER, 700),
        (standing(700, OpenBill(eur(700), GONE, is_collected=False)), Debt.DUE, 700),
        # A bill that credit would pay is open as long as it does not.
        (standing(-100, OpenBill(eur(700), SOON, is_collected=False)), Debt.LATER, 700),
        # Owed on no bill.
        (standing(300), Debt.DUE, 300),
        # What is being confirmed is not paid yet.
        (
            standing(700, OpenBill(eur(700), SOON, is_collected=True), confirmed=700),
            Debt.LATER,
            700,
        ),
    ],
)
def test_nothing_is_owed_only_where_nothing_is_open_in_any_way(found, debt, owed):
    assert (found.debt, found.owed) == (debt, eur(owed))


def test_of_instalments_those_are_overdue_whose_days_have_passed():
    parts = (Instalment(GONE, eur(400)), Instalment(SOON, eur(300)))
    found = standing(700, OpenBill(eur(700), GONE, is_collected=False, parts=parts))
    assert (found.overdue, found.later) == (eur(400), eur(300))
    paid = standing(250, OpenBill(eur(250), SOON, is_collected=False, parts=parts))
    assert (paid.overdue, paid.later) == (eur(0), eur(250))


@given(
    st.integers(-(10**9), 10**9),
    st.lists(st.tuples(st.integers(1, 10**8), st.sampled_from([SOON, TODAY, GONE])), max_size=5),
)
def test_the_parts_come_to_the_balance(balance, bills):
    found = standing(balance, *(OpenBill(eur(minor), day, False) for minor, day in bills))
    assert found.overdue + found.later + found.other - found.credit == eur(balance)
    assert min(found.overdue.minor, found.later.minor, found.other.minor, found.credit.minor) >= 0
    assert (found.debt is Debt.NONE) == (balance <= 0 and not bills)


@given(st.integers(0, 2**40 - 1), st.sampled_from(Debt), st.booleans())
def test_a_certificates_number_says_what_it_was_made_of(account_id, debt, spaced):
    at = datetime(2026, 11, 29, 16, 45, tzinfo=UTC)
    code = code_of(Certified(account_id, at.replace(second=31), debt), key=KEY)
    assert len(code) == 39
    typed = code.lower().replace("-", " ") if spaced else code
    assert read_code(typed, key=KEY) == Certified(account_id, at, debt)


def test_a_number_that_somebody_changed_is_none():
    at = datetime(2026, 11, 29, 16, 45, tzinfo=UTC)
    code = code_of(Certified(7, at, Debt.DUE), key=KEY)
    for place in range(len(code)):
        other = "A" if code[place] != "A" else "B"
        with pytest.raises(NoCertificate):
            read_code(code[:place] + (other if code[place] != "-" else "AA") + code[place + 1 :],
                      key=KEY)  # fmt: skip
    for typed in ("", "unknown", "ž" * 32, "A" * 32, code + "A" * 8, code[:20]):
        with pytest.raises(NoCertificate):
            read_code(typed, key=KEY)
    with pytest.raises(NoCertificate):
        read_code(code, key=b"o" * 32)
