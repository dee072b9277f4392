"""The demo's outbox: every message of a tenant, as it would be sent."""

from django.urls import path

from mains.demo import outbox
from mains.tenancy.faces import stylesheet

urlpatterns = [
    path("brand/<str:version>.css", stylesheet, name="stylesheet"),
    path("<slug:slug>/", outbox.messages, name="outbox"),
    path("<slug:slug>/<int:message_id>/", outbox.message, name="outbox-message"),
]
handler404 = "mains.core.errors.not_found"
handler500 = "mains.core.errors.server_error"
