import pytest
from tests.integration.gateways.worlds import WORLDS


@pytest.fixture
def settled(tenant, settings, monkeypatch):
    """
    Return a function that opens a gateway's world with its server, and let it answer.
    """
    from contextlib import ExitStack

    from mains.payments.gateways import liqpay, privat

    with ExitStack() as open_worlds:

        def opened(kind):
            world = WORLDS[kind]()
            if kind == "stripe":
                settings.STRIPE_SECRET_KEY = "sk_test_platform"
                settings.STRIPE_ADDRESS = open_worlds.enter_context(world.simulator).address
            elif kind == "liqpay":
                server = open_worlds.enter_context(world.server)
                monkeypatch.setattr(liqpay, "API", server.address)
            elif kind == "privat":
                server = open_worlds.enter_context(world.server)
                monkeypatch.setattr(privat, "STATUS", server.address)
            return world

        yield opened


@pytest.fixture
def world(settled, request):
    return settled(request.param)


@pytest.fixture
def visitor(settled, tenant):
    """
    Return somebody in front of the pretend gateway.
    """
    from django.test import Client
    from tests.integration.gateways.visiting import HOST, Visitor

    return Visitor(settled("sandbox"), Client(headers={"host": HOST}), tenant)
