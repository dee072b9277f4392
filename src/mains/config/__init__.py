"""How the parts are put together: settings, addresses, processes."""

from mains.config.celery import app

__all__ = ["app"]
