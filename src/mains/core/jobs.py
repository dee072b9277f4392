"""Background jobs as values: an action queues one, and grep finds both ends."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

import structlog
from celery import current_app, shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from mains.guard import context

log = structlog.get_logger()
TENANT = "_tenant"
declared: dict[str, "Job"] = {}
registered: set[str] = set()


class TaskWithoutTenant(Exception):
    """A task message arrived that does not say for which tenant it is."""


@dataclass(frozen=True, slots=True)
class Job:
    name: str
    queue: str = "default"

    def __post_init__(self) -> None:
        declared[self.name] = self

    def send_after_commit(self, **ids: int | str) -> None:
        """
        Queue this job for the tenant being served, when the transaction commits.

        The tenant is read now: at commit time another one may be served.
        """
        payload = {**ids, TENANT: context.required()}
        transaction.on_commit(lambda: self._send(payload))

    def send(self, **ids: int | str) -> None:
        """
        Queue this job now, for the tenant being served.
        """
        self._send({**ids, TENANT: context.required()})

    def _send(self, payload: dict[str, int | str]) -> None:
        try:
            current_app.send_task(self.name, kwargs=payload, queue=self.queue)
        except OperationalError:
            # The broker only saves time: what is to be done stands in the database, and the
            # sweep finds it there.
            log.warning("job.not_queued", job=self.name)


def tenant_task(job: Job) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """
    Register a function as the one task of a job, run inside the sender's tenant.

    :raises TaskWithoutTenant: when a message without a tenant arrives.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        registered.add(job.name)

        @shared_task(name=job.name, queue=job.queue, acks_late=True, reject_on_worker_lost=True)
        @wraps(function)
        def run(**message: Any) -> None:
            schema_name = message.pop(TENANT, None)
            if not schema_name:
                raise TaskWithoutTenant(job.name)
            with context.inside(schema_name):
                function(**message)

        return cast(Callable[..., None], run)

    return register
