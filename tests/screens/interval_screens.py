"""Interval values and files that wait, for screens that show them."""

from datetime import date, timedelta
from typing import Any

from mains.guard.context import inside
from mains.journeys import import_desk
from mains.metering.models import IntervalDay, MeterImport, Register
from mains.tenancy import queries

LAST = date(2026, 11, 27)
TABLE = "Device;Begin;Use kWh;Kind\n{0};01.05.2026 00:00;1.5;M\n{0};01.05.2026 01:00;much;M\n"
OURS = "point;start;value;quality\n{0};2026-05-01T00:00+03:00;1.5;M\nGHOST;x;1;M\n"


def store(slug: str, account_id: int) -> None:
    """
    Have the first meter of an account send hours for two Novembers, some of them estimated.
    """
    with inside(slug):
        register = Register.objects.filter(
            meter__installations__supply_point__contracts__account=account_id
        ).order_by("pk")[0]
        IntervalDay.objects.bulk_create(
            IntervalDay(
                register_id=register.pk, day=day, import_id=0, minutes=60, decimals=3,
                values=[(hour * 37 + day.day * 11) % 900 + 100 for hour in range(24)],
                qualities=[1 if day.day % 9 == 0 and hour > 15 else 2 for hour in range(24)],
            )
            for number in range(27)
            for day in (LAST - timedelta(days=number), LAST - timedelta(days=365 + number))
        )  # fmt: skip


def waiting(slug: str) -> dict[str, str]:
    """
    Return the names of a table that nobody has described, of a file to be imported, of one that
    cannot be read, and the number of an import.
    """
    tenant = queries.tenant(slug)
    with inside(slug):
        serial = Register.objects.select_related("meter").order_by("pk")[0].meter.serial

        def kept(text: str, profile: str = "") -> str:
            return import_desk.receive(
                tenant=tenant, content=text.format(serial).encode(), file_name="May 2026.csv",
                profile_key=profile, by="command_line", now=tenant.now(),
            )  # fmt: skip

        names: dict[str, Any] = {
            "table": kept(TABLE), "read": kept(OURS, "csv"), "bad": kept(OURS, "mscons"),
        }  # fmt: skip
        done = kept(OURS.replace("1.5", "2.5"), "csv")
        import_desk.take(tenant=tenant, name=done, by="command_line", now=tenant.now())
        names["import"] = str(MeterImport.objects.latest("pk").pk)
    return names
