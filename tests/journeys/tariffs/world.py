"""A small utility whose tariff is entered as a provider would, and one home that it bills."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

SLUG = "willow"


def file_of(
    *components: dict[str, Any],
    country: str = "ES",
    currency: str = "EUR",
    zone: str = "Europe/Madrid",
    start: str = "2009-01-01",
    **changed: Any,
) -> Any:
    """
    Return a tenant file with one service `supply` and one tariff `home` of some components.
    """
    from tests.factories import utilities

    from mains.tenancy.tenantfile import parse

    content = utilities.file_of("balta", schema_name=SLUG).model_dump(
        mode="json", exclude_none=True
    )
    content["locale"] |= {"timezone": zone, "currency": currency, "country": country}
    service = content["services"][0]
    service.pop("estimate", None)
    service["code"] = "supply"
    content["tariffs"] = [
        {"code": "home", "name": "Home", "service": "supply",
         "versions": [{"start_date": start, "components": [named(one) for one in components]}]}
    ]  # fmt: skip
    content.update(changed)
    return parse(content, source="test")


def named(component: dict[str, Any]) -> dict[str, Any]:
    """
    Give a component a label in the utility's languages.
    """
    label = component["code"].capitalize()
    return {"label": {"lv": label, "en": label}, "vat": "21", **component}


@contextmanager
def opened(file: Any, **home: Any) -> Iterator["Home"]:
    """
    Open the utility with its home, and leave nothing behind.
    """
    from django.db import connection
    from tests import databases

    from mains.guard import context
    from mains.journeys import configure
    from mains.tenancy import queries

    with databases.owner() as owner:
        databases.fresh_tenant(owner, SLUG)
        try:
            configure.publish(file=file, author="test", approved=True, now=at(date(2009, 1, 1)))
            queries.forget()
            with context.inside(SLUG):
                yield Home.moved_in(currency=file.locale.currency, **home)
        finally:
            context.choose(None)
            connection.close()
            databases.retire_tenant(owner, SLUG)
            queries.forget()


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


@dataclass
class Home:
    """
    An account with one contract, and the registers hung there by their quantity.
    """

    account: Any
    contract: Any
    registers: dict[str, Any] = field(default_factory=dict)
    keys: int = 0

    @classmethod
    def moved_in(
        cls,
        *,
        currency: str = "EUR",
        attributes: dict[str, str] | None = None,
        contract_class: str = "home",
        zone: str = "",
    ) -> "Home":
        from tests.factories import meters

        from mains.customers.models import Account, Company, Contract, Customer

        customer = Customer.objects.create(
            name="Anna Ozola", email="anna@home.example", language="en"
        )
        account = Account.objects.create(
            number="10000001",
            customer=customer,
            company=Company.objects.get(),
            currency=currency,
            postal_address="Iela 1\nRīga",
        )
        point = meters.supply_point("ES0012345678901234SN")
        point.attributes, point.zone = attributes or {}, zone
        point.save()
        contract = Contract.objects.create(
            account=account,
            supply_point=point,
            service="supply",
            contract_class=contract_class,
            tariff_code="home",
            start_date=date(2009, 1, 1),
        )
        return cls(account, contract)

    def hang(self, quantity: str, *, unit: str = "kWh", size: str = "", code: str = "1.8.0") -> Any:
        """
        Hang a meter with a register of a quantity.
        """
        from tests.factories import meters

        from mains.metering.models import Meter, Register

        meter = Meter.objects.create(serial=f"M-{quantity}", service="supply", size=size)
        register = Register.objects.create(
            meter=meter, code=code, quantity=quantity, unit=unit, digits=7, decimals=3
        )
        meters.hang(register, self.contract.supply_point, start=date(2009, 1, 1))
        self.registers[quantity] = register
        return register

    def read(self, quantity: str, day: date, value: str, *, month: date | None = None) -> None:
        """
        Store what somebody read; it belongs to the month before its day, if that is the first.
        """
        from mains.metering.models import Reading

        self.keys += 1
        shown_by = day - timedelta(days=1)
        Reading.objects.create(
            register=self.registers[quantity],
            read_date=shown_by,
            value=Decimal(value),
            period_start=month or shown_by.replace(day=1),
            source="SELF",
            quality="ACCEPTED",
            received_at=at(day),
            sent_key=f"test:{self.keys}",
        )

    def used(self, quantity: str, start: date, end: date, value: str, **meter: str) -> None:
        """
        Hang a meter and read it at both ends of a period.
        """
        self.hang(quantity, **meter)
        self.read(quantity, start, "100")
        self.read(quantity, end, str(Decimal(100) + Decimal(value)))

    def bill(self, start: date, end: date) -> dict[str, Any]:
        """
        Bill a period on the way that the console takes, and return the facts of the bill.
        """
        from mains.billing.models import Bill
        from mains.core.calendars import Period
        from mains.customers.models import Company
        from mains.journeys import bill_run
        from mains.tenancy import queries

        tenant, now = queries.tenant(SLUG), at(end + timedelta(days=4))
        run = bill_run.start(
            tenant=tenant,
            company=Company.objects.get(),
            period=Period(start, end),
            started_by="ana",
            now=now,
        )
        run = bill_run.rehearse(tenant=tenant, run=run)
        held = [held for chunk in run.chunks.all() for held in chunk.held]
        assert not held, held
        run = bill_run.approve(tenant=tenant, run=run, approved_by="bob", now=now)
        run = bill_run.issue(tenant=tenant, run=run, now=now)
        return json.loads(Bill.objects.get(run=run).facts)


def nets(facts: dict[str, Any]) -> dict[str, str]:
    """
    Return what each line comes to, by its code; lines of one code joined by a plus.
    """
    found: dict[str, str] = {}
    for line in facts["lines"]:
        known = found.get(line["code"])
        found[line["code"]] = line["net"] if known is None else f"{known} + {line['net']}"
    return found


def sums(facts: dict[str, Any]) -> tuple[str, str, str]:
    """
    Return net, tax and total of a bill.
    """
    return facts["net"], facts["tax"], facts["total"]
