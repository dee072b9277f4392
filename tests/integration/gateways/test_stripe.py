"""What is Stripe's own: its keys, its accounts, slow money, forints, and what it refuses."""

import json
from dataclasses import replace

import pytest
from tests.integration.gateways.worlds import AMOUNT


@pytest.fixture
def world(settled):
    return settled("stripe")


def opened(world, **about):
    charge = world.charge(**about)
    started = world.gateway.start(charge)
    return charge, started.gateway_reference


def told(world, what=""):
    events = world.simulator.events(what, account="acct_one")
    return [world.gateway.read_webhook(json.dumps(event).encode()) for event in events]


class TestAPage:
    def test_speaks_the_payers_language_where_it_can(self, world):
        for language, spoken in (("lv", "lv"), ("uk", "auto"), ("en", "en")):
            _charge, name = opened(world, language=language)
            session = world.simulator.accounts["acct_one"].objects[name]
            assert session["locale"] == spoken

    def test_lies_with_the_connected_account(self, world):
        _charge, name = opened(world)

        assert name in world.simulator.accounts["acct_one"].objects
        assert not world.simulator.accounts[""].objects
        assert not world.simulator.accounts["acct_two"].objects

    def test_lies_with_the_account_of_a_key_of_its_own(self, world):
        world.simulator.keys["sk_test_own"] = "acct_two"
        merchant = replace(world.merchant, account="acct_two", secret="sk_test_own")
        charge, name = opened(world, merchant=merchant)

        assert name in world.simulator.accounts["acct_two"].objects
        assert world.gateway.ask(charge, known_as=name).state == "OPEN"

    def test_in_forints_asks_for_two_digits_more_and_tells_none(self, world):
        charge, name = opened(world, amount_minor=12345, currency="HUF")

        assert world.simulator.accounts["acct_one"].objects[name]["amount_total"] == 1_234_500
        world.pay(charge)
        notice = world.gateway.ask(charge, known_as=name)
        assert (notice.state, notice.amount_minor, notice.currency) == ("SUCCEEDED", 12345, "HUF")

    def test_without_an_address_of_the_payer(self, world):
        _charge, name = opened(world, email="")

        assert world.simulator.accounts["acct_one"].objects[name]["customer_email"] is None


class TestSlowMoney:
    def test_is_on_its_way_and_arrives(self, world):
        charge, name = opened(world)
        world.simulator.pay_slowly(name, account="acct_one")
        assert world.gateway.ask(charge, known_as=name).state == "PROCESSING"
        assert world.gateway.expire(charge, known_as=name).state == "PROCESSING"

        world.simulator.arrive(name, account="acct_one")
        assert world.gateway.ask(charge, known_as=name).state == "SUCCEEDED"
        assert [news.state for news in told(world, "checkout")] == ["PROCESSING", "SUCCEEDED"]

    def test_is_on_its_way_and_does_not(self, world):
        charge, name = opened(world)
        world.simulator.pay_slowly(name, account="acct_one")
        world.simulator.arrive(name, arrives=False, account="acct_one")
        notice = world.gateway.ask(charge, known_as=name)

        assert (notice.state, notice.failure) == ("FAILED", "debit_not_authorized")
        assert told(world, "checkout")[-1].state == "FAILED"


class TestRefusalsAndSilence:
    @pytest.mark.parametrize("status", ["500", "429", "409"])
    def test_answers_that_say_to_come_again_are_no_answer(self, world, status):
        from mains.payments.gateways.base import GatewayUnavailable

        charge, name = opened(world)
        with world.out(status), pytest.raises(GatewayUnavailable):
            world.gateway.ask(charge, known_as=name)

    @pytest.mark.parametrize("status", ["400", "404"])
    def test_other_answers_are_a_no(self, world, status):
        from mains.payments.gateways.base import GatewayRefused

        charge, name = opened(world)
        with world.out(status), pytest.raises(GatewayRefused):
            world.gateway.ask(charge, known_as=name)

    def test_a_key_at_work_is_no_answer(self, world):
        from mains.payments.gateways.base import GatewayUnavailable

        charge = world.charge()
        world.simulator.busy_keys.add(charge.reference)
        with pytest.raises(GatewayUnavailable):
            world.gateway.start(charge)
        world.simulator.busy_keys.clear()
        assert world.gateway.start(charge).page_url

    def test_the_same_reference_for_something_else_is_no_answer(self, world):
        from mains.payments.gateways.base import GatewayUnavailable

        charge, _name = opened(world)
        with pytest.raises(GatewayUnavailable, match="idempotency_error"):
            world.gateway.start(replace(charge, amount_minor=AMOUNT + 1))

    @pytest.mark.parametrize("key", ["", "sk_test_withdrawn"])
    def test_a_key_that_is_missing_or_withdrawn_ends_nothing_and_is_told_to_nobody(
        self, world, settings, caplog, key
    ):
        from mains.payments.gateways.base import GatewayUnavailable

        charge, name = opened(world)
        settings.STRIPE_SECRET_KEY = key
        caplog.set_level("DEBUG")
        with pytest.raises(GatewayUnavailable) as error:
            world.gateway.ask(charge, known_as=name)
        assert "sk_test" not in str(error.value)
        assert "sk_test" not in caplog.text

    def test_nothing_is_asked_twice_by_the_library(self, world):
        from mains.payments.gateways.base import GatewayUnavailable

        charge = world.charge()
        with world.out("after"), pytest.raises(GatewayUnavailable):
            world.gateway.start(charge)
        assert world.simulator.asked == ["POST checkout/sessions"]

    def test_there_is_an_end_to_waiting(self):
        from mains.payments.gateways.stripe.client import TIMEOUT_SECONDS, _http

        assert _http()._timeout == TIMEOUT_SECONDS
        assert all(0 < seconds <= 30 for seconds in TIMEOUT_SECONDS)

    def test_an_amount_that_it_cannot_collect_is_refused_before_it_is_asked(self, world):
        from mains.payments.gateways.base import GatewayRefused

        with pytest.raises(GatewayRefused):
            world.gateway.start(world.charge(currency="XXX"))
        assert world.simulator.asked == []


