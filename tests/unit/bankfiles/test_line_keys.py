"""Keys: what two files tell of one payment, and what two payments of a day are."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.unit.bankfiles import writers
from tests.unit.bankfiles.writers import Paid

from mains.bankfiles import keys
from mains.bankfiles.profiles import Profile
from mains.bankfiles.recognise import read

FIRST = date(2026, 3, 1)
CSV = Profile(date="Date", amount="Amount", texts=("Text",), currency="EUR", account="1")
# Few different payments, so that many are equal.
PAYMENTS = some.lists(
    some.builds(
        Paid,
        day=some.integers(0, 9).map(lambda days: FIRST + timedelta(days=days)),
        cents=some.sampled_from([100, 100, 250, -100]),
        text=some.sampled_from(["", "AV2026 1", "RF18"]),
        reference=some.just(""),
    ),
    max_size=25,
).map(lambda paid: sorted(paid, key=lambda one: one.day))
# Files by their first and last day, in any order, over and beside each other.
FILES = some.lists(some.tuples(some.integers(0, 9), some.integers(0, 9)), max_size=6)
FORMATS = {
    "csv": writers.csv,
    "mt940": writers.mt940,
    "camt": writers.camt,
    "norma43": lambda paid: writers.norma43([paid]),
}


def numbered(paid: list[Paid]) -> list[Paid]:
    return [one._replace(reference=f"R{place}") for place, one in enumerate(paid)]


def keys_of(write, paid: list[Paid]) -> list[str]:
    if not paid:
        return []
    return [line.key for one in read(write(paid), profile=CSV) for line in one.lines]


def imported(write, paid: list[Paid], files) -> dict[str, int]:
    """
    Import the days of some files, and then all; return how often each key was met.
    """
    days = [(FIRST + timedelta(days=a), FIRST + timedelta(days=b)) for a, b in files]
    found: dict[str, int] = {}
    for first, last in [*days, (FIRST, FIRST + timedelta(days=9))]:
        for key in keys_of(write, [one for one in paid if first <= one.day <= last]):
            found[key] = found.get(key, 0) + 1
    return found


@pytest.mark.parametrize("name", FORMATS)
@given(paid=PAYMENTS, files=FILES)
def test_files_of_whole_days_in_any_order_import_every_payment_once(name, paid, files):
    found = imported(FORMATS[name], paid, files)

    assert len(found) == len(paid)
    assert set(found) == set(keys_of(FORMATS[name], paid))


@given(paid=PAYMENTS.map(numbered), files=FILES)
def test_the_references_of_a_bank_do_so_too(paid, files):
    assert len(imported(writers.camt, paid, files)) == len(paid)


@given(paid=PAYMENTS.map(numbered))
def test_a_notice_and_a_statement_name_a_payment_alike(paid):
    def notice(paid):
        return writers.camt(paid, "054")

    assert keys_of(writers.camt, paid) == keys_of(notice, paid)


def test_a_return_under_the_reference_of_its_payment_is_another():
    paid = Paid(FIRST, 100, "", "R1")
    assert len(set(keys_of(writers.camt, [paid, paid._replace(cents=-100)]))) == 2


def test_parts_of_a_batch_under_one_reference_are_several():
    paid = Paid(FIRST, 100, "", "R1")
    assert len(set(keys_of(writers.camt, [paid, paid]))) == 2


def test_entries_numbered_in_each_statement_are_told_apart_by_their_day():
    def of(day: int) -> str:
        entry = writers.camt([Paid(date(2026, 3, day), 100)])
        data = entry.replace(b"<AcctSvcrRef></AcctSvcrRef>", b"").replace(
            b"<Ntry>", b"<Ntry><NtryRef>1</NtryRef>"
        )
        return read(data)[0].lines[0].key

    assert of(1) == of(1)
    assert of(1) != of(2)


def test_the_account_is_part_of_a_key():
    first, second = (
        line.key
        for one in read(writers.norma43([[Paid(FIRST, 100)], [Paid(FIRST, 100)]]))
        for line in one.lines
    )
    assert first != second


class TestWithoutCountingWhatIsEqual:
    """
    The guard taken away: then the properties above do not hold.
    """

    PAID = [Paid(FIRST, 100), Paid(FIRST, 100), Paid(FIRST + timedelta(days=1), 100)]

    def test_two_payments_of_a_day_become_one(self, monkeypatch):
        monkeypatch.setattr(keys, "Counter", lambda: _Never())
        assert len(set(keys_of(writers.csv, self.PAID))) < 3

    def test_counting_all_of_a_file_tells_files_apart(self, monkeypatch):
        count = iter(range(100))
        monkeypatch.setattr(keys, "Counter", lambda: _Always(count))
        assert len(imported(writers.csv, self.PAID, [(1, 1)])) > 3


class _Never(dict):
    def __missing__(self, key):
        return 0

    def __setitem__(self, key, value):
        return None


class _Always(_Never):
    def __init__(self, count):
        self.count = count

    def __getitem__(self, key):
        return next(self.count)
