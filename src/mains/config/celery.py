"""The worker's and the beat's application. Messages carry ids and the tenant, nothing else."""

import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mains.config.settings")

app = Celery("mains")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["mains.journeys"])


@worker_init.connect
def report_errors(**_: object) -> None:
    """
    Report a worker's errors as the web process does.
    """
    from mains.config import sentry

    sentry.start()
