"""District heating on a fixed amount, hot water as used, in one account of a home in Hungary."""

from datetime import date
from decimal import Decimal

import pytest
from tests.journeys.years.calendar import months, year_at

from mains.billing.documents import pdf
from mains.billing.rules.verifying import verify
from mains.customers.models import Contract

pytestmark = pytest.mark.usefixtures("unblocked")


def test_heating_is_settled_for_a_whole_winter_while_hot_water_is_billed_every_month():
    from mains.billing.documents import proofs

    with year_at("tavho", customers=1) as year:
        heating = Contract.objects.get(service="heating")
        water = Contract.objects.get(service="hot_water")
        year.on(date(2026, 1, 5)).bill()
        year.put_on(heating, 15_000, since=date(2026, 1, 1))
        for day in months(1, 12):
            (bill,) = year.on(day).bill()
            facts = year.facts(bill)
            by_contract = {heating.pk: [], water.pk: []}
            for line in facts["lines"]:
                by_contract[line["contract"]].append(line["code"])
            assert by_contract == {
                heating.pk: ["budget-amount"], water.pk: ["hot_water_base", "hot_water_heat"],
            }  # fmt: skip
            assert facts["lines"][0]["net"] == "15000"
            year.pay(bill)
        (settlement,) = year.settle()
        facts = year.facts(settlement)
        # Of the account's contracts only the one on a fixed amount.
        assert [one["id"] for one in facts["contracts"]] == [heating.pk]
        # 281.30 Ft a year for each of 130 lm³: the whole year in one sum, not twelve rounded ones.
        base = next(line for line in facts["lines"] if line["code"] == "heating_base")
        assert base["net"] == "36569"
        assert facts["lines"][-1]["net"] == "-180000"
        assert facts["lines"][-1]["label"] == "Kiszámlázott fix részösszegek levonása"
        assert year.book("heating:budget") == 0
        assert year.book("hot_water:sales") > 0
        used = [one for one in facts["lines"] if one["code"] == "heating_energy"]
        assert sum(Decimal(one["quantity"]) for one in used) > 0
        assert verify(proofs.proof(bill_id=settlement.pk)).findings == ()
        for one in (bill, settlement):
            assert pdf.pdf(bill_id=one.pk, tenant=year.tenant).startswith(b"%PDF")
        assert year.books_agree()
