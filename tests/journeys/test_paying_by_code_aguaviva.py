"""With a bill in hand and no login: its codes, its fields and its short link lead to paying it."""

import pytest
from django.core.cache import cache
from tests.browsers import ClientBrowser
from tests.journeys.conftest import NOW, move_clock

from mains.billing import queries as billing
from mains.billing.documents.paying import link_of
from mains.demo import facts, logins
from mains.demo.people import Customer
from mains.guard.context import inside
from mains.payments import queries as payments
from mains.references import cuaderno_57
from mains.references.payable import Payable, payee_of
from mains.tenancy import queries

TENANTS = {"aguaviva", "balta"}
SLUG = "aguaviva"
pytestmark = pytest.mark.usefixtures("demo_tenants", "unspent")


@pytest.fixture
def unspent(demo_tenants):
    cache.clear()
    move_clock(SLUG, NOW)
    yield
    move_clock(SLUG, NOW)


@pytest.fixture
def guest() -> Customer:
    visitor = Customer(queries.tenant(SLUG), ClientBrowser(), "")
    visitor.open("/?lang=en")
    return visitor


@pytest.fixture
def bill():
    return facts.latest_bill(slug=SLUG, company=SLUG, email=logins.customer_email(SLUG))


def printed(bill) -> cuaderno_57.Printed:
    with inside(SLUG):
        payee = payee_of(billing.facts(bill_id=bill.id)["company"])
        today = queries.tenant(SLUG).date_of(NOW)
        row = payments.bill(bill_id=bill.id, today=today)
        return cuaderno_57.printed(Payable(row.number, row.total, row.due_date), payee)


def link(bill) -> str:
    with inside(SLUG):
        return link_of(number=bill.number, tenant=queries.tenant(SLUG)).split("/p/")[1]


def find(guest: Customer, path: str = "/find/", **typed: str):
    page = guest.open(path)
    return guest.browser.submit(page, page.form(), **typed)


@pytest.mark.seed("S1.31")
def test_the_digits_below_the_barcode_are_enough(guest, bill):
    page = find(guest, reference=printed(bill).code, amount="")

    assert page.url.endswith(f"/pay/?bill={bill.id}")
    assert "Pay €" in page.text


@pytest.mark.seed("S1.27")
@pytest.mark.seed("S1.28")
def test_the_five_fields_lead_to_the_bill_with_hyphens_or_without(guest, bill):
    amount = f"{bill.total.as_decimal()}"
    assert "/find/cpr/" in guest.open("/find/").reader().links
    for fields in (
        printed(bill).fields,
        {key: text.replace("-", "") for key, text in printed(bill).fields.items()},
    ):
        for typed in (amount, amount.replace(".", ",")):
            page = find(guest, "/find/cpr/", **fields, amount=typed)
            assert page.url.endswith(f"/pay/?bill={bill.id}")


def test_a_mistyped_digit_is_said_at_its_field_and_tells_of_no_bill(guest, bill):
    code = printed(bill).code
    wrong = find(guest, reference=code[:20] + str((int(code[20]) + 1) % 10) + code[21:], amount="")
    short = find(guest, reference=code[:-1], amount="")

    assert (wrong.status, short.status) == (422, 422)
    assert "a digit is mistyped" in wrong.text
    assert "too short or too long" in short.text


def test_a_mistyped_field_is_said(guest, bill):
    fields = {**printed(bill).fields, "identification": "010101"}

    page = find(guest, "/find/cpr/", **fields, amount=str(bill.total.as_decimal()))

    assert page.status == 422
    assert "do not fit these fields and this amount" in page.text


@pytest.mark.seed("S1.27")
def test_late_it_is_refused_with_the_reason(guest, bill):
    move_clock(SLUG, NOW.replace(year=2027, month=6))

    page = find(guest, reference=printed(bill).code, amount="")

    assert page.status == 422
    assert "could be paid until" in page.text


def test_without_an_amount_a_number_is_not_enough(guest, bill):
    page = find(guest, reference=bill.number, amount="")

    assert page.status == 422
    assert "Type the amount" in page.text


class TestShortLink:
    def test_it_shows_the_least_and_leads_to_the_payment(self, guest, bill):
        page = guest.open(f"/p/{link(bill)}")

        assert page.status == 200
        assert f"{bill.total.as_decimal()}" in page.text
        assert "account ending" in page.text
        for told in (bill.number, bill.reference, logins.customer_email(SLUG)):
            assert told not in page.text
        page = guest.browser.submit(page, page.form(), email="")
        assert page.url.startswith("http://cards.localhost/pay/")

    def test_small_letters_do_as_well(self, guest, bill):
        assert guest.open(f"/p/{link(bill).lower()}").status == 200

    def test_the_code_of_another_tenant_leads_nowhere(self, bill):
        other = Customer(queries.tenant("balta"), ClientBrowser(), "")

        assert other.open(f"/p/{link(bill)}").status == 404

    def test_a_changed_letter_leads_nowhere_and_ten_of_them_end_it(self, guest, bill):
        code = link(bill)
        letters = [letter for letter in "23456789ABCDE" if letter != code[-1]][:10]
        for letter in letters:
            page = guest.open(f"/p/{code[:-1]}{letter}")
            assert page.status == 404
            assert "leads to no bill" in page.text

        page = guest.open(f"/p/{code}")
        assert page.status == 429
        assert "too many tries" in page.text

    def test_a_paid_bill_says_so_and_no_more(self, guest, bill):
        page = guest.open(f"/p/{link(bill)}")
        guest.browser.submit(page, page.form())
        guest.pay(bill, email="")

        page = guest.open(f"/p/{link(bill)}")

        assert "nothing left to pay" in page.text
        assert bill.number not in page.text
        assert "Pay €" not in page.text


def test_a_tenant_without_the_scheme_has_no_page_for_its_fields():
    visitor = Customer(queries.tenant("balta"), ClientBrowser(), "")

    assert visitor.open("/find/cpr/").status == 404
    assert "/find/cpr/" not in visitor.open("/find/").reader().links


class TestWhileNobodyCanSignIn:
    @pytest.fixture
    def unpaid(self):
        from mains.billing.models import Bill

        with inside(SLUG):
            ids = list(Bill.objects.given().values_list("pk", flat=True))
            rows = payments.bills_with_ids(bill_ids=ids, today=NOW.date())
            return next(row for row in rows if row.outstanding.minor and not row.collection_date)

    @pytest.fixture
    def logins_down(self, unpaid, monkeypatch):
        from django.db import OperationalError

        from mains.identity.models import UserManager

        def down(*_given, **_named):
            raise OperationalError("the logins cannot be read")

        monkeypatch.setattr(UserManager, "get_queryset", down)
        return unpaid

    @pytest.mark.seed("S1.25")
    def test_a_bill_is_found_and_led_to_the_gateway(self, guest, logins_down):
        amount = str(logins_down.outstanding.as_decimal())
        page = find(guest, reference=logins_down.number, amount=amount)
        assert page.url.endswith(f"/pay/?bill={logins_down.id}")
        page = guest.browser.submit(page, page.form("/pay/start/"), email="a@payer.example")
        assert page.url.startswith("http://cards.localhost/pay/")

    def test_control_signing_in_does_not_work(self, guest, logins_down):
        from django.db import OperationalError

        page = guest.open("/account/login/")
        typed = {"login": logins.customer_email(SLUG), "password": logins_down.number}
        with pytest.raises(OperationalError):
            guest.browser.submit(page, page.form(), **typed)
