"""What was begun in one account of a gateway is settled there, whatever is offered now."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from tests.factories import keyed, money, utilities
from tests.factories.keyed import state
from tests.factories.money import NOW, TODAY

from mains.payments.charges import KeyWithdrawn
from mains.payments.gateways.base import (
    ChargeState,
    ForgedWebhook,
    GatewayRefused,
    GatewayUnavailable,
)

pytestmark = [pytest.mark.usefixtures("tenant"), pytest.mark.seed("S3.12")]


@pytest.fixture
def world(monkeypatch):
    cache.clear()
    return keyed.World(monkeypatch)


@pytest.fixture
def attempt(world):
    """
    Return a page that was opened before another account's key was typed.
    """
    attempt = world.start(world.bill())
    world.offers({"key": "NEW"})
    return attempt


def refund(attempt, *, key="r", minor=2_000):
    from mains.payments import refunding

    return refunding.refund(
        payment_id=attempt.payment.pk, amount_minor=minor, request_key=key, by="staff:1",
        now=NOW, today=TODAY,
    )  # fmt: skip


def of_two_companies(world, by):
    """
    Return ways of the first company and of the second, parted by themselves or by their services.
    """
    found = {"companies": [(code,) for code in world.codes],
             "services": [("heating",), ("electricity",)]}[by]  # fmt: skip
    return [{"key": key, by: whom} for key, whom in zip(("OTHER", "OLD"), found, strict=True)]


class TestAfterAnotherAccountsKeyWasTyped:
    def test_a_page_that_was_open_is_found_paid(self, world, attempt):
        world.gateway.paid(attempt, "first")
        world.sweep()
        assert state(attempt) == "SUCCEEDED"

    def test_a_page_that_was_open_stays_open(self, world, attempt):
        world.sweep()
        assert state(attempt) == "PENDING"

    def test_control_without_its_account_nobody_would_know_of_it(self, world, attempt):
        type(attempt).objects.update(key_place="")
        world.gateway.paid(attempt, "first")
        world.sweep()
        assert state(attempt) == "FAILED"

    def test_its_payer_goes_on_in_the_new_account_and_pays_once(self, world, attempt):
        other = world.start(attempt.parts.get().bill)
        assert (state(attempt), state(other)) == ("EXPIRED", "PENDING")
        assert world.gateway.books["first"][attempt.token][1] is ChargeState.EXPIRED
        world.gateway.paid(other, "second")
        world.sweep()
        assert (state(other), world.gateway.has("first")) == ("SUCCEEDED", {})

    def test_its_payer_who_paid_meanwhile_does_not_pay_again(self, world, attempt):
        from mains.payments.actions import NothingToPay

        world.gateway.paid(attempt, "first")
        with pytest.raises(NothingToPay):
            world.start(attempt.parts.get().bill)
        assert state(attempt) == "SUCCEEDED"

    def test_money_goes_back_where_it_came_from(self, world, attempt):
        world.gateway.paid(attempt, "first")
        world.sweep()
        refund(attempt)
        assert attempt.payment.reversals.get().amount_minor == -2_000

    def test_what_the_key_before_signs_is_believed_no_more_and_asked_instead(self, world, attempt):
        with pytest.raises(ForgedWebhook):
            world.tells(attempt, by="key-old")
        world.gateway.paid(attempt, "first")
        world.sweep()
        assert state(attempt) == "SUCCEEDED"

    def test_the_same_name_beside_another_key_is_no_reason_to_ask_there(self, world):
        world.offers({"key": "OLD", "account": "acct_1"})
        attempt = world.start(world.bill())
        world.offers({"key": "NEW", "account": "acct_1"})
        world.gateway.paid(attempt, "first")
        world.sweep()
        assert state(attempt) == "SUCCEEDED"

    def test_or_the_way_was_taken_out_of_the_file(self, world):
        attempt = world.start(world.bill())
        world.tenant = utilities.configured("teplo")
        assert "stripe" not in {one.kind for one in world.tenant.file.payments.gateways}
        world.gateway.paid(attempt, "first")
        world.sweep()
        assert state(attempt) == "SUCCEEDED"
        with pytest.raises(GatewayRefused):
            world.tells(attempt, by="key-old")


class TestAfterAKeyWasWithdrawn:
    """
    Its account may have another key now, or be nobody's any more.
    """

    def test_the_next_key_of_the_account_asks(self, world, attempt):
        world.gateway.accounts = {"key-new": "first"}
        world.gateway.paid(attempt, "first")
        world.sweep()
        assert state(attempt) == "SUCCEEDED"
        refund(attempt)
        assert attempt.payment.reversals.get().amount_minor == -2_000

    def test_so_it_does_where_the_key_before_is_kept_nowhere(self, world, attempt, monkeypatch):
        world.gateway.accounts["key-new"] = "first"
        monkeypatch.delenv("MAINS_SECRET_ALDER__OLD")
        world.gateway.paid(attempt, "first")
        world.sweep()
        assert state(attempt) == "SUCCEEDED"

    def test_the_one_of_the_same_name_asks_before_others(self, world):
        world.offers({"key": "OLD", "account": "i2"})
        attempt = world.start(world.bill())
        world.offers({"key": "OTHER", "account": "i1"}, {"key": "NEW", "account": "i2"})
        world.gateway.accounts = {"key-new": "first", "key-other": "third"}
        world.gateway.paid(attempt, "first")
        world.gateway.opened_by.clear()
        world.sweep()
        assert (state(attempt), world.gateway.opened_by) == ("SUCCEEDED", ["key-old", "key-new"])

    @pytest.mark.parametrize("is_vague", [False, True])
    def test_that_another_account_knows_nothing_decides_nothing(self, world, attempt, is_vague):
        world.gateway.is_vague = is_vague
        bill = attempt.parts.get().bill
        del world.gateway.accounts["key-old"]
        world.gateway.paid(attempt, "first")
        world.sweep()
        assert state(attempt) == "PENDING"
        # It may be paid, as it was: nobody opens a second page, and no way is to blame.
        with pytest.raises(KeyWithdrawn):
            world.start(bill)
        assert state(world.start(world.bill())) == "PENDING"
        world.sweep(after=timedelta(hours=2))
        assert state(attempt) == "PENDING"
        world.gateway.accounts["key-old"] = "first"
        world.sweep(after=timedelta(hours=3))
        assert state(attempt) == "SUCCEEDED"

    @pytest.mark.parametrize("ways", [[{"key": "NEW"}], []], ids=["another account", "no way"])
    def test_after_a_day_the_bill_is_free_again(self, world, attempt, ways):
        world.offers(*ways)
        del world.gateway.accounts["key-old"]
        # The day begins when it is noticed, however old the page is.
        world.sweep(after=timedelta(days=3))
        world.sweep(after=timedelta(days=3, hours=23))
        assert state(attempt) == "PENDING"
        world.sweep(after=timedelta(days=4))
        assert (state(attempt), attempt.failure) == ("EXPIRED", "withdrawn")
        world.offers({"key": "NEW"})
        assert state(world.start(attempt.parts.get().bill)) == "PENDING"

    def test_it_begins_anew_after_the_key_was_good_again(self, world, attempt):
        accounts = world.gateway.accounts
        world.gateway.accounts = {"key-new": "second"}
        world.sweep()
        world.gateway.accounts = accounts
        world.sweep(after=timedelta(minutes=10))
        world.gateway.accounts = {"key-new": "second"}
        world.sweep(after=timedelta(days=1, hours=1))
        assert state(attempt) == "PENDING"

    def test_what_its_payer_did_everything_for_is_never_free(self, world, attempt):
        world.gateway.books["first"][attempt.token][1] = ChargeState.PROCESSING
        world.sweep()
        assert state(attempt) == "UNKNOWN"
        del world.gateway.accounts["key-old"]
        for days in range(1, 5):
            world.sweep(after=timedelta(days=days))
        assert state(attempt) == "UNKNOWN"
        world.gateway.accounts["key-old"] = "first"
        world.gateway.books["first"][attempt.token][1] = ChargeState.SUCCEEDED
        world.sweep(after=timedelta(days=5))
        assert state(attempt) == "SUCCEEDED"

    def test_a_shop_that_is_known_by_its_name_is_the_same_by_its_next_key(self, world):
        world.gateway.is_vague = True
        world.offers({"key": "OLD", "account": "i1"})
        attempt = world.start(world.bill())
        world.offers({"key": "NEW", "account": "i1"})
        world.gateway.accounts = {"key-new": "first"}
        other = world.start(attempt.parts.get().bill)
        assert (state(attempt), state(other)) == ("EXPIRED", "PENDING")

    def test_the_next_key_closes_its_pages(self, world, attempt):
        world.gateway.accounts = {"key-new": "first"}
        other = world.start(attempt.parts.get().bill)
        assert (state(attempt), state(other)) == ("EXPIRED", "PENDING")
        assert world.gateway.books["first"][attempt.token][1] is ChargeState.EXPIRED

    def test_whoever_looks_at_it_at_the_desk_is_told_by_the_next_key(self, world, attempt):
        from mains.journeys import payment_repair

        world.gateway.accounts = {"key-new": "first"}
        world.gateway.paid(attempt, "first")
        assert payment_repair.recheck(token=attempt.token, now=NOW, today=TODAY)
        assert state(attempt) == "SUCCEEDED"

    def test_the_next_key_asks_also_where_the_way_before_is_there_switched_off(self, world):
        attempt = world.start(world.bill())
        world.offers({"key": "OLD", "available": False}, {"key": "NEW"})
        world.gateway.accounts = {"key-new": "first"}
        world.gateway.paid(attempt, "first")
        world.sweep()
        assert state(attempt) == "SUCCEEDED"

    def test_a_refund_waits_and_is_not_given_twice(self, world, attempt):
        from mains.payments import refunding
        from mains.payments.refunding import TooMuchBack

        world.gateway.paid(attempt, "first")
        world.sweep()
        del world.gateway.accounts["key-old"]
        refund(attempt, minor=3_000)
        with pytest.raises(TooMuchBack):
            refund(attempt, key="again", minor=3_000)
        world.gateway.accounts["key-old"] = "first"
        refunding.sweep(now=NOW, today=TODAY)
        assert attempt.payment.reversals.get().amount_minor == -3_000

    def test_as_long_as_a_way_that_is_offered_has_it_no_other_is_asked(self, world):
        world.offers({"key": "OLD"}, {"key": "NEW", "label": {"uk": "Інша", "en": "Other"}})
        bill = world.bill()
        attempt = world.start(bill, gateway=world.names(bill)["Інша"])
        world.gateway.paid(attempt, "second")
        del world.gateway.accounts["key-new"]
        world.gateway.opened_by.clear()
        world.sweep()
        assert (state(attempt), world.gateway.opened_by) == ("PENDING", ["key-new"])

    @pytest.mark.parametrize("by", ["companies", "services"])
    def test_another_companys_account_is_not_asked(self, world, by):
        ways = of_two_companies(world, by)
        world.offers(*ways)
        attempt = world.start(world.bill(company=1))
        world.offers(ways[0])
        del world.gateway.accounts["key-old"]
        world.gateway.opened_by.clear()
        world.sweep()
        assert (state(attempt), world.gateway.opened_by) == ("PENDING", ["key-old"])


class TestWhoSigns:
    def test_is_any_account_of_the_company_and_it_is_believed_once(self, world):
        world.offers({"key": "OLD", "available": False}, {"key": "NEW"})
        attempt = world.start(world.bill())
        assert world.tells(attempt, by="key-new")
        assert not world.tells(attempt, by="key-new")
        assert state(attempt) == "SUCCEEDED"
        old = money.key()
        assert world.tells(attempt, by="key-old", event_id=old)

    def test_signs_with_any_of_its_signing_secrets(self, world):
        hooks = tuple(f"env:MAINS_SECRET_ALDER__{name}" for name in ("OTHER", "OLD"))
        world.offers({"key": "NEW", "webhook_secrets": hooks})
        attempt = world.start(world.bill())
        assert world.tells(attempt, by="key-old")
        assert world.tells(attempt, by="key-other", event_id="another")

    @pytest.mark.parametrize("by", ["key-other", "key-old", ""])
    def test_control_is_nobody_else(self, world, by):
        world.offers({"key": "NEW"})
        attempt = world.start(world.bill())
        with pytest.raises(ForgedWebhook):
            world.tells(attempt, by=by)

    @pytest.mark.parametrize("by", ["companies", "services"])
    def test_is_not_another_companys(self, world, by):
        others, own = of_two_companies(world, by)
        world.offers(others, own)
        attempt = world.start(world.bill(company=1))
        with pytest.raises(ForgedWebhook):
            world.tells(attempt, by="key-other")
        world.offers(others)
        with pytest.raises(GatewayRefused):
            world.tells(attempt, by="key-other")
        assert state(attempt) == "PENDING"

    def test_may_be_one_whose_sister_lost_its_key(self, world, monkeypatch):
        world.offers({"key": "OLD"}, {"key": "NEW"})
        attempt = world.start(world.bill())
        monkeypatch.delenv("MAINS_SECRET_ALDER__NEW")
        assert world.tells(attempt, by="key-old")
        monkeypatch.delenv("MAINS_SECRET_ALDER__OLD")
        with pytest.raises(GatewayUnavailable):
            world.tells(attempt, by="key-old", event_id="another")

    def test_is_asked_before_a_word_of_it_is_read(self, world, monkeypatch):
        attempt = world.start(world.bill())
        monkeypatch.setattr(world.gateway, "read_webhook", pytest.fail)
        with pytest.raises(ForgedWebhook):
            world.tells(attempt, by="key-other")
