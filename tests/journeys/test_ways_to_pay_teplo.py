"""Paying at Teplo, signed in: the ways offered, parts of a bill, a transfer, a webhook's news."""

import re
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader
from tests.browsers import ClientBrowser
from tests.factories import money

from mains.demo import facts, logins
from mains.demo.people import Customer
from mains.guard.context import PUBLIC, inside
from mains.tenancy import queries

pytestmark = pytest.mark.usefixtures("demo_tenants")
TENANTS, SLUG = {"teplo"}, "teplo"
CARD = "4242424242424242"
# Of three banks; the first is the company's own.
IBANS = ("UA213223130000026007233566001", "UA903052992990004149123456789", "LV80BANK0000435195001")


@pytest.fixture(autouse=True)
def unspent(demo_tenants):
    from django.core.cache import cache

    cache.clear()


def anna() -> Customer:
    customer = Customer(queries.tenant(SLUG), ClientBrowser(), logins.customer_email(SLUG))
    customer.sign_in()
    customer.open("/?lang=en")
    return customer


def account():
    """
    Return Anna's account with the company that heats.
    """
    from mains.customers.models import Account

    shown = facts.latest_bill(slug=SLUG, company="teplo", email=logins.customer_email(SLUG))
    with inside(SLUG):
        return Account.objects.get(pk=shown.account_id)


def new_bill(minor: int = 50_000):
    with inside(SLUG):
        return money.bill(account(), minor)


def begin(customer: Customer, *bills, **typed: str):
    """
    Send the form of the page on which bills are paid.
    """
    page = customer.open(f"/pay/?{'&'.join(f'bill={bill.pk}' for bill in bills)}")
    return customer.browser.submit(page, page.form("/pay/start/"), **typed)


def html(page) -> str:
    return page.body.decode()


def offered(page) -> list[str]:
    return re.findall(r'name="gateway" value="(\w+)"', html(page))


def chosen(page) -> list[str]:
    return page.form("/pay/start/").fields["gateway"]


def owed(bill) -> int:
    from mains.payments.allocating import outstanding_minor

    with inside(SLUG):
        return outstanding_minor(bill_ids=[bill.pk])[bill.pk]


def pay_by_transfer(bill, minor: int) -> None:
    from mains.payments import booking

    with inside(SLUG):
        booking.book_bank_transfer(
            bill_id=bill.pk, amount_minor=minor, bank_reference=f"{bill.number}-{minor}",
            value_date=date(2026, 11, 27), booked_by="staff:1", now=queries.tenant(SLUG).now(),
        )  # fmt: skip


@pytest.mark.seed("S1.26")
@pytest.mark.parametrize("iban", ["", *IBANS])
def test_every_way_is_open_whatever_bank_somebody_is_with(iban):
    from mains.customers.models import Mandate

    bill, customer = new_bill(), anna()
    with inside(SLUG):
        Mandate.objects.filter(account=account()).delete()
        if iban:
            Mandate.objects.create(
                account=account(), reference=f"M{iban[-6:]}", holder="Анна", iban=iban,
                signed_date=date(2026, 1, 1), start_date=date(2026, 1, 1),
            )  # fmt: skip
    page = customer.open(f"/pay/?bill={bill.pk}")

    assert offered(page) == ["sandbox", "bank_transfer"]
    assert "iban" not in html(page).lower()
    assert "//cards." in begin(customer, bill, gateway="sandbox").url
    assert "/pay/transfer/" in begin(customer, bill, gateway="bank_transfer").url


class TestAPart:
    @pytest.mark.parametrize(
        ("typed", "says"),
        [
            ("", "Type how much you pay now, or choose to pay all of it."),
            ("0", "Type an amount from UAH\u00a00.01 to UAH\u00a0500.00."),
            ("500.01", "Type an amount from UAH\u00a00.01 to UAH\u00a0500.00."),
            ("abc", "This is no amount. Type digits, for example 48,19."),
        ],
    )
    def test_that_is_none_is_said_at_the_top_and_the_way_stays_chosen(self, typed, says):
        bill = new_bill()
        page = begin(anna(), bill, much="part", amount=typed, gateway="bank_transfer")

        assert page.status == 422
        assert html(page).count(says) == 2
        assert "<title>Error: " in html(page)
        assert "data-error-summary" in html(page)
        assert chosen(page) == ["bank_transfer"]

    def test_nothing_wrong_has_no_summary_and_begins_with_the_first_way(self):
        page = anna().open(f"/pay/?bill={new_bill().pk}")

        assert "data-error-summary" not in html(page)
        assert chosen(page) == ["sandbox"]

    def test_of_a_bill_is_what_is_transferred(self):
        page = begin(anna(), new_bill(), much="part", amount="120.50", gateway="bank_transfer")

        assert "Transfer UAH 120.50" in page.text


class TestATransfer:
    def test_names_each_bill_with_its_reference_and_amount(self):
        bills = [new_bill(10_000), new_bill(23_456)]
        page = begin(anna(), *bills, gateway="bank_transfer")

        assert "Transfer UAH 334.56" in page.text
        for bill, amount in zip(bills, ("100.00", "234.56"), strict=True):
            assert f"{bill.reference} UAH {amount}" in page.text

    def test_says_only_what_is_still_owed(self):
        bills, customer = [new_bill(10_000), new_bill(23_456)], anna()
        url = begin(customer, *bills, gateway="bank_transfer").url
        pay_by_transfer(bills[0], 10_000)
        page = customer.browser.get(url)
        assert "Transfer UAH 234.56" in page.text
        assert bills[0].reference not in html(page)

        pay_by_transfer(bills[1], 23_456)
        page = customer.browser.get(url)
        assert "There is nothing to transfer" in html(page)
        assert "Bank account" not in html(page)


