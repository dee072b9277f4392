"""teplo: a mailed link takes a reading on one page, ends with its days or the contract."""

from datetime import timedelta

import pytest
from tests.journeys import guest_world as world
from tests.journeys.conftest import NOW, move_clock
from tests.journeys.guest_world import SLUG, Guest, secrets_of, shown
from tests.journeys.joining_world import deeds, messages, published

from mains.customers.models import Contract, Customer
from mains.demo import facts
from mains.guard.context import inside
from mains.journeys import guest_readings
from mains.metering.models import ReadingQuality, ReadingSource
from mains.tenancy import queries

TENANTS = {"teplo", "balta"}
pytestmark = [pytest.mark.usefixtures("fresh_tries", "anew"), pytest.mark.seed("S3.08")]


@pytest.fixture
def anew(fresh_tries):
    world.begin_anew()


def link_for(kim: Guest) -> str:
    tenant = queries.tenant(SLUG)
    with inside(SLUG):
        return guest_readings.link_of(
            tenant=tenant, account_id=kim.account.pk, actor="tests", now=tenant.now()
        )[0]


class TestTheMail:
    def test_is_sent_by_staff_in_the_customers_language_once_a_day(self):
        kim, desk = world.guest(), world.desk_of("SERVICE")
        place = f"customers/{kim.account.pk}/"
        assert b'action="reading-link/"' in desk.get(place).content
        for _ in range(2):
            assert desk.post(f"{place}reading-link/").status_code == 302
        (message,) = messages(SLUG, "reading-link")
        assert message.recipient == kim.account.customer.email
        assert message.language == kim.account.customer.language
        assert deeds(SLUG, "reading_link.sent")[-1].subject == f"account:{kim.account.pk}"

        page = kim.browser.get(facts.link_in_mail(
            slug=SLUG, recipient=message.recipient, kind="reading-link"
        ))  # fmt: skip
        assert kim.send(page).url.endswith("/readings/guest/sent/")
        assert len(kim.readings()) == 1

    def test_staff_do_not_see_the_link_itself(self):
        kim, desk = world.guest(), world.desk_of()
        desk.post(f"customers/{kim.account.pk}/reading-link/")
        (message,) = messages(SLUG, "reading-link")
        assert "/read/" not in desk.get(f"messages/{message.pk}/").content.decode()

    def test_without_an_e_mail_on_file_nothing_is_sent_and_it_is_said(self):
        kim, desk = world.guest(position=2), world.desk_of()
        with inside(SLUG):
            Customer.objects.filter(pk=kim.account.customer_id).update(email="")
        try:
            desk.post(f"customers/{kim.account.pk}/reading-link/")
            said = desk.get(f"customers/{kim.account.pk}/", lang="en").content.decode()
        finally:
            with inside(SLUG):
                kim.account.customer.save()
        assert "no e-mail address on file" in said
        assert messages(SLUG, "reading-link") == []

    def test_an_account_without_such_a_meter_offers_none(self):
        kim, desk = world.guest("energo"), world.desk_of()
        place = f"customers/{kim.account.pk}/"
        assert b"reading-link/" not in desk.get(place).content
        desk.post(f"{place}reading-link/")
        assert messages(SLUG, "reading-link") == []

    @pytest.mark.parametrize("language", ["en", "es", "hu", "it", "lv", "uk"])
    def test_is_written_in_each_language(self, language):
        from mains.notifications import rendering

        kim, desk = world.guest(), world.desk_of()
        desk.post(f"customers/{kim.account.pk}/reading-link/")
        (message,) = messages(SLUG, "reading-link")
        with inside(SLUG):
            message.language = language
            found = rendering.render(message, sender=rendering.sender())
        assert found.link in found.text
        assert kim.account.number[-3:] in found.text
        assert (found.subject == "Send us the reading of your meter") is (language == "en")


