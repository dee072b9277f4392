from django.urls import path

from mains.webhooks import views

urlpatterns = [path("<slug:kind>/<slug:company>/", views.receive, name="webhook")]
