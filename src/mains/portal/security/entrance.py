"""Ways back in, for visitors, under /account/ on every host where somebody signs in."""

from django.urls import path

from mains.portal.security import links, recovery

urlpatterns = [
    path("password/reset/", recovery.forgotten, name="forgotten"),
    path("password/reset/sent/", recovery.sent, name="forgotten-sent"),
    path("password/reset/<str:token>/", recovery.reset, name="reset-password"),
    path("link/", links.ask, name="sign-in-link"),
    path("link/sent/", links.sent, name="sign-in-link-sent"),
    path("link/<str:token>/", links.sign_in, name="sign-in-by-link"),
    path("email/<str:token>/", links.email_change, name="email-change"),
]
