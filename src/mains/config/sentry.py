"""Tell Sentry about errors: with the tenant and the request's id, without anybody's data."""

import re
from typing import Any

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration

from mains.core.requests import request_id
from mains.guard.context import current

# What may leave; everything else of a request stays here.
REQUEST_KEYS = ("method", "url")
PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]+"  # e-mail
    r"|\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b"  # IBAN
    r"|\b(?:\d[ -]?){12,19}\b"  # card and long account numbers
    r"|(?<=/)[A-Za-z0-9_-]{24,}"  # tokens in addresses
)
HIDDEN = "[hidden]"


def start() -> None:
    """
    Start reporting where SENTRY_DSN is set.
    """
    if settings.SENTRY_DSN:
        sentry_sdk.init(
            dsn=settings.SENTRY_DSN,
            integrations=[DjangoIntegration(), CeleryIntegration()],
            send_default_pii=False,
            include_local_variables=False,
            max_request_body_size="never",
            before_send=scrub,
            before_breadcrumb=lambda _crumb, _hint: None,
        )


def scrub(event: Any, hint: Any) -> Any:  # noqa: ARG001
    """
    Keep of an event what helps to mend a fault, and nothing that names a person.
    """
    request = event.get("request") or {}
    event["request"] = {key: request[key] for key in REQUEST_KEYS if key in request}
    event.pop("user", None)
    event.pop("extra", None)
    event.pop("breadcrumbs", None)
    event["tags"] = {"tenant": current() or "none", "request_id": request_id() or "none"}
    return _without_people(event)


def _without_people(value: Any) -> Any:
    if isinstance(value, str):
        return PERSONAL.sub(HIDDEN, value)
    if isinstance(value, dict):
        return {key: _without_people(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_people(item) for item in value]
    return value
