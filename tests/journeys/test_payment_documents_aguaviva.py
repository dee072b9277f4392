"""Bills due as one document: choose, confirm, print, pay at the bank, and see how it stands."""

import io
import json
import re
from urllib.parse import urlencode

import pypdf
import pytest
from django.core.cache import cache
from tests.browsers import ClientBrowser
from tests.journeys.conftest import NOW, move_clock

from mains.billing.models import Bill
from mains.demo import facts, logins
from mains.demo.people import Customer, Staff
from mains.guard.context import inside
from mains.journeys import payment_documents
from mains.payments import allocating, booking
from mains.payments.models import Allocation, Payment, PaymentDocument
from mains.tenancy import queries

TENANTS = {"aguaviva", "balta"}
SLUG = "aguaviva"
pytestmark = pytest.mark.usefixtures("demo_tenants", "unspent")


@pytest.fixture
def unspent(demo_tenants):
    cache.clear()
    move_clock(SLUG, NOW)
    yield
    with inside(SLUG):
        PaymentDocument.objects.all().delete()


def customer(slug: str = SLUG) -> Customer:
    anna = Customer(queries.tenant(slug), ClientBrowser(), logins.customer_email(slug))
    anna.sign_in()
    anna.open("/?lang=en")
    return anna


@pytest.fixture
def anna() -> Customer:
    return customer()


def payable(anna: Customer) -> list:
    bill = facts.latest_bill(slug=SLUG, company=SLUG, email=anna.email)
    with inside(SLUG):
        return payment_documents.choices(
            account_ids=[bill.account_id], today=anna.tenant.date_of(NOW)
        )


def confirmed(anna: Customer):
    """
    Choose everything that is open, up to the page that asks whether to make the document.
    """
    (form,) = (
        form
        for form in anna.open("/bills/due/").reader().forms
        if form.action == "/bills/due/confirm/"
    )
    chosen = [("of", form.fields["of"][0]), *(("bill", str(row.id)) for row in payable(anna))]
    return anna.open(f"{form.action}?{urlencode(chosen)}")


def documents() -> list[PaymentDocument]:
    with inside(SLUG):
        return list(PaymentDocument.objects.all())


@pytest.mark.seed("S1.20")
@pytest.mark.seed("S1.21")
@pytest.mark.seed("S1.22")
def test_choose_confirm_and_print(anna):
    rows = payable(anna)
    assert rows
    assert "/bills/due/" in anna.open("/bills/").reader().links

    page = confirmed(anna)
    assert "Create a payment document?" in page.text
    assert documents() == []
    page = anna.browser.submit(page, page.form(""))

    (document,) = documents()
    assert page.url.endswith(f"/bills/due/{document.pk}/")
    pdf = anna.open(f"/bills/due/{document.pk}/bills-due.pdf")
    text = " ".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(pdf.body)).pages)
    for row in rows:
        assert row.number in page.text
        assert row.number in text
    assert document.number in text
    assert document.number in anna.open("/bills/due/").text


@pytest.mark.seed("S1.21")
def test_a_double_click_makes_one(anna):
    page = confirmed(anna)

    first = anna.browser.submit(page, page.form(""))
    again = anna.browser.submit(page, page.form(""))

    assert first.url == again.url
    assert len(documents()) == 1


@pytest.mark.seed("S1.21")
def test_cancel_makes_none(anna):
    page = confirmed(anna)

    assert "/bills/due/" in page.reader().links
    assert anna.open("/bills/due/").status == 200
    assert documents() == []


def test_bills_of_somebody_else_make_none(anna):
    mine = {row.id for row in payable(anna)}
    with inside(SLUG):
        other = Bill.objects.exclude(account_id=payable(anna)[0].account_id).first()
    page = confirmed(anna)
    form = page.form("")
    form.fields["bill"] = [str(other.pk), *map(str, mine)]

    assert "No document was made" in anna.browser.submit(page, form).text
    form.fields["of"] = [str(other.account_id)]
    assert anna.browser.submit(page, form).status == 404
    assert documents() == []


