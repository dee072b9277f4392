from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "mains.tenancy"
