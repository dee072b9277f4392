import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mains.config.settings")
application = get_wsgi_application()

from mains.config import sentry  # noqa: E402 - settings have to be ready

sentry.start()
