"""What happens to some of the demo's customers, so that there is something to see and to do."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from mains.customers.models import Account
from mains.journeys import bill_run, budget_desk, sample_customers
from mains.metering import exchanging, queries
from mains.metering.actions import Sending
from mains.metering.exchanging import Exchange
from mains.metering.models import (
    MeterInstallation,
    Reading,
    ReadingQuality,
    ReadingSource,
    Register,
)
from mains.metering.rules.plausibility import Outcome
from mains.tenancy.queries import TenantInfo

# Customers by their number; the first one is who signs in.
UNREAD, UNUSUAL, EXCHANGED, FIXED = 16, 17, 18, 19


def forget_a_reading(*, tenant: TenantInfo, now: datetime) -> None:
    """
    Let nobody read one customer's meters in the month that is billed last: they are estimated.
    """
    last = bill_run.period_before(tenant=tenant, today=tenant.date_of(now))
    services = [service.code for service in tenant.file.services if service.estimate]
    Reading.objects.filter(
        register__in=_registers(tenant, UNREAD).filter(meter__service__in=services),
        period_start__gte=last.start,
    ).delete()


def leave_to_do(*, tenant: TenantInfo, now: datetime) -> None:
    """
    Leave a reading to be checked, a meter that was exchanged a week ago, and somebody who pays a
    fixed amount from the next bill on.
    """
    _send_an_unusual_reading(tenant, now)
    _exchange_a_meter(tenant, now)
    if tenant.file.budget_billing is not None:
        _agree_on_a_fixed_amount(tenant, now)


def _send_an_unusual_reading(tenant: TenantInfo, now: datetime) -> None:
    register = _registers(tenant, UNUSUAL).first()
    last = queries.counting(register_id=register.pk) if register else None
    if register is None or last is None:
        return
    Reading.objects.create(
        register=register,
        read_date=tenant.date_of(now),
        # Twelve times what it usually counts in a month.
        value=last.value + _monthly(register) * 12,
        period_start=tenant.date_of(now).replace(day=1),
        source=ReadingSource.SELF,
        quality=ReadingQuality.NEEDS_REVIEW,
        verdict=Outcome.HIGH.value,
        received_at=now,
        sent_key="demo:unusual",
    )


def _monthly(register: Register) -> Decimal:
    values = register.readings.order_by("-read_date").values_list("value", flat=True)[:2]
    return values[0] - values[1] if len(values) > 1 else Decimal(1)


def _exchange_a_meter(tenant: TenantInfo, now: datetime) -> None:
    register = _registers(tenant, EXCHANGED).first()
    last = queries.counting(register_id=register.pk) if register else None
    if register is None or last is None:
        return
    day = tenant.date_of(now) - timedelta(days=7)
    if day <= last.read_date:
        return
    installation = MeterInstallation.objects.get(meter=register.meter, end_date=None)
    exchanging.exchange(
        installation_id=installation.pk,
        exchange=Exchange(
            day=day,
            serial=f"{register.meter.serial}N",
            digits=register.digits,
            final={register.code: f"{last.value:f}"},
            initial={register.code: "0"},
        ),
        sending=Sending(
            source=ReadingSource.STAFF,
            user_id=None,
            key="demo:exchange",
            decimal_mark=".",
            now=now,
            zone=tenant.zone,
        ),
        actor="system",
    )


def _agree_on_a_fixed_amount(tenant: TenantInfo, now: datetime) -> None:
    today = tenant.date_of(now)
    account = Account.objects.get(number=sample_customers.account_number(tenant.file, FIXED, 0))
    for offer in budget_desk.offers(tenant=tenant, account_id=account.pk, today=today):
        if offer.suggested is not None:
            budget_desk.put_on(
                tenant=tenant,
                account_id=account.pk,
                contract_id=offer.contract_id,
                monthly_minor=offer.suggested.minor,
                since=budget_desk.next_period(tenant=tenant, today=today),
                by="Alex Staff",
                actor="system",
                now=now,
            )
            return


def _registers(tenant: TenantInfo, number: int) -> QuerySet[Register]:
    account = sample_customers.account_number(tenant.file, number, 0)
    return (
        Register.objects.select_related("meter")
        .filter(meter__installations__supply_point__contracts__account__number=account)
        .order_by("pk")
    )
