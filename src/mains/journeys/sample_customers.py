"""
Fill a sandbox with customers who have a year of readings behind them.

The same tenant always gets the same people; dates count back from the tenant's today. The first
customer is the example on every form: its account number is the one printed in the tenant file.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from mains.core import checksums
from mains.core.calendars import Period, add_months
from mains.core.transactions import owns_transaction
from mains.customers.models import (
    Account,
    Company,
    Contract,
    Customer,
    CustomerKind,
    DeliveryMode,
    DeliveryPreference,
    Mandate,
    SupplyPoint,
)
from mains.journeys.sample_people import Place, place_of, tax_number
from mains.metering.models import (
    Meter,
    MeterInstallation,
    Reading,
    ReadingQuality,
    ReadingSource,
    Register,
)
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.components import Blocks, Derived, Unit
from mains.tenancy.tenantfile.identity import CustomerType, Evidence
from mains.tenancy.tenantfile.services import Service
from mains.tenancy.tenantfile.tariffs import Tariff

COUNT, MONTHS = 20, 13
# A clock moved by decades must not keep a sandbox busy for ever.
MOST_READINGS = 5_000
MICRO = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Dial:
    """
    The register of a quantity: what it counts in a month, and how its dial looks.
    """

    unit: str
    monthly: Decimal
    digits: int
    decimals: int


DIALS = {
    "energy": Dial("kWh", Decimal(210), 6, 0),
    "water": Dial("m3", Decimal(16), 5, 0),
    "hot_water": Dial("m3", Decimal("3.5"), 5, 1),
    "gas": Dial("m3", Decimal(55), 5, 0),
    "heat": Dial("GJ", Decimal("4.215"), 5, 3),
}
HEAT_IN_GCAL = Dial("Gcal", Decimal("1.2"), 5, 3)
# The example customer uses exactly the monthly figure; its dwelling has this heated volume in lm³.
HEATED_VOLUME = 130


@owns_transaction
def fill(*, file: TenantFile, today: date, now: datetime, count: int = COUNT) -> list[int]:
    """
    Create sample customers and return their account ids; where there are accounts, change nothing.
    """
    if Account.objects.exists():
        return []
    place = place_of(file.locale.country)
    companies = {company.code: company for company in Company.objects.all()}
    ids = []
    for number in range(count):
        customer = _customer(file, place, number)
        for position, company in enumerate(_with_services(file)):
            account = Account.objects.create(
                number=account_number(file, number, position),
                customer=customer,
                company=companies[company],
                currency=file.locale.currency,
                postal_address=_address(place, number).replace(", ", "\n", 1),
            )
            ids.append(account.pk)
            for service in file.services:
                if service.company == company:
                    _contract(file, account, service, place, number, today, now)
            if file.payments.direct_debit and number % 2 == 0:
                _mandate(account, customer, today)
    return ids


@owns_transaction
def read_everybody(*, period: Period, now: datetime) -> int:
    """
    Let every sample meter without a reading in a period be read on its last day; return how many.

    Each register goes on at the pace of its latest two readings.
    """
    readings = []
    sampled = Reading.objects.filter(sent_key__startswith="sample:").values("register_id")
    for register in Register.objects.filter(pk__in=sampled):
        latest = list(register.readings.order_by("-read_date", "-pk")[:2])
        if not latest or latest[0].period_start >= period.start:
            continue
        pace = latest[0].value - latest[1].value if len(latest) > 1 else Decimal(0)
        readings.append(
            Reading(
                register=register,
                read_date=period.last_day,
                value=latest[0].value + max(pace, Decimal(0)),
                period_start=period.last_day.replace(day=1),
                source=ReadingSource.SELF,
                quality=ReadingQuality.ACCEPTED,
                received_at=now,
                sent_key=f"sample:{register.pk}:{period.start}",
            )
        )
    Reading.objects.bulk_create(readings)
    return len(readings)


def catch_up(*, today: date, now: datetime) -> int:
    """
    Read the sample meters for every month that has ended since they were read; return how many.

    Meters of real customers are left alone. Called while serving the sandbox.
    """
    latest = (
        Reading.objects.filter(sent_key__startswith="sample:").order_by("-period_start").first()
    )
    if latest is None:
        return 0
    read = 0
    month = add_months(latest.period_start, 1)
    while add_months(month, 1) <= today and read < MOST_READINGS:
        read += read_everybody(period=Period.month_of(month), now=now)
        month = add_months(month, 1)
    return read


def account_number(file: TenantFile, number: int, position: int = 0) -> str:
    """
    Return the account number of a sample customer; the first has the example of the tenant file.
    """
    printed = next(
        (one for one in file.identifiers if one.evidence in {"account_number", "customer_code"}),
        None,
    )
    example = printed.example if printed else "10000042"
    checksum = printed.checksum if printed else None
    counted = example[: -checksums.length(checksum)] if checksum else example
    last = int(counted[-4:]) + number + 100 * position
    own = f"{counted[:-4]}{last:04d}"
    return checksums.completed(own, checksum) if checksum else own


def _with_services(file: TenantFile) -> list[str]:
    return list(dict.fromkeys(service.company for service in file.services))


def _customer(file: TenantFile, place: Place, number: int) -> Customer:
    # Where companies sign up their own way there are some to do so: every seventh customer is one.
    asked = CustomerType.COMPANY in file.registration.customer_types
    company = asked and bool(place.companies) and number % 7 == 5
    names = place.companies if company else place.names
    name = names[number % len(names)]
    return Customer.objects.create(
        kind=CustomerKind.ORGANISATION if company else CustomerKind.PERSON,
        name=name if number < len(place.names) else f"{name} {number}",
        tax_id=tax_number(file.locale.country, number, company=company),
        code=account_number(file, number) if _has_codes(file) else "",
        email=f"kunde{number}@{file.slug}.example" if number else f"anna@{file.slug}.example",
        language=file.locale.languages[0],
    )


def _has_codes(file: TenantFile) -> bool:
    return any(entry.evidence is Evidence.CUSTOMER_CODE for entry in file.identifiers)


def _address(place: Place, number: int) -> str:
    street = place.streets[number % len(place.streets)]
    return f"{street} {number + 1}, {place.post_code} {place.city}"


def _contract(
    file: TenantFile,
    account: Account,
    service: Service,
    place: Place,
    number: int,
    today: date,
    now: datetime,
) -> None:
    start = add_months(today.replace(day=1), -MONTHS)
    tariff = next(tariff for tariff in file.tariffs if tariff.service == service.code)
    point = SupplyPoint.objects.create(
        code=f"{file.locale.country}-{service.code}-{number:05d}",
        street=f"{place.streets[number % len(place.streets)]} {number + 1}",
        city=place.city,
        post_code=place.post_code,
        attributes={"heated_volume": str(HEATED_VOLUME + 5 * number)},
    )
    contract = Contract.objects.create(
        account=account,
        supply_point=point,
        service=service.code,
        contract_class="home",
        tariff_code=tariff.code,
        start_date=start,
    )
    DeliveryPreference.objects.create(
        contract=contract,
        mode=DeliveryMode(file.delivery.default_mode.upper()),
        start_date=start,
        chosen_at=now,
    )
    for quantity in _quantities(tariff):
        _meter(file, service, quantity, point, number, start, today, now)


def _quantities(tariff: Tariff) -> list[str]:
    found = []
    for component in tariff.versions[0].components:
        if isinstance(component, Unit | Blocks):
            found.append(component.quantity)
        elif isinstance(component, Derived):
            found.append(component.source)
    return list(dict.fromkeys(found))


def _meter(
    file: TenantFile,
    service: Service,
    quantity: str,
    point: SupplyPoint,
    number: int,
    start: date,
    today: date,
    now: datetime,
) -> None:
    dial = DIALS[quantity]
    if quantity == "heat" and file.locale.country == "UA":
        dial = HEAT_IN_GCAL
    meter = Meter.objects.create(
        serial=f"{service.code[:2].upper()}{quantity[:1].upper()}{800000 + number}",
        service=service.code,
        size="15",
    )
    MeterInstallation.objects.create(meter=meter, supply_point=point, start_date=start)
    register = Register.objects.create(
        meter=meter,
        code="1",
        quantity=quantity,
        unit=dial.unit,
        digits=dial.digits,
        decimals=dial.decimals,
    )
    Reading.objects.bulk_create(_readings(register, dial, number, start, today, now))


def _readings(
    register: Register, dial: Dial, number: int, start: date, today: date, now: datetime
) -> list[Reading]:
    value = Decimal(100 + 7 * number)
    step = dial.monthly * (10 + number % 8) / 10 if number else dial.monthly
    places = Decimal(1).scaleb(-dial.decimals)
    months = [
        month
        for month in Period(start, add_months(today.replace(day=1), 1)).months()
        if month.end <= today
    ]
    readings = [
        (start, add_months(start, -1), value, ReadingSource.READER),
    ]
    for month in months:
        value = (value + step).quantize(places)
        readings.append((month.end - timedelta(days=1), month.start, value, ReadingSource.SELF))
    return [
        Reading(
            register=register,
            read_date=read_date,
            value=value.quantize(MICRO),
            period_start=period_start,
            source=source,
            quality=ReadingQuality.ACCEPTED,
            received_at=now,
            sent_key=f"sample:{register.pk}:{position}",
        )
        for position, (read_date, period_start, value, source) in enumerate(readings)
    ]


def _mandate(account: Account, customer: Customer, today: date) -> None:
    Mandate.objects.create(
        account=account,
        reference=f"M{account.number}",
        holder=customer.name,
        iban="IT60X0542811101000000123456",
        signed_date=add_months(today, -12),
        start_date=add_months(today, -12),
    )
