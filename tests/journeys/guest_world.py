"""Somebody at a meter with a bill in hand and no login, and what their readings left behind."""

import time
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.core.cache import cache
from tests.journeys import console_world
from tests.journeys.joining_world import Newcomer, account, forget_tries, messages

from mains.demo.pages import Page
from mains.guard.context import inside
from mains.metering.models import Reading
from mains.metering.queries import RegisterRow, registers_of
from mains.notifications.models import Message
from mains.tenancy import queries
from mains.tenancy.tenantfile.identity import Evidence

SLUG = "teplo"
START = "/readings/guest/"
NOVEMBER = date(2026, 11, 1)


class Guest(Newcomer):
    """
    Somebody who reads the meters of an account without signing in.
    """

    @property
    def registers(self) -> list[RegisterRow]:
        """
        Return the registers of the account by service: heating, then hot water.
        """
        tenant = queries.tenant(self.slug)
        with inside(self.slug):
            return registers_of(account_ids=[self.account.pk], today=tenant.date_of(tenant.now()))

    @property
    def register(self) -> RegisterRow:
        return next(one for one in self.registers if one.service == "hot_water")

    def identify(self, **changes: str) -> Page:
        return self.state_facts(START, **changes)

    def likely(self, times: int = 1) -> str:
        """
        Return what the hot-water meter shows when as much as usual was used, or times as much.
        """
        register = self.register
        tenant = queries.tenant(self.slug)
        days = (tenant.date_of(tenant.now()) - register.last_date).days
        used = register.usual_daily * days * times
        return f"{(register.last_value + used).quantize(Decimal('0.1'))}"

    def send(self, page: Page, value: str = "", **typed: str) -> Page:
        name = f"reading-{self.register.register_id}"
        return self.submit(page, **{name: value or self.likely(), **typed})

    def sends(self, value: str = "") -> Page:
        """
        Identify and send what the hot-water meter shows, an unusual value as well.
        """
        answered = self.send(self.identify(), value)
        if answered.status == 422:
            box = f"confirm-{self.register.register_id}"
            return self.submit(answered, **{box: "on"})
        return answered

    def readings(self) -> list[Reading]:
        with inside(self.slug):
            ids = [register.register_id for register in self.registers]
            return list(
                Reading.objects.filter(register_id__in=ids, period_start__gte=NOVEMBER).order_by(
                    "pk"
                )
            )

    def told(self) -> list[Message]:
        kind = f"reading-by-guest:{self.account.pk}."
        return [one for one in messages(self.slug, "reading-by-guest") if one.key.startswith(kind)]


def guest(company: str = "teplo", position: int = 0) -> Guest:
    """
    Return somebody with the bill of an account that no login sees.
    """
    first = account(SLUG, company__code=company)
    if not position:
        return Guest(SLUG, first)
    with inside(SLUG):
        others = type(first).objects.filter(company=first.company, pk__gt=first.pk)
        return Guest(SLUG, others.select_related("customer", "company").order_by("pk")[position])


def begin_anew() -> None:
    """
    Forget what earlier tests read, told and tried.
    """
    forget_tries(SLUG)
    with inside(SLUG):
        cache.clear()
        Reading.objects.filter(period_start__gte=NOVEMBER).delete()
        Message.objects.filter(kind__in=("reading-by-guest", "reading-link")).delete()


def switched(**services: bool) -> tuple[dict[str, object], ...]:
    """
    Return the services of the tenant's file with guests taken or not, by code.
    """
    return tuple(
        {
            **service.model_dump(mode="json"),
            "guest_readings": services.get(service.code, service.guest_readings),
        }
        for service in queries.tenant(SLUG).file.services
    )


def shown(page: Page, about: Mapping[str, object]) -> list[str]:
    """
    Return what of a person or an account stands on a page, wherever in its source.
    """
    body = page.body.decode()
    return [name for name, text in about.items() if str(text) and str(text) in body]


def secrets_of(kim: Guest) -> dict[str, object]:
    """
    Return what a guest must never be shown: who the holder is, where, and what was used.
    """
    customer = kim.account.customer
    told = {"name": customer.name, "email": customer.email, "tax": customer.tax_id}
    told |= {"amount": kim.paper[Evidence.BILL_AMOUNT], "address": kim.paper[Evidence.ADDRESS]}
    for register in kim.registers:
        for text in (register.last_value.normalize(), register.last_value.quantize(Decimal("0.1"))):
            for mark in (".", ","):
                told[f"last {text:f}{mark}"] = f"{text:f}".replace(".", mark)
    return told


def with_holder() -> tuple[Guest, Guest]:
    """
    Return a guest at an account's meters, and its holder, who has a login.
    """
    from tests.journeys.test_joining_teplo import with_login

    kim = guest()
    holder = Guest(SLUG, kim.account)
    with_login(holder)
    assert holder.state_facts("/accounts/link/").url.endswith("/accounts/")
    return kim, holder


def sends_as_holder(holder: Guest, value: str = "") -> Page:
    """
    Send a reading on the holder's own page, and confirm it where it is unusual.
    """
    answered = holder.send(holder.open("/readings/"), value)
    if answered.status == 422:
        return holder.submit(answered, **{f"confirm-{holder.register.register_id}": "on"})
    return answered


def desk_of(role: str = "OWNER") -> console_world.Desk:
    """
    Return the console of somebody who works for the tenant.
    """
    email = f"{role.lower()}{time.time_ns()}@staff.example"
    console_world.add_staff(email, (SLUG, role))
    return console_world.signed_in(email, SLUG)
