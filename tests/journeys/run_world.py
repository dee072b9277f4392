"""A utility at the console with a quarter that may be billed and one that is compared with it."""

import html
from collections.abc import Iterator
from contextlib import contextmanager

from tests import databases
from tests.journeys import console_world as world

SLUG = "alder"
SPRING = {"company": "aguaviva", "start": "2026-04-01", "last": "2026-06-30"}
SUMMER = {"company": "aguaviva", "start": "2026-07-01", "last": "2026-09-30"}


@contextmanager
def opened() -> Iterator[None]:
    """
    Open the utility with four customers and an owner, and leave nothing behind.
    """
    from django.db import connection

    from mains.guard import context
    from mains.tenancy import queries

    world.open_for_business(SLUG)
    world.add_staff("olga@alder.example", (SLUG, "OWNER"))
    queries.forget()
    yield
    context.choose(None)
    connection.close()
    databases.renew(*databases.TENANTS)
    queries.forget()


def started(desk: world.Desk, period: dict[str, str]) -> str:
    return desk.post("runs/new/", period)["Location"].removeprefix(f"/{SLUG}/")


def page(desk: world.Desk, place: str) -> str:
    response = desk.get(place)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def ids() -> list[int]:
    from mains.customers.models import Account
    from mains.guard.context import inside

    with inside(SLUG):
        return list(Account.objects.order_by("pk").values_list("pk", flat=True))


def number(account_id: int) -> str:
    from mains.customers.models import Account
    from mains.guard.context import inside

    with inside(SLUG):
        return Account.objects.get(pk=account_id).number


def more_used(account_id: int, more: int) -> None:
    """
    Let an account have used more until the end of September.
    """
    from datetime import date

    from mains.customers.models import Contract
    from mains.guard.context import inside
    from mains.metering.models import Reading

    with inside(SLUG):
        contract = Contract.objects.filter(account_id=account_id, service="water").first()
        reading = Reading.objects.filter(
            register__meter__installations__supply_point_id=contract.supply_point_id,
            read_date__lt=date(2026, 10, 1),
        ).latest("read_date")
        reading.value += more
        reading.save()


def billed(run: str) -> int:
    from mains.billing.models import Bill
    from mains.guard.context import inside

    with inside(SLUG):
        return Bill.objects.filter(run_id=int(run.split("/")[1])).count()
