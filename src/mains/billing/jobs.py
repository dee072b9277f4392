from mains.core.jobs import Job

WORK_ON_RUN = Job("billing.work_on_run", queue="billing")
