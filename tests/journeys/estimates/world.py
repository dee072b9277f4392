"""An electricity utility with one home, billed month by month, whether it is read or not."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

SLUG = "poplar"
# 0.20 a kWh instead of 0.10 from February 2027 on, and 12 % VAT on energy instead of 21 %.
CHEAP, DEAR, CHANGE = "0.10", "0.20", "2027-02-01"
LAST_YEAR = {"methods": ["last_year", "average"]}
# What the home used each month of 2026, January first.
USED_2026 = [300, 280, 240, 200, 160, 120, 120, 120, 150, 200, 260, 310]


def file_of(*, estimate: dict[str, Any] | None = LAST_YEAR, **changed: Any) -> Any:
    """
    Return a small tenant file: a standing charge and a price for each kWh.
    """
    from tests.factories import utilities

    from mains.tenancy.tenantfile import parse

    content = utilities.file_of("balta", schema_name=SLUG).model_dump(
        mode="json", exclude_none=True
    )
    content["services"][0].pop("estimate", None)
    if estimate is not None:
        content["services"][0]["estimate"] = estimate
    content["tariffs"][0]["versions"] = [
        _version("2025-01-01", CHEAP, "21"), _version(CHANGE, DEAR, "12"),
    ]  # fmt: skip
    content.update(changed)
    return parse(content, source="test")


def _version(start: str, price: str, vat: str) -> dict[str, Any]:
    label = {"lv": "L", "en": "Connection"}, {"lv": "E", "en": "Energy"}
    return {
        "start_date": start,
        "components": [
            {"kind": "fixed", "code": "connection", "label": label[0], "price": "5.00",
             "per": "month", "vat": "21"},
            {"kind": "unit", "code": "energy", "label": label[1], "quantity": "energy",
             "unit": "kWh", "price": price, "vat": vat},
        ],
    }  # fmt: skip


@contextmanager
def opened(file: Any) -> Iterator["Home"]:
    """
    Open the utility with its home, read through December 2026, and leave nothing behind.
    """
    from django.db import connection
    from tests import databases

    from mains.guard import context
    from mains.journeys import configure
    from mains.tenancy import queries

    with databases.owner() as owner:
        databases.fresh_tenant(owner, SLUG)
        try:
            configure.publish(file=file, author="test", approved=True, now=at(2027, 1, 1))
            queries.forget()
            with context.inside(SLUG):
                yield Home.moved_in()
        finally:
            context.choose(None)
            connection.close()
            databases.retire_tenant(owner, SLUG)
            queries.forget()


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 9, tzinfo=UTC)


@dataclass
class Home:
    """
    An account with one contract and one meter of five digits.
    """

    account: Any
    contract: Any
    register: Any
    keys: int = field(default=0)

    @classmethod
    def moved_in(cls) -> "Home":
        from tests.factories import meters

        from mains.customers.models import Account, Company, Contract, Customer

        customer = Customer.objects.create(
            name="Anna Ozola", email="anna@home.example", language="en"
        )
        account = Account.objects.create(
            number="10000001",
            customer=customer,
            company=Company.objects.get(),
            currency="EUR",
            postal_address="Iela 1\nRīga",
        )
        point = meters.supply_point("LV-1")
        contract = Contract.objects.create(
            account=account,
            supply_point=point,
            service="electricity",
            contract_class="home",
            tariff_code="home",
            start_date=date(2026, 1, 1),
        )
        home = cls(account, contract, None)
        home.register = home.hang("M1", date(2026, 1, 1))
        home.read(date(2026, 1, 1), 1_000, month=date(2025, 12, 1))
        value = 1_000
        for number, used in enumerate(USED_2026, start=1):
            value += used
            home.read(last_day(2026, number), value)
        return home

    def hang(self, serial: str, start: date, code: str = "1.8.0") -> Any:
        from tests.factories import meters

        register = meters.meter(serial, codes=(code,), digits=5)[code]
        meters.hang(register, self.contract.supply_point, start=start)
        return register

    def read(
        self,
        day: date,
        value: int | str,
        *,
        month: date | None = None,
        register: Any = None,
        **changed: Any,
    ) -> Any:
        """
        Store what somebody read.
        """
        from mains.metering.models import Reading

        self.keys += 1
        given = {
            "source": "SELF",
            "quality": "ACCEPTED",
            "received_at": datetime(day.year, day.month, day.day, 20, tzinfo=UTC),
            "sent_key": f"test:{self.keys}",
        } | changed
        return Reading.objects.create(
            register=register or self.register,
            read_date=day,
            value=Decimal(value),
            period_start=month or day.replace(day=1),
            **given,
        )

    def estimated(self) -> list[tuple[str, int, str, str]]:
        """
        Return the day, value, state and method of every estimate, in the order they were made.
        """
        from mains.metering.models import Reading

        rows = Reading.objects.filter(source="ESTIMATE").order_by("pk")
        return [(f"{r.read_date:%m-%d}", int(r.value), r.quality, r.method) for r in rows]


def last_day(year: int, month: int) -> date:
    from mains.core.calendars import Period

    return Period.month_of(date(year, month, 1)).last_day


def period_of(year: int, month: int, months: int = 1) -> Any:
    from mains.core.calendars import Period, add_months

    first = date(year, month, 1)
    return Period(first, add_months(first, months))


def started(year: int, month: int, *, months: int = 1) -> Any:
    """
    Start and rehearse the run of a period, a few days after it.
    """
    from mains.customers.models import Company
    from mains.journeys import bill_run
    from mains.tenancy import queries

    tenant, period = queries.tenant(SLUG), period_of(year, month, months)
    run = bill_run.start(
        tenant=tenant,
        company=Company.objects.get(),
        period=period,
        started_by="ana",
        now=at(period.end.year, period.end.month, 4),
    )
    return bill_run.rehearse(tenant=tenant, run=run)


def issued(run: Any) -> Any:
    from mains.journeys import bill_run
    from mains.tenancy import queries

    tenant, end = queries.tenant(SLUG), run.period_end
    now = at(end.year, end.month, 5)
    run = bill_run.approve(tenant=tenant, run=run, approved_by="bob", now=now)
    return bill_run.issue(tenant=tenant, run=run, now=now)


def bill(year: int, month: int, *, months: int = 1) -> dict[str, Any]:
    """
    Bill a period and return the facts of the home's bill.
    """
    from mains.billing.models import Bill

    run = issued(started(year, month, months=months))
    return json.loads(Bill.objects.get(run=run).facts)


def lines(facts: dict[str, Any], *, corrects: str | None = None) -> list[tuple[str, str, str]]:
    """
    Return code, quantity and net of a bill's lines, or of those that correct a month.
    """
    return [
        (line["code"], line["quantity"], line["net"])
        for line in facts["lines"]
        if (line.get("corrects") or [None])[0] == corrects
    ]
