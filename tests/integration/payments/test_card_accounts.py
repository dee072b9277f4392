"""A stored card is charged in the account it was stored in, for bills that are paid there."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from tests.factories import keyed, money
from tests.factories.money import NOW, TODAY

pytestmark = [pytest.mark.usefixtures("tenant"), pytest.mark.seed("S3.12")]


@pytest.fixture
def world(monkeypatch):
    cache.clear()
    return keyed.World(monkeypatch)


class TestACard:
    """
    A card is stored in one account, and charged there as long as a way has that account.
    """

    ACCOUNT = ""

    @pytest.fixture
    def bill(self, world):
        from mains.journeys import collections
        from mains.payments import stored_cards

        world.gateway.cards = {"first": {"cus_1/pm_1"}}
        world.offers({"key": "OLD", "account": self.ACCOUNT}, autopay=True)
        account = money.account()
        account.customer.email = "payer@example.org"
        account.customer.save()
        mandate = stored_cards._reserve(world.tenant, account.pk, "stripe", None, "P", TODAY)
        mandate.card, mandate.card_label, mandate.confirmed = "cus_1/pm_1", "Visa", True
        mandate.save()
        day = TODAY + timedelta(days=14)
        bill = money.with_lines(money.bill(account, 4_819, collection_date=day), "hot_water")
        collections.sweep(tenant=world.tenant, now=NOW)
        return bill

    def collected(self, world, bill):
        from mains.journeys import collections

        collections.sweep(tenant=world.tenant, now=NOW + timedelta(days=14))
        attempt = bill.attempt_parts.get().attempt
        return attempt.state, attempt.failure

    def test_of_a_way_that_was_switched_off_are_charged_there(self, world, bill):
        world.offers(
            {"key": "OLD", "account": self.ACCOUNT, "available": False}, {"key": "NEW"},
            autopay=True,
        )  # fmt: skip
        assert self.collected(world, bill) == ("SUCCEEDED", "")

    def test_are_charged_by_the_next_key_of_their_account(self, world, bill):
        world.offers({"key": "NEW"}, autopay=True)
        world.gateway.accounts = {"key-new": "first"}
        assert self.collected(world, bill) == ("SUCCEEDED", "")

    def test_of_another_companys_account_by_now_are_not_charged_there(self, world, bill):
        assert bill.account.company.code == world.codes[0]
        others = {"key": "OLD", "companies": (world.codes[1],)}
        world.offers(others, {"key": "NEW", "companies": (world.codes[0],)}, autopay=True)
        assert self.collected(world, bill) == ("FAILED", "no such card")
        assert world.gateway.has("first") == {}

    def test_do_not_move_to_another_account(self, world, bill):
        world.offers({"key": "NEW"}, autopay=True)
        assert self.collected(world, bill) == ("FAILED", "no such card")

    def test_for_a_service_that_has_another_account_are_not_charged_in_theirs(self, world, bill):
        heating, water = (
            {"key": key, "services": (service,)}
            for key, service in (("OLD", "heating"), ("NEW", "hot_water"))
        )
        world.offers(heating, water, autopay=True)
        assert self.collected(world, bill) == ("FAILED", "no such card")
        assert world.gateway.has("first") == {}

    def test_for_a_service_that_no_way_takes_are_not_charged_and_the_payer_is_told(
        self, world, bill
    ):
        from mains.journeys import collections
        from mains.notifications.models import Message

        before = Message.objects.count()
        world.offers({"key": "OLD", "services": ("heating",)}, autopay=True)
        for _ in range(2):
            collections.sweep(tenant=world.tenant, now=NOW + timedelta(days=14))
        bill.refresh_from_db()
        assert (bill.collection_hold, bill.attempt_parts.count()) == ("failed", 0)
        assert Message.objects.count() == before + 1

    def test_on_a_page_nobody_knows_of_are_stored_nowhere(self, world):
        from mains.payments import stored_cards

        mandate = stored_cards._reserve(
            world.tenant, money.account().pk, "stripe", None, "P", TODAY
        )
        assert mandate.key_place == world.tenant.file.payments.gateways[0].secret
        stored_cards.ask(reference=mandate.reference, language="uk", now=NOW, today=TODAY)
        mandate.refresh_from_db()
        assert not mandate.confirmed


class TestACardInANamedAccount(TestACard):
    ACCOUNT = "acct_1"

    def test_are_charged_by_its_next_key_beside_another_account(self, world, bill):
        world.offers(
            {"key": "OTHER", "account": "acct_3"},
            {"key": "NEW", "account": "acct_1", "available": False},
            autopay=True,
        )
        world.gateway.accounts = {"key-new": "first", "key-other": "third"}
        assert self.collected(world, bill) == ("SUCCEEDED", "")
