from mains.core.jobs import Job

SEND_MESSAGES = Job("notifications.send_messages")
