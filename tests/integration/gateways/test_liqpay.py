"""What is LiqPay's own: signed forms, its states, refunds without a key, answers that lie."""

import base64
import hashlib
import json
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from tests.integration.gateways.worlds import AMOUNT


@pytest.fixture
def liqpay(settled):
    return settled("liqpay")


def test_a_form_of_liqpay_is_what_its_page_describes(liqpay):
    """
    The example of the public page: `data` is JSON in base64, signed between two private keys.
    """
    charge = liqpay.charge("order-1", language="uk")
    started = liqpay.gateway.start(charge)
    fields = dict(started.fields)
    params = json.loads(base64.b64decode(fields["data"]))
    signed = f"private-one{fields['data']}private-one".encode()

    assert started.page_url == "https://www.liqpay.ua/api/3/checkout"
    assert set(fields) == {"data", "signature"}
    assert fields["signature"] == base64.b64encode(hashlib.sha1(signed).digest()).decode()
    assert params.pop("expired_date")
    assert params == {
        "version": 3,
        "public_key": "i1001",
        "action": "pay",
        "amount": "48.19",
        "currency": "UAH",
        "description": "BAL-2026-000041",
        "order_id": "order-1",
        "language": "uk",
        "result_url": "https://balta.example/pay/result/order-1/",
        "server_url": "https://balta.example/webhooks/liqpay/balta/",
    }


def test_a_signature_is_that_of_liqpays_own_example():
    """
    The example on its page about checkout: `base64` breaks its lines there.
    """
    from mains.payments.gateways.liqpay.signing import is_signed, sign, unpack

    data = "\n".join(
        (
            "eyAidmVyc2lvbiIgOiAzLCAicHVibGljX2tleSIgOiAieW91cl9wdWJsaWNfa2V5IiwgImFjdGlv",
            "biIgOiAicGF5IiwgImFtb3VudCIgOiAxLCAiY3VycmVuY3kiIDogIlVTRCIsICJkZXNjcmlwdGlv",
            "biIgOiAiZGVzY3JpcHRpb24gdGV4dCIsICJvcmRlcl9pZCIgOiAib3JkZXJfaWRfMSIgfQ==",
        )
    )
    signature = "QvJD5u9Fg55PCx/Hdz6lzWtYwcI="

    assert sign(data, "your_private_key") == signature
    assert is_signed(data, signature, "your_private_key")
    assert unpack(data.replace("\n", ""))["order_id"] == "order_id_1"
    assert not is_signed(data, signature, "another_key")
    assert not is_signed(data, "не підпис", "your_private_key")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("success", "SUCCEEDED"),
        ("wait_compensation", "SUCCEEDED"),
        ("processing", "PROCESSING"),
        ("wait_accept", "PROCESSING"),
        ("wait_secure", "PROCESSING"),
        ("3ds_verify", "OPEN"),
        ("otp_verify", "OPEN"),
        ("cvv_verify", "OPEN"),
        ("prepared", "OPEN"),
        ("failure", "FAILED"),
        ("error", "FAILED"),
        # A payment of a test is nobody's money.
        ("sandbox", "FAILED"),
    ],
)
def test_a_status_of_liqpay_in_our_words(liqpay, status, state):
    charge = liqpay.charge()
    liqpay.server.pay(dict(liqpay.gateway.start(charge).fields), status)

    assert liqpay.gateway.ask(charge, known_as="").state == state
    assert liqpay.gateway.read_webhook(liqpay.webhook(charge)[0]).state == state


def test_a_test_shop_of_liqpay_is_paid_in_tests(liqpay):
    from mains.payments.gateways.base import Merchant

    liqpay.server.keys["sandbox_i1"] = "test-private"
    merchant = Merchant(name="alder:one", account="sandbox_i1", secret="test-private")
    charge = liqpay.charge(merchant=merchant)
    liqpay.server.pay(dict(liqpay.gateway.start(charge).fields), "sandbox")

    assert liqpay.gateway.ask(charge, known_as="").state == "SUCCEEDED"


class TestLiqPaysRefund:
    def paid(self, liqpay):
        charge = liqpay.charge()
        liqpay.gateway.start(charge)
        liqpay.pay(charge)
        return charge

    def refund(self, liqpay, charge, amount_minor=AMOUNT):
        from mains.payments.gateways.base import Refund

        return liqpay.gateway.refund(
            Refund("back", liqpay.merchant, charge.reference, amount_minor, "UAH")
        )

    def test_is_of_whole_payments_because_no_key_keeps_a_part_from_going_twice(self, liqpay):
        from mains.payments.gateways.base import GatewayRefused

        charge = self.paid(liqpay)
        with pytest.raises(GatewayRefused, match="whole payments"):
            self.refund(liqpay, charge, AMOUNT - 1)
        assert [one["action"] for one in liqpay.server.asked] == ["status"]

    def test_is_asked_for_once(self, liqpay):
        charge = self.paid(liqpay)
        for _ in range(3):
            assert self.refund(liqpay, charge).state == "DONE"
        assert [one["action"] for one in liqpay.server.asked].count("refund") == 1

    def test_that_is_told_by_callback_is_the_same_movement(self, liqpay):
        charge = self.paid(liqpay)
        asked = self.refund(liqpay, charge)
        told = liqpay.gateway.read_webhook(liqpay.webhook(charge)[0])

        assert told.kind == "REFUND"
        assert (told.key, told.gateway_reference) == (asked.key, asked.gateway_reference)
        # It was paid all the same.
        assert liqpay.gateway.ask(charge, known_as="").state == "SUCCEEDED"

    def test_that_waits_for_money_is_on_its_way(self, liqpay, monkeypatch):
        charge = self.paid(liqpay)
        plain = liqpay.server._answered

        def waiting(params):
            found = plain(params)
            is_refund = params["action"] == "refund"
            return {**found, "status": "wait_reserve"} if is_refund else found

        monkeypatch.setattr(liqpay.server, "_answered", waiting)
        assert self.refund(liqpay, charge).state == "PENDING"
        assert self.refund(liqpay, charge).state == "DONE"

    def test_that_it_refuses_is_refused_with_its_reason(self, liqpay, monkeypatch):
        from mains.payments.gateways.base import GatewayRefused

        charge = self.paid(liqpay)
        plain = liqpay.server._answered
        error = {"result": "error", "err_code": "err_refund"}
        monkeypatch.setattr(
            liqpay.server,
            "_answered",
            lambda params: error if params["action"] == "refund" else plain(params),
        )
        with pytest.raises(GatewayRefused, match="err_refund"):
            self.refund(liqpay, charge)


