"""The host of the pretend card gateway."""

from django.urls import path

from mains.sandbox import controls, views
from mains.tenancy.faces import stylesheet

urlpatterns = [
    path("", controls.show, name="controls"),
    path("brand/<str:version>.css", stylesheet, name="stylesheet"),
    path("pay/<str:token>/", views.pay, name="pay"),
    path("pay/<str:token>/bank/", views.bank, name="bank"),
]
handler404 = "mains.core.errors.not_found"
handler500 = "mains.core.errors.server_error"
