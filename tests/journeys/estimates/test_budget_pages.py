"""What a customer, and a program of theirs, is shown of a fixed amount and of its settlement."""

import html
import re
from collections.abc import Iterator

import pytest
from tests.journeys import sharing_world
from tests.journeys.conftest import move_clock
from tests.journeys.estimates import budget_world as budgets
from tests.journeys.estimates import world
from tests.journeys.estimates.budget_world import APRIL, bill_of, settle, stop
from tests.journeys.estimates.world import SLUG, at, bill, last_day

from mains.billing.models import Bill
from mains.guard import context

pytestmark = pytest.mark.usefixtures("unblocked")


@pytest.fixture
def home(unblocked) -> Iterator:
    with budgets.at_home() as opened:
        bill(2027, 2)
        bill(2027, 3)
        move_clock(SLUG, at(2027, 4, 10))
        yield opened


def anna(home, **terms):
    context.choose(None)
    return sharing_world.person("anna@home.example", home.account, slug=SLUG, **terms)


def text_of(page) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html.unescape(page.content.decode())).split())


def contracts(person, home) -> str:
    return text_of(person.get(f"/accounts/{home.account.pk}/contracts/"))


class TestTheContract:
    def test_says_what_is_paid_what_was_billed_and_when_it_is_settled(self, home):
        said = contracts(anna(home), home)
        assert "Fixed monthly amount €40.00 + €8.40 VAT" in said
        assert "Billed so far, without VAT €80.00" in said
        assert "What you really use is settled from April 1, 2028 on" in said

    def test_until_when_it_is_paid_and_that_it_is_settled_next(self, home):
        stop(home, APRIL)
        said = contracts(anna(home), home)
        assert "€40.00 + €8.40 VAT, until March 31, 2027" in said
        assert "What you really use is settled with the next bill" in said

    def test_once_settled_nothing_is_on_account_and_what_ended_is_gone(self, home):
        settle()
        assert "Billed so far, without VAT €0.00" in contracts(anna(home), home)
        with context.inside(SLUG):
            stop(home, APRIL)
        assert "Fixed monthly amount" not in contracts(
            sharing_world.signed_in("anna@home.example", slug=SLUG), home
        )

    @pytest.mark.usefixtures("unblocked")
    def test_control_who_pays_what_is_used_reads_nothing_of_it(self):
        with world.opened(world.file_of(budget_billing=budgets.OFFERED)) as home:
            move_clock(SLUG, at(2027, 1, 10))
            assert "Fixed monthly amount" not in contracts(anna(home), home)


class TestTheNextBill:
    def test_is_the_fixed_amount_and_asks_for_no_reading(self, home):
        said = text_of(anna(home).get("/bills/next/"))
        assert "Apr 1, 2027 – Apr 30, 2027: €48.40 " in said
        assert "A fixed monthly amount is charged. What you really use is settled later." in said
        assert "estimate" not in said

    def test_waits_for_the_settlement_where_the_amount_ended(self, home):
        stop(home, APRIL)
        said = text_of(anna(home).get("/bills/next/"))
        assert "First we settle what you really used under the fixed monthly amount." in said


class TestTheBills:
    def test_the_fixed_one_and_why_it_differs(self, home):
        place = f"/bills/{bill_of(2).pk}/"
        said = text_of(anna(home).get(place))
        assert "Fixed amount" in said
        # January was 5.00 and 300 kWh at 0.10: 35.00 net.
        assert "A fixed amount of €40.00 a month" in said
        assert "What you used is not on this bill; it is settled later" in said

    def test_the_settlement_shows_what_was_used_and_what_is_taken_off(self, home):
        home.read(last_day(2027, 3), 4_260)
        facts = settle()
        settlement = Bill.objects.get(number=facts["number"])
        page = anna(home).get(f"/bills/{settlement.pk}/")
        said = text_of(page)
        assert f"Settlement {settlement.number}" in said
        assert "Less fixed amounts" in said
        assert "−€80.00" in said
        assert "€27.30" in said

    def test_the_bill_after_it_is_compared_with_the_fixed_one_before(self, home):
        settle()
        bill(2027, 4)
        place = f"/bills/{bill_of(4).pk}/"
        said = text_of(anna(home).get(place))
        assert "What you used" not in said


class TestAProgram:
    def test_finds_the_fixed_amount_with_the_account(self, home):
        (account,) = anna(home).call("GET", "/accounts").json()["data"]
        (found,) = account["budgets"]
        assert found["contract"] == f"con_{home.contract.pk}"
        assert found["monthly"] == {"amount": "40.00", "currency": "EUR"}
        assert found["tax"]["amount"] == "8.40"
        assert found["on_account"]["amount"] == "80.00"
        assert (found["since"], found["until"], found["settles_on"]) == (
            "2027-02-01", None, "2028-04-01",
        )  # fmt: skip

    def test_of_whoever_may_not_see_bills_finds_none(self, home):
        (account,) = anna(home, may_pay=False).call("GET", "/accounts").json()["data"]
        assert account["budgets"] == []
