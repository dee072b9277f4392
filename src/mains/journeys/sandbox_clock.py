"""Let a sandbox live on another day."""

from datetime import UTC, date, datetime, time

from mains.guard.context import PUBLIC, inside
from mains.journeys import sample_customers
from mains.tenancy import actions as tenancy
from mains.tenancy.queries import TenantInfo


def move_to(*, tenant: TenantInfo, day: date, real_now: datetime) -> None:
    """
    Make a day the sandbox's today, at the time of day it is; sample meters are read meanwhile.

    :raises tenancy.ClockOfLiveTenant: for a live tenant.
    """
    wall = real_now.astimezone(tenant.zone)
    wanted = datetime.combine(day, time(wall.hour, wall.minute, wall.second), tzinfo=tenant.zone)
    offset = round((wanted.astimezone(UTC) - real_now).total_seconds())
    _move(tenant, offset)
    with inside(tenant.schema_name):
        sample_customers.catch_up(today=day, now=wanted.astimezone(UTC))


def back_to_real_time(*, tenant: TenantInfo) -> None:
    """
    Give a sandbox the real time again.

    :raises tenancy.ClockOfLiveTenant: for a live tenant.
    """
    _move(tenant, 0)


def _move(tenant: TenantInfo, offset_seconds: int) -> None:
    with inside(PUBLIC):
        tenancy.move_clock(schema_name=tenant.schema_name, offset_seconds=offset_seconds)
