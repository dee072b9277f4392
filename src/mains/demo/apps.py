from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "mains.demo"
