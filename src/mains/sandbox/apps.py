from django.apps import AppConfig


class SandboxConfig(AppConfig):
    name = "mains.sandbox"