@pytest.mark.seed("S1.23")
def test_the_bank_pays_it_whole_and_everybody_sees_it(anna):
    page = confirmed(anna)
    page = anna.browser.submit(page, page.form(""))
    (document,) = documents()
    staff = Staff(anna.tenant, ClientBrowser())
    staff.sign_in()
    staff.browser.get(f"{staff.home}/?lang=en")
    account = staff.browser.get(f"{staff.home}/customers/{document.account_id}/")
    assert document.number in account.text

    book = staff.browser.get(f"{staff.home}/payments/book/")
    booked = staff.browser.submit(
        book,
        book.form(),
        reference=" ".join(document.number[at : at + 3] for at in range(0, 11, 3)),
        amount=f"{document.total_minor / 100:.2f}".replace(".", ","),
        value_date=anna.tenant.date_of(NOW).isoformat(),
        bank_reference="whole-1",
    )

    try:
        assert booked.status == 200, booked.text[:300]
        assert "Paid: nothing left to pay" in anna.open(f"/bills/due/{document.pk}/").text
        with inside(SLUG):
            ids = [bill_id for bill_id, _minor in document.bills]
            assert set(allocating.outstanding_minor(bill_ids=ids).values()) == {0}
        assert anna.open("/bills/due/").text.count(document.number) == 1
    finally:
        take_back("whole-1")


def take_back(bank_reference: str) -> None:
    """
    Let the bills be owed again for the next test; transfers of the ledger stay.
    """
    with inside(SLUG):
        mine = Payment.objects.filter(booking_key__endswith=f":{bank_reference}")
        Allocation.objects.filter(payment__in=mine).delete()
        mine.delete()


@pytest.mark.seed("S1.23")
def test_partly_out_of_date_it_says_so_and_why_to_the_customer_and_to_staff(anna):
    page = confirmed(anna)
    anna.browser.submit(page, page.form(""))
    (document,) = documents()
    (bill_id, minor), *_others = document.bills
    staff = Staff(anna.tenant, ClientBrowser())
    staff.sign_in()
    staff.browser.get(f"{staff.home}/?lang=en")
    with inside(SLUG):
        booking.book_bank_transfer(
            bill_id=bill_id,
            amount_minor=minor - 1,
            bank_reference="part-1",
            value_date=anna.tenant.date_of(NOW),
            booked_by="staff:1",
            now=NOW,
        )

    try:
        page = anna.open(f"/bills/due/{document.pk}/")
        account = staff.browser.get(f"{staff.home}/customers/{document.account_id}/")
        pdf = anna.open(f"/bills/due/{document.pk}/bills-due.pdf").body
        for text in (page.text, account.text):
            assert "Partly out of date" in text
            assert re.search(r"part paid on November 28, 2026, €0\.01 left", text)
        read = " ".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(pdf)).pages)
        assert "Parcialmente desfasado" in read
    finally:
        take_back("part-1")


@pytest.mark.seed("S1.23")
def test_a_guest_finds_it_and_is_told_what_is_left(anna):
    page = confirmed(anna)
    anna.browser.submit(page, page.form(""))
    (document,) = documents()
    guest = Customer(anna.tenant, ClientBrowser(), "")
    guest.open("/?lang=en")
    amount = f"{document.total_minor / 100:.2f}"
    page = guest.open("/find/")
    found = guest.browser.submit(page, page.form(), reference=document.number, amount=amount)
    assert "/pay/?bill=" in found.url
    (bill_id, minor), *_others = document.bills
    with inside(SLUG):
        booking.book_bank_transfer(
            bill_id=bill_id,
            amount_minor=minor - 1,
            bank_reference="guest-1",
            value_date=anna.tenant.date_of(NOW),
            booked_by="staff:1",
            now=NOW,
        )
    try:
        found = guest.browser.submit(page, page.form(), reference=document.number, amount=amount)
        assert "something was paid or taken back" in found.text
        assert "€0.01" in found.text
    finally:
        take_back("guest-1")


