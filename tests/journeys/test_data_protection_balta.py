"""balta: what is kept ends by itself, nobody is erased too early, and the contract is on record."""

from datetime import date, timedelta

import pytest
from tests.browsers import ClientBrowser
from tests.journeys.conftest import NOW, move_clock
from tests.journeys.joining_world import (
    Newcomer,
    newcomer,
    post,
    published,
    stored,
)

from mains.customers.models import Contract, Customer
from mains.demo import logins
from mains.demo.pages import Page
from mains.demo.people import Staff
from mains.guard.context import inside
from mains.journeys import tasks
from mains.ledger.models import Balance
from mains.notifications.models import Message
from mains.payments.models import GatewayEvent
from mains.privacy.models import DataJob
from mains.tenancy import queries

SLUG, TENANTS = "balta", {"balta"}
pytestmark = [pytest.mark.usefixtures("fresh_tries"), pytest.mark.seed("S0.12")]


@pytest.fixture(scope="module")
def staff(demo_tenants) -> Staff:
    member = Staff(queries.tenant(SLUG), ClientBrowser())
    member.sign_in()
    return member


def joined() -> Newcomer:
    kim = newcomer(SLUG)
    kim.open("/join/?lang=en")
    kim.about_me(kim.state_facts())
    kim.confirm()
    assert kim.sees_the_account()
    return kim


def days_later(days: float) -> None:
    """
    Let days go by, with the work that is done every night.
    """
    move_clock(SLUG, NOW + timedelta(days=days))
    tasks.nightly()


class TestTheAgreementWithThePlatform:
    def record(self, staff: Staff) -> Page:
        return staff.browser.get(f"{staff.home}/settings/privacy/?lang=en")

    def test_is_in_the_record_with_version_day_and_where_to_read_it(self, staff):
        page = self.record(staff)
        assert "Data processing agreement with the platform" in page.text
        assert "2026-1" in page.text
        assert "https://mains.example/agreements/2026-1/" in page.reader().links

    def test_is_the_tenants_own(self, staff):
        own = {"version": "7c", "signed_date": "2026-10-02", "url": "https://a.example/dpa/7c"}
        with published(SLUG, privacy={"processing_agreement": own}):
            page = self.record(staff)
            assert "7c" in page.text
            assert own["url"] in page.reader().links
            assert "mains.example/agreements" not in page.body.decode()

    def test_without_one_the_record_and_the_list_of_what_to_do_say_so(self, staff):
        todo = "The law wants it signed before customers' data comes here (Art. 28 GDPR)."
        assert todo not in staff.browser.get(f"{staff.home}/?lang=en").text
        with published(SLUG, privacy={"processing_agreement": None}):
            assert "None is on record." in self.record(staff).text
            assert todo in staff.browser.get(f"{staff.home}/?lang=en").text


class TestMessages:
    def kept(self, message: Message) -> bool:
        with inside(SLUG):
            return Message.objects.filter(pk=message.pk).exists()

    def test_end_after_the_tenants_days_and_not_before(self, staff):
        with published(SLUG, privacy={"message_days": 40}):
            kim = newcomer(SLUG)
            kim.about_me(kim.state_facts())
            tasks.sweep()
            with inside(SLUG):
                message = Message.objects.get(recipient=kim.email)
                assert message.state == "SENT"
            place = f"{staff.home}/messages/{message.pk}/"
            assert kim.email in staff.browser.get(place).text
            days_later(39)
            assert kim.email in staff.browser.get(place).text
            days_later(41)
            assert staff.browser.get(place).status == 404
            assert not self.kept(message)

    def test_that_wait_to_be_sent_stay(self):
        with published(SLUG, privacy={"message_days": 40}):
            kim = newcomer(SLUG)
            kim.about_me(kim.state_facts())
            with inside(SLUG):
                message = Message.objects.get(recipient=kim.email)
            days_later(41)
            assert self.kept(message)


