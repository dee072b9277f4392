"""A utility with two services read at different times of the month, and somebody who reads."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from tests.journeys import sharing_world as world
from tests.journeys.conftest import move_clock
from tests.journeys.readings import many_meters
from tests.journeys.sharing_world import HANNA, SLUG, Person

# The number of Hanna's first account.
FIRST = "100000000000041"


@pytest.fixture(scope="module")
def utility(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), world.opened("teplo", count=4):
        yield


@pytest.fixture
def hanna(utility, django_db_blocker) -> Iterator[Person]:
    """
    Somebody who holds accounts with both companies; readings sent by a test are gone after it.
    """
    from mains.guard.context import inside
    from mains.identity.models import User
    from mains.metering.models import Reading

    with django_db_blocker.unblock():
        world.forget_people()
        with inside(SLUG):
            before = set(Reading.objects.values_list("pk", flat=True))
        heat = world.accounts(company__code="teplo")[:2]
        power = world.accounts(company__code="energo")[:1]
        yield world.person(HANNA, *heat, *power)
        with inside(SLUG):
            Reading.objects.exclude(pk__in=before).delete()
            User.objects.update(reading_reminder_at=None)
        move_clock(SLUG, world.NOW)


@pytest.fixture
def on(hanna) -> Callable[[int, int], datetime]:
    """
    Move the tenant to nine o'clock in London, eleven in Kyiv, of a day of winter 2026/27.
    """

    def move(month: int, day: int) -> datetime:
        now = datetime(2026 if month > 6 else 2027, month, day, 9, tzinfo=UTC)
        move_clock(SLUG, now)
        return now

    return move


@pytest.fixture(scope="module")
def accounts(utility, django_db_blocker) -> list:
    with django_db_blocker.unblock():
        many_meters.hang(2, prefix="OTHER")
        many_meters.hang(2, prefix="TWIN", codes=("1.8.1", "1.8.2"))
        return many_meters.hang(200)


@pytest.fixture
def max_(accounts, on, django_db_blocker) -> Iterator[Person]:
    """
    Somebody who reads two hundred meters, on a day on which readings are wanted.
    """
    with django_db_blocker.unblock():
        on(11, 28)
        yield world.person("max@admin.example", *accounts)


@pytest.fixture
def tina(accounts, on, django_db_blocker) -> Iterator[Person]:
    """
    Somebody whose two meters have two registers each.
    """
    with django_db_blocker.unblock():
        on(11, 28)
        yield world.person("tina@admin.example", *world.accounts(number__startswith="TWIN"))
