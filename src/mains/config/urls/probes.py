"""What monitoring asks, before anybody knows for whom; HostMiddleware says on which hosts."""

from django.urls import path

from mains.core import health

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
]
