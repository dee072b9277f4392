"""The page of a bill, the console's and the API say why it differs, in the same words."""

import html
import re
from decimal import Decimal

import pytest
from tests.journeys import console_world, sharing_world
from tests.journeys.conftest import move_clock
from tests.journeys.estimates import world
from tests.journeys.estimates.world import SLUG, bill, last_day

from mains.billing.models import Bill
from mains.guard import context
from mains.identity.models import User

CAUSES = [
    "The price of “Energy” rose from €0.10 to €0.20 per kWh on February 1, 2027",
    "You used 100 kWh less",
    "VAT is 12 % instead of 21 %",
    "VAT on all that",
]
AMOUNTS = ["+€20.00", "−€10.00", "−€3.60", "+€2.10"]


@pytest.fixture
def bills(home) -> dict[str, int]:
    """
    The ids of three bills: of February 2026, and of January and February 2027.
    """
    home.read(last_day(2027, 1), 3_760)
    home.read(last_day(2027, 2), 3_960)
    made = {"year before": bill(2026, 2), "before": bill(2027, 1), "bill": bill(2027, 2)}
    move_clock(SLUG, world.at(2027, 3, 10))
    return {name: Bill.objects.get(number=facts["number"]).pk for name, facts in made.items()}


def person(home, email="anna@home.example", **terms):
    context.choose(None)
    return sharing_world.person(email, *([home.account] if home else []), slug=SLUG, **terms)


def text_of(page) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html.unescape(page.content.decode())).split())


def rows_of(page) -> list[tuple[str, str]]:
    """
    Return the labels and amounts of the section, from top to bottom.
    """
    section = page.content.decode().split('id="why"')[1].split("</section>")[0]
    found = re.findall("<dt>(.*?)(?:<span.*?)?</dt><dd>(.*?)</dd>", section, re.DOTALL)
    plain = re.compile("<[^>]+>")
    return [(html.unescape(label).strip(), plain.sub("", amount)) for label, amount in found]


def worth(text: str) -> Decimal:
    return Decimal(text.replace("−", "-").replace("€", ""))


class TestTheCustomer:
    def test_sees_a_sum_that_leads_from_one_bill_to_the_other(self, home, bills):
        page = person(home).get(f"/bills/{bills['bill']}/")
        (first, *causes, last) = rows_of(page)

        assert causes == list(zip(CAUSES, AMOUNTS, strict=True))
        assert (first[1], last) == ("€42.35", ("This bill", "€50.85"))
        assert worth(first[1]) + sum(worth(amount) for _label, amount in causes) == worth(last[1])
        assert "It is €8.50 more than the bill before. Why?" in text_of(page)

    def test_compares_with_last_year_by_a_plain_link(self, home, bills):
        anna = person(home)
        page = anna.get(f"/bills/{bills['bill']}/")
        (link,) = re.findall('href="(\\?than=[^"#]+)#why"', page.content.decode())
        page = anna.get(f"/bills/{bills['bill']}/{link}")

        (first, *causes, last) = rows_of(page)
        assert ("You used 80 kWh less", "−€8.00") in causes
        assert worth(first[1]) + sum(worth(amount) for _label, amount in causes) == worth(last[1])
        assert "than the bill for the same period last year" in text_of(page)

    def test_gets_the_bill_before_for_a_comparison_that_is_none(self, home, bills):
        page = person(home).get(f"/bills/{bills['bill']}/", than="<b>everything")
        assert rows_of(page)[0][1] == "€42.35"
        assert "everything" not in page.content.decode()

    def test_of_a_first_bill_is_told_nothing(self, home, bills):
        page = person(home).get(f"/bills/{bills['year before']}/")
        assert page.status_code == 200
        assert 'id="why"' not in page.content.decode()

    def test_who_may_not_pay_is_told_no_causes(self, home, bills):
        page = person(home, may_pay=False).get(f"/bills/{bills['bill']}/")
        assert page.status_code == 200
        assert 'id="why"' not in page.content.decode()
        assert "kWh less" not in text_of(page)


@pytest.fixture
def olga(bills):
    context.choose(None)
    user = console_world.add_staff("olga@poplar.example", (SLUG, "BILLING"))
    desk = console_world.signed_in("olga@poplar.example", SLUG)
    desk.client.cookies["lang"] = "en"
    yield desk
    with context.inside(context.PUBLIC):
        User.objects.filter(pk=user).delete()


def test_staff_read_the_same_words(home, bills, olga):
    customers = rows_of(person(home).get(f"/bills/{bills['bill']}/"))
    page = olga.get(f"bills/{bills['bill']}/")
    assert rows_of(page) == customers
    assert "It is €8.50 more than the bill before." in text_of(page)
    assert rows_of(olga.get(f"bills/{bills['bill']}/", than="last_year")) != customers


class TestAProgram:
    def explained(self, who, bill_id, query=""):
        return who.call("GET", f"/bills/bil_{bill_id}/explanation{query}")

    def test_gets_the_same_with_its_figures(self, home, bills):
        found = self.explained(person(home), bills["bill"]).json()

        assert [cause["text"] for cause in found["causes"]] == CAUSES
        amounts = [Decimal(cause["amount"]["amount"]) for cause in found["causes"]]
        assert amounts == [worth(amount) for amount in AMOUNTS]
        assert sum(amounts) == Decimal(found["earlier"]["difference"]["amount"])
        price, used, rate, vat = found["causes"]
        assert price["prices"] == [{"before": "0.1", "after": "0.2"}]
        assert used["quantity"] == {"before": "300", "after": "200"}
        assert rate["vat_percent"] == {"before": "21", "after": "12"}
        assert vat["kind"] == "VAT"
        assert found["earlier"]["bill"] == f"bil_{bills['before']}"

    def test_may_ask_for_last_year(self, home, bills):
        found = self.explained(person(home), bills["bill"], "?than=last_year").json()
        assert found["than"] == "last_year"
        assert found["earlier"]["bill"] == f"bil_{bills['year before']}"

    @pytest.mark.parametrize(
        ("name", "query"), [("before", "?than=last_year"), ("year before", "")]
    )
    def test_of_a_bill_without_an_earlier_one_gets_no_causes(self, home, bills, name, query):
        found = self.explained(person(home), bills[name], query).json()
        assert (found["earlier"], found["summary"], found["causes"]) == (None, "", [])

    def test_is_told_what_it_may_ask_for(self, home, bills):
        answer = self.explained(person(home), bills["bill"], "?than=ever")
        assert answer.status_code == 422
        assert "previous_bill, last_year" in answer.content.decode()

    def test_of_whoever_may_not_read_the_bill_finds_none(self, home, bills):
        friend = person(home, may_pay=False)
        stranger = person(None, "eve@home.example")
        for who in (friend, stranger):
            answer = self.explained(who, bills["bill"])
            assert (answer.status_code, answer.json()["code"]) == (404, "no_such_bill")
