"""Two demo tenants with their customers, for tests that walk through HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime
from math import ceil

import pytest
from tests import databases

# Inside tavho's reading window for hot water, which is locked from the 2nd to the 7th.
NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def two_tenants(django_db_setup, django_db_blocker) -> Iterator[None]:
    yield from _opened({"balta", "tavho"}, django_db_blocker)


@pytest.fixture(scope="module")
def demo_tenants(request, django_db_setup, django_db_blocker) -> Iterator[None]:
    """
    Open the demo tenants that a test module names in TENANTS.
    """
    yield from _opened(request.module.TENANTS, django_db_blocker)


@pytest.fixture
def fresh_tries(request, demo_tenants) -> Iterator[None]:
    """
    Give a module's tenant unspent budgets of tries, and its clock, before each test.
    """
    from tests.journeys.joining_world import forget_tries

    slug, now = request.module.SLUG, getattr(request.module, "NOW", NOW)
    forget_tries(slug)
    move_clock(slug, now)
    yield
    move_clock(slug, now)


def _opened(slugs: set[str], django_db_blocker) -> Iterator[None]:
    from django.core.cache import cache
    from django.db import connection
    from tests import filled

    from mains.demo import data
    from mains.guard import context
    from mains.tenancy import queries

    with django_db_blocker.unblock():
        cache.clear()
        for file in data.files():
            if file.slug in slugs:
                filled.fill_tenant(file=file, now=NOW)
                move_clock(file.slug, NOW)
        yield
        context.choose(None)
        connection.close()
        with databases.owner() as owner:
            for slug in sorted(slugs):
                databases.drop_tenant(owner, slug)
        queries.forget()


def move_clock(slug: str, now: datetime) -> None:
    """
    Set a tenant's clock, which goes on, to an instant or a part of a second after it.

    A clock that began before a full hour would count the first tries of a test in another one.
    """
    from mains.guard.context import PUBLIC, inside
    from mains.tenancy import actions

    offset = ceil((now - datetime.now(UTC)).total_seconds())
    with inside(PUBLIC):
        actions.move_clock(schema_name=slug, offset_seconds=offset)


@pytest.fixture
def hashes(monkeypatch) -> list[str]:
    """
    Count what costs time: passwords hashed or compared.
    """
    from django.contrib.auth.hashers import Argon2PasswordHasher

    counted: list[str] = []
    for name in ("encode", "verify"):
        original = getattr(Argon2PasswordHasher, name)

        def counting(self, *args, _original=original, _name=name):
            counted.append(_name)
            return _original(self, *args)

        monkeypatch.setattr(Argon2PasswordHasher, name, counting)
    return counted
