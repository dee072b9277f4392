"""Twelve months by service: which month and which service everything counts in."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from tests.factories import money, utilities

pytestmark = [pytest.mark.usefixtures("tenant"), pytest.mark.seed("S3.14")]
TODAY = date(2026, 12, 10)
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


@pytest.fixture
def account(tenant):
    utilities.configured("balta")
    return money.account()


def bill(account, minor, *lines, **changes):
    """
    Issue a bill on 4 November for October, with lines of service, net in cents, VAT and correction.
    """
    from mains.billing.models import Bill, BillLine

    made = money.bill(account, minor)
    Bill.objects.filter(pk=made.pk).update(**changes)
    for position, (service, net, vat, corrects) in enumerate(lines):
        BillLine.objects.create(
            bill_id=made.pk, position=position, contract_id=1, service=service, code="x",
            label="x", quantity=1, unit="kWh", unit_price=1, net=Decimal(net) / 100,
            vat_rate=vat, corrects_date=corrects,
        )  # fmt: skip
    return made


def pay(bill, minor, day, key="k"):
    from mains.payments import booking

    return booking.book_bank_transfer(
        bill_id=bill.pk, amount_minor=minor, bank_reference=key, value_date=day,
        booked_by="staff:1", now=money.NOW,
    )[0]  # fmt: skip


def report(account, basis="issue"):
    from mains.payments.statements.report import Basis, of_accounts

    (found,) = of_accounts(account_ids=[account.pk], basis=Basis(basis), today=TODAY)
    return found


def cells(report, side):
    """
    Return by service and month, in minor units, what is not nothing.
    """
    return {
        (one.code, month): amount.minor
        for one in report.services
        for month, amount in zip(report.months, getattr(one, side), strict=True)
        if amount.minor
    }


def row(report, side):
    return {
        month: amount.minor
        for month, amount in zip(report.months, getattr(report, side), strict=True)
        if amount.minor
    }


def test_a_bill_counts_with_vat_in_the_month_of_its_issue(account):
    bill(account, 1260, ("heat", 1000, 21, None), ("water", 50, 0, None))
    found = report(account)
    assert cells(found, "billed") == {("heat", NOVEMBER): 1210, ("water", NOVEMBER): 50}
    assert row(found, "billed") == {NOVEMBER: 1260}


def test_a_bill_of_several_months_is_shared_out_by_days(account):
    bill(
        account, 6100, ("heat", 6100, 0, None),
        period_start=date(2026, 9, 1), period_end=date(2026, 11, 1),
    )  # fmt: skip
    assert cells(report(account, "use"), "billed") == {
        ("heat", date(2026, 9, 1)): 3000, ("heat", OCTOBER): 3100,
    }  # fmt: skip


def test_what_is_corrected_counts_in_its_own_month(account):
    bill(account, 900, ("heat", 1000, 0, None), ("heat", -100, 0, date(2026, 8, 1)))
    assert cells(report(account, "use"), "billed") == {
        ("heat", OCTOBER): 1000, ("heat", date(2026, 8, 1)): -100,
    }  # fmt: skip
    assert cells(report(account), "billed") == {("heat", NOVEMBER): 900}


def test_a_bill_without_lines_has_no_service(account):
    bill(account, 500)
    assert cells(report(account), "billed") == {("", NOVEMBER): 500}
    assert cells(report(account, "use"), "billed") == {("", OCTOBER): 500}


def test_part_payments_belong_to_services_as_the_lines_do(account):
    made = bill(account, 1000, ("heat", 667, 0, None), ("water", 333, 0, None))
    pay(made, 500, date(2026, 11, 6), "a")
    pay(made, 500, date(2026, 11, 9), "b")
    found = report(account)
    assert cells(found, "paid") == cells(found, "billed")
    assert row(found, "unsettled") == {}


def test_what_settles_no_bill_has_a_row_of_its_own(account):
    made = bill(account, 1000, ("heat", 1000, 0, None))
    pay(made, 1250, date(2026, 11, 6))
    found = report(account)
    assert (cells(found, "paid"), row(found, "unsettled")) == (
        {("heat", NOVEMBER): 1000}, {NOVEMBER: 250},
    )  # fmt: skip
    assert row(found, "paid") == {NOVEMBER: 1250}


def test_what_lay_in_suspense_counts_from_when_it_was_assigned(account):
    from mains.core.money import Money
    from mains.payments import booking, suspense

    made = bill(account, 1000, ("heat", 1000, 0, None))
    payment = booking.book_unknown(
        company=account.company, amount=Money(1000, "EUR"), key="bank:x",
        value_date=date(2026, 10, 20), note="", booked_by="staff:1", now=money.NOW,
    )  # fmt: skip
    assert row(report(account), "paid") == {}
    suspense.apply(
        payment_id=payment.pk, waits_minor=1000, parts=[(made.pk, 1000)], by="staff:1",
        now=datetime(2026, 11, 20, 9, tzinfo=UTC), today=date(2026, 11, 20),
    )  # fmt: skip
    found = report(account)
    assert cells(found, "paid") == {("heat", NOVEMBER): 1000}
    assert (row(found, "paid"), row(found, "unsettled")) == ({NOVEMBER: 1000}, {})


def test_what_went_back_is_taken_off(account):
    from mains.payments import reversing
    from mains.payments.models import PaymentKind

    made = bill(account, 1000, ("heat", 1000, 0, None))
    payment = pay(made, 1000, date(2026, 10, 6))
    movement = reversing.Movement(
        400, "r", "", "staff:1", datetime(2026, 11, 20, 9, tzinfo=UTC), date(2026, 11, 20)
    )
    reversing.take_back(payment=payment, kind=PaymentKind.REFUND, movement=movement)
    found = report(account)
    assert cells(found, "paid") == {("heat", OCTOBER): 1000, ("heat", NOVEMBER): -400}
    assert row(found, "paid") == {OCTOBER: 1000, NOVEMBER: -400}


def test_this_month_and_others_accounts_are_not_in_it(account):
    other = money.account()
    pay(bill(other, 700, ("heat", 700, 0, None)), 700, date(2026, 11, 6), "other")
    mine = bill(account, 900, ("heat", 900, 0, None))
    pay(mine, 900, date(2026, 12, 2))
    found = report(account)
    assert (row(found, "billed"), row(found, "paid")) == ({NOVEMBER: 900}, {})


def test_the_whole_company_is_all_its_accounts(account):
    from mains.payments.statements.report import Basis, of_company

    for one in (account, money.account()):
        pay(bill(one, 700, ("heat", 700, 0, None)), 700, date(2026, 11, 6), key=one.number)
    (found,) = of_company(company_code=account.company.code, basis=Basis.ISSUE, today=TODAY)
    assert cells(found, "billed") == cells(found, "paid") == {("heat", NOVEMBER): 1400}
    assert of_company(company_code="nobody", basis=Basis.ISSUE, today=TODAY) == []


def test_what_was_booked_to_the_wrong_account_leaves_it_again(account):
    from mains.payments import suspense
    from mains.payments.rules.statements import Days
    from mains.payments.statements.account import Kind, statements

    made = bill(account, 1000, ("heat", 1000, 0, None))
    payment = pay(made, 1000, date(2026, 11, 6))
    suspense.take_in_again(
        payment_id=payment.pk, by="staff:1", now=money.NOW, today=date(2026, 11, 20)
    )
    found = report(account)
    assert (cells(found, "paid"), row(found, "paid")) == ({}, {})
    (one,) = statements(
        account_ids=[account.pk], days=Days(OCTOBER, TODAY), today=TODAY
    )  # fmt: skip
    assert [line.kind for line in one.lines] == [Kind.BILL, Kind.PAYMENT, Kind.UNMATCHED]
    assert (one.lines[-1].is_placed, one.closing.minor) == (False, 1000)
