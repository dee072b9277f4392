"""A provider with two owners, and a Stripe that knows one key."""

from collections.abc import Iterator

import pytest
from tests.journeys import console_world as world
from tests.journeys.ways.ways_world import KEY, OWNERS, file_of_balta, publish
from tests.stripe_simulator.simulator import Simulator


@pytest.fixture(scope="module")
def provider(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        world.open_for_business("alder", "balta")
    with world.staffed(dict.fromkeys(OWNERS, ("alder", "OWNER")), django_db_blocker.unblock):
        yield


@pytest.fixture
def olga(provider, django_db_blocker) -> Iterator[world.Desk]:
    with django_db_blocker.unblock():
        publish(file_of_balta())
        yield world.signed_in(OWNERS[0])


@pytest.fixture
def stripe(settings) -> Iterator[Simulator]:
    settings.STRIPE_SECRET_KEY = ""
    with Simulator(platform_key="sk_test_platform", accounts=["acct_own"]) as simulator:
        simulator.keys |= {KEY: "acct_own"}
        settings.STRIPE_ADDRESS = simulator.address
        yield simulator
