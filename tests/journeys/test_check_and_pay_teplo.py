"""The page on which Teplo's customers check and pay: fees, parts, and a gateway that is silent."""

import html as markup
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
from mains.tenancy.tenantfile.money import Fee, Gateway, GatewayKind, Payments

pytestmark = pytest.mark.usefixtures("demo_tenants")
TENANTS, SLUG = {"teplo"}, "teplo"


@pytest.fixture(autouse=True)
def unspent(demo_tenants):
    cache.clear()


def taking(*fees: Fee, parts: bool = False) -> None:
    """
    Let Teplo take payments by card and, where there are two fees, by transfer.
    """
    kinds = (GatewayKind.SANDBOX, GatewayKind.BANK_TRANSFER)
    ways = tuple(
        Gateway(kind=kind, label={"uk": kind, "en": label}, fee=fee)
        for kind, label, fee in zip(kinds, ("Bank card", "Bank transfer"), fees, strict=False)
    )
    payments = Payments(guest=True, part_payments=parts, gateways=ways)
    utilities.configured(SLUG, schema_name=SLUG, payments=payments)


@pytest.fixture
def anna(unspent) -> Customer:
    customer = Customer(queries.tenant(SLUG), ClientBrowser(), logins.customer_email(SLUG))
    customer.sign_in()
    customer.open("/?lang=en")
    return customer


@pytest.fixture
def bill(unspent):
    from mains.customers.models import Account

    shown = facts.latest_bill(slug=SLUG, company="teplo", email=logins.customer_email(SLUG))
    with inside(SLUG):
        return money.bill(Account.objects.get(pk=shown.account_id), 50_000)


@pytest.fixture
def gateway(monkeypatch) -> MemoryGateway:
    from mains.payments import gateways

    found = MemoryGateway()
    monkeypatch.setitem(gateways.GATEWAYS, found.kind, found)
    return found


def begin(customer: Customer, bill, **typed: str):
    page = customer.open(f"/pay/?bill={bill.pk}")
    return customer.browser.submit(page, page.form("/pay/start/"), **typed)


def text(page) -> str:
    """
    Return the words of a page; where an amount ends there is no gap before a comma.
    """
    return markup.unescape(page.text).replace("\u00a0", " ").replace(" ,", ",")


def asked_of(bill) -> int:
    """
    Return what the gateway was asked to charge for a bill, in minor units.
    """
    from mains.payments.models import PaymentAttempt

    with inside(SLUG):
        return PaymentAttempt.objects.get(parts__bill=bill, parts__live=True).amount_minor


def is_begun(bill) -> bool:
    from mains.payments.models import PaymentAttempt

    with inside(SLUG):
        return PaymentAttempt.objects.filter(parts__bill=bill).exists()


DEAR = Fee(percent="1.5", fixed="2")


class TestAFee:
    @pytest.mark.parametrize("kind", [GatewayKind.SANDBOX, GatewayKind.BANK_TRANSFER])
    def test_card_is_said_of_cards_only(self, anna, bill, kind):
        way = Gateway(kind=kind, label={"uk": kind, "en": "Way"})
        utilities.configured(SLUG, schema_name=SLUG, payments=Payments(gateways=(way,)))
        page = text(anna.open(f"/pay/?bill={bill.pk}"))
        is_card = kind == GatewayKind.SANDBOX
        assert ("by card" in page) is is_card
        assert ("card number" in page) is is_card
        assert "Pay UAH 500.00" in page

    def test_of_the_only_way_is_in_the_sum_and_on_the_button(self, anna, bill):
        taking(DEAR)
        page = text(anna.open(f"/pay/?bill={bill.pk}"))

        assert "Fee for Bank card UAH 9.50" in page
        assert "To pay UAH 509.50" in page
        assert "Pay UAH 509.50 by card" in page
        begin(anna, bill)
        assert asked_of(bill) == 50_950

    def test_of_each_of_several_ways_stands_with_the_whole_sum(self, anna, bill):
        taking(DEAR, Fee())
        page = text(anna.open(f"/pay/?bill={bill.pk}"))

        assert "Bank card and a fee of UAH 9.50, together UAH 509.50" in page
        assert "Bank transfer without a fee" in page

    @pytest.mark.parametrize("ways", [(DEAR,), (DEAR, Fee())])
    def test_says_by_what_that_of_a_part_is_reckoned(self, anna, bill, ways):
        taking(*ways, parts=True)
        page = text(anna.open(f"/pay/?bill={bill.pk}"))

        assert "a fee of 1.5% + UAH 2.00; for all of it UAH 9.50, together UAH 509.50" in page

    def test_that_is_none_changes_no_sum(self, anna, bill):
        taking(Fee())
        page = text(anna.open(f"/pay/?bill={bill.pk}"))

        assert "Pay UAH 500.00 by card" in page
        assert "Fee for" not in page


class TestAnAmountBesideAllOfIt:
    SAYS = "You typed an amount, but chose to pay all of it. Choose a part, or empty the field."

    @pytest.mark.parametrize("typed", ["120.50", "0", "500.01"])
    def test_is_asked_about_at_its_field_and_nothing_is_begun(self, anna, bill, typed):
        taking(Fee(), Fee(), parts=True)
        page = begin(anna, bill, much="all", amount=typed, gateway="sandbox")

        assert page.status == 422
        assert page.body.decode().count(self.SAYS) == 2
        assert f'value="{typed}"' in page.body.decode()
        assert page.form("/pay/start/").fields["much"] == ["all"]
        assert not is_begun(bill)

    @pytest.mark.parametrize("typed", ["", "500.00", "500"])
    def test_that_is_all_of_it_or_none_pays_all_of_it(self, anna, bill, typed):
        taking(Fee(), Fee(), parts=True)
        begin(anna, bill, much="all", amount=typed, gateway="sandbox")

        assert asked_of(bill) == 50_000

    def test_says_nothing_where_no_part_is_taken(self, anna, bill):
        taking(Fee())
        begin(anna, bill, amount="120.50")

        assert asked_of(bill) == 50_000


