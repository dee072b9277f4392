"""aguaviva: the first page says what is needed, and shows on a specimen bill where it stands."""

import html
import io
import re

import pypdf
import pytest
from PIL import Image
from tests.journeys.joining_world import newcomer, published, stored

from mains.billing.models import Bill
from mains.core.money import Money
from mains.customers.models import Customer
from mains.demo.pages import Page
from mains.guard.context import inside

SLUG, TENANTS = "aguaviva", {"aguaviva"}
pytestmark = [pytest.mark.usefixtures("demo_tenants"), pytest.mark.seed("S1.03", "S4.17")]


def first(language: str = "en") -> Page:
    page = newcomer(SLUG).open(f"/join/?lang={language}")
    assert page.url.endswith("/join/type/")
    return page


def figure_on(page: Page) -> str:
    return page.body.decode().split('<figure class="specimen">', 1)[1].split("</figure>", 1)[0]


def listed(figure: str) -> list[tuple[str, str, str]]:
    """
    Return the number, the name and the value of each mark in the list below the picture.
    """
    found = re.findall(r'<li value="(\d)">([^:]+): <span class="num">([^<]+)</span></li>', figure)
    return [(number, label, html.unescape(value)) for number, label, value in found]


def document_of(figure: str) -> str:
    (place,) = re.findall(r'<a href="([^"]+\.pdf[^"]*)">', figure)
    content = newcomer(SLUG).open(html.unescape(place)).body
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def joined(text: str) -> str:
    return "".join(text.split())


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
        assert "Date of that bill" in figure_on(page)
        other = figure_on(newcomer(SLUG).open("/join/details/?with=1&lang=en"))
        assert "Amount of that bill" in other
        assert "Date of that bill" not in other


def test_each_mark_of_the_list_stands_with_its_number_on_the_document():
    figure = figure_on(first())
    marks = listed(figure)

    assert [label for _number, label, _value in marks] == [
        "Account number", "Bill number", "Amount of that bill", "Tax number",
    ]  # fmt: skip
    assert [number for number, _label, _value in marks] == ["1", "2", "3", "4"]
    text = joined(document_of(figure))
    for number, _label, value in marks:
        assert joined(value) + number in text
    assert "A specimen with invented figures." in figure


def test_a_mark_that_is_not_asked_for_has_no_number():
    kim = newcomer(SLUG)
    kim.submit(kim.open("/join/?lang=en"), type="company")
    figure = figure_on(kim.open("/join/details/"))
    (amount,) = [value for _n, label, value in listed(figure_on(first())) if "Amount" in label]
    text = joined(document_of(figure))

    assert joined(amount) in text
    assert f"{joined(amount)}3" not in text


@pytest.mark.parametrize("language", ["es", "en"])
def test_it_is_the_bill_of_the_company_in_the_language_of_the_reader(language):
    text = document_of(figure_on(first(language)))

    assert "Aguaviva Servicios de Agua S.A." in text
    assert {"es": "Espécimen", "en": "Specimen"}[language] in text
    assert {"es": "Cuota fija", "en": "Standing charge"}[language] in text
    # Nobody can pay it by mistake.
    assert "ES91" not in text


def test_its_picture_is_small_and_may_be_kept():
    figure = figure_on(first())
    (place,) = re.findall(r'<img src="([^"]+)"', figure)
    page = newcomer(SLUG).open(html.unescape(place))
    picture = Image.open(io.BytesIO(page.body))
    width, height = (int(n) for n in re.findall(r'(?:width|height)="(\d+)"', figure))

    assert (picture.format, picture.size) == ("PNG", (width, height))
    assert len(page.body) < 100_000


def test_who_does_not_see_it_is_told_the_same():
    figure = figure_on(first())
    (said,) = re.findall(r'alt="([^"]+)"', figure)
    marks = listed(figure)
    assert len(marks) == 4
    for number, label, value in marks:
        assert f"{number}: {label}, {value}." in html.unescape(said)


@pytest.mark.parametrize(
    "place",
    [
        "/specimen/nobody/en/bill_number.png",
        "/specimen/aguaviva/hu/bill_number.png",
        "/specimen/aguaviva/en/email.png",
        "/specimen/aguaviva/en/bill_number+account_number.png",
        "/specimen/aguaviva/en/bill_number+bill_number.pdf",
    ],
)
def test_there_is_no_other_specimen(place):
    assert newcomer(SLUG).open(place).status == 404


def test_its_figures_are_nobodys():
    figure = figure_on(first())
    text = figure + document_of(figure)
    with inside(SLUG):
        bills = list(Bill.objects.all())
        people = list(Customer.objects.all())
    assert bills
    taken = {bill.number for bill in bills} | {bill.reference for bill in bills}
    taken |= {one.name for one in people} | {one.tax_id for one in people if one.tax_id}
    taken |= {str(Money(bill.total_minor, bill.currency).as_decimal()) for bill in bills}
    assert [found for found in taken if found in text] == []


def test_the_step_with_the_fields_shows_only_what_it_asks():
    kim = newcomer(SLUG)
    kim.submit(kim.open("/join/?lang=en"), type="company")
    before = stored(SLUG)
    figure = figure_on(kim.open("/join/details/"))
    assert "Tax number" in figure
    assert "Amount of that bill" not in figure
    assert stored(SLUG) == before
