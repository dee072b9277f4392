"""A thousand invented bills against the official rules of EN 16931, and some that break them."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from lxml import etree
from tests.factories.bill_facts import LANDS, SORTS, facts_of_bill
from tests.factories.official_rules import broken_rules, schema_errors

from mains.einvoices.rules.cii import cii
from mains.einvoices.rules.invoice import invoice_of
from mains.einvoices.rules.ubl import ubl
from mains.einvoices.rules.units import _UNECE

MANY = 1000
MAKERS = {"ubl": ubl, "cii": cii}


@pytest.mark.seed("S1.11")
@pytest.mark.parametrize("syntax", MAKERS)
def test_a_thousand_bills_of_every_sort_keep_every_rule(syntax):
    seen = set()
    for seed in range(MANY):
        country = list(LANDS)[seed // 10 % len(LANDS)]
        invoice = invoice_of(facts_of_bill(seed, country=country))
        document = MAKERS[syntax](invoice)
        assert schema_errors(document) == [], (seed, country)
        assert broken_rules(document, syntax=syntax) == [], (seed, country)
        seen.add((SORTS[seed % 10], country, invoice.is_credit))
    # Every sort in every country, as a bill and as a credit note.
    assert len(seen) == len(SORTS) * len(LANDS) * 2


@pytest.mark.parametrize(("unit", "code"), _UNECE.items())
def test_every_unit_has_a_code_that_the_rules_know(unit, code):
    invoice = invoice_of(facts_of_bill(0))
    lines = [line._replace(unit=unit) for line in invoice.lines]
    document = ubl(invoice._replace(lines=lines))
    assert f'unitCode="{code}"'.encode() in document
    assert broken_rules(document, syntax="ubl") == []


def test_the_rules_find_what_no_unit_is():
    document = ubl(invoice_of(facts_of_bill(0))).replace(b'unitCode="', b'unitCode="no')
    assert {one.id for one in broken_rules(document, syntax="ubl")} == {"BR-CL-23"}


def without(path: str) -> Callable[[etree._Element], None]:
    def tamper(root: etree._Element) -> None:
        for node in root.xpath(path):
            node.getparent().remove(node)

    return tamper


def to(path: str, text: str) -> Callable[[etree._Element], None]:
    def tamper(root: etree._Element) -> None:
        for node in root.xpath(path):
            if isinstance(node, str):
                node.getparent().set(node.attrname, text)
            else:
                node.text = text

    return tamper


def more(path: str) -> Callable[[etree._Element], None]:
    """
    Make an amount larger by seven.
    """

    def tamper(root: etree._Element) -> None:
        (node, *_others) = root.xpath(path)
        node.text = str(Decimal(node.text) + 7)

    return tamper


def _name(name: str) -> str:
    return f"*[local-name()='{name}']"


SELLER, BUYER = _name("AccountingSupplierParty"), _name("AccountingCustomerParty")
COUNTRY = f"//{_name('IdentificationCode')}"
TOTAL, SUBTOTAL = _name("LegalMonetaryTotal"), _name("TaxSubtotal")
LINE = _name("InvoiceLine")
# The number of a seed, what is done to its bill, and the rule that finds it.
TAMPERED = (
    (1, without(f"/*/{_name('ID')}"), "BR-02"),
    (1, without(f"/*/{_name('IssueDate')}"), "BR-03"),
    (1, without(f"/*/{_name('InvoiceTypeCode')}"), "BR-04"),
    (1, without(f"/*/{_name('DocumentCurrencyCode')}"), "BR-05"),
    (1, without(f"//{SELLER}//{_name('RegistrationName')}"), "BR-06"),
    (1, without(f"//{BUYER}//{_name('RegistrationName')}"), "BR-07"),
    (1, without(f"//{SELLER}{COUNTRY}"), "BR-09"),
    (1, without(f"//{BUYER}{COUNTRY}"), "BR-11"),
    (1, without(f"//{LINE}"), "BR-16"),
    (1, without(f"//{LINE}[1]/{_name('InvoicedQuantity')}"), "BR-22"),
    (1, without(f"//{LINE}[1]//{_name('Name')}"), "BR-25"),
    (1, to(f"//{LINE}[1]//{_name('PriceAmount')}", "-1"), "BR-27"),
    (1, more(f"//{TOTAL}/{_name('LineExtensionAmount')}"), "BR-CO-10"),
    (1, more(f"//{TOTAL}/{_name('TaxExclusiveAmount')}"), "BR-CO-13"),
    (1, more(f"/*/{_name('TaxTotal')}/{_name('TaxAmount')}"), "BR-CO-14"),
    (1, more(f"//{TOTAL}/{_name('TaxInclusiveAmount')}"), "BR-CO-15"),
    (1, more(f"//{TOTAL}/{_name('PayableAmount')}"), "BR-CO-16"),
    (1, more(f"//{SUBTOTAL}/{_name('TaxAmount')}"), "BR-CO-17"),
    (1, more(f"//{SUBTOTAL}/{_name('TaxableAmount')}"), "BR-S-08"),
    (1, more(f"//{LINE}[1]/{_name('LineExtensionAmount')}"), "BR-S-08"),
    (1, to(f"//{LINE}[1]/{_name('LineExtensionAmount')}", "1.234"), "BR-DEC-23"),
    (1, to("//@unitCode", "FURLONG"), "BR-CL-23"),
    (1, to(f"/*/{_name('DocumentCurrencyCode')}", "XYZ"), "BR-CL-04"),
    (1, to(f"//{SELLER}//{_name('PartyTaxScheme')}/{_name('CompanyID')}", "4000"), "BR-CO-09"),
    (2, without(f"//{SUBTOTAL}//{_name('TaxExemptionReasonCode')}|"
                f"//{SUBTOTAL}//{_name('TaxExemptionReason')}"), "BR-AE-10"),
    (2, without(f"//{BUYER}//{_name('PartyTaxScheme')}"), "BR-AE-02"),
    (3, without(f"//{SUBTOTAL}//{_name('TaxExemptionReason')}"), "BR-E-10"),
    (4, to(f"//{LINE}[1]//{_name('ClassifiedTaxCategory')}/{_name('Percent')}", "5"), "BR-Z-05"),
)  # fmt: skip


@pytest.mark.parametrize(("seed", "tamper", "rule"), TAMPERED, ids=[one[2] for one in TAMPERED])
def test_a_tampered_document_fails_by_the_rule(seed, tamper, rule):
    document = ubl(invoice_of(facts_of_bill(seed)))
    assert broken_rules(document, syntax="ubl") == []
    root = etree.fromstring(document)
    tamper(root)
    assert rule in {one.id for one in broken_rules(etree.tostring(root), syntax="ubl")}


SUMMATION = _name("SpecifiedTradeSettlementHeaderMonetarySummation")
TAX = f"{_name('ApplicableHeaderTradeSettlement')}/{_name('ApplicableTradeTax')}"
TAMPERED_CII = (
    (1, without(f"//{_name('ExchangedDocument')}/{_name('ID')}"), "BR-02"),
    (1, more(f"//{SUMMATION}/{_name('LineTotalAmount')}"), "BR-CO-10"),
    (1, more(f"//{SUMMATION}/{_name('GrandTotalAmount')}"), "BR-CO-15"),
    (1, more(f"//{SUMMATION}/{_name('DuePayableAmount')}"), "BR-CO-16"),
    (1, more(f"//{TAX}/{_name('BasisAmount')}"), "BR-S-08"),
)


@pytest.mark.parametrize(
    ("seed", "tamper", "rule"), TAMPERED_CII, ids=[one[2] for one in TAMPERED_CII]
)
def test_a_tampered_cii_fails_by_the_rule(seed, tamper, rule):
    root = etree.fromstring(cii(invoice_of(facts_of_bill(seed))))
    tamper(root)
    assert rule in {one.id for one in broken_rules(etree.tostring(root), syntax="cii")}
