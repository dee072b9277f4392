"""Fixed monthly amounts for electricity in Riga, settled after a year in which a price rose."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.journeys.years.calendar import Year, months, why, year_at

from mains.billing.documents import proofs
from mains.billing.models import Bill
from mains.billing.rules.verifying import verify
from mains.customers.models import Contract

pytestmark = pytest.mark.usefixtures("unblocked")

JANUARY = date(2026, 1, 1)


def contracts() -> list[Contract]:
    return list(Contract.objects.order_by("account_id", "pk"))


def net_of_use(facts: dict) -> Decimal:
    return sum(
        (Decimal(line["net"]) for line in facts["lines"] if not line["code"].startswith("budget")),
        Decimal(0),
    )


def bill_and_pay(year: Year, days: list[date]) -> list[list[Bill]]:
    billed = []
    for day in days:
        billed.append(year.on(day).bill())
        year.on(day + timedelta(days=7))
        for bill in billed[-1]:
            year.pay(bill)
    return billed


def proven(bill: Bill) -> bool:
    proof = proofs.proof(bill_id=bill.pk)
    assert proof is not None
    return verify(proof).findings == ()


def test_twelve_fixed_bills_and_what_was_really_used_less_these():
    with year_at("balta", customers=3) as year:
        year.on(date(2026, 1, 5)).bill()
        much, little, _plain = contracts()
        # One pays more than it uses and one less; the third is billed what it uses.
        year.put_on(much, 20_000, since=JANUARY)
        year.put_on(little, 500, since=JANUARY)
        year.publish_price("home", "energy", "0.1789", start=date(2026, 7, 11))
        billed = bill_and_pay(year, months(1, 12))
        fixed = [next(b for b in month if b.account_id == much.account_id) for month in billed]
        facts = year.facts(fixed[0])
        assert [(line["code"], line["net"], line["vat"]) for line in facts["lines"]] == [
            ("budget-amount", "200.00", "21")
        ]
        assert facts["total"] == "242.00"
        assert facts["contracts"][0]["registers"] == []
        assert {bill.total_minor for bill in fixed} == {24_200}
        assert year.book("budget") == 12 * (20_000 + 500)
        assert all(proven(bill) for bill in fixed)
        assert why(fixed[1]) == []
        assert "A fixed amount of €200.00 a month" in why(fixed[0])[0]

        first, second = sorted(year.settle(), key=lambda bill: bill.account_id)
        assert {bill.account_id for bill in (first, second)} == {
            much.account_id, little.account_id,
        }  # fmt: skip
        assert (first.kind, first.period_start, first.period_end) == (
            "SETTLEMENT", JANUARY, date(2027, 1, 1),
        )  # fmt: skip
        # Too much was paid: what is left is in credit.
        assert first.total_minor < 0 < second.total_minor
        assert year.status(first).status == "CREDIT"
        for bill, monthly in ((first, "200.00"), (second, "5.00")):
            facts = year.facts(bill)
            (taken,) = [one for one in facts["lines"] if one["code"] == "budget-billed"]
            assert Decimal(taken["net"]) == -12 * Decimal(monthly)
            assert len(facts["contracts"][0]["budget_billed"][0]["bills"]) == 12
            (register,) = facts["contracts"][0]["registers"]
            assert Decimal(register["used"]) == Decimal(
                year.meter_counted(bill, JANUARY, date(2027, 1, 1))
            )
            energy = [one for one in facts["lines"] if one["code"] == "energy"]
            assert [one["unit_price"] for one in energy] == ["0.1489", "0.1789"]
            assert proven(bill)
        # What was charged as fixed amounts is off the book, and a second settlement finds nobody.
        assert year.book("budget") == 0
        assert year.books_agree()
        assert year.nobody_to_settle()


def test_who_moves_out_is_settled_by_the_final_bill():
    with year_at("balta", customers=2) as year:
        year.on(date(2026, 1, 5)).bill()
        leaving, staying = contracts()
        year.put_on(leaving, 5_000, since=JANUARY)
        bill_and_pay(year, months(1, 3))
        Contract.objects.filter(pk=leaving.pk).update(end_date=date(2026, 4, 16))
        year.on(date(2026, 5, 5))
        (final,) = year.finally_bill(leaving.account_id, until=date(2026, 5, 5))
        assert (final.kind, final.period_start, final.period_end) == (
            "FINAL", JANUARY, date(2026, 4, 16),
        )  # fmt: skip
        facts = year.facts(final)
        (taken,) = [one for one in facts["lines"] if one["code"] == "budget-billed"]
        assert taken["net"] == "-150.00"
        assert year.book("budget") == 0
        assert proven(final)
        # The run of April leaves the home out, and nobody is left to settle.
        assert [bill.account_id for bill in year.bill()] == [staying.account_id]
        assert year.books_agree()