class TestMoneyThatGoesBack:
    def paid(self, world):
        charge, name = opened(world)
        world.pay(charge)
        return charge, world.gateway.ask(charge, known_as=name)

    def refund(self, world, notice):
        from mains.payments.gateways.base import Refund

        return world.gateway.refund(
            Refund("back", world.merchant, notice.gateway_reference, 1000, "EUR")
        )

    @pytest.mark.parametrize(("status", "state"), [("succeeded", "DONE"), ("failed", "FAILED")])
    def test_may_take_its_time_and_is_found_by_asking_again(self, world, status, state):
        _charge, notice = self.paid(world)
        world.simulator.requests.refund_status = "pending"
        first = self.refund(world, notice)
        assert first.state == "PENDING"
        world.simulator.finish(first.key, status, account="acct_one")
        again = self.refund(world, notice)

        assert (again.state, again.key, again.reference) == (state, first.key, "back")
        news = told(world, "refund")
        assert [one.state for one in news] == ["PENDING", state]
        assert replace(news[-1], event_id="") == again

    def test_is_given_once_though_the_key_was_forgotten(self, world):
        _charge, notice = self.paid(world)
        first = self.refund(world, notice)
        world.simulator.accounts["acct_one"].keys.clear()

        assert self.refund(world, notice) == first

    def test_and_a_stored_card_is_charged_once_then_as_well(self, world):
        card = world.store(world.charge(amount_minor=0), "good")
        charge = world.charge()
        first = world.gateway.charge_stored(charge, card=card)
        world.simulator.accounts["acct_one"].keys.clear()

        assert world.gateway.charge_stored(charge, card=card) == first

    def test_control_without_looking_first_both_happen_twice(self, world, monkeypatch):
        from mains.payments.gateways.stripe import reading

        account = world.simulator.accounts["acct_one"]
        card = world.store(world.charge(amount_minor=0), "good")
        charge = world.charge()
        monkeypatch.setattr(world.gateway, "_charged", lambda *_given: None)
        first = world.gateway.charge_stored(charge, card=card)
        account.keys.clear()
        assert world.gateway.charge_stored(charge, card=card) != first

        back = self.refund(world, first)
        account.keys.clear()
        # What was made is not known again, as if nobody had looked.
        monkeypatch.setattr(reading, "reference_of", lambda _found: "")
        assert self.refund(world, first).key != back.key

    def test_by_somebody_elses_hand_has_no_reference_of_ours(self, world):
        from tests.stripe_simulator import paying

        _charge, notice = self.paid(world)
        about = {"payment_intent": notice.gateway_reference, "metadata": {}}
        paying.refund(world.simulator.accounts["acct_one"], about, "succeeded")
        news = told(world, "refund")[0]

        assert (news.kind, news.reference, news.amount_minor) == ("REFUND", "", AMOUNT)
        assert news.gateway_reference == notice.gateway_reference

    @pytest.mark.parametrize(
        ("status", "last"), [("won", "CHARGEBACK_WON"), ("lost", "CHARGEBACK")]
    )
    def test_in_a_dispute_that_is_decided(self, world, status, last):
        _charge, notice = self.paid(world)
        name = world.simulator.dispute(notice.gateway_reference, account="acct_one")
        world.simulator.decide(name, status, account="acct_one")
        news = told(world, "charge.dispute")

        assert (news[0].kind, news[0].state, news[0].reason) == ("CHARGEBACK", "DONE", "fraudulent")
        assert news[-1].kind == last
        assert {(one.key, one.gateway_reference, one.amount_minor) for one in news} == {
            (name, notice.gateway_reference, AMOUNT)
        }

    def test_in_an_inquiry_nothing_goes_yet(self, world):
        _charge, notice = self.paid(world)
        name = world.simulator.dispute(notice.gateway_reference, inquiry=True, account="acct_one")
        world.simulator.decide(name, "warning_closed", account="acct_one")
        first, last = told(world, "charge.dispute")

        assert (first.kind, first.state) == ("CHARGEBACK", "PENDING")
        assert last.what == "charge.dispute.closed"
