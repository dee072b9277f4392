"""What is Privat24's own: signed forms and XML, its states, and answers that lie."""

import hashlib
from dataclasses import replace

import pytest


@pytest.fixture
def privat(settled):
    return settled("privat")


class TestPrivat:
    def test_signs_a_form_as_its_page_describes(self, privat):
        charge = privat.charge("order-1", text="A & B = 100%")
        started = privat.gateway.start(charge)
        fields = dict(started.fields)
        text = ("amt=48.19&ccy=UAH&details=A   B   100 &ext_details=order-1&pay_way=privat24"
                "&order=order-1&merchant=75001")  # fmt: skip
        inner = hashlib.md5(f"{text}password-one".encode()).hexdigest()

        assert started.page_url == "https://api.privatbank.ua/p24api/ishop"
        assert fields["signature"] == hashlib.sha1(inner.encode()).hexdigest()
        assert fields["server_url"] == "https://balta.example/webhooks/privat/balta/"
        assert fields["return_url"] == "https://balta.example/pay/result/order-1/"

    @pytest.mark.parametrize(
        ("state", "ours"),
        [("ok", "SUCCEEDED"), ("wait", "PROCESSING"), ("fail", "FAILED"), ("test", "FAILED"),
         ("incomplete", "OPEN")],
    )  # fmt: skip
    def test_tells_its_states_in_our_words(self, privat, state, ours):
        charge = privat.charge()
        privat.server.pay(dict(privat.gateway.start(charge).fields), state)

        assert privat.gateway.ask(charge, known_as="").state == ours
        assert privat.gateway.read_webhook(privat.webhook(charge)[0]).state == ours

    @pytest.mark.parametrize("how", ["unsigned", "nonsense", "entity", "empty", "no sum"])
    def test_an_answer_that_lies_is_none(self, privat, monkeypatch, how):
        from mains.payments.gateways.base import GatewayUnavailable

        charge = privat.charge()
        privat.pay(charge)
        plain = privat.server.answer
        if how == "no sum":
            del privat.server.payments[charge.reference]["amt"]

        def lying(body):
            true = plain(body)
            entity = b"<!DOCTYPE a [<!ENTITY x 'y'>]><response"
            return {
                "unsigned": true.replace(b"<signature>", b"<signature>0"),
                "nonsense": b"<html>",
                "entity": true.replace(b"<response", entity).replace(b">cmt<", b">&x;<"),
                "empty": b"",
                "no sum": true,
            }[how]

        monkeypatch.setattr(privat.server, "answer", lying)
        with pytest.raises(GatewayUnavailable):
            privat.gateway.ask(charge, known_as="")

    def test_an_answer_about_another_order_is_none(self, privat, monkeypatch):
        from mains.payments.gateways.base import GatewayUnavailable
        from mains.payments.gateways.privat import signing

        charge, other = privat.charge(), privat.charge()
        privat.pay(other)
        plain = privat.server.answer
        question = signing.question("75001", other.reference, "password-one")
        monkeypatch.setattr(privat.server, "answer", lambda _body: plain(question))

        assert privat.gateway.ask(other, known_as="").state == "SUCCEEDED"
        with pytest.raises(GatewayUnavailable):
            privat.gateway.ask(charge, known_as="")

    def test_a_wrong_password_ends_nothing(self, privat):
        from mains.payments.gateways.base import GatewayUnavailable

        wrong = replace(privat.merchant, secret="another")
        with pytest.raises(GatewayUnavailable):
            privat.gateway.ask(privat.charge(merchant=wrong), known_as="")
        with pytest.raises(GatewayUnavailable):
            privat.gateway.start(privat.charge(merchant=replace(wrong, secret="")))

    @pytest.mark.parametrize("changes", [{"merchant": "75002"}, {"state": "perhaps"}])
    def test_a_callback_about_another_shop_or_nothing_is_refused_though_signed(
        self, privat, changes
    ):
        from mains.payments.gateways.base import ForgedWebhook

        charge = privat.charge()
        privat.pay(charge)
        payment = {**privat.server.payments[charge.reference], **changes}
        body = privat.server.signed(payment, by="75001")
        with pytest.raises(ForgedWebhook):
            privat.gateway.check_webhook(merchant=privat.merchant, body=body, headers={})
