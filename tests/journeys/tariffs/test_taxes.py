"""Taxes on real bills: by the day, several at once, reverse charge, exempt; and where they go."""

from datetime import date
from typing import Any

import pytest
from tests.journeys.tariffs import world

from mains.ledger.models import LedgerAccount, Transfer

pytestmark = pytest.mark.usefixtures("unblocked")
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
ENERGY = {"kind": "unit", "code": "energy", "quantity": "energy", "unit": "kWh", "price": "0.20"}
STANDING = {"kind": "fixed", "code": "standing", "price": "31.00"}
REASONS = {
    "AE": {"lv": "PVN maksā saņēmējs", "en": "article 194, Directive 2006/112/EC"},
    "E": {"lv": "Vēstniecība", "en": "embassy, article 151"},
}
IVA = {
    "code": "iva",
    "versions": [
        {"start_date": "2020-01-01", "percent": "21"},
        {"start_date": "2026-05-11", "percent": "10"},
    ],
    "otherwise": {"reseller": "AE", "embassy": "E"},
    "reasons": REASONS,
}


def billed(*components: dict[str, Any], contract_class: str = "home", used: str = "100") -> dict:
    """
    Bill May to a home of a class, with the taxes above.
    """
    file = world.file_of(*components, taxes=[IVA])
    with world.opened(file, contract_class=contract_class) as home:
        home.used("energy", MAY, JUNE, used)
        facts = home.bill(MAY, JUNE)
        facts["booked"] = booked()
    return facts


def booked() -> dict[str, int]:
    """
    Return what was booked to each of the company's own accounts, in minor units.
    """
    names = dict(LedgerAccount.objects.values_list("pk", "key"))
    found: dict[str, int] = {}
    for one in Transfer.objects.all():
        for pk, sign in ((one.credit_id, 1), (one.debit_id, -1)):
            name = names[pk]
            if not name.startswith("receivable"):
                found[name] = found.get(name, 0) + sign * one.amount_minor
    return found


def test_a_rate_that_changes_within_the_period_is_shared_out_by_days():
    facts = billed({**STANDING, "vat": "iva"})
    # Ten days of May at 21 %, twenty-one at 10 %; a month's price by the days of the month.
    assert [(line["days"], line["net"], line["vat"]) for line in facts["lines"]] == [
        (["2026-05-01", "2026-05-11"], "10.00", "21"),
        (["2026-05-11", "2026-06-01"], "21.00", "10"),
    ]  # fmt: skip
    assert [(vat["percent"], vat["net"], vat["tax"]) for vat in facts["vat"]] == [
        ("21", "10.00", "2.10"), ("10", "21.00", "2.10"),
    ]  # fmt: skip
    assert facts["total"] == "35.20"


def test_several_rates_on_one_bill_are_summed_by_rate():
    facts = billed({**STANDING, "vat": "21"}, {**ENERGY, "vat": "5"})
    assert [(vat["percent"], vat["net"], vat["tax"]) for vat in facts["vat"]] == [
        ("21", "31.00", "6.51"), ("5", "20.00", "1.00"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("contract_class", "category", "reason"),
    [("reseller", "AE", REASONS["AE"]["en"]), ("embassy", "E", REASONS["E"]["en"])],
)
def test_who_is_not_taxed_is_told_why(contract_class, category, reason):
    facts = billed({**STANDING, "vat": "iva"}, contract_class=contract_class)
    # Nothing changes for them within the month, so there is one line.
    assert [line["net"] for line in facts["lines"]] == ["31.00"]
    assert facts["vat"] == [
        {"percent": "0", "category": category, "net": "31.00", "tax": "0.00", "reason": reason}
    ]
    assert facts["total"] == "31.00"
    assert not [name for name in facts["booked"] if name.startswith("vat")]


def test_levies_and_subsidies_have_books_of_their_own():
    levy = {"kind": "unit", "code": "levy", "quantity": "energy", "unit": "kWh", "price": "0.01",
            "book": "levy"}  # fmt: skip
    aid = {"kind": "percentage", "code": "aid", "of": ["energy"], "percent": "-25",
           "book": "subsidy"}  # fmt: skip
    facts = billed({**ENERGY, "vat": "10"}, {**levy, "vat": "10"}, {**aid, "vat": "10"})
    found = facts["booked"]
    revenue = {name.split(":")[3]: minor for name, minor in found.items()
               if name.startswith("revenue")}  # fmt: skip
    assert revenue == {"sales": 2000, "levy": 100, "subsidy": -500}
    assert sum(found.values()) == 1760


def test_a_tax_that_begins_too_late_holds_the_bill_and_says_so():
    late = {**IVA, "versions": [{"start_date": "2026-05-11", "percent": "10"}]}
    file = world.file_of({**STANDING, "vat": "iva"}, taxes=[late])
    with world.opened(file) as home:
        home.used("energy", MAY, JUNE, "1")
        with pytest.raises(AssertionError, match="NO_TARIFF"):
            home.bill(MAY, JUNE)


def test_a_tax_that_nobody_declared_is_refused_with_its_place():
    from mains.tenancy.tenantfile import TenantFileError

    with pytest.raises(TenantFileError, match=r"tariffs\.home names the tax 'igic'"):
        world.file_of({**STANDING, "vat": "igic"}, taxes=[IVA])
