from django.urls import path

from mains.backoffice.colleagues import views as colleagues
from mains.backoffice.tenants import applications
from mains.backoffice.tenants import views as tenants

urlpatterns = [
    path("", tenants.every, name="tenants"),
    path("tenants/<slug:schema_name>/", tenants.one, name="tenant"),
    path("colleagues/", colleagues.every, name="colleagues"),
    path("colleagues/<int:user_id>/remove/", colleagues.remove, name="remove-colleague"),
    path(
        "colleagues/invitations/<int:invitation_id>/revoke/",
        colleagues.revoke,
        name="revoke-colleague",
    ),
    path("applications/", applications.every, name="applications"),
    path("applications/<int:application_id>/again/", applications.again, name="build-again"),
]
