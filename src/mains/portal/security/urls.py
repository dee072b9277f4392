"""A login and what protects it, under /me/ for customers and for staff."""

from django.urls import path

from mains.portal.security import email, views

app_name = "security"
urlpatterns = [
    path("security/", views.hub, name="hub"),
    path("security/password/", views.password, name="password"),
    path("security/sessions/", views.sessions, name="sessions"),
    path("details/", views.details, name="details"),
    path("email/", email.change, name="email"),
]