class TestThePage:
    def test_is_one_page_with_one_field_for_each_meter_and_a_receipt(self):
        kim = world.guest()
        page = kim.browser.get(link_for(kim))
        fields = [name for name in page.form().fields if name.startswith(("fact-", "reading-"))]
        assert sorted(fields) == sorted(f"reading-{one.register_id}" for one in kim.registers)
        secrets = secrets_of(kim)
        assert shown(page, secrets) == []
        last = kim.send(page)
        assert shown(last, secrets) == []
        (reading,) = kim.readings()
        assert f"R{reading.pk}" in last.text
        assert (reading.source, reading.user_id) == (ReadingSource.GUEST, None)

    def test_signs_nobody_in(self):
        kim = world.guest()
        kim.send(kim.browser.get(link_for(kim)))
        for path in ("/bills/", "/readings/", "/me/"):
            assert "/account/login/" in kim.open(path).url
        assert "over=1" in kim.open("/readings/guest/enter/").url

    def test_opening_it_changes_nothing_and_the_same_form_twice_is_one_reading(self):
        kim = world.guest()
        page = kim.browser.get(link_for(kim))
        assert kim.readings() == []
        for _ in range(2):
            assert kim.send(page).url.endswith("/sent/")
        assert len(kim.readings()) == 1
        assert len(kim.told()) == 1

    def test_never_takes_the_place_of_the_holders_reading(self):
        kim, holder = world.with_holder()
        world.sends_as_holder(holder)
        page = kim.browser.get(link_for(kim))
        answered = kim.send(page, f"{kim.register.last_value:f}")
        kim.submit(answered, **{f"confirm-{kim.register.register_id}": "on"})
        (sent,) = [one for one in kim.readings() if one.source == ReadingSource.GUEST]
        assert sent.quality == ReadingQuality.NEEDS_REVIEW

    @pytest.mark.seed("S3.07")
    def test_is_locked_with_the_window(self):
        kim = world.guest()
        page, value = kim.browser.get(link := link_for(kim)), kim.likely()
        move_clock(SLUG, TestTheEnd.LOCKED)
        assert kim.send(page, value).status == 422
        shut = kim.browser.get(link)
        assert not [name for name in shut.form().fields if name.startswith("reading-")]
        assert kim.readings() == []


class TestTheEnd:
    LOCKED = NOW.replace(month=12, day=3)

    def over(self, kim: Guest, link: str) -> None:
        page = kim.browser.get(link)
        assert page.status == 410
        assert "/readings/guest/" in page.reader().links
        assert kim.readings() == []

    def test_comes_after_its_days_for_a_form_that_is_open_as_well(self):
        kim = world.guest()
        link = link_for(kim)
        page, value = kim.browser.get(link), kim.likely()
        move_clock(SLUG, NOW + guest_readings.LINK_DAYS - timedelta(days=1))
        assert kim.browser.get(link).status == 200
        move_clock(SLUG, NOW + guest_readings.LINK_DAYS)
        assert kim.send(page, value).status == 410
        self.over(kim, link)

    def test_comes_with_the_contract(self):
        kim = world.guest()
        link, tenant = link_for(kim), queries.tenant(SLUG)
        with inside(SLUG):
            mine = Contract.objects.filter(account=kim.account, end_date=None)
            ids = list(mine.values_list("pk", flat=True))
            mine.update(end_date=tenant.date_of(tenant.now()))
        try:
            self.over(kim, link)
        finally:
            with inside(SLUG):
                Contract.objects.filter(pk__in=ids).update(end_date=None)
        assert kim.browser.get(link).status == 200, "control: with the contract it works"

    def test_a_new_home_is_not_read_with_the_link_of_the_old_one(self):
        kim, other = world.guest(), world.guest(position=1)
        link = link_for(kim)
        with inside(SLUG):
            mine = list(Contract.objects.filter(account=kim.account))
            theirs = list(Contract.objects.filter(account=other.account))
            Contract.objects.filter(pk__in=[one.pk for one in mine]).update(account=other.account)
            Contract.objects.filter(pk__in=[one.pk for one in theirs]).update(account=kim.account)
        try:
            assert kim.registers
            assert kim.browser.get(link).status == 410
        finally:
            with inside(SLUG):
                for row in (*mine, *theirs):
                    row.save()

    @pytest.mark.parametrize("change", ["tampered", "another purpose", "nonsense"])
    def test_is_where_nobody_signed_it_for_this(self, change):
        from mains.guard import keys

        kim = world.guest()
        link = link_for(kim)
        token = link.rstrip("/").rsplit("/", 1)[1]
        with inside(SLUG):
            value = [kim.account.pk, [1], "2027-01-01"]
            wrong = {
                "tampered": token[:-1] + ("A" if token[-1] != "A" else "B"),
                "another purpose": keys.sign(value, purpose="guest-reading"),
                "nonsense": "x" * 40,
            }[change]
        self.over(kim, link.replace(token, wrong))

    def test_is_at_another_provider(self):
        kim = world.guest()
        page = kim.browser.get(link_for(kim).replace("teplo.", "balta."))
        assert page.status == 410

    @pytest.mark.seed("S0.10")
    def test_comes_with_the_switch(self):
        kim = world.guest()
        link = link_for(kim)
        with published(SLUG, services=world.switched(hot_water=False, heating=False)):
            page = kim.browser.get(link)
            assert page.status == 410
            assert "/readings/guest/" not in page.reader().links
        assert kim.browser.get(link).status == 200
