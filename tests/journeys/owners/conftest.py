"""Two owners of a provider that demands a second one, each with a browser."""

from collections.abc import Iterator

import pytest
from tests.journeys import console_world
from tests.journeys.owners import world


@pytest.fixture(scope="module")
def provider(django_db_setup, django_db_blocker) -> Iterator[None]:
    with world.opened(django_db_blocker):
        yield


@pytest.fixture
def olga(provider, django_db_blocker, monkeypatch) -> Iterator[console_world.Desk]:
    with world.signed_in(django_db_blocker, monkeypatch) as desk:
        yield desk


@pytest.fixture
def ivo(olga) -> console_world.Desk:
    return console_world.signed_in(world.IVO)
