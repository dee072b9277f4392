"""Homes around one home, and its page."""

import html
import re
from datetime import date
from decimal import Decimal
from typing import Any

from tests.journeys import sharing_world
from tests.journeys.conftest import move_clock
from tests.journeys.estimates import world
from tests.journeys.estimates.world import SLUG

COMPARING = {"portal": {"compare_homes": True}}
ANNA = "anna@home.example"


def others(
    count: int,
    *,
    used: int = 200,
    first: int = 1,
    contract_class: str = "home",
    attributes: dict[str, Any] | None = None,
    unit: str = "kWh",
) -> list[Any]:
    """
    Add homes of somebody else that used so much in December 2026, and half of it in November.
    """
    from tests.factories import meters

    from mains.customers.models import Account, Company, Contract, Customer
    from mains.metering.models import Reading

    customer = Customer.objects.create(name="Berzs", email="b@home.example", language="en")
    account = Account.objects.create(
        number=f"2{first:07d}", customer=customer, company=Company.objects.get(), currency="EUR"
    )
    contracts = []
    for n in range(first, first + count):
        point = meters.supply_point(f"LV-{1000 + n}")
        type(point).objects.filter(pk=point.pk).update(attributes=attributes or {})
        contracts.append(
            Contract.objects.create(
                account=account, supply_point=point, service="electricity", tariff_code="home",
                contract_class=contract_class, start_date=date(2026, 1, 1),
            )
        )  # fmt: skip
        register = meters.meter(f"M{1000 + n}", unit=unit, digits=5)["1.8.0"]
        meters.hang(register, point, start=date(2026, 1, 1))
        for day, value in (
            (date(2026, 10, 31), 100), (date(2026, 11, 30), 100 + used // 2),
            (date(2026, 12, 31), 100 + used // 2 + used),
        ):  # fmt: skip
            Reading.objects.create(
                register=register, read_date=day, value=Decimal(value),
                period_start=day.replace(day=1), source="SELF", quality="ACCEPTED",
                received_at=world.at(2026, 12, 31), sent_key=f"other:{n}:{day}",
            )  # fmt: skip
    return contracts


def anna(home: Any, *more: Any, **terms: Any) -> Any:
    """
    Return the home's holder, signed in, on 15 January 2027.
    """
    from mains.guard import context

    context.choose(None)
    move_clock(SLUG, world.at(2027, 1, 15))
    return sharing_world.person(ANNA, home.account, *more, slug=SLUG, **terms)


def said(person: Any, path: str = "/usage/", **asked: str) -> str:
    """
    Return the words of a page.
    """
    page = html.unescape(person.get(path, **asked).content.decode())
    return " ".join(re.sub("<[^>]+>", " ", page).split())
