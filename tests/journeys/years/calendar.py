"""A demo utility living through a year: its clock is moved, its nights run, its bills made."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F
from tests.journeys.conftest import move_clock

from mains.core.calendars import Period
from mains.customers.models import Contract
from mains.metering.models import Reading

NEW_YEAR = datetime(2026, 1, 1, 8, tzinfo=UTC)


@contextmanager
def year_at(slug: str, *, customers: int = 4, **changed: Any) -> Iterator["Year"]:
    """
    Open a demo utility on New Year's Day with customers whose meters were read for a year.
    """
    from django.db import connection
    from tests import databases

    from mains.demo import data
    from mains.guard import context
    from mains.journeys import sample_customers
    from mains.tenancy import queries
    from mains.tenancy.tenantfile import parse

    file = next(file for file in data.files() if file.slug == slug)
    if changed:
        content = file.model_dump(mode="json", exclude_none=True)
        for section, values in changed.items():
            content[section] |= values
        file = parse(content, source="test")
    data.open_demo(file=file, now=NEW_YEAR)
    queries.forget()
    try:
        year = Year(slug)
        year.on(NEW_YEAR.date(), night=False)
        with context.inside(slug):
            sample_customers.fill(file=file, today=NEW_YEAR.date(), now=NEW_YEAR, count=customers)
            yield year
    finally:
        context.choose(None)
        connection.close()
        with databases.owner() as owner:
            databases.drop_tenant(owner, slug)
            owner.commit()
        queries.forget()


@dataclass
class Year:
    """
    The utility `slug` and its today; every day is reached in order.
    """

    slug: str
    today: date = field(default=NEW_YEAR.date())

    @property
    def tenant(self) -> Any:
        from mains.tenancy import queries

        return queries.tenant(self.slug)

    @property
    def now(self) -> datetime:
        return self.tenant.now()

    def on(self, day: date, *, night: bool = True) -> "Year":
        """
        Move the sandbox's clock to a day; whose meters are samples are read for what has ended.
        """
        from mains.guard import context
        from mains.journeys import sandbox_clock, upkeep
        from mains.tenancy import queries

        assert day >= self.today
        real = datetime.now(UTC).replace(hour=9, minute=0, second=0)
        context.choose(None)
        sandbox_clock.move_to(tenant=self.tenant, day=day, real_now=real)
        # At whatever hour this runs: towards midnight the day would soon be the next one.
        morning = real.astimezone(self.tenant.zone).timetz()
        move_clock(self.slug, datetime.combine(day, morning))
        queries.forget()
        context.choose(self.slug)
        self.today = day
        if night:
            upkeep.nightly()
        return self

    def bill(self, company: str | None = None) -> list[Any]:
        """
        Bill the period that ended last, as two people at the console do; return the bills.
        """
        from mains.billing.models import Bill, BillRun
        from mains.journeys import bill_run, run_desk

        code = company or self.tenant.file.companies[0].code
        period = bill_run.period_before(tenant=self.tenant, today=self.today)
        run_id = run_desk.start(
            tenant=self.tenant, company_code=code, period=period, started_by="ana", now=self.now
        )
        run_desk.rehearse(tenant=self.tenant, run_id=run_id)
        if BillRun.objects.get(pk=run_id).stage == "REHEARSED":
            run_desk.approve(tenant=self.tenant, run_id=run_id, approved_by="bob", now=self.now)
        run_desk.issue(tenant=self.tenant, run_id=run_id, now=self.now)
        return list(Bill.objects.filter(run_id=run_id).select_related("account").order_by("pk"))

    def put_on(self, contract: Any, monthly_minor: int, *, since: date) -> None:
        """
        Charge a contract a fixed amount from a day on.
        """
        from mains.journeys import budget_desk

        budget_desk.put_on(
            tenant=self.tenant,
            account_id=contract.account_id,
            contract_id=contract.pk,
            monthly_minor=monthly_minor,
            since=since,
            by="ana",
            actor="staff:1",
            now=self.now,
        )

    def settle(self) -> list[Any]:
        """
        Settle everybody who is due, as two people at the console do; return the bills.
        """
        from mains.journeys import budget_desk

        code = self.tenant.file.companies[0].code
        run_id = budget_desk.settle(
            tenant=self.tenant, company_code=code, started_by="ana", actor="staff:1", now=self.now
        )
        return self.issue(run_id)

    def nobody_to_settle(self) -> bool:
        """
        Tell whether nobody is due to be settled.
        """
        from mains.journeys import budget_desk

        return not any(
            one.contracts for one in budget_desk.due(tenant=self.tenant, today=self.today)
        )

    def issue(self, run_id: int) -> list[Any]:
        """
        Approve and issue a rehearsed run; return its bills.
        """
        from mains.billing.models import Bill
        from mains.journeys import run_desk

        run_desk.approve(tenant=self.tenant, run_id=run_id, approved_by="bob", now=self.now)
        run_desk.issue(tenant=self.tenant, run_id=run_id, now=self.now)
        return list(Bill.objects.filter(run_id=run_id).select_related("account").order_by("pk"))

    def finally_bill(self, account_id: int, *, until: date) -> list[Any]:
        """
        Make the final bill of an account whose contracts have ended by a day; return it.
        """
        from mains.billing.models import RunKind
        from mains.journeys import run_desk

        run_id = run_desk.start_apart(
            tenant=self.tenant,
            kind=RunKind.FINAL,
            account_id=account_id,
            until=until,
            started_by="ana",
            actor="staff:1",
            now=self.now,
        )
        return self.issue(run_id)

    def book(self, detail: str) -> int:
        """
        Return what stands on the company's revenue of one kind, in minor units.
        """
        from django.db.models import Sum

        from mains.ledger.models import LedgerAccount, Transfer

        total = 0
        for account in LedgerAccount.objects.filter(key__contains=f":{detail}:"):
            for name, sign in (("credit_id", 1), ("debit_id", -1)):
                rows = Transfer.objects.filter(**{name: account.pk})
                total += sign * (rows.aggregate(Sum("amount_minor"))["amount_minor__sum"] or 0)
        return total

    def pay(self, bill: Any, amount: str | None = None) -> None:
        """
        Book a bank transfer for a bill: all of it, or an amount.
        """
        from mains.journeys import bank_transfer

        left = self.status(bill).outstanding.as_decimal()
        bank_transfer.book(
            reference=bill.reference,
            amount=Decimal(amount) if amount else left,
            bank_reference=f"{bill.number}/{self.today}",
            value_date=self.today,
            booked_by="ana",
            now=self.now,
            today=self.today,
        )

    def status(self, bill: Any) -> Any:
        from mains.payments import queries

        found = queries.bill(bill_id=bill.pk, today=self.today)
        assert found is not None
        return found

    def mailed(self, kind: str) -> list[dict[str, str]]:
        """
        Return the values of messages of a kind, in the order they were queued.
        """
        from mains.notifications.models import Message

        return list(
            Message.objects.filter(kind=kind).order_by("pk").values_list("values", flat=True)
        )

    def window(self, service: str, *, contract_class: str = "home") -> str:
        """
        Return whether readings of a service are wanted, taken or suspended now.
        """
        from mains.metering.windows import view_for

        seen = view_for(
            tenant=self.tenant,
            service=service,
            contract_class=contract_class,
            instant=self.now,
        )
        return seen.state.value

    def facts(self, bill: Any) -> dict[str, Any]:
        """
        Return the sealed facts of a bill.
        """
        from mains.billing import queries

        found = queries.facts(bill_id=bill.pk)
        assert found is not None
        return found

    def publish_price(self, tariff: str, component: str, price: str, *, start: date) -> None:
        """
        Publish a new version of a tariff in which one component has another price.
        """
        from mains.guard import context
        from mains.journeys import configure
        from mains.tenancy import queries
        from mains.tenancy.tenantfile import parse

        content = self.tenant.file.model_dump(mode="json", exclude_none=True)
        listed = next(one for one in content["tariffs"] if one["code"] == tariff)
        rows = [dict(row) for row in listed["versions"][-1]["components"]]
        next(row for row in rows if row["code"] == component)["price"] = price
        listed["versions"].append({"start_date": start.isoformat(), "components": rows})
        context.choose(None)
        configure.publish(
            file=parse(content, source="test"), author="ana", approved=True, now=self.now
        )
        queries.forget()
        context.choose(self.slug)

    def forget_reading(self, *, month: date) -> None:
        """
        Read the meters of a month that ended, and lose what the first customer's showed.
        """
        assert self._first_readings(month).delete()[0]

    def read_more(self, *, month: date, by: int) -> None:
        """
        Read the meters of a month that ended; the first customer's shows more than others expect.
        """
        assert self._first_readings(month).update(value=F("value") + by)

    def _first_readings(self, month: date) -> Any:
        self.on(Period.month_of(month).end, night=False)
        place = Contract.objects.order_by("account_id", "pk").first().supply_point
        return Reading.objects.filter(
            period_start=month, register__meter__installations__supply_point=place
        )

    def meter_counted(self, bill: Any, start: date, end: date) -> float:
        """
        Return what the first meter of a bill's account counted between two months.
        """
        contract = bill.account.contracts.order_by("pk").first()
        values = [
            Reading.objects.filter(
                register__meter__installations__supply_point=contract.supply_point,
                quality="ACCEPTED",
                period_start__lt=day,
            )
            .order_by("-read_date")
            .first()
            .value
            for day in (start, end)
        ]
        return float(values[1] - values[0])

    def read_late(self, *, month: date) -> None:
        """
        Read the first customer's meters for a month in which nobody did, between its neighbours.
        """
        place = Contract.objects.order_by("account_id", "pk").first().supply_point
        end = Period.month_of(month).end
        following = Reading.objects.filter(
            period_start=end, register__meter__installations__supply_point=place
        )
        for after in following:
            before = (
                Reading.objects.filter(register=after.register, period_start__lt=month)
                .order_by("-period_start")
                .first()
            )
            Reading.objects.create(
                register=after.register,
                read_date=end - timedelta(days=1),
                value=(before.value + after.value) / 2,
                period_start=month,
                source="STAFF",
                quality="ACCEPTED",
                received_at=self.now,
                sent_key=f"late:{after.register_id}",
            )

    def choose_electronic(self) -> None:
        """
        Let every contract have its bills without paper from today on.
        """
        from mains.customers.models import DeliveryPreference

        DeliveryPreference.objects.all().delete()
        for contract in Contract.objects.all():
            DeliveryPreference.objects.create(
                contract=contract,
                mode="ELECTRONIC",
                email="anna@home.example",
                start_date=self.today,
                chosen_at=self.now,
                notice="Bills by e-mail",
            )

    def end_mandates(self) -> None:
        """
        End every mandate today.
        """
        from mains.customers.models import Mandate

        assert Mandate.objects.filter(end_date=None).update(end_date=self.today)

    def held(self, run: Any) -> list[int]:
        """
        Return the accounts that got no bill in a run.
        """
        from mains.billing.runs import overview

        found = overview.run(run_id=run.pk)
        return [row[0] for row in found.held]

    def take_up(self, run: Any) -> list[Any]:
        """
        Rehearse what a run left out, have it approved and issue it; return all bills of the run.
        """
        from mains.billing.models import Bill
        from mains.journeys import run_desk

        run_desk.take_up(tenant=self.tenant, run_id=run.pk, taken_up_by="ana", now=self.now)
        run_desk.approve(tenant=self.tenant, run_id=run.pk, approved_by="bob", now=self.now)
        run_desk.issue(tenant=self.tenant, run_id=run.pk, now=self.now)
        return list(Bill.objects.filter(run_id=run.pk))

    def owed(self) -> int:
        """
        Return what all customers owe, in minor units, from the ledger.
        """
        from django.db.models import Sum

        from mains.ledger.models import Balance

        return Balance.objects.aggregate(Sum("minor"))["minor__sum"] or 0

    def books_agree(self) -> bool:
        """
        Tell whether the ledger has no strays, and bills less payments are what is owed.
        """
        from django.db.models import Sum

        from mains.billing.models import Bill
        from mains.ledger import queries
        from mains.payments.models import Payment

        strays = queries.strays()
        billed = Bill.objects.aggregate(Sum("total_minor"))["total_minor__sum"] or 0
        paid = Payment.objects.aggregate(Sum("amount_minor"))["amount_minor__sum"] or 0
        return (
            strays.transfers_without_account,
            strays.wrong_balances,
            billed - paid,
        ) == (0, 0, self.owed())


def months(first: int = 1, last: int = 12, *, day: int = 5) -> list[date]:
    """
    Return a day in each of the months that follow the first to the last of 2026.
    """
    return [
        (date(2026, month, 28) + timedelta(days=4)).replace(day=day)
        for month in range(first, last + 1)
    ]


def why(bill: Any) -> list[str]:
    """
    Return in English why a bill differs from the one before.
    """
    from django.utils import translation

    from mains.billing import queries
    from mains.billing.explaining.changes import Against, comparisons, explanation
    from mains.billing.explaining.telling import telling

    against = Against.PREVIOUS
    facts = queries.facts(bill_id=bill.pk)
    assert facts is not None
    earlier_id = comparisons(bill_id=bill.pk)[against]
    found = explanation(facts=facts, against=against, earlier_id=earlier_id)
    assert found is not None
    with translation.override("en"):
        return [one.sentence for one in telling(found, services=(), language="en").causes]
