from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "mains.console"
