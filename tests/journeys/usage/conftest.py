"""A home that is signed in, and others around it."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _nothing_cached() -> None:
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def opened(unblocked) -> Iterator:
    """
    Open a utility that compares homes, with a home; changes of the file are given.
    """
    from contextlib import ExitStack

    from tests.journeys.estimates import world

    with ExitStack() as stack:
        yield lambda **changed: stack.enter_context(world.opened(world.file_of(**changed)))
