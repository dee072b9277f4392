"""How bills come (S4.11–S4.13): chosen on one page, from a bill that is named."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.journeys import delivery_world as bills
from tests.journeys import sharing_world as world
from tests.journeys.conftest import move_clock
from tests.journeys.sharing_world import DORA, HANNA, NOW, SLUG, TODAY, Person

from mains.guard.context import inside

TOMORROW = TODAY + timedelta(days=1)
OWN_ADDRESS = {"delivery": {"per_contract_address": True}}
KITCHEN = "kitchen@home.example"


@pytest.fixture(scope="module")
def utility(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), world.opened("teplo", count=4):
        yield


@pytest.fixture
def account(utility, django_db_blocker):
    with django_db_blocker.unblock():
        yield bills.begin_anew()
        move_clock(SLUG, NOW)


@pytest.fixture
def hanna(account) -> Person:
    return world.person(HANNA, account)


@pytest.mark.seed("S4.11")
class TestChoosing:
    @pytest.mark.seed("S2.09")
    @pytest.mark.seed("S2.18")
    def test_every_contract_comes_by_email_and_it_is_confirmed(self, hanna, account):
        page = bills.choose(hanna, account, "ELECTRONIC")
        assert b"Saved. It applies from the bill for November 1, 2026" in page.content
        assert bills.on(account) == {("ELECTRONIC", HANNA)}
        assert [one["email"] for one in world.mailed("delivery-changed", HANNA)] == [HANNA]
        assert HANNA in world.texts("delivery-changed")[0]

    @pytest.mark.seed("S4.10")
    def test_the_words_that_were_shown_are_kept_with_the_choice(self, hanna, account):
        from html import unescape

        shown = unescape(hanna.get(bills.page(account)).content.decode())
        bills.choose(hanna, account, "ELECTRONIC")
        (notice,) = {row.notice for row in bills.rows_of(account) if row.mode == "ELECTRONIC"}
        assert notice
        assert notice in shown
        assert [one.wording.text for one in bills.consents(hanna)] == [notice]

    @pytest.mark.seed("S4.09")
    def test_the_providers_own_words_take_the_place_of_ours(self, hanna, account):
        words = {"uk": "Слова постачальника", "en": "The words of Teplo."}
        reason = {"uk": "Чому", "en": "No post is lost."}
        with bills.published(delivery={"notice": words, "benefit": reason}):
            page = hanna.get(bills.page(account)).content
            assert b"No post is lost." in page
            bills.choose(hanna, account, "ELECTRONIC")
        found = {row.notice for row in bills.rows_of(account) if row.mode == "ELECTRONIC"}
        assert found == {"The words of Teplo."}

    def test_twice_changes_nothing_and_tells_nobody_again(self, hanna, account):
        bills.choose(hanna, account, "ELECTRONIC")
        before, rows = world.counted(), bills.rows_of(account)
        page = bills.choose(hanna, account, "ELECTRONIC")
        assert b"This was chosen already; nothing was changed." in page.content
        assert (world.counted(), bills.rows_of(account)) == (before, rows)

    def test_both_ways(self, hanna, account):
        bills.choose(hanna, account, "BOTH")
        assert bills.on(account) == {("BOTH", HANNA)}
        told = world.mailed("delivery-changed", HANNA)
        assert [(one["email"], one["paper"]) for one in told] == [(HANNA, "yes")]
        assert world.texts("delivery-changed")

    def test_there_and_back_the_consent_is_withdrawn(self, hanna, account):
        bills.choose(hanna, account, "ELECTRONIC")
        bills.choose(hanna, account, "PAPER")
        assert bills.on(account) == {("PAPER", "")}
        assert bills.consents(hanna) == []

    def test_what_held_before_can_be_taken_back(self, hanna, account):
        (first, *_others) = bills.contracts(account)
        bills.choose(hanna, account, "BOTH", only=first)
        assert b"Undo: on paper" in hanna.get(bills.page(account)).content
        bills.undo(hanna, account, first)
        assert bills.on(account) == {("PAPER", "")}
        assert bills.consents(hanna) == []

    def test_nothing_is_undone_that_a_run_has_taken(self, hanna, account):
        (first, *_others) = bills.contracts(account)
        bills.choose(hanna, account, "BOTH", only=first)
        bills.start_run()
        before = bills.rows_of(account)
        assert b"Undo:" not in hanna.get(bills.page(account)).content
        bills.undo(hanna, account, first)
        assert bills.rows_of(account) == before

    def test_no_contract_no_way_or_anothers_contract_are_refused(self, hanna, account):
        foreign = bills.contracts(world.accounts()[1])[0]
        before = bills.rows_of(account)
        for page in (
            bills.choose(hanna, account, "ELECTRONIC", only=foreign),
            bills.choose(hanna, account, "PIGEON"),
            hanna.post(bills.page(account), mode="PAPER"),
        ):
            assert page.status_code == 422
        assert bills.rows_of(account) == before

    def test_it_is_told_what_was_chosen_and_when(self, hanna, account):
        bills.choose(hanna, account, "ELECTRONIC")
        page = hanna.get(bills.page(account)).content.decode()
        assert "What was chosen" in page
        assert f"by e-mail, {HANNA}" in page


@pytest.mark.seed("S4.12")
class TestTheBillItCountsFrom:
    def test_before_the_run_it_is_the_one_for_this_month(self, hanna, account):
        bills.choose(hanna, account, "ELECTRONIC")
        assert bills.taken(bills.start_run(), account) == ("ELECTRONIC", HANNA)

    def test_once_the_run_took_the_choices_it_is_the_next(self, hanna, account):
        run = bills.start_run()
        page = bills.choose(hanna, account, "ELECTRONIC")
        assert b"It applies from the bill for December 1, 2026" in page.content
        assert bills.taken(run, account)[0] == "PAPER"
        assert bills.on(account, TODAY) == {("PAPER", "")}
        assert bills.on(account, TOMORROW) == {("ELECTRONIC", HANNA)}

    def test_the_planned_day_is_named(self, hanna, account):
        with bills.published(billing={"issue_day": 5}):
            page = hanna.get(bills.page(account)).content
        assert b"planned for December 5, 2026" in page


@pytest.mark.seed("S2.19")
class TestOneSettingInTwoPlaces:
    def test_both_places_show_it_and_lead_to_it(self, hanna, account):
        bills.choose(hanna, account, "BOTH")
        for path in (f"/accounts/{account.pk}/contracts/", "/me/data/"):
            page = hanna.get(path).content.decode()
            assert "by e-mail and on paper" in page
            assert bills.page(account) in page

    def test_what_is_withdrawn_in_one_is_withdrawn_in_the_other(self, hanna, account):
        bills.choose(hanna, account, "ELECTRONIC")
        hanna.post(f"/me/data/paper/{account.pk}/")
        assert bills.on(account, TOMORROW) == {("PAPER", "")}
        page = hanna.get(bills.page(account)).content.decode()
        assert "From November 21, 2026 on" in page


@pytest.mark.seed("S4.13")
class TestItsOwnAddress:
    @pytest.fixture(autouse=True)
    def _offered(self, request):
        request.getfixturevalue("account")
        with bills.published(**OWN_ADDRESS):
            yield

    def test_it_counts_once_it_is_confirmed_there(self, hanna, account):
        first, *others = bills.contracts(account)
        page = bills.choose(hanna, account, "ELECTRONIC", email=KITCHEN, only=first)
        assert KITCHEN.encode() in page.content
        assert bills.on(account) == {("PAPER", "")}

        link = world.link_path("delivery-address", KITCHEN)
        reader = Person(KITCHEN)
        assert reader.get(link).status_code == 200
        assert bills.on(account) == {("PAPER", "")}, "looking confirms nothing"
        assert b"The address is confirmed" in reader.post(link).content
        kept = {("PAPER", "")} if others else set()
        assert bills.on(account) == {("ELECTRONIC", KITCHEN)} | kept
        assert [one.contracts for one in bills.consents(hanna)] == [[first.pk]]

    def test_the_link_works_once(self, hanna, account):
        bills.choose(hanna, account, "ELECTRONIC", email=KITCHEN)
        link = world.link_path("delivery-address", KITCHEN)
        Person(KITCHEN).post(link)
        bills.choose(hanna, account, "PAPER")
        assert Person(KITCHEN).post(link).status_code == 410
        assert bills.on(account) == {("PAPER", "")}

    def test_it_is_over_once_something_else_was_chosen(self, hanna, account):
        bills.choose(hanna, account, "ELECTRONIC", email=KITCHEN)
        bills.choose(hanna, account, "BOTH")
        assert Person(KITCHEN).post(world.link_path("delivery-address", KITCHEN)).status_code == 410
        assert bills.on(account) == {("BOTH", HANNA)}

    def test_it_is_over_after_two_days_and_forged_it_never_was(self, hanna, account):
        bills.choose(hanna, account, "ELECTRONIC", email=KITCHEN)
        link = world.link_path("delivery-address", KITCHEN)
        assert Person(KITCHEN).post(f"{link[:-2]}x/").status_code == 410
        move_clock(SLUG, NOW + timedelta(hours=49))
        assert Person(KITCHEN).post(link).status_code == 410
        assert bills.on(account) == {("PAPER", "")}

    def test_it_is_over_once_the_login_no_longer_sees_the_account(self, hanna, account):
        bills.choose(hanna, account, "ELECTRONIC", email=KITCHEN)
        hanna.post(f"/accounts/{account.pk}/unlink/")
        assert Person(KITCHEN).post(world.link_path("delivery-address", KITCHEN)).status_code == 410
        assert bills.on(account) == {("PAPER", "")}

    def test_an_address_that_is_proven_is_not_asked_again(self, hanna, account):
        bills.choose(hanna, account, "ELECTRONIC", email=KITCHEN)
        Person(KITCHEN).post(world.link_path("delivery-address", KITCHEN))
        bills.choose(hanna, account, "BOTH", email=KITCHEN)
        assert bills.on(account) == {("BOTH", KITCHEN)}
        assert len(world.mailed("delivery-address")) == 1

    def test_where_none_are_offered_nobody_is_asked(self, hanna, account):
        with bills.published(delivery={"per_contract_address": False}):
            bills.choose(hanna, account, "ELECTRONIC", email=KITCHEN)
        assert world.mailed("delivery-address") == []
        assert bills.on(account) == {("ELECTRONIC", HANNA)}


class TestWhoMay:
    def test_with_whom_it_was_shared_sees_it_and_changes_nothing(self, hanna, account):
        dora = world.share(hanna, account, **world.PAY)
        before = bills.rows_of(account)
        page = dora.get(bills.page(account))
        assert b"Who holds the account decides" in page.content
        assert bills.choose(dora, account, "ELECTRONIC").status_code == 403
        assert bills.rows_of(account) == before
        assert world.mailed("delivery-changed", DORA) == []

    def test_who_does_not_see_the_account_finds_no_page(self, hanna):
        other = world.accounts()[1]
        assert hanna.get(bills.page(other)).status_code == 404
        assert bills.choose(hanna, other, "ELECTRONIC").status_code == 404
        assert bills.on(other) == {("PAPER", "")}

    @pytest.mark.seed("S0.05")
    def test_where_the_portal_is_mandatory_there_is_no_paper(self, hanna, account):
        with bills.published(portal={"mandatory": True}):
            assert bills.choose(hanna, account, "PAPER").status_code == 422
            assert bills.choose(hanna, account, "BOTH").status_code == 422
            bills.choose(hanna, account, "ELECTRONIC")
        assert bills.on(account) == {("ELECTRONIC", HANNA)}
        bills.choose(hanna, account, "PAPER")
        assert bills.on(account) == {("PAPER", "")}, "without the switch the same click works"

    @pytest.mark.seed("S4.02")
    def test_without_a_mandate_there_is_no_email_where_it_takes_one(self, hanna, account):
        from mains.customers.models import Mandate

        needs = {"electronic_requires_mandate": True, "default_mode": "paper"}
        with bills.published(delivery=needs):
            page = hanna.get(bills.page(account))
            assert b"no mandate for it" in page.content
            assert b"/help/#direct-debit" in page.content
            assert bills.choose(hanna, account, "ELECTRONIC").status_code == 422
            assert bills.on(account) == {("PAPER", "")}
            with inside(SLUG):
                mandate = Mandate.objects.create(
                    account=account, reference="M-1", holder="H", iban="IT60", start_date=TODAY,
                    signed_date=TODAY,
                )  # fmt: skip
            bills.choose(hanna, account, "ELECTRONIC")
            assert bills.on(account) == {("ELECTRONIC", HANNA)}
        with inside(SLUG):
            mandate.delete()
