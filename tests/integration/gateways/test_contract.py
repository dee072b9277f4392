"""One contract for all gateways: each test asks every gateway that can do it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.integration.gateways.asking import (
    CLOSES,
    HOSTED,
    REFUNDS,
    STORES,
    TRY_AGAIN,
    at,
    paid,
)
from tests.integration.gateways.worlds import AMOUNT, WORLDS


def test_the_tests_below_leave_no_gateway_out():
    from mains.payments.gateways import GATEWAYS
    from mains.payments.gateways.base import Ability
    from mains.tenancy.tenantfile.money import GatewayKind

    def having(ability):
        return {kind for kind, gateway in GATEWAYS.items() if ability in gateway.abilities}

    assert set(GATEWAYS) == set(WORLDS) == {kind.value for kind in GatewayKind}
    assert having(Ability.STORE_CARDS) == set(STORES)
    assert having(Ability.CLOSE_PAGES) == set(CLOSES)
    assert having(Ability.REFUND) == set(REFUNDS)


@at(*WORLDS)
class TestAPage:
    def test_is_the_same_for_the_same_reference(self, world):
        charge = world.charge()
        first, again = world.gateway.start(charge), world.gateway.start(charge)
        other = world.gateway.start(world.charge())

        assert world.page(first) == world.page(again)
        assert world.page(first) != world.page(other)
        assert first.page_url.startswith("http")

    def test_that_nobody_paid_is_open(self, world):
        charge = world.charge()
        started = world.gateway.start(charge)
        notice = world.gateway.ask(charge, known_as=started.gateway_reference)

        assert (notice.reference, notice.state) == (charge.reference, "OPEN")
        assert (notice.amount_minor, notice.currency) == (AMOUNT, world.currency)

    def test_whose_name_was_lost_is_found_by_our_reference(self, world):
        charge = world.charge()
        world.gateway.start(charge)

        assert world.gateway.ask(charge, known_as="").state == "OPEN"


@at(*HOSTED)
class TestPaying:
    def test_is_told_with_amount_and_currency(self, world):
        charge, notice = paid(world)

        assert (notice.reference, notice.state) == (charge.reference, "SUCCEEDED")
        assert (notice.amount_minor, notice.currency) == (AMOUNT, world.currency)
        assert notice.gateway_reference
        assert notice.failure == ""
        # Asked by whatever name, and again, it tells the same.
        for name in ("", notice.gateway_reference):
            assert world.gateway.ask(charge, known_as=name) == notice

    def test_is_told_of_a_page_that_was_to_be_closed(self, world):
        charge, notice = paid(world)

        assert world.gateway.expire(charge, known_as="") == notice

    def test_is_nothing_to_another_merchant(self, world):
        from mains.payments.gateways.base import GatewayRefused, GatewayUnavailable

        charge, _notice = paid(world)
        stranger = replace(charge, merchant=world.merchant_named("two"))
        try:
            told = world.gateway.ask(stranger, known_as="")
        except (GatewayRefused, GatewayUnavailable):
            return
        assert told.state == "OPEN"


@at(*TRY_AGAIN)
def test_a_declined_card_leaves_the_page_open_for_another(world):
    charge = world.charge()
    world.gateway.start(charge)
    world.decline(charge)

    assert world.gateway.ask(charge, known_as="").state == "OPEN"
    world.pay(charge)
    assert world.gateway.ask(charge, known_as="").state == "SUCCEEDED"


@at("liqpay", "privat")
def test_a_declined_payment_is_over_and_says_why(world):
    charge = world.charge()
    world.decline(charge)
    notice = world.gateway.ask(charge, known_as="")

    assert notice.state == "FAILED"
    assert notice.failure


@at(*CLOSES)
class TestClosing:
    def test_leaves_nobody_to_pay(self, world):
        charge = world.charge()
        started = world.gateway.start(charge)

        for _ in range(2):
            notice = world.gateway.expire(charge, known_as=started.gateway_reference)
            assert notice.state == "EXPIRED"
        with pytest.raises(Exception, match=r"EXPIRED|closed"):
            world.pay(charge)
        assert world.gateway.ask(charge, known_as="").state == "EXPIRED"

    def test_of_a_page_whose_name_was_lost(self, world):
        charge = world.charge()
        world.gateway.start(charge)

        assert world.gateway.expire(charge, known_as="").state == "EXPIRED"

    def test_of_a_page_that_was_never_opened_lasts(self, world):
        charge = world.charge()

        assert world.gateway.expire(charge, known_as="").state == "EXPIRED"
        world.gateway.start(charge)
        assert world.gateway.ask(charge, known_as="").state == "EXPIRED"


@at("liqpay", "privat")
def test_a_page_that_cannot_be_closed_says_so(world):
    from mains.payments.gateways.base import StillPayable

    charge = world.charge()
    with pytest.raises(StillPayable):
        world.gateway.expire(charge, known_as="")


@at("bank_transfer")
def test_the_page_of_a_transfer_holds_nobody(world):
    charge = world.charge()
    started = world.gateway.start(charge)

    assert started.page_url == f"https://balta.example/pay/transfer/{charge.reference}/"
    assert world.gateway.expire(charge, known_as="").state == "EXPIRED"


@at(*HOSTED)
class TestAWebhook:
    def test_tells_what_is_told_when_asked(self, world):
        charge, notice = paid(world)
        body, headers = world.webhook(charge)
        world.gateway.check_webhook(merchant=world.merchant, body=body, headers=headers)
        told = world.gateway.read_webhook(body)

        assert told.event_id
        assert replace(told, event_id="") == notice

    def test_again_is_the_same_event(self, world):
        charge, _notice = paid(world)
        ids = {world.gateway.read_webhook(world.webhook(charge)[0]).event_id for _ in range(3)}
        other, _notice = paid(world)

        assert len(ids) == 1
        assert world.gateway.read_webhook(world.webhook(other)[0]).event_id not in ids

    @pytest.mark.parametrize("how", ["unsigned", "changed", "foreign", "truncated", "empty"])
    def test_that_is_forged_is_refused(self, world, how):
        from mains.payments.gateways.base import ForgedWebhook

        charge, _notice = paid(world)
        merchant, (body, headers) = world.merchant, world.webhook(charge)
        if how == "unsigned":
            headers, body = {}, body.partition(b"&signature=")[0]
        elif how == "changed":
            body = body.replace(body[20:24], b"AAAA", 1)
        elif how == "foreign":
            merchant = world.merchant_named("two")
        elif how == "truncated":
            body = body[: len(body) // 2]
        else:
            body = b""
        with pytest.raises(ForgedWebhook):
            world.gateway.check_webhook(merchant=merchant, body=body, headers=headers)

    def test_control_without_the_check_a_forged_one_is_taken(self, world, monkeypatch):
        charge, _notice = paid(world)
        world.is_forgeable(monkeypatch)
        body, headers = world.webhook(charge)
        forged = dict.fromkeys(headers, "forged") or {}
        world.gateway.check_webhook(
            merchant=world.merchant,
            body=body.partition(b"&signature=")[0] + (b"&signature=x" if not headers else b""),
            headers=forged,
        )


@at("sandbox", "stripe")
@pytest.mark.parametrize(("age", "is_taken"), [(4, True), (6, False), (600, False)])
def test_an_old_webhook_is_refused(world, age, is_taken):
    from mains.payments.gateways.base import ForgedWebhook

    charge, _notice = paid(world)
    body, headers = world.webhook(charge, age=timedelta(minutes=age))
    if is_taken:
        world.gateway.check_webhook(merchant=world.merchant, body=body, headers=headers)
        return
    with pytest.raises(ForgedWebhook):
        world.gateway.check_webhook(merchant=world.merchant, body=body, headers=headers)


@at("bank_transfer")
def test_nobody_tells_of_transfers_by_webhook(world):
    from mains.payments.gateways.base import ForgedWebhook

    with pytest.raises(ForgedWebhook):
        world.gateway.check_webhook(merchant=world.merchant, body=b"{}", headers={})


@at(*HOSTED)
class TestAnOutage:
    @pytest.mark.parametrize("how", ["before", "after"])
    def test_is_no_answer_and_never_a_no(self, world, how):
        from mains.payments.gateways.base import GatewayUnavailable

        charge, _notice = paid(world)
        with world.out(how):
            with pytest.raises(GatewayUnavailable):
                world.gateway.ask(charge, known_as="")
            with pytest.raises(GatewayUnavailable):
                world.gateway.expire(charge, known_as="")
        assert world.gateway.ask(charge, known_as="").state == "SUCCEEDED"


@at(*CLOSES)
@pytest.mark.parametrize("how", ["before", "after"])
def test_a_page_whose_answer_is_lost_is_opened_once(world, how):
    from mains.payments.gateways.base import GatewayUnavailable

    charge = world.charge()
    for _ in range(2):
        with world.out(how), pytest.raises(GatewayUnavailable):
            world.gateway.start(charge)
    started = world.gateway.start(charge)
    world.pay(charge)

    assert world.page(world.gateway.start(charge)) == world.page(started)
    assert world.gateway.ask(charge, known_as="").state == "SUCCEEDED"
