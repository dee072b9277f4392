"""Stripe's events, in any order, and who may have signed them."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.stripe_simulator.simulator import signed

SEED = 20261129


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


class TestEvents:
    def test_of_a_declined_card_leave_an_open_page_open(self, world):
        charge, _name = opened(world)
        world.decline(charge)

        assert [news.state for news in told(world, "payment_intent")] == ["OPEN"]

    def test_of_a_declined_stored_card_end_it(self, world):
        for card, state in (("declined", "FAILED"), ("asks", "NEEDS_CUSTOMER")):
            stored = world.store(world.charge(amount_minor=0), card)
            charge = world.charge()
            notice = world.gateway.charge_stored(charge, card=stored)
            news = told(world, "payment_intent.payment_failed")[-1]
            assert notice.state == state
            assert replace(news, event_id="") == notice

    def test_of_both_kinds_tell_the_same_payment(self, world):
        charge, _name = opened(world)
        world.pay(charge)
        session, intent = told(world, "checkout")[0], told(world, "payment_intent")[0]

        assert replace(session, event_id="") == replace(intent, event_id="")
        assert session.event_id != intent.event_id

    def test_of_a_stored_card_say_to_ask_for_it(self, world):
        charge = world.charge(amount_minor=0)
        world.store(charge, "good")

        assert [(news.reference, news.state, news.card) for news in told(world, "checkout")] == [
            (charge.reference, "PROCESSING", "")
        ]

    def test_of_an_expired_page(self, world):
        charge, name = opened(world)
        world.gateway.expire(charge, known_as=name)

        assert [news.state for news in told(world)] == ["EXPIRED"]

    def test_that_are_nothing_to_us(self, world):
        event = {"id": "evt_1", "type": "price.created", "data": {"object": {"metadata": {}}}}
        foreign = {"id": "evt_2", "type": "payment_intent.succeeded",
                   "data": {"object": {"metadata": {}, "currency": "eur"}}}  # fmt: skip
        exotic = {"id": "evt_3", "type": "refund.created",
                  "data": {"object": {"metadata": {}, "currency": "xaf"}}}  # fmt: skip
        for one in (event, foreign, exotic):
            news = world.gateway.read_webhook(json.dumps(one).encode())
            assert (news.event_id, news.what) == (one["id"], one["type"])

    def test_shuffled_and_twice_tell_the_same_in_the_end(self, world):
        """
        What is told of each reference is the same set, in whatever order and however often.
        """
        for number in range(12):
            charge, _name = opened(world)
            if number % 3:
                world.decline(charge)
            if number % 4:
                world.pay(charge)

        def heard(**how):
            news = {}

            def take(body, headers):
                world.gateway.check_webhook(merchant=world.merchant, body=body, headers=headers)
                one = world.gateway.read_webhook(body)
                news.setdefault(one.event_id, []).append(one)

            count = world.simulator.deliver(take, secret=world.SECRET, account="acct_one", **how)
            assert count == sum(map(len, news.values()))
            assert all(len(set(one)) == 1 for one in news.values())
            return {event_id: one[0] for event_id, one in news.items()}

        in_order = heard()
        assert len(in_order) == 26
        assert heard(twice=True, shuffled=random.Random(SEED)) == in_order, f"seed {SEED}"


class TestAWebhook:
    def take(self, world, secret, merchant=None, account="acct_one"):
        event = world.simulator.events(account=account)[-1]
        body, headers = signed(event, secret=secret)
        merchant = merchant or world.merchant
        world.gateway.check_webhook(merchant=merchant, body=body, headers=headers)

    @pytest.fixture(autouse=True)
    def _paid(self, world):
        charge, _name = opened(world)
        world.pay(charge)

    def test_may_be_signed_with_the_old_secret_while_it_is_replaced(self, world):
        self.take(world, world.SECRET)
        self.take(world, world.OLD_SECRET)

    def test_is_refused_once_the_old_secret_is_gone(self, world):
        from mains.payments.gateways.base import ForgedWebhook

        alone = replace(world.merchant, webhook_secrets=(world.SECRET,))
        self.take(world, world.SECRET, alone)
        with pytest.raises(ForgedWebhook):
            self.take(world, world.OLD_SECRET, alone)

    def test_of_another_account_signed_with_the_platforms_secret_is_refused(self, world, settings):
        from mains.payments.gateways.base import ForgedWebhook

        settings.STRIPE_WEBHOOK_SECRETS = ("whsec_platform",)
        one, two = (replace(world.merchant_named(name), webhook_secrets=())
                    for name in ("one", "two"))  # fmt: skip
        self.take(world, "whsec_platform", one)
        with pytest.raises(ForgedWebhook):
            self.take(world, "whsec_platform", two)

    def test_of_the_platform_itself_is_not_a_merchants(self, world):
        from mains.payments.gateways.base import ForgedWebhook

        event = {**world.simulator.events(account="acct_one")[-1]}
        del event["account"]
        body, headers = signed(event, secret=world.SECRET)
        with pytest.raises(ForgedWebhook):
            world.gateway.check_webhook(merchant=world.merchant, body=body, headers=headers)
        own = replace(world.merchant, secret="sk_test_own")
        world.gateway.check_webhook(merchant=own, body=body, headers=headers)

    @pytest.mark.parametrize("body", [b"[]", b"3", b"{", b"\xff\xfe"])
    def test_that_is_no_event_is_refused_though_signed(self, world, body):
        import hashlib
        import hmac

        from mains.payments.gateways.base import ForgedWebhook

        stamp = str(int(datetime.now(UTC).timestamp()))
        digest = hmac.new(world.SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256)
        headers = {"Stripe-Signature": f"t={stamp},v1={digest.hexdigest()}"}
        with pytest.raises(ForgedWebhook):
            world.gateway.check_webhook(merchant=world.merchant, body=body, headers=headers)

    def test_without_any_secret_nothing_is_taken(self, world, settings):
        from mains.payments.gateways.base import ForgedWebhook

        settings.STRIPE_WEBHOOK_SECRETS = ()
        bare = replace(world.merchant, webhook_secrets=())
        with pytest.raises(ForgedWebhook):
            self.take(world, "", bare)

    def test_that_comes_late_is_refused(self, world):
        from mains.payments.gateways.base import ForgedWebhook

        def take(body, headers):
            world.gateway.check_webhook(merchant=world.merchant, body=body, headers=headers)

        with pytest.raises(ForgedWebhook):
            world.simulator.deliver(
                take, secret=world.SECRET, account="acct_one", late=timedelta(minutes=6)
            )
