"""tavho: what customers see while somebody guesses."""

from datetime import timedelta

import pytest
from tests.journeys.conftest import NOW as MORNING
from tests.journeys.conftest import move_clock
from tests.journeys.joining_world import (
    Newcomer,
    code_of,
    messages,
    newcomer,
)  # fmt: skip

from mains.customers.models import Customer
from mains.enrolment.models import ContactCode
from mains.guard.context import inside

SLUG, TENANTS = "tavho", {"tavho"}
# Well inside an hour: budgets are counted by the hour.
NOW = MORNING + timedelta(minutes=10)
pytestmark = pytest.mark.usefixtures("fresh_tries")


class TestUnderAttack:
    """
    What customers see while somebody guesses.
    """

    def spray(self, count: int = 101) -> None:
        with inside(SLUG):
            from mains.enrolment import budgets
            from mains.enrolment.rules.budgets import Limits

            limits = Limits(20, 3, 100, 300)
            for number in range(count):
                named = budgets.subjects(named=f"U{number:05d}", address=f"192.0.2.{number % 250}")
                budgets.count(subjects=named, limits=limits, now=NOW)

    def test_right_and_wrong_facts_look_the_same_and_the_code_lets_the_holder_in(self):
        self.spray()
        kim = newcomer(SLUG)
        wrong = kim.state_facts(bill_amount="1 Ft")
        assert not messages(SLUG, "contact-code")
        right = kim.state_facts()

        assert right.url == wrong.url
        assert right.url.endswith("/join/code/")
        assert _without_reference(right.text) == _without_reference(wrong.text)
        assert messages(SLUG, "contact-code")[-1].recipient == kim.account.customer.email
        refused = kim.submit(right, code="00000000")
        assert refused.status == 422
        assert kim.submit(refused, code=code_of(SLUG)).url.endswith("/join/you/")

    def test_a_code_works_once_in_five_tries_and_for_half_an_hour(self):
        self.spray()
        kim = newcomer(SLUG)
        page = kim.state_facts()
        code = code_of(SLUG)
        for _ in range(5):
            page = kim.submit(page, code="11111111")
        assert kim.submit(page, code=code).status == 422

        page = kim.state_facts()
        code = code_of(SLUG)
        move_clock(SLUG, NOW + timedelta(minutes=31))
        assert kim.submit(page, code=code).status == 422
        move_clock(SLUG, NOW)

        page = kim.state_facts()
        code = code_of(SLUG)
        assert kim.submit(page, code=code).url.endswith("/join/you/")
        assert kim.open("/join/code/").status == 200
        assert kim.submit(page, code=code).status == 422, "it was used"

    def test_an_account_gets_three_codes_a_day(self):
        self.spray()
        kim = newcomer(SLUG)
        with inside(SLUG):
            ContactCode.objects.filter(account=kim.account).delete()
        for _ in range(5):
            assert kim.state_facts().url.endswith("/join/code/")
        with inside(SLUG):
            assert ContactCode.objects.filter(account=kim.account).count() == 3

    def test_without_an_e_mail_on_file_the_code_goes_by_letter(self):
        kim = newcomer(SLUG)
        with inside(SLUG):
            ContactCode.objects.filter(account=kim.account).delete()
            stored = kim.account.customer.email
            Customer.objects.filter(pk=kim.account.customer_id).update(email="")
        try:
            self.spray()
            assert kim.state_facts().url.endswith("/join/code/")
            letter = messages(SLUG, "contact-letter")[-1]
            assert kim.account.customer.name in letter.recipient
            days_later = Newcomer(SLUG, kim.account)
            move_clock(SLUG, NOW + timedelta(days=6))
            page = days_later.open("/join/letter/")
            done = days_later.submit(page, code=letter.values["code"])
            assert done.url.endswith("/join/you/")
        finally:
            with inside(SLUG):
                Customer.objects.filter(pk=kim.account.customer_id).update(email=stored)

    def test_the_provider_is_told_once_a_day(self):
        # A hundred failures are borne; the one that takes the tenant over its budget alarms.
        self.spray(100)
        kim = newcomer(SLUG)
        kim.state_facts(bill_amount="1 Ft")
        kim.state_facts(bill_amount="2 Ft")

        assert len(messages(SLUG, "spray-alarm")) == 1

    def test_an_address_over_its_budget_is_refused_and_others_are_not(self):
        kim = newcomer(SLUG)
        for _ in range(20):
            kim.state_facts(customer_code="U00001")
        over = kim.state_facts()

        assert over.status == 429
        assert "/join/details/" in over.url

    def test_control_without_an_attack_no_code_is_asked(self):
        assert newcomer(SLUG).state_facts().url.endswith("/join/you/")


def _without_reference(text: str) -> str:
    import re

    return re.sub(r"\b[0-9a-f]{16}\b", "", text)
