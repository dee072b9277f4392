"""A bill paid in parts: agreed by its payer or by staff, each part due and reminded by itself."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from tests.journeys.years.calendar import Year, year_at

from mains.payments import instalments

pytestmark = pytest.mark.usefixtures("unblocked")
MADE = date(2026, 2, 5)


@pytest.fixture
def year() -> Iterator[Year]:
    with year_at("balta", customers=1) as year:
        yield year.on(MADE)


@pytest.fixture
def bill(year):
    (bill,) = year.bill()
    return bill


def agree(year: Year, bill, *, count: int = 3, first: date | None = None):
    return instalments.agree(
        bill_id=bill.pk, count=count, first_date=first or bill.due_date, most=6, by="user:1",
        now=year.now, today=year.today,
    )  # fmt: skip


class TestAgreeing:
    def test_moves_what_is_due_to_the_first_part(self, year, bill):
        parts = agree(year, bill)
        assert sum(part.amount.minor for part in parts) == bill.total_minor
        row = year.status(bill)
        assert (row.due_date, row.next_part) == (bill.due_date, parts[0].amount)
        year.on(parts[0].due_date).pay(bill, parts[0].amount.as_text())
        row = year.status(bill)
        assert (row.due_date, row.status) == (parts[1].due_date, "PART_PAID")

    def test_twice_is_once(self, year, bill):
        assert agree(year, bill) == agree(year, bill)
        with pytest.raises(instalments.AgreedOtherwise):
            agree(year, bill, count=4)

    def test_too_late_it_is_refused(self, year, bill):
        year.pay(bill)
        with pytest.raises(instalments.NothingToShareOut):
            agree(year, bill)

    @pytest.mark.parametrize("count", [0, 1, 7])
    def test_parts_that_the_utility_does_not_allow_are_refused(self, year, bill, count):
        with pytest.raises(instalments.UnfitInstalments):
            agree(year, bill, count=count)

    def test_a_day_that_has_passed_is_refused(self, year, bill):
        with pytest.raises(instalments.FirstDayPassed):
            agree(year, bill, first=date(2026, 2, 4))

    def test_a_day_more_than_a_year_ahead_is_refused(self, year, bill):
        with pytest.raises(instalments.FirstDayTooFar):
            agree(year, bill, first=date(2027, 2, 6))
        assert year.status(bill).instalments == ()

    def test_control_a_year_ahead_it_is_agreed(self, year, bill):
        assert agree(year, bill, first=date(2027, 2, 5))[0].due_date == date(2027, 2, 5)

    def test_less_than_a_minor_unit_for_each_part_is_refused(self, year, bill):
        year.pay(bill, f"{(bill.total_minor - 2) / Decimal(100)}")
        with pytest.raises(instalments.TooLittleToShareOut):
            agree(year, bill)

    def test_control_a_minor_unit_for_each_part_is_shared_out(self, year, bill):
        year.pay(bill, f"{(bill.total_minor - 3) / Decimal(100)}")
        assert [part.amount.minor for part in agree(year, bill)] == [1, 1, 1]

    def test_what_a_mandate_collects_is_refused(self, year, bill):
        bill.collection_date = date(2026, 3, 1)
        bill.save(update_fields=["collection_date"])
        with pytest.raises(instalments.CollectedByMandate):
            agree(year, bill)

    def test_never_agreed_the_bill_is_due_as_a_whole(self, year, bill):
        row = year.status(bill)
        assert (row.due_date, row.next_part, row.instalments) == (bill.due_date, None, ())

    def test_taken_back_it_is_due_as_a_whole_again(self, year, bill):
        agree(year, bill)
        assert instalments.withdraw(bill_id=bill.pk, by="staff:1", now=year.now)
        assert not instalments.withdraw(bill_id=bill.pk, by="staff:1", now=year.now)
        assert year.status(bill).instalments == ()


class TestReminders:
    def test_are_for_each_part_by_itself(self, year, bill):
        first, second, _third = agree(year, bill)
        year.on(first.due_date).pay(bill, first.amount.as_text())
        # Long after the bill's own day nothing is late yet.
        year.on(date.fromordinal(second.due_date.toordinal() - 1))
        assert year.mailed("payment-reminder") == []
        year.on(date.fromordinal(second.due_date.toordinal() + 3))
        (told,) = year.mailed("payment-reminder")
        assert told["amount"].replace("\xa0", " ").startswith(second.amount.as_text()[:2])
        assert year.status(bill).status == "OVERDUE"

    def test_control_without_parts_the_bill_would_be_late(self, year, bill):
        year.on(date.fromordinal(bill.due_date.toordinal() + 4))
        assert len(year.mailed("payment-reminder")) == 1


class TestLetters:
    def test_there_is_one_as_long_as_parts_are_open(self, year, bill):
        from mains.journeys import bill_letters

        given = {"bill_id": bill.pk, "tenant": year.tenant, "today": year.today}
        with pytest.raises(bill_letters.NoSuchLetter):
            bill_letters.plan(**given)
        agree(year, bill)
        assert bill_letters.plan(**given).startswith(b"%PDF")
        assert bill_letters.plan(**given) == bill_letters.plan(**given)
        year.pay(bill)
        with pytest.raises(bill_letters.NoSuchLetter):
            bill_letters.plan(**given)

    def test_a_reminder_begins_with_the_first_day_of_reminding(self, year, bill):
        from datetime import timedelta

        from mains.journeys import bill_letters

        first = year.tenant.file.billing.dunning_days[0]
        day = bill.due_date + timedelta(days=first)
        given = {"bill_id": bill.pk, "tenant": year.tenant}
        with pytest.raises(bill_letters.NoSuchLetter):
            bill_letters.reminder(**given, today=day - timedelta(days=1))
        assert bill_letters.reminder(**given, today=day).startswith(b"%PDF")
        year.pay(bill)
        with pytest.raises(bill_letters.NoSuchLetter):
            bill_letters.reminder(**given, today=day)
