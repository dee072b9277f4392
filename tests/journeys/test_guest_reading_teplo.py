"""teplo: with the account number and the address anybody sends a reading, and learns nothing."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.journeys import guest_world as world
from tests.journeys.conftest import NOW, move_clock
from tests.journeys.guest_world import SLUG, START, guest, secrets_of, shown

from mains.core.wording import date_text
from mains.metering.models import ReadingQuality, ReadingSource
from mains.portal.readings import guest as pages
from mains.tenancy import queries

TENANTS = {"teplo"}
pytestmark = [pytest.mark.usefixtures("fresh_tries", "anew"), pytest.mark.seed("S3.08")]


@pytest.fixture
def anew(fresh_tries):
    world.begin_anew()


def asked(page) -> list[str]:
    return [name for name in page.form().fields if name.startswith(("fact-", "reading-"))]


class TestTheWay:
    def test_leads_from_the_front_door_in_two_screens_to_a_receipt(self):
        kim = guest()
        assert START in kim.open("/").reader().links
        assert START in kim.open("/account/login/").reader().links

        first = kim.open(START)
        assert asked(first) == ["fact-account_number", "fact-address"]
        second = kim.identify()
        assert second.url.endswith("/readings/guest/enter/")
        assert len(asked(second)) == len(kim.registers) == 2
        last = kim.send(second)

        assert last.url.endswith("/readings/guest/sent/")
        (reading,) = kim.readings()
        assert f"R{reading.pk}" in last.text
        assert (reading.source, reading.user_id) == (ReadingSource.GUEST, None)
        assert reading.quality == ReadingQuality.ACCEPTED

    def test_shows_no_name_no_address_no_balance_and_no_history(self):
        kim = guest()
        page, secrets = kim.identify(), secrets_of(kim)
        assert kim.register.meter in page.text
        assert shown(page, secrets) == []
        assert shown(kim.send(page), secrets) == []

    def test_control_the_holders_own_page_does_show_the_last_reading(self):
        from tests.journeys.test_joining_teplo import with_login

        kim = with_login(guest())
        assert kim.state_facts("/accounts/link/").url.endswith("/accounts/")
        found = shown(kim.open("/readings/"), secrets_of(kim))
        assert any(name.startswith("last") for name in found)
        assert "address" in found

    def test_opens_nothing_but_these_meters(self):
        kim = guest()
        kim.identify()
        for path in ("/bills/", "/readings/", "/accounts/", "/me/"):
            assert "/account/login/" in kim.open(path).url, path

    @pytest.mark.parametrize("change", ["lower", "abbreviated", "with the city"])
    def test_takes_the_address_however_it_is_abbreviated(self, change):
        kim = guest()
        street = kim.paper["address"]
        typed = {
            "lower": street.lower(),
            "abbreviated": street.replace("вулиця", "вул.").replace("вул.", "вул"),
            "with the city": f"{street}, Київ",
        }[change]
        assert kim.identify(address=typed).url.endswith("/enter/")

    def test_an_account_of_other_services_leads_to_the_sign_in_page(self):
        kim = guest("energo")
        page = kim.identify()
        assert page.url.endswith("/enter/")
        assert not [form for form in page.reader().forms if "key" in form.fields]
        assert "/readings/" in page.reader().links
        assert kim.readings() == []


class TestTheSession:
    def test_ends_after_twenty_minutes_and_says_so(self):
        kim = guest()
        page = kim.identify()
        move_clock(SLUG, NOW + timedelta(minutes=21))
        late = kim.send(page)
        assert late.url.endswith("/readings/guest/?over=1")
        assert "20" in late.text
        assert kim.readings() == []

    def test_control_within_them_it_holds(self):
        kim = guest()
        page = kim.identify()
        move_clock(SLUG, NOW + timedelta(minutes=18))
        assert kim.send(page).url.endswith("/sent/")
        assert len(kim.readings()) == 1

    def test_control_without_the_limit_the_late_form_is_stored(self, monkeypatch):
        monkeypatch.setattr(pages, "HOLDS", timedelta(days=1))
        kim = guest()
        page = kim.identify()
        move_clock(SLUG, NOW + timedelta(minutes=21))
        assert kim.send(page).url.endswith("/sent/")
        assert len(kim.readings()) == 1

    def test_ends_with_what_was_sent_and_the_same_form_again_shows_the_receipt(self):
        kim = guest()
        page = kim.identify()
        kim.send(page)
        assert kim.send(page).url.endswith("/readings/guest/sent/")
        assert len(kim.readings()) == 1
        assert "over=1" in kim.open("/readings/guest/enter/").url

    def test_the_receipt_ends_as_well(self):
        kim = guest()
        assert kim.sends().url.endswith("/sent/")
        move_clock(SLUG, NOW + timedelta(minutes=21))
        assert kim.open("/readings/guest/sent/").url.rstrip("/") == queries.tenant(SLUG).url

    def test_a_form_without_a_proof_stores_nothing(self):
        kim, other = guest(), guest(position=1)
        name = f"reading-{other.register.register_id}"
        answer = kim.post("/readings/guest/enter/", **{name: other.likely(), "key": "k" * 20})
        assert "over=1" in answer.url
        assert other.readings() == []

    def test_a_meter_of_another_account_in_the_form_is_left_out(self):
        kim, other = guest(), guest(position=1)
        page = kim.identify()
        form = page.form()
        form.fields[f"reading-{other.register.register_id}"] = [other.likely()]
        mine = {f"reading-{kim.register.register_id}": kim.likely()}
        assert kim.browser.submit(page, form, **mine).url.endswith("/sent/")
        assert len(kim.readings()) == 1
        assert other.readings() == []

    def test_is_kept_by_no_cache(self):
        kim = guest()
        kim.identify()
        from django.test import Client

        host = f"{SLUG}.localhost"
        client = Client(headers={"host": host})
        client.cookies.load(kim.browser.cookies[host])
        answer = client.get("/readings/guest/enter/")
        assert answer.status_code == 200
        assert "no-store" in answer.headers["Cache-Control"]


class TestTheWindow:
    LOCKED = datetime(2026, 12, 3, 9, tzinfo=UTC)

    @pytest.mark.seed("S3.07")
    def test_while_it_is_locked_no_details_are_asked_and_the_day_it_opens_is_said(self):
        kim = guest()
        move_clock(SLUG, self.LOCKED)
        page = kim.open(f"{START}?lang=en")
        with pytest.raises(LookupError):
            page.form(START)
        assert not [name for form in page.reader().forms for name in form.fields if "fact-" in name]
        assert f"again from {date_text(date(2026, 12, 8), language='en')}" in page.text

    @pytest.mark.seed("S3.07")
    def test_a_form_of_the_last_open_minute_stores_nothing_in_the_lock(self):
        kim = guest()
        move_clock(SLUG, datetime(2026, 12, 1, 21, 55, tzinfo=UTC))
        page = kim.identify()
        move_clock(SLUG, datetime(2026, 12, 1, 22, 5, tzinfo=UTC))
        late = kim.send(page, "500")
        assert late.status == 422
        assert kim.readings() == []

    def test_control_before_the_lock_the_same_form_is_stored(self):
        kim = guest()
        move_clock(SLUG, datetime(2026, 12, 1, 21, 45, tzinfo=UTC))
        assert kim.sends().url.endswith("/sent/")
        (reading,) = kim.readings()
        assert reading.period_start == world.NOVEMBER


class TestUnusualValues:
    def test_are_explained_without_the_last_reading_and_wait_for_staff(self):
        kim = guest()
        page = kim.identify()
        for value in ("1", kim.likely(times=30), f"{kim.register.last_value:f}"):
            answer = kim.send(page, value)
            assert answer.status == 422, value
            told = {k: v for k, v in secrets_of(kim).items() if str(v).replace(",", ".") != value}
            typed = answer.body.decode().replace(f'value="{value}"', "")
            assert [name for name, text in told.items() if str(text) in typed] == []
        assert kim.readings() == []
        sent = kim.submit(answer, **{f"confirm-{kim.register.register_id}": "on"})
        assert sent.url.endswith("/sent/")
        (reading,) = kim.readings()
        assert reading.quality == ReadingQuality.NEEDS_REVIEW

    def test_all_get_the_same_words(self):
        kim = guest()
        page = kim.identify()
        words = set()
        for value in ("1", kim.likely(times=30)):
            answer = kim.send(page, value)
            words.add(re.sub(r"[0-9a-f]{16}", "", answer.text))
        assert len(words) == 1

    def test_are_asked_back_ten_times_a_day_and_then_stored_for_review(self):
        kim = guest()
        page = kim.identify()
        for number in range(10):
            assert kim.send(page, str(number + 1)).status == 422
        assert kim.send(page, "12").url.endswith("/sent/")
        (reading,) = kim.readings()
        assert (reading.value, reading.quality) == (12, ReadingQuality.NEEDS_REVIEW)

    @pytest.mark.parametrize("typed", ["12a", "1234567890", "-5", ""])
    def test_what_is_no_reading_is_explained_and_not_stored(self, typed):
        kim = guest()
        page = kim.identify()
        assert kim.submit(page, **{f"reading-{kim.register.register_id}": typed}).status == 422
        assert kim.readings() == []


class TestTheHolder:
    def test_is_told_once_for_each_month_however_many_readings_come(self):
        kim = guest()
        for value in (kim.likely(), kim.likely(times=2)):
            kim.sends(value)
        assert len(kim.readings()) == 2
        (message,) = kim.told()
        assert message.recipient == kim.account.customer.email
        move_clock(SLUG, datetime(2026, 12, 28, 9, tzinfo=UTC))
        kim.sends()
        assert len(kim.told()) == 2

    def test_is_not_told_of_what_was_not_stored(self):
        kim = guest()
        kim.send(kim.identify(), "12a")
        assert kim.told() == []

    @pytest.mark.parametrize("language", ["en", "es", "hu", "it", "lv", "uk"])
    def test_reads_it_in_each_language(self, language):
        from mains.guard.context import inside
        from mains.notifications import rendering

        kim = guest()
        kim.sends()
        (message,) = kim.told()
        with inside(SLUG):
            message.language = language
            found = rendering.render(message, sender=rendering.sender())
        assert kim.account.number[-3:] in found.text
        assert kim.account.number not in found.text
        assert found.link.endswith("/readings/")
        english = found.subject == "A reading was sent for your meter without signing in"
        assert english is (language == "en")

    def test_without_an_e_mail_gets_no_letter_for_it(self):
        from mains.customers.models import Customer
        from mains.guard.context import inside

        kim = guest(position=2)
        with inside(SLUG):
            Customer.objects.filter(pk=kim.account.customer_id).update(email="")
        try:
            assert kim.sends().url.endswith("/sent/")
        finally:
            with inside(SLUG):
                kim.account.customer.save()
        assert kim.told() == []
