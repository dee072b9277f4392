from mains.core.jobs import Job

DELIVER = Job("sandbox.deliver_webhook")
