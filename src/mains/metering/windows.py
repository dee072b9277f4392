"""The reading window that a tenant configured for a service."""

from mains.metering.rules.windows import (
    Always,
    FirstDays,
    FixedDays,
    LastDays,
    ReadingWindow,
    Rule,
)
from mains.tenancy.tenantfile import services
from mains.tenancy.tenantfile.services import Service


def window_of(service: Service) -> ReadingWindow:
    """
    Return a service's reading window as the rules understand it.
    """
    chosen = service.window
    locked = None if isinstance(chosen, services.AlwaysWindow) else chosen.locked
    return ReadingWindow(
        recommended=_rule(chosen), lock=FixedDays(locked[0], locked[1]) if locked else None
    )


def _rule(chosen: services.Window) -> Rule:
    match chosen:
        case services.LastDaysWindow():
            return LastDays(chosen.days, chosen.through)
        case services.FirstDaysWindow():
            return FirstDays(chosen.days)
        case services.FixedDaysWindow():
            return FixedDays(chosen.start, chosen.end)
        case _:
            return Always()
