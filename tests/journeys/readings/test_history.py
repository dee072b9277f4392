"""Earlier readings say where they came from and whether they count, on the page and in the API."""

import re

import pytest
from tests.journeys import sharing_world as world
from tests.journeys.readings.conftest import FIRST
from tests.journeys.sharing_world import SLUG

from mains.guard.context import inside
from mains.metering.models import Reading, ReadingQuality, ReadingSource

SOURCES = {
    ReadingSource.SELF: "you",
    ReadingSource.GUEST: "guest",
    ReadingSource.STAFF: "our staff",
    ReadingSource.READER: "meter reader",
    ReadingSource.REMOTE: "remotely",
    ReadingSource.ESTIMATE: "estimated",
    ReadingSource.IMPORT: "imported",
}
STATES = {
    ReadingQuality.ACCEPTED: "counts",
    ReadingQuality.ESTIMATED: "counts until you read",
    ReadingQuality.NEEDS_REVIEW: "being checked",
    ReadingQuality.REJECTED: "left out",
}


@pytest.fixture
def newest(hanna) -> Reading:
    with inside(SLUG):
        found = Reading.objects.filter(
            register__meter__installations__supply_point__contracts__account__number=FIRST
        ).latest("read_date", "pk")
    yield found
    with inside(SLUG):
        found.save()


def row(person) -> list[str]:
    """
    Return the cells of the newest reading on the page.
    """
    history = person.get("/readings/", account=world.accounts(number=FIRST)[0].pk)
    table = history.content.decode().split("Earlier readings</caption>")[1]
    first = table.split("<tr", 2)[2].split("</tr>")[0]
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in first.split("</td>")[:-1]]


@pytest.mark.seed("S2.08")
@pytest.mark.parametrize(("source", "said"), SOURCES.items())
def test_says_who_read_it(hanna, newest, source, said):
    with inside(SLUG):
        Reading.objects.filter(pk=newest.pk).update(source=source)

    assert row(hanna)[3] == said
    assert api(hanna, newest)["source"] == source


@pytest.mark.seed("S2.08")
@pytest.mark.parametrize(("quality", "said"), STATES.items())
def test_says_whether_it_counts(hanna, newest, quality, said):
    with inside(SLUG):
        Reading.objects.filter(pk=newest.pk).update(quality=quality)

    assert row(hanna)[4].endswith(said)
    assert api(hanna, newest)["quality"] == quality


def api(person, reading: Reading) -> dict[str, str]:
    rows = person.call("GET", "/readings?limit=100").json()["data"]
    return next(one for one in rows if one["id"] == f"rdg_{reading.pk}")
