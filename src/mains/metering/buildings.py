"""Which homes share the meters of a building."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Q

from mains.audit import actions as audit
from mains.core.calendars import add_months
from mains.core.transactions import owns_transaction
from mains.customers.models import SupplyPoint
from mains.metering.models import (
    Meter,
    MeterInstallation,
    Reading,
    ReadingQuality,
    ReadingSource,
    Register,
)


class NoSuchMeter(Exception):
    """No meter of the service hangs at the building on that day, so there is nothing to share."""


class NoHome(Exception):
    """A building cannot be a home of another, or of itself."""


class InAnotherBuilding(Exception):
    """The home belongs to another building already."""


@dataclass(frozen=True, slots=True)
class BuildingRow:
    id: int
    code: str
    address: str
    homes: int


def buildings() -> list[BuildingRow]:
    """
    Return the supply points whose meters homes share, by code.
    """
    rows = SupplyPoint.objects.annotate(count=Count("homes")).filter(count__gt=0).order_by("code")
    return [BuildingRow(row.pk, row.code, row.address, row.count) for row in rows]


def building(*, building_id: int) -> SupplyPoint | None:
    """
    Return a supply point whose meters homes share, or None.
    """
    return SupplyPoint.objects.filter(pk=building_id, homes__isnull=False).first()


@owns_transaction
def share(
    *, building: SupplyPoint, home: SupplyPoint, service: str, day: date, actor: str, now: datetime
) -> int:
    """
    Let a home share a service's meters of its building from a day on, and return how many registers
    it has for that; again adds none.

    Each quantity that the building's meters measure gets a register without a dial at the home,
    which begins at zero. It is billed from the next run over that day on.

    :raises NoHome: if the building is a home itself, or the home a building.
    :raises InAnotherBuilding: if the home belongs to another building.
    :raises NoSuchMeter: if no meter of the service hangs at the building on that day.
    """
    home = SupplyPoint.objects.select_for_update().get(pk=home.pk)
    if building.pk == home.pk or building.building_id or home.homes.exists():
        raise NoHome(home.code)
    if home.building_id not in {None, building.pk}:
        raise InAnotherBuilding(home.code)
    measured = _measured(building, service, day)
    if not measured:
        raise NoSuchMeter(building.code)
    home.building = building
    home.save(update_fields=["building"])
    known = _shared(home, service, day)
    for register in measured:
        if register.quantity not in known:
            _hang(register, home, day, now)
    audit.record(
        action="building.shared",
        subject=f"supply_point:{home.pk}",
        actor=actor,
        detail={"building": building.pk, "service": service, "day": day.isoformat()},
        now=now,
    )
    return len({register.quantity for register in measured})


@owns_transaction
def stop(*, home: SupplyPoint, service: str, day: date, actor: str, now: datetime) -> int:
    """
    Let a home share its building's meters of a service no longer from a day on; return how many
    registers end. Again ends none.
    """
    ended = MeterInstallation.objects.filter(
        Q(end_date=None) | Q(end_date__gt=day),
        supply_point=home,
        meter__service=service,
        meter__registers__is_virtual=True,
        start_date__lt=day,
    ).update(end_date=day)
    if ended:
        audit.record(
            action="building.left",
            subject=f"supply_point:{home.pk}",
            actor=actor,
            detail={"service": service, "day": day.isoformat()},
            now=now,
        )
    return ended


def _measured(building: SupplyPoint, service: str, day: date) -> list[Register]:
    """
    Return one register of the building for each quantity that its meters measure on a day.
    """
    registers = Register.objects.filter(
        Q(meter__installations__end_date=None) | Q(meter__installations__end_date__gt=day),
        meter__installations__supply_point=building,
        meter__installations__start_date__lte=day,
        meter__service=service,
        is_virtual=False,
    ).order_by("quantity", "pk")
    return list(registers.distinct("quantity"))


def _shared(home: SupplyPoint, service: str, day: date) -> set[str]:
    return set(
        Register.objects.filter(
            Q(meter__installations__end_date=None) | Q(meter__installations__end_date__gt=day),
            meter__installations__supply_point=home,
            meter__service=service,
            is_virtual=True,
        ).values_list("quantity", flat=True)
    )


def _hang(register: Register, home: SupplyPoint, day: date, now: datetime) -> None:
    meter = Meter.objects.create(
        serial=f"{home.code}/{register.quantity}/{day:%Y%m%d}"[:40], service=register.meter.service
    )
    shown = Register.objects.create(
        meter=meter,
        code=register.code,
        quantity=register.quantity,
        unit=register.unit,
        digits=12,
        decimals=max(register.decimals, 3),
        is_virtual=True,
    )
    MeterInstallation.objects.create(meter=meter, supply_point=home, start_date=day)
    Reading.objects.create(
        register=shown,
        read_date=day,
        value=Decimal(0),
        # It closes nothing: what is used from that day on belongs to its month.
        period_start=add_months(day.replace(day=1), -1),
        source=ReadingSource.ALLOCATED,
        quality=ReadingQuality.ACCEPTED,
        received_at=now,
        sent_key=f"share:{shown.pk}",
    )
