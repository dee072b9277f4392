"""Paying switched off at Teplo: no page leads to paying; the utility's notice stands instead."""

import re
from datetime import date

import pytest
from tests.browsers import ClientBrowser
from tests.factories import money, utilities

from mains.demo import facts, logins
from mains.demo.people import Customer
from mains.guard.context import inside
from mains.payments.rules.collections import Hold
from mains.tenancy import queries

pytestmark = [pytest.mark.usefixtures("demo_tenants"), pytest.mark.seed("S2.20")]
TENANTS, SLUG = {"teplo"}, "teplo"
NOTICE = "Paying here comes in spring."
OFF = {"enabled": False, "notice": {"uk": "Оплата з’явиться навесні.", "en": NOTICE}}
# Where paying begins; `/pay/` by itself tells how to pay otherwise.
BEGINS = re.compile(
    r'(?:href|action)="(/find/|/pay/start/|/pay/\?bill[^"]*|/bills/\d+/(?:pay-instead|go-on)/)"'
)
BUTTONS = re.compile(r'action="/pay/"')


@pytest.fixture
def switch(demo_tenants):
    """
    Switch paying off or on; what else was chosen stays.
    """
    before = queries.tenant(SLUG).file.payments

    def chosen(**changes) -> None:
        after = before.model_copy(update={"autopay": True, "payment_documents": True, **changes})
        utilities.configured(SLUG, schema_name=SLUG, payments=after)

    yield chosen
    chosen(autopay=before.autopay, payment_documents=before.payment_documents)


def anna() -> Customer:
    customer = visitor()
    customer.sign_in()
    return customer


def visitor() -> Customer:
    customer = Customer(queries.tenant(SLUG), ClientBrowser(), logins.customer_email(SLUG))
    customer.open("/?lang=en")
    return customer


def account():
    from mains.customers.models import Account

    shown = facts.latest_bill(slug=SLUG, company="teplo", email=logins.customer_email(SLUG))
    with inside(SLUG):
        return Account.objects.get(pk=shown.account_id)


@pytest.fixture
def bills():
    """
    Return an open bill, and one that is not collected because it is above a limit.
    """
    with inside(SLUG):
        held = money.bill(account(), 70_000, collection_date=date(2026, 12, 20))
        held.collection_hold = Hold.LIMIT
        held.save(update_fields=["collection_hold"])
        return money.bill(account(), 50_000), held


def ways(page) -> list[str]:
    html = page.body.decode()
    return BEGINS.findall(html) + BUTTONS.findall(html)


def places(bills) -> list[str]:
    return ["/", "/bills/", "/payments/", *(f"/bills/{bill.pk}/" for bill in bills)]


def test_no_page_of_a_customer_leads_to_paying(switch, bills):
    switch(**OFF)
    customer = anna()

    assert {place: ways(customer.open(place)) for place in places(bills)} == {
        place: [] for place in places(bills)
    }
    assert "/autopay/" not in customer.open("/payments/").body.decode()
    for bill in bills:
        assert NOTICE in customer.open(f"/bills/{bill.pk}/").text


def test_switched_on_all_of_them_do(switch, bills):
    switch()
    customer = anna()

    assert all(ways(customer.open(place)) for place in places(bills) if place != "/payments/")
    assert "/autopay/" in customer.open("/payments/").body.decode()
    assert ways(visitor().open("/"))


def test_visitors_read_the_notice_and_find_no_button(switch):
    switch(**OFF)
    guest = visitor()

    for place in ("/", "/find/", "/p/abcdefghij", "/pay/"):
        page = guest.open(place)
        assert page.status == 200
        assert NOTICE in page.text
        assert not ways(page)


def test_the_front_door_has_no_notice_where_paying_is_on(switch):
    switch()

    assert "switched off" not in visitor().open("/").text


@pytest.mark.parametrize("path", ["/autopay/", "/autopay/{account}/", "/bills/{bill}/pay-instead/"])
def test_whoever_comes_by_a_link_reads_the_notice(switch, bills, path):
    switch(**OFF)
    page = anna().open(path.format(account=account().pk, bill=bills[1].pk))

    assert NOTICE in page.text
    assert "does not collect" not in page.text
    assert not ways(page)


def test_a_form_that_was_opened_before_charges_nothing(switch, bills):
    from mains.payments.models import PaymentAttempt

    customer = anna()
    page = customer.open(f"/pay/?bill={bills[0].pk}")
    switch(**OFF)
    page = customer.browser.submit(page, page.form("/pay/start/"), email="no address")

    assert NOTICE in page.text
    with inside(SLUG):
        assert not PaymentAttempt.objects.filter(parts__bill=bills[0]).exists()


def test_whoever_is_collected_from_can_still_end_it(switch):
    from mains.customers.models import Mandate

    with inside(SLUG):
        held = Mandate.objects.create(
            account=account(), reference="M-off", holder="Анна", iban="LV80BANK0000435195001",
            signed_date=date(2026, 1, 1), start_date=date(2026, 1, 1),
        )  # fmt: skip
    switch(**OFF)
    assert "End automatic payment" in anna().open(f"/autopay/{account().pk}/").text

    with inside(SLUG):
        held.delete()
    assert NOTICE in anna().open(f"/autopay/{account().pk}/").text
