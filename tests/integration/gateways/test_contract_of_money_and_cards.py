"""The contract of refunds and stored cards: each test asks every gateway that can do it."""

from dataclasses import replace

import pytest
from tests.integration.gateways.asking import REFUNDS, STORES, at, paid, refund_of
from tests.integration.gateways.worlds import AMOUNT, WORLDS


@at(*REFUNDS)
class TestARefund:
    def test_gives_back_once(self, world):
        _charge, notice = paid(world)
        first = world.gateway.refund(refund_of(world, notice))
        again = world.gateway.refund(refund_of(world, notice))

        assert first == again
        assert (first.kind, first.state) == ("REFUND", "DONE")
        assert (first.amount_minor, first.currency) == (AMOUNT, world.currency)
        assert first.gateway_reference == notice.gateway_reference
        assert first.reference == f"back-{notice.reference}"
        assert first.key

    def test_of_more_than_was_paid_is_refused(self, world):
        from mains.payments.gateways.base import GatewayRefused

        _charge, notice = paid(world)
        for amount in (AMOUNT + 1, 0):
            with pytest.raises(GatewayRefused):
                world.gateway.refund(refund_of(world, notice, amount_minor=amount))
        assert world.gateway.refund(refund_of(world, notice)).amount_minor == AMOUNT

    def test_of_what_nobody_paid_is_refused(self, world):
        from mains.payments.gateways.base import GatewayRefused

        charge = world.charge()
        started = world.gateway.start(charge)
        notice = world.gateway.ask(charge, known_as=started.gateway_reference)
        with pytest.raises(GatewayRefused):
            world.gateway.refund(refund_of(world, notice))

    def test_whose_answer_is_lost_is_given_once(self, world):
        from mains.payments.gateways.base import GatewayUnavailable

        _charge, notice = paid(world)
        for how in ("before", "after"):
            with world.out(how), pytest.raises(GatewayUnavailable):
                world.gateway.refund(refund_of(world, notice))

        told = world.gateway.refund(refund_of(world, notice))
        assert (told.state, told.amount_minor) == ("DONE", AMOUNT)
        assert world.gateway.refund(refund_of(world, notice)) == told


@at("sandbox", "stripe")
def test_parts_of_a_payment_are_given_back_to_the_last_cent_and_no_further(world):
    from mains.payments.gateways.base import GatewayRefused

    _charge, notice = paid(world)
    first = world.gateway.refund(refund_of(world, notice, "first", 1000))
    second = world.gateway.refund(refund_of(world, notice, "second", AMOUNT - 1000))

    assert first.key != second.key
    with pytest.raises(GatewayRefused):
        world.gateway.refund(refund_of(world, notice, "third", 1))


@at(*sorted(set(WORLDS) - set(REFUNDS)))
def test_what_gives_nothing_back_refuses(world):
    from mains.payments.gateways.base import GatewayRefused

    charge = world.charge()
    notice = world.gateway.ask(charge, known_as="")
    with pytest.raises(GatewayRefused):
        world.gateway.refund(refund_of(world, notice))


@at(*STORES)
class TestAStoredCard:
    def test_has_a_name_a_label_and_an_end(self, world):
        charge = world.charge(amount_minor=0)
        started, again = world.gateway.store_card(charge), world.gateway.store_card(charge)
        assert world.page(started) == world.page(again)
        assert world.gateway.ask_stored(charge, known_as="").state == "OPEN"

        card = world.store(charge, "good")
        told = world.gateway.ask_stored(charge, known_as=started.gateway_reference)

        assert (told.reference, told.state, told.card) == (charge.reference, "SUCCEEDED", card)
        assert told.label.startswith("Visa •••• ")
        assert len(told.label) <= 40
        assert len(told.card) <= 120
        year, month = told.good_until.split("-")
        assert len(year) == 4
        assert 1 <= int(month) <= 12

    def test_is_charged_once_by_the_same_reference(self, world):
        card = world.store(world.charge(amount_minor=0), "good")
        charge = world.charge()
        first, again = (world.gateway.charge_stored(charge, card=card) for _ in range(2))

        assert first == again
        assert (first.reference, first.state) == (charge.reference, "SUCCEEDED")
        assert (first.amount_minor, first.currency) == (AMOUNT, world.currency)
        body, headers = world.webhook(charge)
        world.gateway.check_webhook(merchant=world.merchant, body=body, headers=headers)
        told = world.gateway.read_webhook(body)
        assert replace(told, event_id="") == first
        assert world.gateway.refund(refund_of(world, first)).state == "DONE"

    def test_that_is_declined_says_why_and_stays_declined(self, world):
        card = world.store(world.charge(amount_minor=0), "declined")
        charge = world.charge()
        first, again = (world.gateway.charge_stored(charge, card=card) for _ in range(2))

        assert first == again
        assert first.state == "FAILED"
        assert "decline" in first.failure

    def test_whose_bank_wants_to_see_the_holder_says_so(self, world):
        card = world.store(world.charge(amount_minor=0), "asks")
        charge = world.charge()
        first, again = (world.gateway.charge_stored(charge, card=card) for _ in range(2))

        assert first == again
        assert (first.state, first.failure) == ("NEEDS_CUSTOMER", "authentication_required")
        known = replace(charge, card=card)
        assert world.gateway.ask(known, known_as="").state == "NEEDS_CUSTOMER"
        assert world.gateway.expire(known, known_as="").state == "EXPIRED"

    def test_whose_answer_is_lost_is_charged_once(self, world):
        from mains.payments.gateways.base import GatewayUnavailable

        card = world.store(world.charge(amount_minor=0), "good")
        charge = world.charge(card=card)
        with world.out("before"), pytest.raises(GatewayUnavailable):
            world.gateway.charge_stored(charge, card=card)
        # Nothing was charged, and nobody says that anything was.
        with pytest.raises(GatewayUnavailable):
            world.gateway.ask(charge, known_as="")
        with world.out("after"), pytest.raises(GatewayUnavailable):
            world.gateway.charge_stored(charge, card=card)

        told = world.gateway.ask(charge, known_as="")
        assert told.state == "SUCCEEDED"
        assert world.gateway.charge_stored(charge, card=card) == told
        assert world.gateway.expire(charge, known_as="") == told

    def test_of_another_merchant_is_refused(self, world):
        from mains.payments.gateways.base import GatewayRefused

        card = world.store(world.charge(amount_minor=0), "good")
        stranger = world.charge(merchant=world.merchant_named("two"))
        with pytest.raises(GatewayRefused):
            world.gateway.charge_stored(stranger, card=card)


@at(*sorted(set(WORLDS) - set(STORES)))
def test_what_stores_no_cards_refuses(world):
    from mains.payments.gateways.base import GatewayRefused

    charge = world.charge()
    for ask in (
        lambda: world.gateway.store_card(charge),
        lambda: world.gateway.ask_stored(charge, known_as=""),
        lambda: world.gateway.charge_stored(charge, card="x"),
    ):
        with pytest.raises(GatewayRefused):
            ask()
