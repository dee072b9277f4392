"""The Django app of the design system."""

from django.apps import AppConfig


class BrandingConfig(AppConfig):
    """
    Templates, tags and style sheets that every surface shares.
    """

    name = "mains.branding"
    label = "branding"
    default_auto_field = "django.db.models.BigAutoField"
