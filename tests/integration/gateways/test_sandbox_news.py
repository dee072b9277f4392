"""What the pretend gateway tells, when it does not answer, and disputes."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from tests.integration.gateways.visiting import DISPUTED, GOOD, Merchant, text


@pytest.fixture
def world(settled):
    return settled("sandbox")


class TestNews:
    @pytest.mark.parametrize(
        ("news", "states"),
        [
            ("ONCE", ["PAID"]),
            ("LATER", ["PAID"]),
            ("TWICE", ["PAID", "PAID"]),
            ("WRONG_ORDER", ["PAID", "OPEN"]),
            ("NEVER", []),
        ],
    )
    def test_come_as_the_visitor_chose(self, visitor, news, states):
        visitor.opens().sends(number=GOOD, news=news)

        assert [body["state"] for body in visitor.bodies()] == states
        ids = {(body["id"], body["state"]) for body in visitor.bodies()}
        assert len(ids) == len(set(states))
        wait = timedelta(minutes=1) if news == "LATER" else timedelta(0)
        for event in visitor.events():
            assert event.due_at - event.checkout.paid_at == wait

    def test_come_at_once_where_the_visitor_chose_nothing(self, visitor):
        visitor.opens().sends(number=GOOD)

        assert [body["state"] for body in visitor.bodies()] == ["PAID"]

    def test_of_another_choice_are_refused(self, visitor):
        assert visitor.opens().sends(number=GOOD, news="SOMETIMES").status_code == 422
        assert visitor.state() == "OPEN"

    def test_of_a_stored_card_come_as_its_holder_chose(self, visitor):
        visitor.opens(stores=True).sends(number=GOOD, news="TWICE")
        card = visitor.world.gateway.ask_stored(visitor.charge, known_as="").card
        visitor.charge = visitor.world.charge()
        visitor.world.gateway.charge_stored(visitor.charge, card=card)

        assert [body["state"] for body in visitor.bodies()] == ["PAID", "PAID"]

    def test_wait_until_they_are_due_and_are_sent_until_they_are_taken(self, visitor, settings):
        from mains.guard import context
        from mains.sandbox import webhooks
        from mains.sandbox.models import Event

        # What tests before left waiting is not counted here.
        with context.inside("public"):
            Event.objects.filter(sent_at=None).update(sent_at=datetime.now(UTC))
        visitor.opens().sends(number=GOOD, news="LATER")
        now = datetime.now(UTC)
        later, next_day = now + timedelta(minutes=2), now + timedelta(days=2)

        def sent(at):
            with context.inside("public"):
                return webhooks.deliver_due(now=at)

        with Merchant() as merchant:
            settings.PUBLIC_PORT = str(merchant.port)
            assert sent(now) == 0
            merchant.status = 503
            assert sent(later) == 0
            merchant.status = 200
            assert sent(next_day) == 0
            assert sent(later) == 1
            assert sent(later) == 0
        assert merchant.hosts == ["balta.example"] * 2
        body, headers = merchant.heard[-1]
        visitor.world.gateway.check_webhook(
            merchant=visitor.world.merchant, body=body, headers=headers
        )
        assert visitor.world.gateway.read_webhook(body).state == "SUCCEEDED"

    def test_of_what_nobody_wants_to_hear_are_not_written_down(self, visitor):
        visitor.opens(webhook_url="").sends(number=GOOD)

        assert visitor.bodies() == []

    def test_of_something_unknown_is_nothing_to_us(self, world):
        news = world.gateway.read_webhook(b'{"id": "evt_1", "what": "payout"}')

        assert (news.event_id, news.what) == ("evt_1", "payout")


class TestDisputes:
    def disputed(self, visitor):
        visitor.opens().sends(number=DISPUTED)
        return [visitor.world.gateway.read_webhook(event.body.encode())
                for event in visitor.events()]  # fmt: skip

    def test_take_the_money_back_after_it_was_paid(self, visitor):
        paid, taken = self.disputed(visitor)

        assert paid.state == "SUCCEEDED"
        assert (taken.kind, taken.state, taken.amount_minor) == ("CHARGEBACK", "DONE", 4819)
        assert taken.gateway_reference == paid.gateway_reference
        assert taken.reference == ""

    def test_are_won_once(self, visitor, tenant):
        taken = self.disputed(visitor)[-1]
        for _ in range(2):
            answer = visitor.client.post("/?merchant=alder:one", {"won": taken.key})
            tenant("alder")
            assert answer.status_code == 302
        won = [visitor.world.gateway.read_webhook(event.body.encode())
               for event in visitor.events()][2:]  # fmt: skip

        assert [(one.kind, one.key) for one in won] == [("CHARGEBACK_WON", taken.key)]
        assert won[0].event_id != taken.event_id

    def test_of_another_merchant_stay_as_they_are(self, visitor, tenant):
        taken = self.disputed(visitor)[-1]
        visitor.world.gateway.start(
            visitor.world.charge(merchant=visitor.world.merchant_named("two"))
        )
        visitor.client.post("/?merchant=alder:two", {"won": taken.key})
        tenant("alder")

        assert len(visitor.events()) == 2


class TestTheSwitch:
    @pytest.fixture(autouse=True)
    def _known(self, visitor):
        visitor.opens()

    def send(self, visitor, **fields):
        answer = visitor.client.post("/?merchant=alder:one", fields)
        visitor.serve("alder")
        return answer

    def look(self, visitor, query="?merchant=alder:one"):
        answer = visitor.client.get(f"/{query}")
        visitor.serve("alder")
        return answer

    @pytest.mark.parametrize("mode", ["BEFORE", "AFTER"])
    def test_takes_the_gateway_down_and_lets_it_answer_again(self, visitor, mode):
        from mains.payments.gateways.base import GatewayUnavailable

        assert self.send(visitor, mode=mode, minutes="2").status_code == 302
        with pytest.raises(GatewayUnavailable):
            visitor.state()
        assert "UTC" in text(self.look(visitor))
        self.send(visitor, end="1")
        assert visitor.state() == "OPEN"

    def test_is_one_merchants(self, visitor):
        self.send(visitor, mode="BEFORE", minutes="2")
        other = visitor.world.charge(merchant=visitor.world.merchant_named("two"))

        assert visitor.world.gateway.start(other).page_url

    def test_leaves_pages_payable(self, visitor):
        self.send(visitor, mode="BEFORE", minutes="2")
        assert visitor.sends(number=GOOD).status_code == 302
        self.send(visitor, end="1")
        assert visitor.state() == "SUCCEEDED"

    def test_ends_by_itself(self, visitor):
        from mains.sandbox import outages

        begun = datetime.now(UTC) - timedelta(minutes=3)
        outages.begin(merchant="alder:one", mode="BEFORE", minutes=2, now=begun)

        assert visitor.state() == "OPEN"

    @pytest.mark.parametrize(
        "fields",
        [{"mode": "BEFORE", "minutes": minutes} for minutes in ("", "0", "16", "a")]
        + [{"mode": "SOON", "minutes": "2"}],
    )
    def test_takes_no_nonsense(self, visitor, fields):
        assert self.send(visitor, **fields).status_code == 422
        assert visitor.state() == "OPEN"

    def test_does_nothing_when_nothing_is_sent(self, visitor):
        assert self.send(visitor).status_code == 200
        assert visitor.state() == "OPEN"

    @pytest.mark.parametrize("query", ["?merchant=", "?merchant=alder:nobody", "?merchant=balta"])
    def test_names_no_merchant_that_its_visitor_does_not_know(self, visitor, query):
        answer = self.look(visitor, query)

        assert answer.status_code == 422
        assert "alder:one" not in text(answer)

    def test_asks_for_a_merchant_first(self, visitor):
        answer = self.look(visitor, "")

        assert answer.status_code == 200
        assert "alder" not in text(answer)


def test_a_lost_answer_then_the_truth_in_every_order_of_pay_and_ask(world):
    """
    A page is opened, paid and asked about while answers get lost at random; at the end it is told
    as it is, and its money is given back once.
    """
    from mains.payments.gateways.base import GatewayUnavailable, Refund

    seed = 7
    dice = random.Random(seed)
    for _ in range(20):
        charge, is_paid = world.charge(), False
        for step in dice.choices(["start", "pay", "ask"], k=6):
            with world.out(dice.choice(["before", "after"])):
                if step == "pay" and not is_paid and world_knows(world, charge):
                    world.pay(charge)
                    is_paid = True
                elif step != "pay":
                    verb = world.gateway.start if step == "start" else (
                        lambda one: world.gateway.ask(one, known_as=""))  # fmt: skip
                    with pytest.raises(GatewayUnavailable):
                        verb(charge)
        world.gateway.start(charge)
        notice = world.gateway.ask(charge, known_as="")
        assert notice.state == ("SUCCEEDED" if is_paid else "OPEN"), f"seed {seed}"
        if is_paid:
            name = notice.gateway_reference
            refund = Refund(f"r-{name}"[:60], world.merchant, name, 4819, "EUR")
            with world.out("after"), pytest.raises(GatewayUnavailable):
                world.gateway.refund(refund)
            assert world.gateway.refund(refund) == world.gateway.refund(refund)


def world_knows(world, charge):
    from mains.sandbox import service

    return service.find(merchant=charge.merchant.name, reference=charge.reference) is not None


def test_control_without_counting_more_is_given_back_than_was_paid(world, monkeypatch):
    from mains.payments.gateways.base import Refund
    from mains.sandbox import stored

    charge = world.charge()
    name = world.gateway.start(charge).gateway_reference
    world.pay(charge)
    monkeypatch.setattr(stored, "_left", lambda _row: 10**9)

    assert world.gateway.refund(Refund("r", world.merchant, name, 9999, "EUR")).state == "DONE"
