"""What visitors type wrongly, and what they must not see."""

from datetime import UTC, datetime

import pytest
from tests.browsers import ClientBrowser
from tests.journeys.conftest import NOW, move_clock

from mains.demo import facts, logins
from mains.demo.people import Customer
from mains.guard.context import inside
from mains.metering.models import Reading
from mains.payments.models import PaymentAttempt
from mains.references.rf import reference_of
from mains.tenancy import queries

pytestmark = pytest.mark.usefixtures("two_tenants")


def visitor(slug: str = "balta") -> Customer:
    return Customer(queries.tenant(slug), ClientBrowser(), logins.customer_email(slug))


def anna(slug: str = "balta") -> Customer:
    customer = visitor(slug)
    customer.sign_in()
    return customer


def stored(slug: str) -> int:
    with inside(slug):
        return Reading.objects.count()


class TestHosts:
    def test_an_unknown_host_is_not_found(self):
        page = ClientBrowser().get("http://nobody.localhost/")

        assert page.status == 404
        assert "No portal at this address" in page.text

    def test_a_session_of_one_tenant_is_a_stranger_in_another(self):
        here = anna("balta")
        there = visitor("tavho")
        there.browser.cookies["tavho.localhost"] = dict(here.browser.cookies["balta.localhost"])

        assert "/account/login/" in there.open("/bills/").url
        assert "/account/login/" not in here.open("/bills/").url

    def test_a_page_that_is_not_there_says_so_with_a_reference(self):
        page = visitor().open("/nothing/")

        assert page.status == 404
        assert "Reference for our staff" in page.text or "atsauce" in page.text.lower()


class TestBillsOfOthers:
    def test_are_not_there(self):
        mine = facts.latest_bill(
            slug="balta", company="balta", email=logins.customer_email("balta")
        )
        customer = anna()

        assert customer.open(f"/bills/{mine.id}/").status == 200
        assert customer.open(f"/bills/{mine.id + 1}/").status == 404
        assert customer.open(f"/bills/{mine.id + 1}/bill.pdf").status == 404

    def test_ask_a_stranger_to_sign_in_whether_they_exist_or_not(self):
        for bill in (1, 999_999):
            assert "/account/login/" in visitor().open(f"/bills/{bill}/").url

    def test_cannot_be_paid_by_number(self):
        mine = facts.latest_bill(
            slug="balta", company="balta", email=logins.customer_email("balta")
        )
        page = anna().open(f"/pay/?bill={mine.id + 1}")

        assert "/bills/" in page.url


class TestReadingsTypedWrongly:
    @pytest.mark.parametrize("typed", ["12a", "zwölf", "1234567890", "-5", "12.5.7"])
    def test_are_explained_and_not_stored(self, typed):
        customer, before = anna(), stored("balta")
        page = customer.open("/readings/")
        form = page.form()
        name = next(name for name in form.fields if name.startswith("reading-"))
        answered = customer.browser.submit(page, form, **{name: typed})

        assert answered.status == 422
        assert typed in answered.body.decode()
        assert stored("balta") == before

    def test_nothing_at_all_is_explained(self):
        customer = anna()
        page = customer.open("/readings/")

        assert customer.browser.submit(page, page.form()).status == 422

    def test_one_below_the_last_can_be_sent_all_the_same(self):
        customer, before = anna(), stored("balta")
        page = customer.open("/readings/")
        form = page.form()
        name = next(name for name in form.fields if name.startswith("reading-"))
        asked = customer.browser.submit(page, form, **{name: "5"})
        confirm = name.replace("reading", "confirm")
        sent = customer.browser.submit(asked, asked.form(), **{confirm: "on"})

        assert asked.status == 422
        assert stored("balta") == before + 1
        assert sent.url.endswith("/readings/sent/")

    def test_the_same_form_twice_stores_one_reading(self):
        customer, before = anna(), stored("balta")
        page = customer.open("/readings/")
        form = page.form()
        name = next(name for name in form.fields if name.startswith("reading-"))
        typed = {name: "2999", name.replace("reading", "confirm"): "on"}

        for _ in range(2):
            customer.browser.submit(page, form, **typed)

        assert stored("balta") == before + 1

    @pytest.mark.seed("S3.07")
    def test_a_locked_window_shows_no_form_and_refuses_one_that_was_open(self):
        customer = anna("tavho")
        page = customer.open("/readings/")
        form = page.form()
        names = [name for name in form.fields if name.startswith("reading-")]
        before = stored("tavho")
        move_clock("tavho", datetime(2026, 12, 7, 22, 59, tzinfo=UTC))
        try:
            late = customer.browser.submit(page, form, **{names[-1]: "200"})
            fresh = customer.open("/readings/").form()
        finally:
            move_clock("tavho", NOW)

        assert late.status == 422
        assert len([name for name in fresh.fields if name.startswith("reading-")]) < len(names)
        assert stored("tavho") == before


class TestPayingTwice:
    def test_a_double_click_leads_to_one_page_and_one_attempt(self):
        customer = anna()
        bill = facts.latest_bill(slug="balta", company="balta", email=customer.email)
        page = customer.open(f"/pay/?bill={bill.id}")
        form = page.form("/pay/start/")

        pages = [customer.browser.submit(page, form).url for _ in range(2)]

        assert pages[0] == pages[1]
        assert "cards." in pages[0]
        with inside("balta"):
            assert (
                PaymentAttempt.objects.filter(parts__bill_id=bill.id, parts__live=True).count() == 1
            )

    def test_a_guest_does_not_learn_which_of_two_facts_was_wrong(self):
        bill = facts.latest_bill(
            slug="balta", company="balta", email=logins.customer_email("balta")
        )
        guest = visitor()
        page = guest.open("/find/")
        right = {"reference": bill.reference, "amount": str(bill.total.as_decimal())}

        wrong = [
            guest.browser.submit(page, page.form(), **{**right, **change}).text
            for change in ({"reference": reference_of(number="BE2026-999999")}, {"amount": "1,00"})
        ]

        assert wrong[0].split(":")[1][:80] == wrong[1].split(":")[1][:80]
        assert guest.browser.submit(page, page.form(), **right).status == 200

    @pytest.mark.seed("S2.20")
    def test_where_paying_is_switched_off_the_notice_stands(self):
        page = visitor("tavho").open("/find/")

        assert queries.tenant("tavho").file.payments.notice["hu"] in page.text