def test_notices_of_payments_lose_their_content_after_the_same_days():
    def bodies() -> list[str]:
        with inside(SLUG):
            events = GatewayEvent.objects.filter(gateway="test").order_by("event_id")
            return list(events.values_list("body", flat=True))

    with inside(SLUG):
        for at, days in (("1-old", 0), ("2-new", 30)):
            GatewayEvent.objects.create(
                gateway="test", event_id=at, body="Kim K.", received_at=NOW + timedelta(days=days)
            )
    with published(SLUG, privacy={"message_days": 40}):
        days_later(39)
        assert bodies() == ["Kim K.", "Kim K."]
        days_later(41)
        assert bodies() == ["", "Kim K."]


def test_sessions_end_by_their_own_date():
    kim = joined()
    days_later(1)
    assert kim.open("/me/").url.endswith("/me/")
    days_later(60)
    assert "/account/login/" in kim.open("/me/").url


class TestAnArchive:
    def made(self, kim: Newcomer) -> str:
        kim.post("/me/data/")
        tasks.sweep()
        with inside(SLUG):
            job = DataJob.objects.latest("pk")
        return f"/me/data/{job.pk}/"

    def proven(self, kim: Newcomer, place: str) -> Page:
        page = kim.open(place)
        if "/account/reauthenticate/" in page.url:
            page = kim.submit(page, password=logins.PASSWORD)
        return page

    def test_ends_after_the_tenants_days_and_its_file_goes(self):
        with published(SLUG, privacy={"export_days": 3}):
            kim = joined()
            place = self.made(kim)
            assert self.proven(kim, place).body[:2] == b"PK"
            move_clock(SLUG, NOW + timedelta(days=2, hours=23))
            assert self.proven(kim, place).body[:2] == b"PK"
            move_clock(SLUG, NOW + timedelta(days=3, minutes=10))
            before = stored(SLUG)
            assert self.proven(kim, place).status == 404
            assert stored(SLUG) == before
            days_later(3.1)
            with inside(SLUG):
                assert DataJob.objects.latest("pk").file_name == ""

    def test_is_nobody_elses(self):
        kim, other = joined(), joined()
        place, before = self.made(kim), stored(SLUG)
        assert self.proven(other, place).status == 404
        assert "/account/login/" in Newcomer(SLUG, kim.account).open(place).url
        assert stored(SLUG)["privacy_datajob"] == before["privacy_datajob"]


class TestErasing:
    def asked(self, staff: Staff, kim: Newcomer, number: str = "") -> Page:
        place = f"{staff.home}/customers/{kim.account.pk}/data/?lang=en"
        page = staff.browser.get(place)
        if "reauthenticate" in page.url:
            staff.browser.submit(page, page.form(), password=logins.PASSWORD)
        return post(staff.browser, place, do="erase", number=number or kim.account.number)

    def name(self, kim: Newcomer) -> str:
        with inside(SLUG):
            return Customer.objects.get(pk=kim.account.customer_id).name

    def settle(self, kim: Newcomer, *, ended: date | None, owed: int) -> None:
        with inside(SLUG):
            Contract.objects.filter(account=kim.account).update(end_date=ended)
            Balance.objects.filter(ledger_account__account=kim.account).update(minor=owed)

    def test_waits_for_the_end_of_the_contract_and_for_the_last_cent(self, staff):
        kim, name = joined(), ""
        name = self.name(kim)
        for ended, owed, why in (
            (None, 0, "A contract still runs"),
            (NOW.date(), 1, "An account is not settled"),
            (NOW.date(), -1, "An account is not settled"),
        ):
            self.settle(kim, ended=ended, owed=owed)
            before = stored(SLUG)
            refused = self.asked(staff, kim)
            assert refused.status == 422
            assert why in refused.text
            assert stored(SLUG) == before
        self.settle(kim, ended=NOW.date(), owed=0)
        before = stored(SLUG)
        assert self.asked(staff, kim, number="1").status == 422
        assert stored(SLUG) == before
        assert self.name(kim) == name
        assert "The customer is erased" in self.asked(staff, kim).text
        assert self.name(kim) == "–"
        assert "/account/login/" in kim.open("/me/").url

    def test_is_not_for_customers_or_visitors(self, staff):
        kim = joined()
        self.settle(kim, ended=NOW.date(), owed=0)
        place, before = f"{staff.home}/customers/{kim.account.pk}/data/", stored(SLUG)
        post(kim.browser, place, do="erase", number=kim.account.number)
        post(ClientBrowser(), place, do="erase", number=kim.account.number)
        assert stored(SLUG) == before
