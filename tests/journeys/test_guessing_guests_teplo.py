"""teplo: whoever guesses at an account to read its meters learns nothing, and gets no further."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.journeys import guest_world as world
from tests.journeys.conftest import NOW, move_clock
from tests.journeys.guest_world import SLUG, START, guest
from tests.journeys.joining_world import code_of, counted, messages

from mains.core.checksums import Checksum, completed
from mains.metering import guests
from mains.tenancy import queries

TENANTS = {"teplo"}
pytestmark = [pytest.mark.usefixtures("fresh_tries", "anew"), pytest.mark.seed("S3.08")]
ELSEWHERE = {"account_number": completed("19999999999999", Checksum.LUHN)}


@pytest.fixture
def anew(fresh_tries):
    world.begin_anew()


class TestGuessing:
    WRONG = {
        "unknown account": ELSEWHERE,
        "wrong address": {"address": "вул. Інша 99"},
        "all wrong": {**ELSEWHERE, "address": "вул. Інша 99"},
    }

    def stated(self, kim, changes) -> tuple[str, list[str]]:
        page = kim.open(START)
        with CaptureQueriesContext(connection) as captured:
            answer = kim.submit(page, **kim.facts_on(page, **changes))
        statements = [one["sql"] for one in captured if "tenancy_" not in one["sql"]]
        text = re.sub(r"[0-9a-f]{16}|\b\d+\b", "#", answer.text)
        return text, [re.sub(r"'[^']*'|\d+", "?", sql) for sql in statements]

    def test_every_wrong_detail_gets_the_same_page_for_the_same_work(self):
        kim, before = guest(), counted(SLUG)
        answers = {name: self.stated(kim, changes) for name, changes in self.WRONG.items()}

        assert len({text for text, _statements in answers.values()}) == 1
        assert len({len(statements) for _text, statements in answers.values()}) == 1
        assert counted(SLUG) == before
        assert "/enter/" not in kim.open("/readings/guest/enter/").url

    def test_control_right_details_get_another_page(self):
        kim = guest()
        assert self.stated(kim, {})[0] != self.stated(kim, self.WRONG["wrong address"])[0]

    def test_control_without_the_stand_in_the_work_would_differ(self, monkeypatch):
        from types import SimpleNamespace

        from mains.customers.models import Account
        from mains.enrolment.queries import proof

        nobody = SimpleNamespace(select_related=lambda *_names: Account.objects.none())
        monkeypatch.setattr(proof, "Account", SimpleNamespace(objects=nobody))
        kim = guest()
        unknown = self.stated(kim, self.WRONG["unknown account"])[1]
        wrong = self.stated(kim, self.WRONG["wrong address"])[1]
        assert len(unknown) < len(wrong)

    def test_after_three_wrong_tries_a_code_goes_to_the_contact_on_file(self):
        kim = guest()
        for _ in range(3):
            assert kim.identify(address="вул. Інша 99").status == 422
        page = kim.identify()
        assert page.url.endswith("/readings/guest/code/")
        assert messages(SLUG, "contact-code")[-1].recipient == kim.account.customer.email
        assert kim.submit(page, code="00000000").status == 422
        assert "/enter/" not in kim.open("/readings/guest/enter/").url
        assert kim.submit(page, code=code_of(SLUG)).url.endswith("/enter/")

    def test_an_address_over_its_limit_is_refused_whatever_it_types(self):
        kim = guest()
        for number in range(20):
            other = completed(f"1999999999{number:04d}", Checksum.LUHN)
            assert kim.identify(account_number=other).status == 422
        assert kim.identify().status == 429
        assert "/enter/" not in kim.open("/readings/guest/enter/").url

    def test_a_code_of_another_purpose_opens_no_meter(self):
        from mains.enrolment.actions.codes import send_code
        from mains.guard.context import inside
        from mains.tenancy.tenantfile.identity import Purpose

        kim = guest()
        for _ in range(3):
            kim.identify(address="вул. Інша 99")
        page = kim.identify()
        with inside(SLUG):
            registration = queries.tenant(SLUG).file.registration
            send_code(
                account=kim.account, purpose=Purpose.LINK, evidence=["address"],
                registration=registration, now=NOW,
            )  # fmt: skip
        assert kim.submit(page, code=code_of(SLUG)).status == 422


class TestManyReadings:
    def ten(self, kim) -> None:
        for _ in range(10):
            assert kim.sends().url.endswith("/sent/")
        assert len(kim.readings()) == 10

    def test_of_one_meter_are_taken_ten_times_a_day(self):
        kim = guest()
        self.ten(kim)
        page = kim.send(kim.identify(), kim.likely())
        assert page.status == 422
        assert len(kim.readings()) == 10
        move_clock(SLUG, NOW + timedelta(hours=25))
        kim.sends()
        assert len(kim.readings()) == 11

    def test_control_without_the_limit_the_eleventh_is_stored(self, monkeypatch):
        monkeypatch.setattr(guests, "MOST_A_DAY", 100)
        kim = guest()
        self.ten(kim)
        kim.sends()
        assert len(kim.readings()) == 11