class TestLiqPaysAnswers:
    @pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b'{"result": "ok"}'])
    def test_that_cannot_be_read_are_none(self, liqpay, monkeypatch, answer):
        from mains.payments.gateways.base import GatewayUnavailable

        monkeypatch.setattr(liqpay.server, "answer", lambda _body: answer)
        with pytest.raises(GatewayUnavailable):
            liqpay.gateway.ask(liqpay.charge(), known_as="")

    def test_about_a_key_that_does_not_fit_end_nothing(self, liqpay):
        from mains.payments.gateways.base import GatewayUnavailable

        wrong = replace(liqpay.merchant, secret="another")
        with pytest.raises(GatewayUnavailable, match="invalid_signature"):
            liqpay.gateway.ask(liqpay.charge(merchant=wrong), known_as="")

    @pytest.mark.parametrize(("status", "error"), [("500", "Unavailable"), ("429", "Unavailable"),
                                                   ("404", "Refused")])  # fmt: skip
    def test_by_status(self, liqpay, status, error):
        from mains.payments.gateways import base

        with liqpay.server.out(status), pytest.raises(getattr(base, f"Gateway{error}")):
            liqpay.gateway.ask(liqpay.charge(), known_as="")

    def test_without_a_key_nobody_is_asked(self, liqpay):
        from mains.payments.gateways.base import GatewayUnavailable

        bare = liqpay.charge(merchant=replace(liqpay.merchant, secret=""))
        for ask in (liqpay.gateway.start, lambda one: liqpay.gateway.ask(one, known_as="")):
            with pytest.raises(GatewayUnavailable):
                ask(bare)
        assert liqpay.server.asked == []


class TestLiqPaysCallback:
    def paid(self, liqpay):
        charge = liqpay.charge()
        liqpay.gateway.start(charge)
        liqpay.pay(charge)
        return charge

    def test_may_be_signed_with_the_old_key_while_it_is_replaced(self, liqpay):
        from mains.payments.gateways.base import ForgedWebhook

        body, headers = liqpay.webhook(self.paid(liqpay))
        new = replace(liqpay.merchant, secret="new")
        both = replace(new, webhook_secrets=("private-one",))
        liqpay.gateway.check_webhook(merchant=both, body=body, headers=headers)
        with pytest.raises(ForgedWebhook):
            liqpay.gateway.check_webhook(merchant=new, body=body, headers=headers)

    def test_about_another_shop_is_refused_though_signed(self, liqpay):
        from mains.payments.gateways.base import ForgedWebhook

        payment = liqpay.server.payments[self.paid(liqpay).reference]
        body = liqpay.server.signed({**payment, "public_key": "i1002"}, "private-one")
        with pytest.raises(ForgedWebhook, match="another merchant"):
            liqpay.gateway.check_webhook(merchant=liqpay.merchant, body=body, headers={})

    def test_signed_with_an_empty_key_is_refused(self, liqpay):
        from mains.payments.gateways.base import ForgedWebhook

        payment = liqpay.server.payments[self.paid(liqpay).reference]
        bare = replace(liqpay.merchant, secret="")
        with pytest.raises(ForgedWebhook):
            liqpay.gateway.check_webhook(
                merchant=bare, body=liqpay.server.signed(payment, ""), headers={}
            )

    def test_that_is_signed_and_no_json_is_refused(self, liqpay):
        from mains.payments.gateways.base import ForgedWebhook

        data = base64.b64encode(b"[1]").decode()
        signature = base64.b64encode(
            hashlib.sha1(f"private-one{data}private-one".encode()).digest()
        )
        body = urlencode({"data": data, "signature": signature.decode()}).encode()
        with pytest.raises(ForgedWebhook):
            liqpay.gateway.check_webhook(merchant=liqpay.merchant, body=body, headers={})

    def test_about_something_else_is_nothing_to_us(self, liqpay):
        payment = liqpay.server.payments[self.paid(liqpay).reference]
        body = liqpay.server.signed({**payment, "action": "subscribe"}, "private-one")

        assert liqpay.gateway.read_webhook(body).what == "subscribe"
