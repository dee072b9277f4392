"""From sealed facts to the semantic invoice: lines that multiply, amounts that add up."""

from copy import deepcopy
from datetime import date
from decimal import Decimal

import pytest
from tests.factories.bill_facts import LANDS, facts_of_bill

from mains.einvoices.rules.amounts import adding_up, plain, with_places
from mains.einvoices.rules.en16931 import for_en16931
from mains.einvoices.rules.invoice import invoice_of, shared_tax
from mains.einvoices.rules.places import Place, place_of
from mains.einvoices.rules.problems import (
    BuyerTaxIdMissing,
    CategoryUnknown,
    FactsTooOld,
    SumsDiffer,
)
from mains.einvoices.rules.ubl import ubl

D = Decimal
CENT = D("0.01")


def facts(lines: list[dict], vat: list[dict], **more) -> dict:
    """
    Return the facts of a bill with these lines; its sums come from the VAT.
    """
    net = sum((D(one["net"]) for one in vat), D(0))
    tax = sum((D(one["tax"]) for one in vat), D(0))
    empty = {"contract": 7, "service": "electricity", "code": "use", "label": "Use", "times": "1",
             "divisor": "1", "unit": "kWh"}  # fmt: skip
    return {
        **facts_of_bill(0),
        "lines": [{**empty, **line} for line in lines],
        "vat": vat,
        "net": str(net),
        "tax": str(tax),
        "total": str(net + tax),
        **more,
    }


def one(line: dict, *, percent: str = "21", **more) -> dict:
    net = D(line["net"]).quantize(CENT)
    tax = (net * D(percent) / 100).quantize(CENT)
    vat = {"percent": percent, "category": "S", "net": str(net), "tax": str(tax)}
    return facts([{"vat": percent, **line}], [vat], **more)


def test_a_bill_in_the_terms_of_the_standard():
    bill = invoice_of(one({"quantity": "300", "unit_price": "0.1489", "net": "44.67"}))
    assert (bill.net, bill.tax, bill.total) == (D("44.67"), D("9.38"), D("54.05"))
    assert (bill.start, bill.end) == (date(2026, 7, 1), date(2026, 9, 30))
    line = bill.lines[0]
    assert (line.quantity, line.price, line.base, line.amount) == (300, D("0.1489"), 1, D("44.67"))
    assert bill.seller.place == Place("Brīvības iela 100", "LV-1001", "Rīga", "")
    assert bill.buyer.place == Place("Skolas iela 4-2", "LV-1010", "Rīga")


def test_a_yearly_price_for_days_stays_exact():
    line = {"quantity": "6.9", "unit": "kW", "unit_price": "38.04", "times": "31",
            "divisor": "365", "net": "22.29"}  # fmt: skip
    made = invoice_of(one(line)).lines[0]
    assert (made.quantity, made.price, made.base) == (D("6.9"), D("1179.24"), 365)
    assert made.note == "6.9 kW × 38.04 × 31 / 365"


def test_a_discount_has_a_price_above_zero():
    line = {"quantity": "3", "unit": "month", "unit_price": "-1", "net": "-3.00"}
    made = invoice_of(one(line)).lines[0]
    assert (made.quantity, made.price, made.amount) == (-3, 1, D("-3.00"))


def test_figures_that_do_not_multiply_are_one_piece_at_the_amount():
    line = {"quantity": "-100", "unit_price": "0.10", "net": "-7.00"}
    made = invoice_of(one(line)).lines[0]
    assert (made.quantity, made.price, made.unit) == (-1, 7, "")
    near = {"quantity": "-100", "unit_price": "0.10", "net": "-9.99"}
    assert invoice_of(one(near)).lines[0].quantity == -100


def test_lines_of_four_decimals_add_up_to_the_base():
    lines = [
        {"vat": "21", "quantity": "1", "unit_price": text, "net": text}
        for text in ("0.0049", "0.0049", "0.0049", "1.0000")
    ]
    vat = [{"percent": "21", "category": "S", "net": "1.01", "tax": "0.21"}]
    made = invoice_of(facts(lines, vat))
    assert [line.amount for line in made.lines] == [0, D("0.01"), 0, 1]
    assert [line.exact for line in made.lines][:1] == [D("0.0049")]


@pytest.mark.parametrize(
    ("amounts", "total", "expected"),
    [
        (["1.005", "-1.005"], "0.00", ["1.01", "-1.01"]),
        (["0.004", "0.004", "0.004"], "0.01", ["0.00", "0.01", "0.00"]),
        (["-0.005", "1.00"], "1.00", ["0.00", "1.00"]),
        (["2.50", "-2.50"], "0.00", ["2.50", "-2.50"]),
        ([], "0.00", []),
    ],
)
def test_rounded_as_a_running_sum(amounts, total, expected):
    found = adding_up([D(one) for one in amounts], total=D(total), step=CENT)
    assert found == [D(one) for one in expected]
    assert sum(found) == D(total)


