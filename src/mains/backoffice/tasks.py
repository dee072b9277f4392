from datetime import UTC, datetime

from mains.core.jobs import tenant_task
from mains.journeys import jobs, onboard_provider


@tenant_task(jobs.BUILD_PROVIDER)
def build_provider(*, application_id: int, **_later: object) -> None:
    onboard_provider.build(application_id=application_id, now=datetime.now(UTC))
