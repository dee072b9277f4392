"""The pages of the pretend gateway as their visitors meet them."""

from datetime import timedelta

import pytest
from tests.integration.gateways.visiting import ASKING, DECLINED, GOOD, text


class TestThePage:
    def test_says_what_is_paid_to_whom_and_which_cards_there_are(self, visitor):
        page = text(visitor.opens(language="en").sees())

        assert "€48.19" in page
        assert "Balta" in page
        assert page.count("4000 0000 0000") >= 7
        assert "alder:one" in page

    def test_takes_a_good_card_and_leads_back(self, visitor):
        answer = visitor.opens().sends(number=GOOD)

        assert (answer.status_code, answer.url) == (302, visitor.charge.return_url)
        assert visitor.state() == "SUCCEEDED"
        assert visitor.sees().status_code == 410
        assert visitor.sends(number=GOOD).status_code == 410

    @pytest.mark.parametrize(
        ("number", "why"),
        [
            ("4000000000000002", "declined this card"),
            ("4000000000009995", "not enough money"),
            ("4000000000000069", "has expired"),
            ("4000000000009987", "reported as lost"),
            ("4000000000000119", "could not process"),
            ("4111111111111111", "not one of the test cards"),
        ],
    )
    def test_says_why_a_card_is_declined_and_takes_another(self, visitor, number, why):
        answer = visitor.opens(language="en").sends(number=number)

        assert answer.status_code == 422
        assert why in text(answer)
        assert visitor.state() == "OPEN"
        assert visitor.sends(number=GOOD).status_code == 302

    @pytest.mark.parametrize("number", ["", "4242", "a" * 16, "4" * 31])
    def test_takes_no_card_that_is_none(self, visitor, number):
        assert visitor.opens().sends(number=number).status_code == 422
        assert visitor.state() == "OPEN"

    def test_lets_its_visitor_leave(self, visitor):
        answer = visitor.opens().sends(cancel="1")

        assert answer.url == visitor.charge.return_url
        assert visitor.state() == "FAILED"

    def test_is_over_at_its_end_by_its_own_clock(self, visitor):
        visitor.opens(payable_for=timedelta(minutes=-1))

        assert visitor.sends(number=GOOD).status_code == 410
        assert visitor.state() == "OPEN"

    @pytest.mark.parametrize("language", ["en", "es", "hu", "it", "lv", "uk"])
    def test_speaks_the_payers_language(self, visitor, language):
        from django.utils import translation
        from django.utils.translation import gettext

        page = text(visitor.opens(language=language).sees())
        with translation.override(language):
            assert gettext("How this gateway behaves") in page
        assert f'<html lang="{language}"' in page

    def test_of_nobody_is_not_there(self, visitor):
        visitor.opens().page = "/pay/nobodys/"

        assert visitor.sees().status_code == 404
        assert visitor.sees("bank/").status_code == 404


class TestTheBank:
    def test_asks_and_is_confirmed(self, visitor):
        answer = visitor.opens().sends(number=ASKING)
        assert answer.url == f"{visitor.page}bank/"
        assert visitor.state() == "OPEN"
        assert visitor.sees().url == f"{visitor.page}bank/"
        assert "48" in text(visitor.sees("bank/"))

        answer = visitor.sends("bank/", confirm="1")
        assert answer.url == visitor.charge.return_url
        assert visitor.state() == "SUCCEEDED"
        assert visitor.sends("bank/", confirm="1").status_code == 410
        assert len(visitor.bodies()) == 1

    def test_asks_and_is_refused_and_another_card_pays(self, visitor):
        visitor.opens(language="en").sends(number=ASKING)
        answer = visitor.sends("bank/", refuse="1")

        assert answer.url == visitor.page
        assert "this was not you" in text(visitor.sees())
        assert visitor.state() == "OPEN"
        visitor.sends(number=GOOD)
        assert visitor.state() == "SUCCEEDED"

    def test_asks_nothing_before_a_card_is_taken(self, visitor):
        visitor.opens()

        assert visitor.sees("bank/").url == visitor.page
        assert visitor.sends("bank/", confirm="1").url == visitor.page
        assert visitor.state() == "OPEN"

    def test_is_answered_in_vain_once_the_page_was_closed(self, visitor):
        visitor.opens().sends(number=ASKING)
        assert visitor.world.gateway.expire(visitor.charge, known_as="").state == "EXPIRED"

        assert visitor.sends("bank/", confirm="1").status_code == 410
        assert visitor.state() == "EXPIRED"

    def test_can_be_left(self, visitor):
        visitor.opens().sends(number=ASKING)
        visitor.sends(cancel="1")

        assert visitor.state() == "FAILED"


class TestStoringACard:
    def test_charges_nothing_and_tells_its_name(self, visitor):
        page = text(visitor.opens(stores=True, language="en", amount_minor=0).sees())
        assert "Nothing is charged now" in page
        visitor.sends(number=GOOD)
        told = visitor.world.gateway.ask_stored(visitor.charge, known_as="")
        heard = visitor.world.gateway.read_webhook(visitor.events()[0].body.encode())

        assert (told.state, told.label) == ("SUCCEEDED", "Visa •••• 4242")
        assert (heard.card, heard.good_until) == (told.card, told.good_until)

    def test_of_a_declined_card_stores_nothing(self, visitor):
        visitor.opens(stores=True).sends(number=DECLINED)
        told = visitor.world.gateway.ask_stored(visitor.charge, known_as="")

        assert (told.state, told.card) == ("OPEN", "")
        assert visitor.bodies() == []

    def test_asks_the_bank_as_well(self, visitor):
        visitor.opens(stores=True).sends(number=ASKING)
        visitor.sends("bank/", confirm="1")

        assert visitor.world.gateway.ask_stored(visitor.charge, known_as="").card

    def test_a_charge_has_no_page(self, visitor):
        visitor.opens(stores=True).sends(number=GOOD)
        card = visitor.world.gateway.ask_stored(visitor.charge, known_as="").card
        notice = visitor.world.gateway.charge_stored(visitor.world.charge(), card=card)
        visitor.page = f"/pay/{notice.gateway_reference}/"

        assert visitor.sees().status_code == 404
