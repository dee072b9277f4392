from datetime import UTC, datetime

from mains.core.jobs import tenant_task
from mains.notifications import actions, jobs


@tenant_task(jobs.SEND_MESSAGES)
def send_messages(**_later: object) -> None:
    actions.send_queued(now=datetime.now(UTC))
