from django.urls import path

from mains.backoffice.tenants import applications
from mains.backoffice.tenants import views as tenants

urlpatterns = [
    path("", tenants.every, name="tenants"),
    path("tenants/<slug:schema_name>/", tenants.one, name="tenant"),
    path("applications/", applications.every, name="applications"),
    path("applications/<int:application_id>/again/", applications.again, name="build-again"),
]
