from collections.abc import Iterator

import pytest


@pytest.fixture
def home(unblocked) -> Iterator:
    """
    A home whose utility estimates by last year, else by the average.
    """
    from tests.journeys.estimates import world

    with world.opened(world.file_of()) as home:
        yield home
