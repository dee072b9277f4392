"""One flow on one site: read the meter, see what it will cost, pay, and see it booked."""

import re

import pytest
from tests.browsers import ClientBrowser
from tests.journeys.conftest import NOW, move_clock

from mains.demo import facts, logins
from mains.demo.pages import Page
from mains.demo.people import GOOD_CARD, Customer
from mains.enrolment.models import AccountLink
from mains.guard.context import inside
from mains.identity.models import User
from mains.ledger import queries as ledger
from mains.metering import queries as metering
from mains.metering.models import Reading
from mains.portal.readings import after
from mains.tenancy import queries

pytestmark = pytest.mark.usefixtures("two_tenants")
SLUG = "balta"


@pytest.fixture
def anna(two_tenants) -> Customer:
    customer = Customer(queries.tenant(SLUG), ClientBrowser(), logins.customer_email(SLUG))
    customer.sign_in()
    customer.open("/?lang=en")
    with inside(SLUG):
        before = set(Reading.objects.values_list("pk", flat=True))
    yield customer
    with inside(SLUG):
        Reading.objects.exclude(pk__in=before).delete()
    move_clock(SLUG, NOW)


def register(anna: Customer) -> metering.RegisterRow:
    bill = facts.latest_bill(slug=SLUG, company=SLUG, email=anna.email)
    with inside(SLUG):
        today = anna.tenant.date_of(anna.tenant.now())
        return metering.registers_of(account_ids=[bill.account_id], today=today)[0]


def read(anna: Customer) -> Page:
    """
    Send what the meter shows when as much as usual was used.
    """
    mine, page = register(anna), anna.open("/readings/")
    days = (anna.tenant.date_of(anna.tenant.now()) - mine.last_date).days
    value = f"{mine.last_value + mine.usual_daily * days:.{mine.decimals}f}"
    return anna.browser.submit(page, page.form(), **{f"reading-{mine.register_id}": value})


@pytest.mark.seed("S3.01")
def test_read_see_what_it_costs_pay_and_see_it_booked(anna):
    bill = facts.latest_bill(slug=SLUG, company=SLUG, email=anna.email)
    with inside(SLUG):
        owed = ledger.balance_minor(account_id=bill.account_id)
    assert owed == bill.total.minor

    receipt = read(anna)
    assert "Your readings are stored" in receipt.text
    cost = re.search(r"next bill of account \d+\. (.*?: €[\d.,]+ by what was read)", receipt.text)
    assert cost
    assert "/bills/next/" in receipt.reader().links
    assert cost[1] in anna.open("/bills/next/").text

    (to_pay,) = [form for form in receipt.reader().forms if form.action == "/pay/"]
    assert to_pay.fields == {"bill": [str(bill.id)]}
    chosen = anna.open(f"/pay/?bill={to_pay.fields['bill'][0]}")
    at_gateway = anna.browser.submit(chosen, chosen.form("/pay/start/"), email=anna.email)
    form = at_gateway.form()
    form.fields.pop("cancel", None)
    paid = anna.browser.submit(at_gateway, form, number=GOOD_CARD)

    assert "/pay/result/" in paid.url
    assert bill.number in anna.open("/payments/").text
    with inside(SLUG):
        assert ledger.balance_minor(account_id=bill.account_id) == 0
    again = anna.open("/readings/sent/")
    assert not [one for one in again.reader().forms if one.action == "/pay/"], "nothing is open"
    assert "Nothing to pay" in anna.open("/").text


class TestWhoSeesTheCost:
    def shared(self, anna: Customer, may_pay: bool) -> Page:
        with inside(SLUG):
            user = User.objects.get(email=anna.email)
            links = AccountLink.objects.filter(user_id=user.pk, ended_at=None)
            before = dict(links.values_list("pk", "may_pay"))
            links.update(may_pay=may_pay)
        try:
            return read(anna)
        finally:
            with inside(SLUG):
                for pk, value in before.items():
                    AccountLink.objects.filter(pk=pk).update(may_pay=value)

    @pytest.mark.parametrize("may_pay", [True, False])
    def test_is_who_may_see_the_bills(self, anna, may_pay):
        receipt = self.shared(anna, may_pay)

        assert "Your readings are stored" in receipt.text
        assert ("Your next bill of account" in receipt.text) is may_pay
        assert ("/bills/next/" in receipt.reader().links) is may_pay

    def test_with_more_accounts_than_a_few_it_is_a_link(self, anna, monkeypatch):
        monkeypatch.setattr(after, "MOST", 0)
        receipt = read(anna)

        assert "Your next bill of account" not in receipt.text
        assert "/bills/next/" in receipt.reader().links

    def test_it_is_said_once(self, anna):
        assert "Your next bill of account" in read(anna).text
        again = anna.open("/readings/sent/")
        assert "Your next bill of account" not in again.text
        assert "/bills/next/" in again.reader().links

    def test_never_where_nothing_was_stored(self, anna):
        mine, page = register(anna), anna.open("/readings/")
        name = f"reading-{mine.register_id}"
        assert anna.browser.submit(page, page.form(), **{name: "12x!"}).status == 422
        assert "Your next bill of account" not in anna.open("/").text
