"""aguaviva: the first page says what is needed, and shows on a drawn bill where it stands."""

import re

import pytest
from tests.journeys.joining_world import newcomer, published, stored

from mains.billing.models import Bill
from mains.core.money import Money
from mains.customers.models import Customer
from mains.demo.pages import Page
from mains.guard.context import inside

SLUG, TENANTS = "aguaviva", {"aguaviva"}
pytestmark = [pytest.mark.usefixtures("demo_tenants"), pytest.mark.seed("S1.03")]


def first(language: str = "en") -> Page:
    page = newcomer(SLUG).open(f"/join/?lang={language}")
    assert page.url.endswith("/join/type/")
    return page


def drawing(page: Page) -> str:
    return page.body.decode().split('<figure class="specimen">', 1)[1].split("</figure>", 1)[0]


def test_what_each_type_needs_is_said_before_anything_is_asked():
    page = first()
    assert not [name for name in page.form().fields if name.startswith("fact-")]
    assert "Have one of your bills at hand" in page.text
    for sentence in (
        "Private person : Account number, Bill number, Amount of that bill",
        "Company : Account number, Bill number, Tax number",
        "Administrator : Account number, Bill number, Amount of that bill, Tax number",
    ):
        assert sentence in page.text
    assert "Número" in first("es").text


def test_it_follows_the_policy_of_the_tenant():
    usual = ["account_number", "bill_number", "bill_amount"]
    policies = [
        {"purpose": "register", "evidence": [*usual, "bill_date"]},
        {"purpose": "register", "evidence": usual},
    ]
    with published(SLUG, registration={"policies": policies, "customer_types": ["private"]}):
        page = newcomer(SLUG).open("/join/details/?lang=en")
        assert "Date of that bill" in drawing(page)
        other = drawing(newcomer(SLUG).open("/join/details/?with=1&lang=en"))
        assert "Amount of that bill" in other
        assert "Date of that bill" not in other


def test_a_drawn_bill_marks_account_bill_number_and_amount():
    figure = drawing(first())
    marked = re.findall(r'<text class="dot-number"[^>]*>(\d)</text>', figure)
    values = re.findall(r'<text class="fact"[^>]*>([^<]+)</text>', figure)
    listed = re.findall(r'<li>([^:]+): <span class="num">([^<]+)</span></li>', figure)

    assert marked == ["1", "2", "3", "4"]
    assert [label for label, _value in listed] == [
        "Account number", "Bill number", "Amount of that bill", "Tax number",
    ]  # fmt: skip
    assert [value for _label, value in listed] == values
    assert "A specimen with invented figures." in figure


def test_who_does_not_see_it_is_told_the_same():
    figure = drawing(first())
    assert 'role="img" aria-labelledby="specimen-title specimen-text"' in figure
    described = re.search(r'<desc id="specimen-text">([^<]+)</desc>', figure)
    assert described
    listed = re.findall(r'<li>([^:]+): <span class="num">([^<]+)</span></li>', figure)
    assert len(listed) == 4
    for number, (label, value) in enumerate(listed, start=1):
        assert f"{number}: {label}, {value}." in described[1]


def test_its_figures_are_nobodys():
    figure = drawing(first())
    with inside(SLUG):
        bills = list(Bill.objects.all())
        taxes = set(Customer.objects.exclude(tax_id="").values_list("tax_id", flat=True))
    assert bills
    taken = {bill.number for bill in bills} | taxes
    taken |= {str(Money(bill.total_minor, bill.currency).as_decimal()) for bill in bills}
    assert [text for text in taken if text in figure] == []


def test_the_step_with_the_fields_shows_only_what_it_asks():
    kim = newcomer(SLUG)
    kim.submit(kim.open("/join/?lang=en"), type="company")
    before = stored(SLUG)
    figure = drawing(kim.open("/join/details/"))
    assert "Tax number" in figure
    assert "Amount of that bill" not in figure
    assert stored(SLUG) == before
