"""What monitoring asks, on every host, before anybody knows for whom."""

from django.urls import path

from mains.core import health

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
]
