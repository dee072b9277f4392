"""A page asks the database little, and weighs little."""

import gzip

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.browsers import ClientBrowser

from mains.demo import facts, logins
from mains.demo.people import Customer
from mains.tenancy import queries

pytestmark = pytest.mark.usefixtures("two_tenants")

MOST_QUERIES, MOST_BYTES = 12, 60_000


@pytest.fixture
def anna(two_tenants, steady) -> Customer:
    customer = Customer(queries.tenant("balta"), ClientBrowser(), logins.customer_email("balta"))
    customer.sign_in()
    return customer


@pytest.mark.parametrize("path", ["/", "/bills/", "/bills/{bill}/", "/readings/", "/payments/"])
def test_a_page_needs_few_queries_and_few_bytes(anna, path):
    bill = facts.latest_bill(slug="balta", company="balta", email=anna.email)
    anna.open("/")
    with CaptureQueriesContext(connection):
        page = anna.open(path.format(bill=bill.id))
        # The next request forgets what was asked in this one.
        asked = [query["sql"][-120:] for query in connection.queries]
    style = anna.browser.get(anna.tenant.url + _stylesheet(page.body.decode()))

    assert page.status == 200
    assert 0 < len(asked) <= MOST_QUERIES, asked
    weight = len(gzip.compress(page.body)) + len(gzip.compress(style.body))
    assert weight <= MOST_BYTES / 2, weight


def test_the_receipt_of_a_reading_needs_as_few(anna):
    form = anna.open("/readings/").form()
    (name, *_others) = [one for one in form.fields if one.startswith("reading-")]
    typed = {name: "90000", name.replace("reading", "confirm"): "on"}
    assert anna.browser.submit(anna.open("/readings/"), form, **typed).status == 200
    with CaptureQueriesContext(connection):
        page = anna.open("/readings/sent/")
        asked = [query["sql"][-120:] for query in connection.queries]

    assert page.url.endswith("/readings/sent/")
    assert "/bills/next/" in page.reader().links
    assert 0 < len(asked) <= MOST_QUERIES, asked


def _stylesheet(html: str) -> str:
    return html.split('rel="stylesheet" href="')[1].split('"')[0]
