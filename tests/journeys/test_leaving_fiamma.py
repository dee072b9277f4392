"""fiamma: the e-mail is fixed; to change it one deletes the login and registers again."""

import json
from datetime import date, timedelta

import pytest
from tests.journeys.conftest import NOW, move_clock
from tests.journeys.joining_world import Newcomer, counted, deeds, newcomer

from mains.billing.models import Bill
from mains.customers.models import Account, Company, Customer, DeliveryPreference, Mandate
from mains.demo import facts
from mains.demo.logins import PASSWORD
from mains.demo.pages import Page
from mains.enrolment.models import AccountLink, Consent
from mains.guard.context import inside
from mains.identity.models import EmailChange, User
from mains.journeys import bill_run, sample_customers
from mains.ledger.queries import balance_minor
from mains.notifications.models import Message
from mains.privacy.models import DataJob
from mains.tenancy import queries

SLUG, TENANTS = "fiamma", {"fiamma", "balta"}
OTHER = "another.address@people.example"
pytestmark = pytest.mark.usefixtures("fresh_tries")


@pytest.fixture(scope="module", autouse=True)
def _everybody_pays_by_direct_debit(demo_tenants):
    """
    Let every gas customer register; of the demo's only every second one may.
    """
    day = date(2026, 1, 1)
    with inside(SLUG):
        for one in Account.objects.filter(company__code="gas", mandates=None):
            Mandate.objects.create(
                account=one, reference=f"M{one.number}", holder="Holder", start_date=day,
                signed_date=day, iban="IT60X0542811101000000123456",
            )  # fmt: skip


def registered(kim: Newcomer | None = None, **typed: str) -> Newcomer:
    """
    Register with the gas account of a new person, or go on with somebody, by the browser alone.
    """
    kim = kim or newcomer(SLUG, company__code="gas", mandates__isnull=False)
    kim.submit(kim.open("/join/"), company="gas")
    kim.about_me(kim.state_facts(), **typed)
    kim.confirm()
    return kim


def with_both(**typed: str) -> tuple[Newcomer, Account]:
    """
    Return somebody who added the electricity of the same customer later, and that account.
    """
    kim = registered(**typed)
    gas = kim.account
    with inside(SLUG):
        kim.account = Account.objects.select_related("customer", "company").get(
            customer=gas.customer_id, company__code="luce"
        )
    assert kim.state_facts("/accounts/link/").url.endswith("/accounts/")
    luce, kim.account = kim.account, gas
    return kim, luce


def login_of(kim: Newcomer) -> User | None:
    with inside(SLUG):
        return User.objects.filter(email=kim.email).first()


def closing(kim: Newcomer) -> Page:
    """
    Prove who it is, and return the page that lists what is lost.
    """
    asked = kim.open("/me/close/")
    assert "/account/reauthenticate/" in asked.url
    return kim.submit(asked, password=PASSWORD)


def everything() -> dict[str, object]:
    """
    Return what a closed login would change, and what it never may.
    """
    with inside(SLUG):
        return {
            **counted(SLUG),
            "links": AccountLink.objects.filter(ended_at=None).count(),
            "jobs": DataJob.objects.count(),
            "delivery": list(DeliveryPreference.objects.order_by("pk").values()),
            "deeds": len(deeds(SLUG, "login.deleted")),
            "changes": EmailChange.objects.count(),
        }


def books_of(row: Account) -> tuple[object, ...]:
    with inside(SLUG):
        return (
            Customer.objects.filter(pk=row.customer_id).values().get(),
            list(Bill.objects.filter(account=row).order_by("pk").values()),
            balance_minor(account_id=row.pk),
            row.contracts.count(),
        )


@pytest.mark.seed("S4.14")
class TestTheEMailIsFixed:
    def test_the_profile_says_so_and_offers_no_way(self):
        kim = registered()
        page = kim.open("/me/?lang=en")
        assert kim.email in page.text
        assert "cannot be changed" in page.text
        assert "/me/email/" not in page.body.decode()

    @pytest.mark.parametrize("place", ["/me/email/", "/account/email/"])
    def test_neither_page_nor_side_door_takes_another(self, place):
        kim = registered()
        before = everything()
        assert kim.open(place).status == 404
        form = (page := kim.open("/me/details/")).form()
        form.action = place
        for typed in ({"email": OTHER, "password": PASSWORD}, {"email": OTHER, "action_add": "1"}):
            assert kim.browser.submit(page, form, **typed).status == 404
        assert everything() == before
        assert login_of(kim) is not None

    def test_the_form_for_name_and_user_name_does_not_take_one_either(self):
        kim = registered()
        page = kim.submit(kim.open("/me/details/"), name="Kim", email=OTHER)
        assert page.status == 200
        user = login_of(kim)
        assert user is not None
        assert user.name == "Kim"
        with inside(SLUG):
            assert not EmailChange.objects.filter(user_id=user.pk).exists()

    def test_the_api_says_that_it_is_fixed(self):
        kim = registered()
        assert kim.api("get", "me").json()["email_changeable"] is False
        before = everything()

        for body in ({"email": OTHER, "password": PASSWORD}, {"name": "K", "email": OTHER}):
            answer = kim.api("patch", "me", body)
            assert (answer.status_code, answer.json()["code"]) == (403, "email_fixed")

        assert everything() == before
        user = login_of(kim)
        assert user is not None
        assert user.name == "New Person", "nothing of a refused change is kept"


