"""The back office's words."""

from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mains.branding.components import Meaning
from mains.core.wording import instant_text

type Words = tuple[str, Meaning]


def moment(value: datetime) -> str:
    """
    Write an instant in UTC: the platform's staff compare tenants of many zones.
    """
    return instant_text(value, language=(get_language() or "en").split("-")[0])


def state(code: str) -> Words:
    """
    Return what a tenant's state is called.
    """
    words: dict[str, Words] = {
        "SANDBOX": (_("Sandbox"), "info"),
        "LIVE": (_("Live"), "ok"),
        "SUSPENDED": (_("Suspended"), "bad"),
    }
    return words.get(code, (code, "info"))


def step(code: str) -> Words:
    """
    Return how far an application is.
    """
    words: dict[str, Words] = {
        "QUEUED": (_("Waiting for a worker"), "info"),
        "SCHEMA": (_("Making the schema"), "info"),
        "CONFIGURATION": (_("Publishing the configuration"), "info"),
        "CUSTOMERS": (_("Adding sample customers"), "info"),
        "BILLS": (_("Making bills"), "info"),
        "READY": (_("Ready"), "ok"),
        "TAKEN": (_("Short name taken"), "bad"),
    }
    return words.get(code, (code, "info"))
