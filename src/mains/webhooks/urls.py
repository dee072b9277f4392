from django.urls import path

from mains.webhooks import mail, views

urlpatterns = [
    path("mail/bounces/", mail.bounces, name="bounces"),
    path("<slug:kind>/<slug:company>/", views.receive, name="webhook"),
]
