"""The platform's own host: what Mains is, and how a provider signs up."""

from django.urls import include, path

from mains.tenancy.faces import stylesheet

urlpatterns = [
    path("brand/<str:version>.css", stylesheet, name="stylesheet"),
    path("", include("mains.backoffice.signup.urls")),
]
handler404 = "mains.core.errors.not_found"
handler500 = "mains.core.errors.server_error"