def test_shared_tax_adds_up_at_every_rate():
    for seed in range(200):
        bill = invoice_of(facts_of_bill(seed, country="HU"))
        assert sum(shared_tax(bill)) == bill.tax


def test_a_credit_note_says_what_is_given_back():
    bill, note = invoice_of(facts_of_bill(121)), None
    note = bill
    assert note.is_credit
    assert note.preceding == ("T2026-000121", date(2026, 10, 2))
    own = facts_of_bill(121)
    assert note.total == -D(own["total"])
    document = ubl(note)
    assert b"<CreditNote" in document
    assert b"CreditedQuantity" in document
    assert b"<Invoice" not in document


def test_what_is_outside_stands_beside_others_as_exempt_for_that_reason():
    bill = invoice_of(facts_of_bill(6))
    assert {group.category for group in bill.vat} == {"S", "Z", "E", "O"}
    joined = for_en16931(bill)
    assert {group.category for group in joined.vat} == {"S", "Z", "E"}
    assert "Not subject to VAT" in next(g.reason for g in joined.vat if g.category == "E")
    alone = invoice_of(facts_of_bill(5))
    assert {group.category for group in for_en16931(alone).vat} == {"O"}


class TestRefusals:
    def test_facts_from_before(self):
        old = facts_of_bill(1)
        del old["seller"]
        with pytest.raises(FactsTooOld):
            invoice_of(old)

    def test_reverse_charge_without_the_buyers_number(self):
        owed = facts_of_bill(2)
        assert invoice_of(owed).buyer.vat_id == "LV40003032949"
        del owed["customer"]["tax_id"]
        with pytest.raises(BuyerTaxIdMissing):
            invoice_of(owed)

    def test_a_persons_number_is_no_vat_number(self):
        owed = facts_of_bill(2)
        owed["customer"]["kind"] = "PERSON"
        with pytest.raises(BuyerTaxIdMissing):
            invoice_of(owed)

    def test_lines_of_earlier_facts_have_the_category_of_the_sums(self):
        old = facts_of_bill(3)
        for line in old["lines"]:
            del line["category"]
        assert {line.category for line in invoice_of(old).lines} == {"E"}

    def test_unless_there_are_several(self):
        old = facts_of_bill(6)
        for line in old["lines"]:
            line.pop("category", None)
        with pytest.raises(CategoryUnknown):
            invoice_of(old)

    @pytest.mark.parametrize("name", ["net", "tax", "total"])
    def test_sums_that_do_not_hold(self, name):
        wrong = facts_of_bill(1)
        wrong[name] = str(D(wrong[name]) + 1)
        with pytest.raises(SumsDiffer):
            invoice_of(wrong)

    def test_a_line_that_was_changed(self):
        wrong = deepcopy(facts_of_bill(1))
        wrong["lines"][0]["net"] = str(D(wrong["lines"][0]["net"]) + 1)
        with pytest.raises(SumsDiffer):
            invoice_of(wrong)


def test_what_xml_forbids_is_left_out_and_the_rest_is_escaped():
    odd = facts_of_bill(1)
    odd["customer"]["name"] = "A\x00\x0b & <b>\u2028 é"
    document = ubl(invoice_of(odd)).decode()
    assert "A &amp; &lt;b&gt;\u2028 é" in document
    assert invoice_of(odd).buyer.name != "A"


def test_the_same_facts_are_the_same_bytes():
    for country in LANDS:
        assert ubl(invoice_of(facts_of_bill(7, country=country))) == ubl(
            invoice_of(deepcopy(facts_of_bill(7, country=country)))
        )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Via Roma 1, 20100 Milano", Place("Via Roma 1", "20100", "Milano")),
        ("Anna\nVia Roma 1\n20100 Milano", Place("Via Roma 1", "20100", "Milano")),
        ("Skolas iela 4, Rīga, LV-1010", Place("Skolas iela 4", "LV-1010", "Rīga")),
        ("Fő utca 3, 2. emelet, 5000 Szolnok", Place("Fő utca 3, 2. emelet", "5000", "Szolnok")),
        ("somewhere", None),
        ("", None),
    ],
)
def test_an_address_in_parts(text, place):
    assert place_of(text, name="Anna") == place


@pytest.mark.parametrize(
    ("value", "text"), [("1.500", "1.5"), ("0E-8", "0"), ("-0.00", "0"), ("1E+3", "1000")]
)
def test_plain_numbers(value, text):
    assert plain(D(value)) == text


def test_places_of_decimals():
    assert with_places(D("1.5"), 2, 8) == "1.50"
    assert with_places(D("-1.123456789"), 2, 8) == "-1.12345679"
