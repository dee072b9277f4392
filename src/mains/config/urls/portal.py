"""A tenant's own host: the portal, its API, its gateways' callbacks."""

from django.urls import include, path

from mains.documents.serving import linked, logo
from mains.tenancy.faces import stylesheet

urlpatterns = [
    path("brand/<str:version>.css", stylesheet, name="stylesheet"),
    path("brand/logo/<str:name>", logo, name="logo"),
    path("files/<str:token>", linked, name="stored-file"),
    path("account/", include("mains.portal.security.entrance")),
    path("account/", include("mains.identity.urls")),
    path("me/", include("mains.portal.security.urls")),
    path("api/", include("mains.api.urls")),
    path("webhooks/", include("mains.webhooks.urls")),
    path("", include("mains.portal.urls")),
]
handler404 = "mains.core.errors.not_found"
handler500 = "mains.core.errors.server_error"
handler403 = "mains.portal.errors.forbidden"
