"""What the next bill comes to, and what happens if nobody reads the meter."""

import html
import re
from datetime import date

import pytest
from tests.journeys import sharing_world
from tests.journeys.conftest import move_clock
from tests.journeys.estimates import world
from tests.journeys.estimates.world import SLUG, bill, last_day

from mains.guard import context

PAGE = "/bills/next/"


def text_of(page) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html.unescape(page.content.decode())).split())


@pytest.fixture
def anna(home):
    """
    The home's holder, signed in, in the middle of January 2027.
    """
    return signed_in(home)


def signed_in(home, **terms):
    with context.inside(SLUG):
        bill(2026, 12)
    move_clock(SLUG, world.at(2027, 1, 15))
    return sharing_world.person("anna@home.example", home.account, slug=SLUG, **terms)


@pytest.mark.seed("S3.01")
class TestIfNobodyReads:
    def test_it_says_how_much_until_when_and_on_what_it_rests(self, anna):
        said = text_of(anna.get(PAGE))

        # 5.00 and 300 kWh at 0.10, 21 % VAT: 42.35.
        assert "Jan 1, 2027 – Jan 31, 2027: about €42.35" in said
        assert (
            "If meter M1 is not read by January 31, 2027, we estimate 300 kWh, as much as a year"
            " before." in said
        )

    def test_asking_stores_nothing(self, home, anna):
        anna.get(PAGE)
        with context.inside(SLUG):
            assert home.estimated() == []

    def test_the_page_of_readings_leads_there(self, anna):
        assert f'href="{PAGE}"' in anna.get("/readings/").content.decode()

    def test_the_bill_that_is_made_is_the_one_foretold(self, anna):
        said = text_of(anna.get(PAGE))
        with context.inside(SLUG):
            total = bill(2027, 1)["total"]
        assert f"about €{total}" in said

    def test_after_the_last_day_it_says_so(self, anna):
        move_clock(SLUG, world.at(2027, 2, 3))
        assert "Nobody read meter M1, so we estimate 300 kWh" in text_of(anna.get(PAGE))

    def test_what_was_read_is_no_guess(self, home, anna):
        with context.inside(SLUG):
            home.read(date(2027, 1, 14), 3_500)
        said = text_of(anna.get(PAGE))
        assert "Jan 1, 2027 – Jan 31, 2027: €10.89 by what was read so far" in said
        assert "we estimate" not in said

    def test_what_nobody_can_tell_is_said(self, anna):
        from mains.metering.models import Reading

        with context.inside(SLUG):
            Reading.objects.exclude(read_date=date(2026, 12, 31)).delete()
        said = text_of(anna.get(PAGE))
        assert "Jan 1, 2027 – Jan 31, 2027: not known yet" in said
        assert "too little is known of it to estimate" in said

    def test_a_reading_that_sets_an_estimate_right_is_told_before_the_bill(self, home, anna):
        with context.inside(SLUG):
            bill(2027, 1)
            home.read(last_day(2027, 2), 3_750)
        move_clock(SLUG, world.at(2027, 3, 1))
        said = text_of(anna.get(PAGE))
        # 5.00 and 28.00 less 15.00, VAT 21 % and 12 %: -12.10 and 31.36.
        assert "Feb 1, 2027 – Feb 28, 2027: €19.26 by what was read so far" in said
        assert (
            "It sets right the bill for Jan 1, 2027 – Jan 31, 2027, which was estimated: 150 kWh"
            " instead of 300." in said
        )

    def test_a_program_gets_the_same(self, anna):
        (found,) = anna.call("GET", "/next-bills").json()["data"]
        assert found["total"] == {"amount": "42.35", "currency": "EUR"}
        assert found["estimated"] is True
        (use,) = found["uses"]
        assert (use["used"], use["method"]) == ("300", "LAST_YEAR")


class TestWhoSees:
    def test_who_shares_an_account_without_paying_sees_nothing_of_it(self, home):
        friend = signed_in(home, may_pay=False)
        page = text_of(friend.get(PAGE))
        assert "42.35" not in page
        assert "did not share" in page
        assert friend.call("GET", "/next-bills").json()["data"] == []

    @pytest.mark.usefixtures("anna")
    def test_whose_account_it_is_not_sees_nothing(self):
        stranger = sharing_world.person("eve@home.example", slug=SLUG)
        assert "42.35" not in text_of(stranger.get(PAGE))


class TestTheEstimatedBill:
    def test_it_is_marked_and_asks_for_a_reading(self, anna):
        with context.inside(SLUG):
            bill(2027, 1)
            bill_id = _latest_bill()
        said = text_of(anna.get(f"/bills/{bill_id}/"))

        assert "This bill is estimated: nobody read the meter." in said
        assert "Send a reading to correct this bill." in said
        assert "3,460 kWh (Dec 31, 2026, read by you) → 3,760 kWh (Jan 31, 2027, estimated)" in said
        assert "replaced" not in text_of(anna.get("/readings/"))

    def test_the_bill_that_sets_it_right_shows_both_figures(self, home, anna):
        with context.inside(SLUG):
            bill(2027, 1)
            before = _latest_bill()
            home.read(last_day(2027, 2), 3_750)
            bill(2027, 2)
            after = _latest_bill()
        move_clock(SLUG, world.at(2027, 3, 6))

        said = text_of(anna.get(f"/bills/{after}/"))
        assert "Energy, correction of Jan 1, 2027 – Jan 31, 2027" in said
        assert "-150 kWh × 0.10" in said
        assert "3,610 kWh (Jan 31, 2027, estimated)" in said
        # The earlier one no longer asks for what came.
        assert "Send a reading to correct" not in text_of(anna.get(f"/bills/{before}/"))
        assert "replaced by what was read" in text_of(anna.get("/readings/"))

    def test_chart_and_use_page_agree_once_it_is_set_right(self, home, anna):
        from mains.billing import queries

        with context.inside(SLUG):
            bill(2027, 1)
            home.read(last_day(2027, 2), 3_750)
            bill(2027, 2)
            uses = queries.uses(bill_id=_latest_bill())
        found = [(use.start.month, use.quantity) for use in uses]
        assert found == [(12, 310), (1, 150), (2, 140)]
        (series,) = anna.call("GET", "/consumption").json()["data"]
        assert [use["used"] for use in series["uses"][-2:]] == ["150", "140"]

    def test_a_program_sees_which_lines_correct(self, home, anna):
        with context.inside(SLUG):
            bill(2027, 1)
            home.read(last_day(2027, 2), 3_750)
            bill(2027, 2)
            bill_id = _latest_bill()
        found = anna.call("GET", f"/bills/bil_{bill_id}").json()
        assert [line["corrects"] for line in found["lines"]] == [None, None, "2027-01-01"]

    def test_the_document_says_what_was_corrected(self, home):
        from mains.billing.documents import layout
        from mains.tenancy import queries

        with context.inside(SLUG):
            bill(2027, 1)
            home.read(last_day(2027, 2), 3_750)
            facts = bill(2027, 2)
        words = layout.layout(facts=facts, tenant=queries.tenant(SLUG))
        group = words["lines"]["groups"][1]
        assert group["title"] == "Correction of the estimate for Jan 1, 2027 – Jan 31, 2027"
        assert group["note"].startswith("M1: 150 kWh instead of 300")
        assert [net for _label, _quantity, _price, net, _vat in group["rows"]] == ["-15.00"]
        assert len(words["lines"]["groups"][0]["rows"]) == 2


def _latest_bill() -> int:
    from mains.billing.models import Bill

    return Bill.objects.order_by("-period_start").values_list("pk", flat=True)[0]
