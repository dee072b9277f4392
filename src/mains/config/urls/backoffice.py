"""The platform's own staff."""

from django.urls import include, path

from mains.tenancy.faces import stylesheet

urlpatterns = [
    path("brand/<str:version>.css", stylesheet, name="stylesheet"),
    path("account/", include("allauth.urls")),
    path("", include("mains.backoffice.urls")),
]
handler404 = "mains.core.errors.not_found"
handler500 = "mains.core.errors.server_error"
handler403 = "mains.core.errors.forbidden"
