"""Is the process alive, can it work, and how much does it do."""

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest

from mains.guard import context, keys

REQUESTS = Counter("mains_requests", "Requests by surface and status.", ["surface", "status"])
SECONDS = Histogram("mains_request_seconds", "Seconds per request by surface.", ["surface"])


def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """
    Answer as long as the process does.
    """
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """
    Answer 200 if the database and the cache do, else 503 naming what does not.
    """
    found = {"database": _database(), "cache": _cache()}
    ready = all(found.values())
    return JsonResponse(
        {"status": "ok" if ready else "unavailable", **found}, status=200 if ready else 503
    )


def _database() -> bool:
    try:
        with context.inside(context.PUBLIC), connection.cursor() as cursor:
            cursor.execute("select 1")
            return bool(cursor.fetchone())
    except DatabaseError:
        return False


def _cache() -> bool:
    try:
        cache.set(f"{keys.PLATFORM}ready", 1, 5)
    except (OSError, ConnectionError):
        return False
    return True


def metrics(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """
    Give the figures in the text format of Prometheus.
    """
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
