"""What monitoring asks, and where it is answered."""

import pytest
from django.core.cache import cache
from django.db import DatabaseError
from django.test import Client

from mains.core import health

INSIDE = {"host": "127.0.0.1:8000"}


def test_health_needs_no_database():
    response = Client().get("/healthz", headers={"host": "anything.example"})

    assert response.status_code == 200
    assert response["X-Request-Id"]


def test_readiness_names_what_is_missing(unblocked, monkeypatch):
    assert Client().get("/readyz", headers=INSIDE).json() == {
        "status": "ok",
        "database": True,
        "cache": True,
    }

    def broken(*_arguments, **_options):
        raise ConnectionError

    monkeypatch.setattr(type(cache._connections[cache._alias]), "set", broken)
    response = Client().get("/readyz", headers=INSIDE)
    assert (response.status_code, response.json()["cache"]) == (503, False)


def test_readiness_without_a_database_is_503(unblocked, monkeypatch):
    def broken():
        raise DatabaseError

    monkeypatch.setattr(health.connection, "cursor", broken)
    assert Client().get("/readyz", headers=INSIDE).status_code == 503


def test_metrics_count_requests_by_surface_only(unblocked):
    Client().get("/healthz")
    text = Client().get("/metrics", headers=INSIDE).content.decode()

    assert "mains_requests_total{" in text
    assert "tenant=" not in text


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
class TestWhere:
    def asked(self, path: str, host: str, sender: str = "10.0.0.9") -> int:
        return Client().get(path, headers={"host": host}, REMOTE_ADDR=sender).status_code

    @pytest.mark.usefixtures("tenant")
    def test_not_on_a_customers_host_or_one_that_nobody_has(self, path):
        assert self.asked(path, "alder.localhost") == 404
        assert self.asked(path, "anything.example") == 404
        assert self.asked(path, "console.localhost") == 302, "staff sign in first"

    @pytest.mark.usefixtures("unblocked")
    @pytest.mark.parametrize("host", ["localhost", "10.0.3.7:8000", "127.0.0.1", "[::1]:8000"])
    def test_on_the_platforms_host_and_by_an_address_from_within(self, path, host):
        assert self.asked(path, host) == 200

    @pytest.mark.usefixtures("unblocked")
    def test_not_by_an_address_from_outside(self, path):
        assert self.asked(path, "127.0.0.1", sender="93.184.216.34") == 404
        assert self.asked(path, "93.184.216.34") == 404

    @pytest.mark.usefixtures("unblocked")
    def test_behind_a_load_balancer_the_sender_counts(self, path, settings):
        settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
        forwarded = {"host": "10.0.3.7", "x-forwarded-for": "93.184.216.34"}
        answer = Client().get(path, headers=forwarded, REMOTE_ADDR="10.0.0.9")
        assert answer.status_code == 404
