"""aguaviva: one login with several accounts switches between them, and reaches no other."""

import json
from collections.abc import Iterator

import pytest
from tests.journeys.joining_world import (
    Newcomer,
    account,
    messages,
    newcomer,
    post,
    stored,
)

from mains.billing.models import Bill
from mains.customers.models import Account, CustomerKind
from mains.demo import facts
from mains.enrolment.models import AccountLink
from mains.guard.context import inside

SLUG, TENANTS = "aguaviva", {"aguaviva"}
pytestmark = [pytest.mark.usefixtures("fresh_tries"), pytest.mark.seed("S1.33")]
PAGES = (
    "/",
    "/bills/",
    "/payments/",
    "/readings/",
    "/accounts/",
    "/me/",
    "/me/data/",
    "/me/access/",
)


def joined() -> Newcomer:
    kim = newcomer(SLUG, customer__kind=CustomerKind.PERSON)
    kim.submit(kim.open("/join/?lang=en"), type="private")
    kim.about_me(kim.state_facts())
    kim.confirm()
    return kim


@pytest.fixture
def both(demo_tenants) -> Iterator[tuple[Newcomer, Account, Account]]:
    """
    Return somebody whose login sees two accounts.
    """
    kim = joined()
    first = kim.account
    kim.account = account(SLUG, customer__kind=CustomerKind.PERSON)
    before = stored(SLUG)
    assert kim.state_facts("/accounts/link/", bill_amount="0,01").status == 422
    assert stored(SLUG) == before
    assert kim.state_facts("/accounts/link/").url.endswith("/accounts/")
    yield kim, first, kim.account
    with inside(SLUG):
        AccountLink.objects.filter(account__in=[first, kim.account]).delete()


def bill_of(one: Account) -> Bill:
    with inside(SLUG):
        return Bill.objects.filter(account=one).order_by("-period_end")[0]


class TestTheSwitcher:
    def test_is_on_every_page_and_offers_each_account(self, both):
        kim, first, second = both
        places = [*PAGES, f"/bills/{bill_of(first).pk}/"]
        for place in places:
            links = kim.open(place).reader().links
            assert {"?account=all", f"?account={first.pk}", f"?account={second.pk}"} <= set(
                links
            ), place

    def test_chooses_for_all_pages(self, both):
        kim, first, second = both
        numbers = [bill_of(one).number for one in (first, second)]
        shown = kim.open("/bills/?account=all").text
        assert all(number in shown for number in numbers)
        only = kim.open(f"/bills/?account={first.pk}").text
        assert (numbers[0] in only, numbers[1] in only) == (True, False)
        # The choice goes along to the next page, which was opened without it.
        again = kim.open("/bills/").text
        assert (numbers[0] in again, numbers[1] in again) == (True, False)

    def test_is_not_there_for_a_single_account(self):
        links = joined().open("/bills/").reader().links
        assert not [link for link in links if link.startswith("?account=")]

    def test_offers_and_opens_nobody_elses(self, both):
        kim, _first, _second = both
        stranger = account(SLUG)
        page = kim.open(f"/bills/?account={stranger.pk}")
        assert facts.on_paper(slug=SLUG, account=stranger)["bill_number"] not in page.text
        assert f"?account={stranger.pk}" not in page.reader().links
        assert stranger.number not in page.body.decode()


class TestEachRequestIsAuthorisedByItself:
    """Somebody with two accounts of their own, and the number of a third."""

    def test_on_pages(self, both):
        kim, _first, _second = both
        other = account(SLUG)
        bill, before = bill_of(other), stored(SLUG)
        for place in (
            f"/bills/{bill.pk}/",
            f"/bills/{bill.pk}/bill.pdf",
            f"/accounts/{other.pk}/unlink/",
            f"/accounts/{other.pk}/people/",
        ):
            page = kim.open(place)
            assert page.status == 404, place
            assert bill.number not in page.body.decode("latin-1")
        assert bill.number not in kim.open(f"/pay/?bill={bill.pk}").text
        assert stored(SLUG) == before

    def test_in_what_is_sent(self, both):
        kim, _first, _second = both
        other = account(SLUG)
        bill, before = bill_of(other), stored(SLUG)
        for place in (
            f"/accounts/{other.pk}/unlink/",
            f"/accounts/{other.pk}/people/new/",
            f"/me/data/paper/{other.pk}/",
        ):
            assert kim.post(place, email="m@x.example", pay="on").status == 404, place
        refused = kim.post("/pay/start/", bill=str(bill.pk), email=kim.email)
        assert refused.status == 409
        assert stored(SLUG) == before

    def test_over_the_api(self, both):
        kim, first, second = both
        other = account(SLUG)
        bill = bill_of(other)
        caller = kim.customer
        caller.sign_in_to_api()
        before = stored(SLUG)
        for mine, theirs in (
            (f"/bills/bil_{bill_of(first).pk}", f"/bills/bil_{bill.pk}"),
            (f"/accounts/acc_{first.pk}/people", f"/accounts/acc_{other.pk}/people"),
            (f"/accounts/acc_{first.pk}/access-log", f"/accounts/acc_{other.pk}/access-log"),
        ):
            assert caller.call("GET", mine).status == 200, "control"
            answer = caller.call("GET", theirs)
            assert answer.status == 404, theirs
            assert bill.number not in answer.body.decode()
        for place, body in (
            (f"/accounts/acc_{other.pk}/people", {"email": "m@x.example"}),
            ("/payments", {"bills": [f"bil_{bill.pk}"]}),
        ):
            assert caller.call("POST", place, body).status in {404, 422}, place
        listed = caller.call("GET", "/accounts")
        numbers = {row["number"] for row in json.loads(listed.body)["data"]}
        assert numbers == {first.number, second.number}
        assert stored(SLUG) == before

    def test_for_somebody_who_is_not_signed_in(self, both):
        _kim, first, _second = both
        visitor, before = Newcomer(SLUG, first), stored(SLUG)
        bill = bill_of(first)
        assert bill.number not in visitor.open(f"/bills/{bill.pk}/").text
        assert (
            "/account/login/"
            in post(visitor.browser, f"http://aguaviva.localhost/accounts/{first.pk}/unlink/").url
        )
        assert stored(SLUG) == before


def test_an_unlinked_account_is_gone_at_once_and_the_holder_is_told():
    kim = joined()
    kim.submit(kim.open(f"/accounts/{kim.account.pk}/unlink/"))

    assert not kim.sees_the_account()
    assert kim.open(f"/bills/{bill_of(kim.account).pk}/").status == 404
    assert kim.open(f"/accounts/{kim.account.pk}/unlink/").status == 404
    assert messages(SLUG, "account-unlinked")
