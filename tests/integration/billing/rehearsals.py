"""A utility with six customers in three chunks, billed for September, to rehearse October with."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tests.factories import utilities

from mains.billing.models import Bill, BillRun
from mains.billing.rules.outcomes import Outcome
from mains.billing.runs import overview, proving
from mains.core.calendars import Period
from mains.customers.models import Account, Company, Contract, DeliveryPreference, Mandate
from mains.journeys import bill_run, configure, sample_customers
from mains.metering.models import Reading, Register
from mains.tariffs.models import Tariff, TariffVersion
from mains.tenancy import queries
from mains.tenancy.queries import TenantInfo

COUNT = 6
SEPTEMBER = Period(date(2026, 9, 1), date(2026, 10, 1))
# After the rehearsal, and when the run is issued.
LATER = datetime(2026, 11, 5, 9, tzinfo=UTC)
ISSUE = datetime(2026, 11, 6, 9, tzinfo=UTC)


@dataclass
class Rehearsal:
    """
    The run of October, and what may happen to its customers; they are counted from 0.
    """

    tenant: TenantInfo
    run: BillRun

    @property
    def accounts(self) -> list[Account]:
        return list(Account.objects.order_by("pk"))

    def outcomes(self) -> list[Outcome]:
        return overview.accounts_in(run_id=self.run.pk, limit=1_000)

    def states(self) -> list[str]:
        return [one.state for one in self.outcomes()]

    def bills(self) -> list[Bill]:
        return list(Bill.objects.filter(run=self.run).order_by("account_id"))

    def billed(self) -> list[int]:
        """
        Return which customers have a bill of the run.
        """
        positions = {account.pk: n for n, account in enumerate(self.accounts)}
        return [positions[bill.account_id] for bill in self.bills()]

    def unlike_rehearsed(self) -> list[int]:
        return proving.unlike_rehearsed(run_id=self.run.pk)

    def rehearse(self) -> None:
        self.run = bill_run.rehearse(tenant=self.tenant, run=self.run, now=utilities.NOW)

    def approve(self, by: str = "bob") -> None:
        self.run = bill_run.approve(
            tenant=self.tenant, run=self.run, approved_by=by, now=utilities.NOW
        )

    def issue(self) -> None:
        try:
            bill_run.issue(tenant=self.tenant, run=self.run, now=ISSUE)
        finally:
            self.run.refresh_from_db()

    def take_up(self) -> int:
        count = bill_run.take_up(
            tenant=self.tenant, run_id=self.run.pk, taken_up_by="ana", now=ISSUE
        )
        self.run.refresh_from_db()
        return count

    # What may change in between.

    def read(self, customer: int, more: int = 5, day: date = date(2026, 10, 31)) -> Reading:
        """
        Store a reading that came after the rehearsal, so much above the one of its month.
        """
        known = self._reading(customer)
        return Reading.objects.create(
            register_id=known.register_id,
            read_date=day,
            value=known.value + more,
            period_start=day.replace(day=1),
            source="SELF",
            quality="ACCEPTED",
            received_at=LATER,
            sent_key=f"late:{customer}:{day}",
        )

    def reprice(self, customer: int, price: str = "0.5") -> None:
        """
        Change the price of the tariff that only this customer has.
        """
        version = TariffVersion.objects.get(tariff__code=f"own{customer}")
        for component in version.components:
            component["price"] = price
        version.save()

    def deliver_on_paper(self, customer: int) -> None:
        DeliveryPreference.objects.filter(contract__account=self.accounts[customer]).update(
            mode="PAPER"
        )

    def change_address(self, customer: int) -> None:
        DeliveryPreference.objects.filter(contract__account=self.accounts[customer]).update(
            email="other@home.example"
        )

    def give_mandate(self, customer: int) -> None:
        Mandate.objects.create(
            account=self.accounts[customer],
            reference="M-1",
            signed_date=date(2026, 11, 1),
            start_date=date(2026, 11, 1),
        )

    def speak_latvian(self, customer: int) -> None:
        owner = self.accounts[customer].customer
        owner.language = "lv" if owner.language == "en" else "en"
        owner.save()

    def unread(self, customer: int) -> None:
        self._reading(customer).delete()

    def _reading(self, customer: int) -> Reading:
        register = Register.objects.order_by("pk")[customer]
        return Reading.objects.filter(
            register=register, period_start__lte=date(2026, 10, 1)
        ).latest("read_date", "received_at")


def started(monkeypatch: Any, **billing: Any) -> Rehearsal:
    """
    Start the run of October with two accounts in a chunk; customer 2 has a tariff of their own.

    Nothing is estimated, so that who has no reading is blocked.
    """
    from mains.billing import actions

    monkeypatch.setattr(actions, "CHUNK", 2)
    file = utilities.file_of("balta", schema_name="alder")
    service = file.services[0].model_copy(update={"estimate": None})
    file = file.model_copy(
        update={
            "billing": file.billing.model_copy(update=billing),
            "services": (service, *file.services[1:]),
        }
    )
    configure.publish(file=file, author="test", approved=True, now=utilities.NOW)
    queries.forget()
    tenant = queries.tenant("alder")
    sample_customers.fill(
        file=tenant.file, today=utilities.NOW.date(), now=utilities.NOW, count=COUNT
    )
    _own_tariff(2)
    run = utilities.started(tenant=tenant, period=SEPTEMBER)
    bill_run.issue(tenant=tenant, run=run, now=utilities.NOW)
    run = bill_run.start(
        tenant=tenant,
        company=Company.objects.get(),
        period=utilities.OCTOBER,
        started_by="ana",
        now=utilities.NOW,
    )
    return Rehearsal(tenant, run)


def _own_tariff(customer: int) -> None:
    tariff = Tariff.objects.get(code="home")
    versions = list(tariff.versions.all())
    tariff.pk, tariff.code = None, f"own{customer}"
    tariff._state.adding = True
    tariff.save()
    for version in versions:
        version.pk, version.tariff = None, tariff
        version._state.adding = True
        version.save()
    account = Account.objects.order_by("pk")[customer]
    Contract.objects.filter(account=account).update(tariff_code=tariff.code)


def rehearsed(monkeypatch: Any, **billing: Any) -> Rehearsal:
    made = started(monkeypatch, **billing)
    made.rehearse()
    return made


def approved(monkeypatch: Any, **billing: Any) -> Rehearsal:
    made = rehearsed(monkeypatch, **billing)
    made.approve()
    return made


def more_used(customer: int, more: int) -> None:
    """
    Let a customer have used more in October than in September.
    """
    register = Register.objects.order_by("pk")[customer]
    reading = Reading.objects.get(register=register, period_start=date(2026, 10, 1))
    reading.value += Decimal(more)
    reading.save()
