"""The least that was used in an hour of the last nights, where meters send interval values."""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo

from mains.core.calendars import Period
from mains.metering.interval_use import Held, values_of
from mains.metering.rules import hints, interval_use
from mains.metering.rules.interval_use import Amount

type Place = tuple[int, int, str, str, str]


class _Placed(Protocol):
    @property
    def account_id(self) -> int: ...
    @property
    def supply_point_id(self) -> int: ...
    @property
    def service(self) -> str: ...
    @property
    def quantity(self) -> str: ...
    @property
    def unit(self) -> str: ...


def place_of(one: _Placed) -> Place:
    """
    Return what a register and a series of readings have in common.
    """
    return (one.account_id, one.supply_point_id, one.service, one.quantity, one.unit)


def least_at_night(*, held: Collection[Held], zone: ZoneInfo) -> dict[Place, Decimal]:
    """
    Return the least used in an hour of each place's last seven nights, in the register's unit.

    Places whose nights are not wholly known are left out; of a place with two meters the least of
    each is added up.
    """
    last = max(one.last_day for one in held)
    first = min(one.last_day for one in held) - timedelta(days=hints.NIGHTS)
    days: dict[int, dict[date, dict[tuple[int, int], Amount]]] = {}
    wanted = {one.register_id: one for one in held}
    period = Period(first, last + timedelta(days=1))
    for register_id, day, values in values_of(register_ids=wanted, period=period):
        if wanted[register_id].on(day):
            hours = interval_use.by_hour(values, day=day, zone=zone)
            days.setdefault(register_id, {})[day] = hours
    found: dict[Place, Decimal] = {}
    for register_id, one in wanted.items():
        least = hints.least_at_night(days.get(register_id, {}))
        if least is not None:
            found[place_of(one)] = found.get(place_of(one), Decimal(0)) + least
    return found
