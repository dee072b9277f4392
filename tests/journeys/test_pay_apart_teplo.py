"""Teplo's heating and hot water are paid into two accounts: what that means for who pays both."""

import re

import pytest
from django.core.cache import cache
from tests.browsers import ClientBrowser
from tests.factories import money, utilities
from tests.factories.money import MemoryGateway

from mains.demo import facts, logins
from mains.demo.people import Customer
from mains.guard.context import inside
from mains.tenancy import queries
from mains.tenancy.tenantfile.money import Gateway, GatewayKind, Payments

pytestmark = [pytest.mark.usefixtures("demo_tenants"), pytest.mark.seed("S3.11")]
TENANTS, SLUG = {"teplo"}, "teplo"
TOGETHER = "Together UAH"


@pytest.fixture
def gateway(demo_tenants, monkeypatch) -> MemoryGateway:
    from mains.payments import gateways

    cache.clear()
    found = MemoryGateway()
    monkeypatch.setitem(gateways.GATEWAYS, found.kind, found)
    return found


@pytest.fixture
def anna(gateway) -> Customer:
    ways = tuple(
        Gateway(kind=GatewayKind.SANDBOX, label={"uk": code, "en": code}, services=(code,))
        for code in ("heating", "hot_water")
    )
    utilities.configured(SLUG, schema_name=SLUG, payments=Payments(gateways=ways))
    customer = Customer(queries.tenant(SLUG), ClientBrowser(), logins.customer_email(SLUG))
    customer.sign_in()
    customer.open("/?lang=en")
    return customer


@pytest.fixture
def bill(anna):
    """
    Return how a bill for some services is made for her account.
    """
    from mains.customers.models import Account

    shown = facts.latest_bill(slug=SLUG, company="teplo", email=logins.customer_email(SLUG))

    def made(*services):
        with inside(SLUG):
            account = Account.objects.get(pk=shown.account_id)
            return money.with_lines(money.bill(account, 50_000), *services)

    return made


def asked(*bills) -> str:
    return "/pay/?" + "&".join(f"bill={one.pk}" for one in bills)


def forms(page) -> list[set[str]]:
    """
    Return by each form that leads to a gateway the bills it pays.
    """
    found = re.findall(r'<form[^>]*action="/pay/start/".*?</form>', page.body.decode(), re.DOTALL)
    return [set(re.findall(r'name="bill" value="(\d+)"', one)) for one in found]


def test_two_bills_are_paid_one_after_the_other(anna, bill, gateway):
    from mains.payments.models import PaymentAttempt

    heating, water = bill("heating"), bill("hot_water")
    page = anna.open(asked(heating, water))
    assert "Pay 2 times, one after the other" in page.text
    assert TOGETHER in page.text
    assert sorted(forms(page), key=sorted) == sorted(
        [{str(heating.pk)}, {str(water.pk)}], key=sorted
    )
    ids = re.findall(r' id="([^"]+)"', page.body.decode())
    assert len(ids) == len(set(ids))

    anna.browser.submit(page, page.form("/pay/start/"))
    with inside(SLUG):
        attempt = PaymentAttempt.objects.get(parts__bill__in=[heating.pk, water.pk])
        (first,) = attempt.parts.values_list("bill_id", flat=True)
    gateway.pay(attempt.token)
    result = anna.open(f"/pay/result/{attempt.token}/")
    assert "Still to pay" in result.text
    (left,) = {heating.pk, water.pk} - {first}
    assert f'name="bill" value="{left}"' in result.body.decode()


def test_bills_for_one_service_are_one_payment(anna, bill):
    page = anna.open(asked(one := bill("heating"), two := bill("heating")))

    assert forms(page) == [{str(one.pk), str(two.pk)}]
    assert "Check and pay" in page.text
    assert TOGETHER not in page.text


def test_one_for_both_services_has_no_button_and_says_what_to_do(anna, bill):
    both = bill("heating", "hot_water")
    page = anna.open(asked(both))

    assert forms(page) == []
    assert "This site takes no payment for these bills" in page.text
    assert both.number in page.text


def test_what_cannot_be_paid_here_is_not_promised(anna, bill):
    page = anna.open(asked(bill("heating", "hot_water"), one := bill("heating")))

    assert forms(page) == [{str(one.pk)}]
    assert "Check and pay" in page.text
    assert TOGETHER not in page.text
    assert 'name="rest"' not in page.body.decode()


def test_after_a_mistake_the_rest_is_still_there(anna, bill):
    heating, water = bill("heating"), bill("hot_water")
    page = anna.open(asked(heating, water))
    again = anna.browser.submit(page, page.form("/pay/start/"), email="nobody")

    assert again.status == 422
    (mine,) = forms(again)
    (left,) = {str(heating.pk), str(water.pk)} - mine
    assert f'name="rest" value="{left}"' in again.body.decode()


def test_a_way_that_is_gone_by_now_shows_what_is_there(anna, bill):
    page = anna.open(asked(one := bill("heating")))
    again = anna.browser.submit(page, page.form("/pay/start/"), gateway="sandbox-00000000")

    assert again.status == 409
    assert forms(again) == [{str(one.pk)}]