def test_late_it_has_expired_and_a_new_one_is_offered(anna):
    page = confirmed(anna)
    anna.browser.submit(page, page.form(""))
    (document,) = documents()
    move_clock(SLUG, NOW.replace(year=2027))
    anna = customer()

    page = anna.open(f"/bills/due/{document.pk}/")

    assert "It was valid until" in page.text
    assert "Expired" in page.text


class TestWhereItIsSwitchedOff:
    def test_there_is_no_page_and_no_way_to_one(self):
        maija = customer("balta")

        assert "/bills/due/" not in maija.open("/bills/").reader().links
        for path in ("", "confirm/", "1/", "1/bills-due.pdf"):
            assert maija.open(f"/bills/due/{path}").status == 404

    def test_the_api_says_so(self):
        maija = customer("balta")
        maija.sign_in_to_api()

        answers = [
            maija.call("GET", "/payment-documents"),
            maija.call("GET", "/payment-documents/doc_1"),
            maija.call("POST", "/payment-documents", {"account": "acc_1", "bills": ["bil_1"]}),
        ]

        assert [answer.status for answer in answers] == [404, 404, 404]
        assert {json.loads(answer.body)["code"] for answer in answers} == {"feature_off"}


class TestInTheApi:
    def body(self, anna):
        rows = payable(anna)
        return {
            "account": f"acc_{rows[0].account_id}",
            "bills": [f"bil_{row.id}" for row in rows],
        }

    def post(self, anna, body, key=""):
        headers = {"Authorization": f"Bearer {anna.token}"}
        if key:
            headers["Idempotency-Key"] = key
        url = f"{anna.tenant.url}/api/v1/payment-documents"
        return anna.browser.post(url, json.dumps(body).encode(), "application/json", headers)

    @pytest.mark.seed("S1.20")
    def test_it_is_made_once_listed_and_read(self, anna):
        anna.sign_in_to_api()
        rows = payable(anna)

        first, again = (self.post(anna, self.body(anna), key="key-1") for _ in range(2))

        made = json.loads(first.body)
        assert (first.status, again.status) == (201, 201)
        assert json.loads(again.body) == made
        assert len(documents()) == 1
        assert made["state"] == "OPEN"
        assert [one["bill"] for one in made["bills"]] == [f"bil_{row.id}" for row in rows]
        assert {one["change"] for one in made["bills"]} == {""}
        listed = json.loads(anna.call("GET", "/payment-documents").body)["data"]
        assert [one["number"] for one in listed] == [made["number"]]
        one = json.loads(anna.call("GET", f"/payment-documents/{made['id']}").body)
        assert one["total"] == made["total"]

    @pytest.mark.parametrize(
        ("changes", "status", "code"),
        [
            ({"account": "acc_999999"}, 404, "no_such_account"),
            ({"account": "nonsense"}, 404, "no_such_account"),
            ({"bills": ["bil_999999"]}, 409, "not_payable"),
            ({"bills": ["nonsense"]}, 409, "not_payable"),
            ({"bills": []}, 422, "unusable_input"),
        ],
    )
    def test_what_is_refused_makes_none(self, anna, changes, status, code):
        anna.sign_in_to_api()

        answer = self.post(anna, {**self.body(anna), **changes})

        assert answer.status == status
        assert json.loads(answer.body)["code"] == code
        assert documents() == []

    def test_what_is_not_there_is_not_found(self, anna):
        anna.sign_in_to_api()
        for key in ("doc_999999", "nonsense", "bil_1"):
            answer = anna.call("GET", f"/payment-documents/{key}")
            assert (answer.status, json.loads(answer.body)["code"]) == (404, "no_such_document")
