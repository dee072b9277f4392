"""Every gateway says whether it takes our key, and what its owner has to type for it."""

from dataclasses import replace

import pytest
from tests.integration.gateways.asking import HOSTED, at
from tests.integration.gateways.worlds import WORLDS

KEYED = ("stripe", "liqpay", "privat")


@at(*WORLDS)
def test_the_right_key_is_taken_and_no_page_is_made_by_it(world):
    from mains.payments.gateways.base import ChargeState

    charge = world.charge()
    world.gateway.try_out(world.merchant)

    world.gateway.start(charge)
    assert world.gateway.ask(charge, known_as="").state is ChargeState.OPEN


@at(*KEYED)
@pytest.mark.parametrize("key", ["sk_test_another", ""])
def test_a_wrong_key_or_none_is_named_as_such(world, key, settings):
    from mains.payments.gateways.base import WrongKey

    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(WrongKey):
        world.gateway.try_out(replace(world.merchant, secret=key))


@at(*HOSTED)
def test_silence_says_nothing_about_the_key(world):
    from mains.payments.gateways.base import GatewayUnavailable, WrongKey

    with world.out("before"), pytest.raises(GatewayUnavailable) as found:
        world.gateway.try_out(world.merchant)
    assert not isinstance(found.value, WrongKey)


@at("stripe")
@pytest.mark.parametrize(("key", "is_real"), [("sk_test_own", False), ("sk_live_own", True)])
def test_a_test_key_of_stripe_moves_no_real_money(world, key, is_real):
    assert world.gateway.moves_money(replace(world.merchant, secret=key)) is is_real


@at("stripe")
def test_a_key_that_may_not_act_for_the_account_is_wrong(world):
    from mains.payments.gateways.base import WrongKey

    with pytest.raises(WrongKey):
        world.gateway.try_out(replace(world.merchant, account="acct_unknown"))


@at("stripe")
def test_the_platforms_key_collects_for_no_account_of_its_own(world):
    from mains.payments.gateways.base import WrongKey

    nobodys = replace(world.merchant, account="")
    with pytest.raises(WrongKey):
        world.gateway.try_out(nobodys)
    with pytest.raises(WrongKey):
        world.gateway.start(world.charge(merchant=nobodys))


@at("liqpay")
@pytest.mark.parametrize(("account", "is_real"), [("sandbox_i1", False), ("i1", True)])
def test_a_sandbox_shop_of_liqpay_moves_no_real_money(world, account, is_real):
    assert world.gateway.moves_money(replace(world.merchant, account=account)) is is_real


def test_what_has_to_be_typed_has_words():
    from mains.payments.gateways import GATEWAYS
    from mains.payments.gateways.base import Detail

    for gateway in GATEWAYS.values():
        assert gateway.title
        assert gateway.about.endswith(".")
        assert all(asked.label and asked.where for asked in gateway.details.values())
    assert {kind for kind, one in GATEWAYS.items() if Detail.KEY in one.details} == set(KEYED)
