from django.apps import AppConfig


class EInvoicesConfig(AppConfig):
    name = "mains.einvoices"
