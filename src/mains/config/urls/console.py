"""The console's host: staff of all providers sign in here and choose where they work."""

from django.urls import include, path

from mains.console.home import entry
from mains.tenancy.faces import stylesheet

urlpatterns = [
    path("brand/<str:version>.css", stylesheet, name="stylesheet"),
    path("account/", include("allauth.urls")),
    path("welcome/<str:token>/", entry.welcome, name="welcome"),
    path("", entry.chooser, name="chooser"),
    path("<slug:tenant>/", include("mains.console.urls")),
]
handler404 = "mains.core.errors.not_found"
handler500 = "mains.core.errors.server_error"
handler403 = "mains.core.errors.forbidden"
