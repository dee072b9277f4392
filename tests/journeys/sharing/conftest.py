"""An account of balta and its holder."""

from collections.abc import Iterator

import pytest
from tests.journeys import sharing_world as world
from tests.journeys.conftest import move_clock
from tests.journeys.sharing_world import HANNA, NOW, SLUG, Person


@pytest.fixture(scope="module")
def utility(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), world.opened("balta", count=4):
        yield


@pytest.fixture
def account(utility, django_db_blocker):
    with django_db_blocker.unblock():
        world.forget_people()
        yield world.accounts()[0]
        move_clock(SLUG, NOW)


@pytest.fixture
def hanna(account) -> Person:
    return world.person(HANNA, account)
