"""The console's host: staff of all providers sign in here and choose where they work."""

from django.urls import include, path
from django.views.generic import RedirectView

from mains.console.colleagues import accepting
from mains.console.home import entry
from mains.tenancy.faces import stylesheet

urlpatterns = [
    path("brand/<str:version>.css", stylesheet, name="stylesheet"),
    path("invited/<str:token>/", accepting.invited, name="invited"),
    path("account/", include("mains.portal.security.entrance")),
    path("account/", include("mains.identity.urls")),
    path("me/", RedirectView.as_view(url="/me/security/")),
    path("me/", include("mains.portal.security.urls")),
    path("welcome/<str:token>/", entry.welcome, name="welcome"),
    path("", entry.chooser, name="chooser"),
    path("<slug:tenant>/", include("mains.console.urls")),
]
handler404 = "mains.core.errors.not_found"
handler500 = "mains.core.errors.server_error"
handler403 = "mains.core.errors.forbidden"
