"""An account of a customer, and staff who look at the portal as she does."""

from collections.abc import Iterator

import pytest
from tests.journeys import sharing_world as world
from tests.journeys.sharing_world import HANNA, Person
from tests.journeys.support import world as support


@pytest.fixture(scope="module")
def utility(django_db_setup, django_db_blocker) -> Iterator[dict[str, int]]:
    with django_db_blocker.unblock(), support.opened() as ids:
        yield ids


@pytest.fixture
def account(utility, django_db_blocker):
    with django_db_blocker.unblock(), support.nobody_looks():
        yield world.accounts()[0]


@pytest.fixture
def other(account):
    return world.accounts()[1]


@pytest.fixture
def hanna(account) -> Person:
    return world.person(HANNA, account)


@pytest.fixture
def seen(hanna, account) -> Person:
    return support.looking(hanna, account)
