from mains.core.jobs import tenant_task
from mains.sandbox import jobs, webhooks


@tenant_task(jobs.DELIVER)
def deliver_webhook(*, event_id: int, **_later: object) -> None:
    webhooks.deliver(event_id=event_id)
