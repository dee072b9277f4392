"""The simulator refuses what Stripe refuses, so that a test against it means something."""

import pytest
import stripe
from tests.stripe_simulator import Simulator


@pytest.fixture
def simulator():
    with Simulator(platform_key="sk_test_p", accounts=["acct_one"]) as running:
        yield running


@pytest.fixture
def api(simulator):
    return client(simulator).v1


def client(simulator, key="sk_test_p", account=None):
    return stripe.StripeClient(key, stripe_account=account, max_network_retries=0,
                               base_addresses={"api": simulator.address})  # fmt: skip


def page(**changes):
    price = {"currency": "eur", "unit_amount": 500, "product_data": {"name": "Bill"}}
    return {"mode": "payment", "success_url": "https://x.example/",
            "line_items": [{"quantity": 1, "price_data": price}], **changes}  # fmt: skip


@pytest.mark.parametrize(
    ("params", "code"),
    [
        (page(colour="red"), "parameter_unknown"),
        (page(metadata={"a": {"b": "c"}}), "parameter_unknown"),
        ({"mode": "payment"}, "parameter_missing"),
        (page(locale="uk"), None),
        (page(customer="cus_nobody"), "resource_missing"),
        (page(line_items=[{"quantity": 1, "price_data": {
            "currency": "EUR", "unit_amount": 5, "product_data": {"name": "x"}}}]), None),
        (page(line_items=[{"quantity": 1, "price_data": {
            "currency": "eur", "unit_amount": 0, "product_data": {"name": "x"}}}]),
         "amount_too_small"),
    ],
)  # fmt: skip
def test_refuses_what_makes_no_sense(api, params, code):
    with pytest.raises(stripe.InvalidRequestError) as error:
        api.checkout.sessions.create(params)
    assert error.value.code == code


def test_answers_the_same_key_with_the_same_answer_and_other_parameters_with_an_error(api):
    first, again = (api.checkout.sessions.create(page(), {"idempotency_key": "k"}) for _ in "ab")
    assert first.id == again.id
    with pytest.raises(stripe.IdempotencyError):
        api.checkout.sessions.create(page(locale="lv"), {"idempotency_key": "k"})
    assert api.checkout.sessions.create(page()).id != first.id


def test_replays_a_decline_with_the_same_status(simulator, api):
    customer = api.customers.create({"metadata": {"a": "b"}})
    session = api.checkout.sessions.create(
        {"mode": "setup", "customer": customer.id, "success_url": "https://x.example/"}
    )
    simulator.store(session.id, "pm_card_chargeCustomerFail")
    method = simulator.accounts[""].all("payment_method")[0]["id"]
    params = {"amount": 500, "currency": "eur", "customer": customer.id, "payment_method": method,
              "off_session": True, "confirm": True}  # fmt: skip
    for _ in range(2):
        with pytest.raises(stripe.CardError) as error:
            api.payment_intents.create(params, {"idempotency_key": "k"})
        assert error.value.http_status == 402
    assert len(simulator.accounts[""].all("payment_intent")) == 1


def test_keeps_accounts_apart(simulator, api):
    mine = api.checkout.sessions.create(page())
    with pytest.raises(stripe.InvalidRequestError):
        client(simulator, account="acct_one").v1.checkout.sessions.retrieve(mine.id)
    with pytest.raises(stripe.PermissionError):
        client(simulator, account="acct_nobody").v1.checkout.sessions.retrieve(mine.id)
    with pytest.raises(stripe.AuthenticationError):
        client(simulator, key="sk_test_x").v1.checkout.sessions.retrieve(mine.id)


def test_gives_no_more_back_than_was_paid(simulator, api):
    session = api.checkout.sessions.create(page())
    assert not simulator.pay(session.id, "pm_card_chargeDeclined")
    assert simulator.pay(session.id)
    intent = api.checkout.sessions.retrieve(session.id).payment_intent
    api.refunds.create({"payment_intent": intent, "amount": 300})
    with pytest.raises(stripe.InvalidRequestError):
        api.refunds.create({"payment_intent": intent, "amount": 201})
    api.refunds.create({"payment_intent": intent})
    with pytest.raises(stripe.InvalidRequestError) as error:
        api.refunds.create({"payment_intent": intent})
    assert error.value.code == "charge_already_refunded"


def test_signs_what_the_sdk_accepts(simulator, api):
    from tests.stripe_simulator.simulator import signed

    session = api.checkout.sessions.create(page())
    api.checkout.sessions.expire(session.id)
    body, headers = signed(simulator.events()[0], secret="whsec_a")
    event = stripe.Webhook.construct_event(body, headers["Stripe-Signature"], "whsec_a")
    assert (event.type, event.data.object.id) == ("checkout.session.expired", session.id)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, headers["Stripe-Signature"], "whsec_b")


def test_an_outage_loses_the_answer_after_or_before_it_acts(simulator, api):
    for how, made in (("before", 0), ("after", 1)):
        with simulator.out(how), pytest.raises(stripe.APIConnectionError):
            api.checkout.sessions.create(page())
        assert len(simulator.accounts[""].all("checkout.session")) == made