@pytest.mark.usefixtures("gateway")
class TestASilentGateway:
    @pytest.fixture
    def gateway(self, gateway) -> MemoryGateway:
        gateway.silent = True
        return gateway

    def test_leaves_what_was_typed_and_chosen(self, anna, bill, gateway):
        taking(Fee(), Fee(), parts=True)
        typed = {"much": "part", "amount": "120.50", "email": "receipts@example.org"}
        page = begin(anna, bill, gateway="sandbox", **typed)

        assert page.status == 503
        assert "Bank card does not answer at the moment" in text(page)
        form = page.form("/pay/start/")
        kept = {name: form.fields[name] for name in ("gateway", *typed)}
        assert kept == {"gateway": ["sandbox"], **{name: [one] for name, one in typed.items()}}

        gateway.silent = False
        anna.browser.submit(page, form)
        assert asked_of(bill) == 12_050

    def test_is_no_longer_marked_once_another_way_is_chosen(self, anna, bill):
        taking(Fee(), Fee(), parts=True)
        page = begin(anna, bill, gateway="sandbox")
        page = anna.browser.submit(
            page, page.form("/pay/start/"), much="part", gateway="bank_transfer"
        )

        assert page.status == 422
        assert page.form("/pay/start/").fields["gateway"] == ["bank_transfer"]

    def test_is_not_begun_with_on_a_fresh_page(self, anna, bill):
        taking(Fee(), Fee())
        begin(anna, bill, gateway="sandbox")
        page = anna.open(f"/pay/?bill={bill.pk}")

        assert page.form("/pay/start/").fields["gateway"] == ["bank_transfer"]
        assert "Bank card does not answer at the moment" in text(page)


@pytest.fixture
def other(unspent):
    """
    A bill of the other company, which the same customer pays as well.
    """
    from mains.customers.models import Account

    shown = facts.latest_bill(slug=SLUG, company="energo", email=logins.customer_email(SLUG))
    with inside(SLUG):
        return money.bill(Account.objects.get(pk=shown.account_id), 30_000)


@pytest.mark.seed("S3.11")
class TestTwoCompanies:
    def pay(self, anna, gateway, page, bill, **typed):
        """
        Press the first button of a page for paying, pay that bill, and come back.
        """
        from mains.payments.models import PaymentAttempt

        anna.browser.submit(page, page.form("/pay/start/"), **typed)
        with inside(SLUG):
            token = PaymentAttempt.objects.get(parts__bill=bill, parts__live=True).token
        gateway.pay(token)
        return anna.open(f"/pay/result/{token}/")

    def test_are_paid_in_one_go_one_after_the_other(self, anna, bill, other, gateway):
        taking(Fee(fixed="1"))
        home = anna.open("/").body.decode()
        (form,) = [one for one in re.findall(r"<form.*?</form>", home, re.DOTALL)
                   if "Pay everything that is open" in one]  # fmt: skip
        assert {str(bill.pk), str(other.pk)} <= set(re.findall(r'value="(\d+)"', form))
        page = anna.open(f"/pay/?bill={bill.pk}&bill={other.pk}")
        assert "Pay 2 companies, one after the other" in text(page)
        # What is charged, with the fee of each.
        assert "Together UAH 802.00" in text(page)
        assert "After each payment we lead you to the next one" in text(page)

        result = self.pay(anna, gateway, page, bill)
        assert "Paid: UAH 501.00" in text(result)
        assert "Still to pay" in text(result)
        assert other.number in text(result)
        assert 'method="get" action="/pay/"' in result.body.decode()
        (left,) = re.findall(r'name="bill" value="(\d+)"', result.body.decode())
        following = anna.open(f"/pay/?bill={left}")
        assert bill.number not in text(following)
        assert "Pay UAH 301.00 by card" in text(following)

        last = self.pay(anna, gateway, following, other)
        assert "Paid: UAH 301.00" in text(last)
        assert "Still to pay" not in text(last)

    def test_what_was_paid_elsewhere_meanwhile_is_not_asked_for(self, anna, bill, other, gateway):
        taking(Fee())
        page = anna.open(f"/pay/?bill={bill.pk}&bill={other.pk}")
        # In another tab, for example.
        self.pay(anna, gateway, anna.open(f"/pay/?bill={other.pk}"), other)

        assert "Still to pay" not in text(self.pay(anna, gateway, page, bill))

    @pytest.mark.parametrize("sent", ["{foreign}", "x", "9" * 40, "-1"])
    def test_bills_of_somebody_else_are_not_told_whatever_is_sent(self, anna, bill, gateway, sent):
        taking(Fee())
        with inside(SLUG):
            foreign = money.bill(money.account(), 12_345)
        page = anna.open(f"/pay/?bill={bill.pk}")
        result = self.pay(anna, gateway, page, bill, rest=sent.format(foreign=foreign.pk))

        assert "Paid: UAH 500.00" in text(result)
        assert foreign.number not in text(result)
        assert "Still to pay" not in text(result)

    def test_of_one_there_is_no_sum_of_both(self, anna, bill):
        taking(Fee())

        assert "Together" not in text(anna.open(f"/pay/?bill={bill.pk}"))