@pytest.mark.seed("S4.15")
class TestClosing:
    def test_the_page_lists_what_is_lost_and_what_returns_to_paper(self):
        kim, luce = with_both(ebill="on")
        page = closing(kim)
        text = kim.open("/me/close/?lang=en").text

        assert page.url.endswith("/me/close/")
        assert "can no longer sign in" in text
        assert f"no longer sees the accounts {kim.account.number}, {luce.number}" in text
        paper = text.split("get their bills on paper: ")[1]
        assert paper.startswith(f"{kim.account.number}.")
        assert "Contracts, bills, payments and what you owe stay as they are" in text

    def test_control_without_bills_by_e_mail_nothing_returns_to_paper(self):
        kim = registered()
        closing(kim)
        text = kim.open("/me/close/?lang=en").text
        assert kim.account.number in text
        assert "on paper" not in text

    def test_the_login_goes_the_books_stay_and_registering_again_begins_anew(self):
        kim, luce = with_both(ebill="on")
        first, books = login_of(kim), [books_of(row) for row in (kim.account, luce)]
        assert first is not None
        bill = books[0][1][-1]["id"]
        assert kim.open(f"/bills/{bill}/").status == 200

        done = kim.submit(closing(kim), sure="on")

        assert done.url.endswith("/me/closed/")
        assert "/account/login/" in kim.open("/me/").url
        assert login_of(kim) is None
        assert [books_of(row) for row in (kim.account, luce)] == books
        with inside(SLUG):
            assert not AccountLink.objects.filter(user_id=first.pk, ended_at=None).exists()

        # The same address, by the same way in: nothing of the first login comes back.
        again = registered(Newcomer(SLUG, kim.account, email=kim.email))
        second = login_of(again)
        assert second is not None
        assert second.pk != first.pk
        with inside(SLUG):
            links = AccountLink.objects.filter(user_id=second.pk, ended_at=None)
            assert list(links.values_list("account_id", flat=True)) == [kim.account.pk]
            agreed = Consent.objects.filter(user_id=second.pk, withdrawn_at=None)
            assert not agreed.filter(purpose="ebill").exists()
            assert {one.purpose for one in agreed} == {"terms", "privacy"}
            chosen = DeliveryPreference.objects.filter(contract__account=kim.account, end_date=None)
            assert [(row.mode, row.email) for row in chosen] == [("PAPER", "")]
        assert luce.number not in again.open("/accounts/").text
        assert again.open(f"/bills/{bill}/").status == 200
        assert [books_of(row) for row in (kim.account, luce)] == books

    def test_the_next_bill_run_prints_and_mails_nothing_to_the_login_that_left(self):
        kim, ann = registered(ebill="on"), registered(ebill="on")
        kim.submit(closing(kim), sure="on")

        bills = next_bills("gas")

        assert json.loads(bills[kim.account.pk].facts)["delivery"] == "PAPER"
        stayed = json.loads(bills[ann.account.pk].facts)["delivery"]
        assert stayed == "ELECTRONIC", "control"
        with inside(SLUG):
            told = Message.objects.filter(kind="bill-issued")
            assert not told.filter(recipient=kim.email).exists()
            assert told.filter(recipient=ann.email).exists()

    def test_without_the_tick_nothing_happens(self):
        kim, _luce = with_both(ebill="on")
        page, before = closing(kim), everything()

        assert kim.submit(page).status == 422
        assert kim.submit(page, erase="on").status == 422
        assert everything() == before
        assert kim.sees_the_account()

    def test_without_proof_of_the_moment_nothing_happens(self):
        kim = registered(ebill="on")
        before = everything()
        form = (page := kim.open("/me/details/")).form()
        form.action = "/me/close/"

        assert "/account/reauthenticate/" in kim.browser.submit(page, form, sure="on").url
        assert kim.submit(kim.open("/me/close/"), password="a guess").status == 422
        assert everything() == before
        assert kim.sees_the_account()

    def test_twice_it_is_deleted_once_and_a_visitor_deletes_nothing(self):
        kim = registered()
        page = closing(kim)
        kim.submit(page, sure="on")
        before = everything()

        kim.submit(page, sure="on")
        assert everything() == before
        visitor = Newcomer(SLUG, kim.account)
        assert "/account/login/" in visitor.open("/me/close/").url
        abroad = Newcomer("balta", kim.account)
        abroad.browser.cookies = {"balta.localhost": dict(registered().browser.cookies[HOST])}
        before = everything()
        assert "/account/login/" in abroad.open("/me/close/").url
        assert everything() == before


HOST = "fiamma.localhost"


def next_bills(company: str) -> dict[int, Bill]:
    """
    Bill a company's next period on the second day after it, and return the bills by account.
    """
    tenant = queries.tenant(SLUG)
    period = facts.next_period(tenant=tenant, company=company)
    now = facts.morning(tenant=tenant, day=period.end + timedelta(days=1))
    # The choice at sign-up holds from the fourth day on: the holder may object until then.
    now = max(now, NOW + timedelta(days=6))
    move_clock(SLUG, now)
    with inside(SLUG):
        sample_customers.read_everybody(period=period, now=now)
        run = bill_run.start(
            tenant=tenant, company=Company.objects.get(code=company), period=period,
            started_by="tests", now=now,
        )  # fmt: skip
        run = bill_run.rehearse(tenant=tenant, run=run)
        run = bill_run.approve(tenant=tenant, run=run, approved_by="calendar", now=now)
        run = bill_run.issue(tenant=tenant, run=run, now=now)
        return {bill.account_id: bill for bill in run.bills.order_by("pk")}
