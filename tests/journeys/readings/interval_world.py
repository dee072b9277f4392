"""Hanna's electricity meter, files that name it, and the console that takes them."""

import re
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.journeys.sharing_world import SLUG

from mains.guard.context import inside

PLACE = "readings/imports/"
HEADER = "point;start;value;quality\n"
# Columns that none of our formats has.
OWN = "Device;Begin;Use kWh;Kind\n"
DAY = date(2026, 5, 1)


def register(account: Any) -> Any:
    """
    Return the electricity register of an account.
    """
    from mains.metering.models import Register

    with inside(SLUG):
        return (
            Register.objects.select_related("meter")
            .filter(
                meter__service="electricity",
                meter__installations__supply_point__contracts__account=account.pk,
            )
            .order_by("pk")[0]
        )


def serial(account: Any) -> str:
    return str(register(account).meter.serial)


def hours(point: str, *values: str, day: date = DAY, mark: str = "M") -> str:
    """
    Return rows of a summer day in Kyiv, an hour each from midnight on.
    """
    return "".join(
        f"{point};{day}T{hour:02d}:00+03:00;{value};{mark}\n" for hour, value in enumerate(values)
    )


def own_rows(point: str, *values: str, day: date = DAY) -> str:
    return "".join(
        f"{point};{day:%d.%m.%Y} {hour:02d}:00;{value};M\n" for hour, value in enumerate(values)
    )


def upload(olga: Any, text: str | bytes, *, profile: str = "", name: str = "May.csv") -> Any:
    content = text.encode() if isinstance(text, str) else text
    return olga.post(PLACE, {"file": SimpleUploadedFile(name, content), "profile": profile})


def place_of(answer: Any) -> str:
    """
    Return where a redirect leads, within the tenant's console.
    """
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"]).removeprefix(f"/{SLUG}/")


def page(olga: Any, answer: Any) -> str:
    """
    Return the page that a redirect leads to, or the one that it leads to in turn.
    """
    found = olga.get(place_of(answer))
    if found.status_code == 302:
        found = olga.get(place_of(found))
    return re.sub(r"\s+", " ", found.content.decode())


def stored() -> dict[tuple[int, date], list[int | None]]:
    from mains.metering.models import IntervalDay

    with inside(SLUG):
        return {(row.register_id, row.day): row.values for row in IntervalDay.objects.all()}


def imports() -> list[Any]:
    from mains.metering.models import MeterImport

    with inside(SLUG):
        return list(MeterImport.objects.order_by("pk"))


def files() -> list[Any]:
    """
    Return the files that are kept for imports, and what is noted of them.
    """
    from mains.documents.models import StoredFile

    with inside(SLUG):
        return list(StoredFile.objects.filter(kind__startswith="meter-").order_by("pk"))


def forget() -> None:
    """
    Take everything that imports left.
    """
    from mains.documents import waiting
    from mains.metering.models import IntervalDay, MeterImport, Reading, ReplacedDay

    with inside(SLUG):
        for entry in MeterImport.objects.all():
            Reading.objects.filter(pk__in=entry.reading_ids).delete()
        for model in (IntervalDay, ReplacedDay, MeterImport):
            model.objects.all().delete()
        for file in files():
            waiting.let_go(name=file.key.rpartition("/")[2])
