from django.apps import AppConfig


class GuardConfig(AppConfig):
    name = "mains.guard"

    def ready(self) -> None:
        from mains.guard import stamps

        stamps.install()
