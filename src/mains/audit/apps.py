from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "mains.audit"