def paid_at_the_gateway(url: str):
    """
    Take a card on the gateway's page; whoever paid neither comes back nor does its news arrive.
    """
    from mains.sandbox import service
    from mains.sandbox.models import Checkout

    token = url.rstrip("/").split("/")[-1]
    with inside(PUBLIC):
        service.pay(token=token, card=CARD, now=datetime.now(UTC), news="NEVER")
        return Checkout.objects.get(token=token)


def webhook(checkout, *, merchant: str = ""):
    """
    Send what the gateway tells of a page, signed by it or by somebody else.
    """
    from mains.sandbox import signatures, webhooks

    with inside(PUBLIC):
        body = webhooks.event_of(checkout)
    sign = signatures.sign(merchant=merchant or checkout.merchant, body=body, now=datetime.now(UTC))
    return ClientBrowser().post(
        checkout.webhook_url, body, "application/json", {signatures.HEADER: sign}
    )


def printed_bill():
    """
    Return Anna's latest bill with a document; those of the factory have none.
    """
    from mains.billing.models import Bill

    with inside(SLUG):
        return Bill.objects.filter(account=account(), facts_deleted_at=None).latest("period_end")


def listed(customer: Customer, bill) -> str:
    """
    Return what the list of bills says of one of them.
    """
    rows = re.findall(r"<tr .*?</tr>", html(customer.open("/bills/")), re.DOTALL)
    (row,) = [row for row in rows if f"/bills/{bill.pk}/" in row]
    return row


@pytest.mark.seed("S1.30")
def test_the_next_look_after_the_webhook_says_paid_and_the_document_downloads():
    bill, customer = printed_bill(), anna()
    place = f"/bills/{bill.pk}/"
    assert "Overdue" in listed(customer, bill)
    assert "Pay UAH" in customer.open(place).text
    checkout = paid_at_the_gateway(begin(customer, bill, gateway="sandbox").url)
    # Money has moved, but nobody who may say so has said it.
    assert webhook(checkout, merchant="somebody:else").status == 400
    assert "Pay UAH" in customer.open(place).text

    for _twice in range(2):
        assert webhook(checkout).status == 200
        page = customer.open(place)
        assert "nothing left to pay" in page.text
        assert "Pay UAH" not in page.text
        assert "Paid" in listed(customer, bill)
        assert "Overdue" not in listed(customer, bill)
    assert owed(bill) == 0

    assert f"{place}bill.pdf" in page.reader().links
    document = customer.open(f"{place}bill.pdf")
    assert document.status == 200
    words = "".join(leaf.extract_text() for leaf in PdfReader(BytesIO(document.body)).pages)
    assert bill.number in words.replace(" ", "")


def test_the_list_of_bills_says_what_is_left_of_one_that_is_partly_paid():
    bill, customer = new_bill(), anna()
    assert "500.00" in listed(customer, bill)
    assert "left to pay" not in listed(customer, bill)

    pay_by_transfer(bill, 10_050)
    row = listed(customer, bill)
    assert "399.50" in row.split("left to pay of")[0]
    assert "500.00" in row.split("left to pay of")[1]

    pay_by_transfer(bill, 39_950)
    assert "500.00" in listed(customer, bill)
    assert "left to pay" not in listed(customer, bill)


@pytest.mark.parametrize(("days", "says"), [(-1, "it was due on"), (0, "to pay by")])
def test_a_bill_says_that_its_day_has_passed_only_once_it_has(days, says):
    from datetime import timedelta

    bill, customer = new_bill(), anna()
    with inside(SLUG):
        bill.due_date = queries.tenant(SLUG).now().date() + timedelta(days=days)
        bill.save(update_fields=["due_date"])
    (title,) = re.findall(r"<h1>(.*?)</h1>", html(customer.open(f"/bills/{bill.pk}/")), re.DOTALL)

    assert [one in title for one in ("it was due on", "to pay by")] == [days < 0, days >= 0]
    assert says in title


class TestTheReceipt:
    @pytest.mark.parametrize(
        ("email", "says"),
        [
            ("receipts@example.org", "The receipt comes by e-mail to the address that you gave."),
            ("", "No receipt comes by e-mail: no address was given."),
        ],
    )
    def test_is_promised_to_whoever_gave_an_address(self, email, says):
        customer = anna()
        waiting = begin(customer, new_bill(), gateway="sandbox", email=email)
        checkout = paid_at_the_gateway(waiting.url)
        page = customer.browser.get(checkout.return_url)

        assert "Paid: UAH" in page.text
        assert says in page.text
        assert page.text.count("receipt comes") == 1


def test_a_guest_whose_bill_is_paid_reads_that_it_may_be_and_so_does_a_mistyped_one():
    bill = printed_bill()
    if owed(bill):
        pay_by_transfer(bill, owed(bill))
    guest = Customer(queries.tenant(SLUG), ClientBrowser(), "")
    guest.open("/?lang=en")
    right = {"reference": bill.number, "amount": f"{bill.total_minor / 100:.2f}"}

    for change in ({}, {"amount": "1.00"}, {"reference": "TE-0"}):
        page = guest.open("/find/")
        page = guest.browser.submit(page, page.form(), **{**right, **change})
        assert page.status == 422
        assert (
            "We cannot find an open bill with these details. It may be paid already." in page.text
        )
