from django.urls import path

from mains.backoffice.signup import views

urlpatterns = [
    path("", views.front, name="front"),
    path("sign-up/", views.apply, name="sign-up"),
    path("sign-up/<str:token>/", views.progress, name="sign-up-progress"),
]
