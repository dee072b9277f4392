from mains.core.jobs import tenant_task
from mains.privacy import actions, jobs
from mains.tenancy import queries


@tenant_task(jobs.BUILD_EXPORT)
def build_export(*, job_id: int, **_later: object) -> None:
    tenant = queries.current_tenant()
    actions.build_export(job_id=job_id, tenant=tenant, now=tenant.now())
