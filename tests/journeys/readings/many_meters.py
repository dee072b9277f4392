"""Hundreds of meters of one login, and what it does on the page for many readings."""

import html
import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.journeys.sharing_world import SLUG, Person

from mains.guard.context import inside

PAGE, CHECK, SENT = "/readings/many/", "/readings/many/check/", "/readings/many/sent/"
BEFORE, LAST = Decimal(1_000), Decimal(1_184)


def hang(
    count: int, *, prefix: str = "MANY", codes: tuple[str, ...] = ("1",), slug: str = SLUG
) -> list[Any]:
    """
    Return as many new accounts, each with a meter that used two cubic metres a day since July.

    Meters are called `<prefix>-000`, `<prefix>-001` and so on, and last showed 1184.
    """
    from mains.customers.models import Account, Contract, SupplyPoint
    from mains.metering.models import Meter, MeterInstallation, Reading, Register

    with inside(slug):
        first = Account.objects.select_related("customer", "company").order_by("number")[0]
        accounts = Account.objects.bulk_create(
            Account(
                number=f"{prefix}{at:06d}", customer=first.customer, company=first.company,
                currency=first.currency, postal_address="",
            )
            for at in range(count)
        )  # fmt: skip
        points = SupplyPoint.objects.bulk_create(
            SupplyPoint(
                code=f"{prefix}-P{at}", street=f"Łąkowa {at}", city="Lviv", post_code="79000"
            )
            for at in range(count)
        )
        Contract.objects.bulk_create(
            Contract(
                account=account, supply_point=point, service="hot_water", contract_class="home",
                tariff_code="home", start_date="2025-01-01",
            )
            for account, point in zip(accounts, points, strict=True)
        )  # fmt: skip
        meters = Meter.objects.bulk_create(
            Meter(serial=f"{prefix}-{at:03d}", service="hot_water") for at in range(count)
        )
        MeterInstallation.objects.bulk_create(
            MeterInstallation(meter=meter, supply_point=point, start_date="2025-01-01")
            for meter, point in zip(meters, points, strict=True)
        )
        registers = Register.objects.bulk_create(
            Register(meter=meter, code=code, quantity="volume", unit="m3", digits=5)
            for meter in meters
            for code in codes
        )
        Reading.objects.bulk_create(
            Reading(
                register=register, read_date=day, value=value, source="IMPORT",
                quality="ACCEPTED", verdict="OK", period_start=day.replace(day=1),
                received_at=datetime(day.year, day.month, day.day, 9, tzinfo=UTC),
                sent_key=f"{prefix}:{day}:{register.pk}",
            )
            for register in registers
            for day, value in ((date(2026, 7, 31), BEFORE), (date(2026, 10, 31), LAST))
        )  # fmt: skip
    return list(accounts)


def three_bad(prefix: str = "MANY") -> list[tuple[str, str]]:
    """
    Return readings of two hundred meters, three of which cannot be sent.
    """
    rows = likely(200, prefix=prefix)
    rows[3] = ("NOBODYS-1", "1240")
    rows[50] = (f"{prefix}-050", "12x4")
    rows[120] = (f"{prefix}-120", "1234567")
    return rows


def text_of(rows: list[tuple[str, ...]], *, sign: str = "\t") -> str:
    return "\n".join(sign.join(row) for row in rows)


def likely(count: int, *, prefix: str = "MANY") -> list[tuple[str, str]]:
    """
    Return an ordinary reading for each meter, on the 28th of November.
    """
    return [(f"{prefix}-{at:03d}", str(1_230 + at % 60)) for at in range(count)]


def paste(person: Person, text: str) -> Any:
    return person.post(PAGE, text=text)


def upload(person: Person, name: str, content: bytes) -> Any:
    return person.post(PAGE, text="", file=SimpleUploadedFile(name, content))


def carried(page: Any) -> dict[str, str]:
    """
    Return what the check page, or the receipt, sends back with its buttons, as it stands there.
    """
    whole = page.content.decode().split('class="switcher"')[-1]
    found = {
        name: html.unescape(value)
        for name, value in re.findall(
            r'<input type="hidden" name="(key|rows)" value="(.*?)"', whole
        )
    }
    for tag in re.findall(r"<input type=\"text\".*?>", whole):
        name = re.search(r'name="((?:meter|register|value)-\d+)"', tag)
        value = re.search(r'value="(.*?)"', tag)
        if name:
            found[name[1]] = html.unescape(value[1]) if value else ""
    return found


def rows_in(page: Any) -> list[list[Any]]:
    return json.loads(carried(page)["rows"])


def send(person: Person, page: Any, **typed: str) -> Any:
    """
    Press the button that sends, with what was typed and ticked.
    """
    return person.post(CHECK, **{**carried(page), **typed, "send": "1"})


def again(person: Person, page: Any, **typed: str) -> Any:
    return person.post(CHECK, **{**carried(page), **typed, "look": "1"})


def stored(prefix: str = "MANY", *, slug: str = SLUG) -> list[Any]:
    """
    Return the readings that were sent for such meters, by the meter.
    """
    from mains.metering.models import Reading

    with inside(slug):
        found = Reading.objects.filter(register__meter__serial__startswith=f"{prefix}-")
        return list(
            found.exclude(source="IMPORT")
            .select_related("register__meter")
            .order_by("register__meter__serial", "pk")
        )


def text(page: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.content.decode())).split())
