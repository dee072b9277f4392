from django.apps import AppConfig


class TariffsConfig(AppConfig):
    name = "mains.tariffs"
