"""The steps that make a provider's portal; each of them may be repeated."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from mains.billing.models import Bill
from mains.customers.companies import all_companies
from mains.documents import actions as documents
from mains.documents import storage
from mains.guard.context import PUBLIC, inside
from mains.journeys import bill_run, sample_customers
from mains.journeys import configure as configuring
from mains.payments import booking
from mains.tenancy import owner, provisioning, queries, registry
from mains.tenancy.models import TenantState
from mains.tenancy.tenantfile import TenantFile, load, parse

AUTHOR = "sign-up"


class UnknownPreset(Exception):
    """No tenant file of this name is offered as a start."""


@lru_cache(maxsize=1)
def presets() -> tuple[TenantFile, ...]:
    """
    Return the tenant files that a provider may start from, by name.
    """
    return tuple(load(path) for path in sorted(Path(settings.TENANTS_DIR).glob("*.toml")))


def preset(name: str) -> TenantFile:
    """
    Return one of the presets.

    :raises UnknownPreset: if there is none of this name.
    """
    for file in presets():
        if file.slug == name:
            return file
    raise UnknownPreset(name)


def create_schema(
    *, application_id: int, slug: str, name: str, next_step: str, now: datetime
) -> bool:
    """
    Create the tenant and move its application on in one transaction; False if one is there.

    Because both happen or neither does, a tenant that exists before this step is never taken over.
    """
    with owner.connect() as login:
        try:
            with login.transaction():
                provisioning.create(
                    login,
                    schema_name=slug,
                    name=name,
                    hosts=[registry.host_of(slug)],
                    state=TenantState.SANDBOX,
                    now=now,
                )
                login.execute(
                    "update public.tenancy_providerapplication set step = %s where id = %s",
                    [next_step, application_id],
                )
        except provisioning.SchemaNameTaken:
            return False
    queries.forget()
    return True


def configure(
    *,
    slug: str,
    name: str,
    email: str,
    preset_name: str,
    colour: str,
    logo_name: str,
    now: datetime,
) -> None:
    """
    Publish the preset under the provider's own name, colour and logo.
    """
    data = preset(preset_name).model_dump(mode="json")
    data["slug"], data["hosts"] = slug, [registry.host_of(slug)]
    data["brand"] |= {
        "name": name,
        "colour": colour,
        "support_email": email,
        # What the preset says of its own fictional utility must not stand on another's pages.
        "support_phone": "",
        "address": "",
        "sender": f"{slug}@{settings.PLATFORM_HOST}",
        "logo": _take_logo(slug, logo_name, now) if logo_name else "",
    }
    # Nor did its provider sign what the preset's did, or write its terms.
    data["legal"] = []
    data["privacy"] |= {"processing_agreement": None, "officer": "", "processors": []}
    for position, company in enumerate(data["companies"]):
        company |= {
            "name": name if position == 0 else f"{name} {position + 1}",
            "tax_id": "",
            "address": "",
            "iban": "",
            "creditor_id": "",
            "payment_codes": {},
            "series": _series(slug, position),
        }
    file = parse(data, source=slug)
    configuring.publish(file=file, author=email, note=AUTHOR, now=now)


def _series(slug: str, position: int) -> str:
    """
    Return the letters that a company's bill numbers begin with.
    """
    letters = "".join(letter for letter in slug.upper() if letter.isalpha())[:3] or "B"
    return f"{letters}{'ABCDEFGH'[position] if position else ''}"


def _take_logo(slug: str, logo_name: str, now: datetime) -> str:
    with inside(PUBLIC):
        png = storage.get(name=f"logos/{logo_name}")
    with inside(slug):
        return documents.store_logo(png=png, now=now)


def add_customers(*, slug: str, now: datetime) -> None:
    """
    Add sample customers with a year of readings.
    """
    tenant = queries.tenant(slug)
    with inside(slug):
        sample_customers.fill(file=tenant.file, today=tenant.date_of(now), now=now)


def add_bills(*, slug: str, now: datetime) -> None:
    """
    Bill the last period of every company, and book a bank transfer for the first bill.
    """
    tenant = queries.tenant(slug)
    today = tenant.date_of(now)
    with inside(slug):
        for company in all_companies():
            try:
                run = bill_run.start(
                    tenant=tenant,
                    company=company,
                    period=bill_run.period_before(tenant=tenant, today=today),
                    started_by=AUTHOR,
                    now=now,
                )
            except (bill_run.NobodyToBill, bill_run.OverlappingRun):
                continue
            run = bill_run.rehearse(tenant=tenant, run=run)
            run = bill_run.approve(tenant=tenant, run=run, approved_by=AUTHOR, now=now)
            bill_run.issue(tenant=tenant, run=run, now=now)
        bill = Bill.objects.filter(state="ISSUED", total_minor__gt=0).order_by("pk").first()
        if bill is not None:
            booking.book_bank_transfer(
                bill_id=bill.pk,
                amount_minor=bill.total_minor,
                bank_reference="sample-1",
                value_date=today,
                booked_by=AUTHOR,
                now=now,
            )


def portal_url(slug: str) -> str:
    """
    Return the address of a tenant's portal.
    """
    return queries.tenant(slug).url
