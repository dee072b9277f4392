"""What monitoring asks."""

from django.core.cache import cache
from django.db import DatabaseError
from django.test import Client

from mains.core import health


def test_health_needs_no_database():
    response = Client().get("/healthz", headers={"host": "anything.example"})

    assert response.status_code == 200
    assert response["X-Request-Id"]


def test_readiness_names_what_is_missing(unblocked, monkeypatch):
    assert Client().get("/readyz").json() == {"status": "ok", "database": True, "cache": True}

    def broken(*_arguments, **_options):
        raise ConnectionError

    monkeypatch.setattr(type(cache._connections[cache._alias]), "set", broken)
    response = Client().get("/readyz")
    assert (response.status_code, response.json()["cache"]) == (503, False)


def test_readiness_without_a_database_is_503(unblocked, monkeypatch):
    def broken():
        raise DatabaseError

    monkeypatch.setattr(health.connection, "cursor", broken)
    assert Client().get("/readyz").status_code == 503


def test_metrics_count_requests_by_surface_only(unblocked):
    Client().get("/healthz")
    text = Client().get("/metrics").content.decode()

    assert "mains_requests_total{" in text
    assert "tenant=" not in text
