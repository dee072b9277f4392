from mains.core.jobs import tenant_task
from mains.sandbox import jobs, webhooks


@tenant_task(jobs.DELIVER)
def deliver_webhook(*, checkout_id: int, **_later: object) -> None:
    webhooks.deliver(checkout_id=checkout_id)
