"""The demo's outbox, as somebody who tries the product reads it."""

import pytest
from django.test import Client

from mains.guard.context import inside

pytestmark = pytest.mark.usefixtures("demo_tenants", "unblocked")
TENANTS = {"teplo"}


@pytest.fixture
def outbox(settings):
    settings.DEMO = True
    client = Client()

    def read(path: str) -> str:
        answer = client.get(path, headers={"host": "outbox.localhost"})
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        return answer.content.decode()

    return read


def message():
    from mains.notifications.models import Message

    with inside("teplo"):
        return Message.objects.order_by("-created_at", "-pk")[0]


def test_times_are_the_tenants_and_say_whose(outbox):
    latest, page = message(), outbox("/teplo/")
    assert f"{latest.created_at:%H:%M}" == "09:00"
    # Kyiv is two hours ahead of UTC in November.
    assert "Nov 28, 2026, 11:00" in page
    assert "When (Europe/Kyiv)" in page
    assert "When (UTC)" in outbox("/platform/")


def test_a_senders_name_is_read_in_its_own_letters(outbox):
    page = outbox(f"/teplo/{message().pk}/")
    assert "Дніпро Тепло &lt;" in page
    assert "=?utf-8" not in page
    assert '<section class="panel" lang="uk">' in page


def test_what_a_mail_server_gets_stays_encoded():
    from mains.notifications import queries

    with inside("teplo"):
        found = queries.rendered(message_id=message().pk)
    assert found is not None
    assert found.sender.isascii()
