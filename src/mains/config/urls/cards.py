"""The host of the pretend card gateway."""

from django.urls import path

from mains.sandbox import views
from mains.tenancy.faces import stylesheet

urlpatterns = [
    path("brand/<str:version>.css", stylesheet, name="stylesheet"),
    path("pay/<str:token>/", views.pay, name="pay"),
]
handler404 = "mains.core.errors.not_found"
handler500 = "mains.core.errors.server_error"
