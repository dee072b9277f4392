"""A tenant with a bill, its customers and its staff, and requests in every one's name."""

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from http.cookies import SimpleCookie
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLResolver, get_resolver

from mains.guard import context
from mains.guard.context import PUBLIC, inside
from mains.tenancy.tenantfile.budgets import BudgetBilling
from tests.factories import utilities
from tests.isolation import policies
from tests.journeys import console_world, logins

HOSTS = {
    "portal": "alder.localhost",
    "console": "console.localhost",
    "admin": "admin.localhost",
    "platform": "localhost",
    "cards": "cards.localhost",
    "outbox": "outbox.localhost",
}
URLCONFS = {name: f"mains.config.urls.{name}" for name in HOSTS} | {
    "admin": "mains.config.urls.backoffice"
}
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
_USER_KEY = "account_authentication_methods_user"
SCHEMAS = (PUBLIC, "alder", "birch")
# What every request may touch: the browser's own session, when it was last seen, its tries.
NOT_COMPARED = {"django_session", "usersessions_usersession", "django_migrations"}


def routes(surface: str) -> list[str]:
    """
    Return every address that a host serves, as the URLconf writes it.
    """

    def walk(patterns: Iterable[Any], before: str) -> Iterator[str]:
        for entry in patterns:
            place = before + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, place)
            else:
                yield place

    return list(dict.fromkeys(walk(get_resolver(URLCONFS[surface]).url_patterns, "")))


@dataclass
class World:
    """
    Whose objects stand in the addresses, and the browser of each caller on each host.
    """

    ids: dict[str, str]
    bodies: dict[str, dict[str, Any]]
    clients: dict[tuple[str, str], tuple[Client, SimpleCookie]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def add(self, surface: str, caller: str, client: Client) -> None:
        """
        Give a caller a browser of their own on a host.
        """
        copied = Client(raise_request_exception=False)
        self.clients[surface, caller] = (copied, copy(client.cookies))

    def path(self, route: str) -> str:
        """
        Fill an address with ids of what belongs to Anna.
        """

        def filled(found: re.Match[str]) -> str:
            name = found[1]
            return self.ids.get(f"{route.split('/')[0]}_{name}", self.ids.get(name, "unknown"))

        return "/" + re.sub(r"<\w+:(\w+)>", filled, route)

    def call(self, surface: str, caller: str, route: str, method: str) -> HttpResponse:
        """
        Send one request as somebody.
        """
        headers = {"host": HOSTS[surface]}
        body: Any = self.bodies.get(route, {}) if method not in {"GET", "HEAD", "OPTIONS"} else {}
        # Whoever signs out in one request is signed in for the next.
        client, cookies = self.clients[surface, caller]
        client.cookies = copy(cookies)
        with inside(PUBLIC):
            # Nobody is refused because others have tried too often.
            cache.clear()
        context.choose(None)
        if route.startswith("api/"):
            if caller in self.tokens:
                headers["authorization"] = f"Bearer {self.tokens[caller]}"
            return client.generic(
                method, self.path(route), _json(body), "application/json", headers=headers
            )
        if method == "POST":
            return client.post(self.path(route), body, headers=headers)
        return client.generic(method, self.path(route), headers=headers)


def _json(body: Any) -> bytes:
    import json

    return json.dumps(body).encode()


def outcome(response: HttpResponse) -> str:
    """
    Return how a request ended, as far as rights are concerned.
    """
    status = response.status_code
    if status == 401 or (status == 302 and response["Location"].startswith("/account/login/")):
        return policies.SIGN_IN
    known = {403: policies.FORBIDDEN, 404: policies.MISSING, 405: "no such method", 429: "too many"}
    return known.get(status, "broken" if status >= 500 else policies.OPEN)


def digest() -> dict[str, str]:
    """
    Return a digest of every table of three schemas.
    """
    found = {}
    for schema in SCHEMAS:
        with inside(schema), connection.cursor() as cursor:
            cursor.execute(
                "select tablename from pg_tables where schemaname = %s order by 1", [schema]
            )
            for (table,) in cursor.fetchall():
                if table in NOT_COMPARED:
                    continue
                cursor.execute(
                    "select count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)"
                    f' from "{table}" t'
                )
                found[f"{schema}.{table}"] = sha256(str(cursor.fetchone()).encode()).hexdigest()
    return found


@contextmanager
def undone() -> Iterator[None]:
    """
    Take back whatever is written inside; the actions' own transactions may begin all the same.
    """
    context.choose(None)
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)
    # The settings of the block went with it.
    connection.applied = None
    context.choose(None)


def opened() -> World:
    """
    Make two tenants with customers, an issued bill, staff of every role, and their browsers.
    """
    budgets = BudgetBilling(
        tax="10",
        settles_month=12,
        label={"es": "Cuota", "en": "Fixed"},
        label_billed={"es": "Menos", "en": "Less"},
    )
    utility = utilities.billed("aguaviva", schema_name="alder", budget_billing=budgets)
    utilities.configured("aguaviva", schema_name="birch")
    anna, ben, dina = _customers(utility)
    carla = logins.add_login("carla@birch.example", schema_name="birch")
    staff = {
        role: console_world.add_staff(f"{role}@staff.example", *memberships)
        for role, memberships in {
            "owner": [("alder", "OWNER")],
            "billing": [("alder", "BILLING")],
            "service": [("alder", "SERVICE")],
            "abroad": [("birch", "OWNER")],
            "nobody": [],
            "platform": [(None, "PLATFORM")],
        }.items()
    }
    for schema, people in (("alder", (anna, ben, dina)), ("birch", (carla,))):
        _agreed(schema, people)
    _second_steps()
    world = World(ids=_ids(utility), bodies=_bodies(utility))
    world.ids["user_id"] = str(staff["service"])
    world.ids["view_id"] = _view(anna.pk, world.ids["account_id"], staff["service"])
    for user, schema, caller in (
        (anna, "alder", "holder"),
        (dina, "alder", "delegate"),
        (ben, "alder", "other"),
        (carla, "birch", "abroad"),
    ):
        world.tokens[caller] = _token(user.pk, schema)
        world.add("portal", caller, _client("portal", schema, user.pk))
    _staff_browsers(world, staff, anna.pk)
    return world


def _view(user_id: int, account_id: str, staff_id: int) -> str:
    from mains.support import actions
    from mains.tenancy import queries

    tenant = queries.tenant("alder")
    with inside("alder"):
        begun = actions.begin(
            staff_id=staff_id, user_id=user_id, account_id=int(account_id), reason="tests",
            tenant=tenant, now=tenant.now(),
        )  # fmt: skip
    return str(begun.id)


def _agreed(schema: str, people: Iterable[Any]) -> None:
    """
    Let people have agreed to the provider's texts: who has not is led to them from every page.
    """
    from mains.enrolment import legal
    from mains.enrolment.actions.consents import keep_for_sign_up, tie_to_login
    from mains.tenancy import queries
    from mains.tenancy.tenantfile.identity import CustomerType

    file = queries.tenant(schema).file
    agreed = legal.documents(file=file, customer_type=CustomerType.PRIVATE, language="en")
    with inside(schema), transaction.atomic():
        remembered = keep_for_sign_up(agreed=agreed, address="", now=utilities.NOW)
        for person in people:
            tie_to_login(remembered=remembered, user_id=person.pk, account_id=None)


def _second_steps() -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    from mains.identity.models import User

    for name in ("anna", "ben", "dina"):
        logins.add_second_step(f"{name}@alder.example")
    for schema in ("alder", PUBLIC):
        with inside(schema):
            for user in User.objects.all():
                RecoveryCodes.activate(user)


def _staff_browsers(world: World, staff: dict[str, int], anna: int) -> None:
    own = {
        surface: {role: _client(surface, PUBLIC, pk) for role, pk in staff.items()}
        for surface in ("console", "admin")
    }
    for surface, callers in policies.CALLERS.items():
        for caller in callers:
            if (surface, caller) in world.clients:
                continue
            client = own.get(surface, {}).get(caller)
            if caller == "customer":
                client = _client("portal", "alder", anna)
            elif surface in ("platform", "cards", "outbox") and caller in staff:
                client = own["console"][caller]
            elif (surface, caller) == ("portal", "staff"):
                client = own["console"]["owner"]
            world.add(surface, caller, client or Client(raise_request_exception=False))


def _client(surface: str, schema: str, user_id: int) -> Client:
    from mains.identity.models import User

    client = Client(headers={"host": HOSTS[surface]}, raise_request_exception=False)
    with inside(schema):
        client.force_login(User.objects.get(pk=user_id))
        # As if the password had been typed again just now, so that such pages are reached as well.
        session = client.session
        session["account_authentication_methods"] = [
            {"method": "password", "at": time.time() + 3600, "reauthenticated": True}
        ]
        session[_USER_KEY] = str(user_id)
        session.save()
    return client


def _token(user_id: int, schema: str) -> str:
    from mains.api import actions
    from mains.tenancy import queries

    with inside(schema):
        now = queries.tenant(schema).now()
        return actions.issue_token(user_id=user_id, tenant=schema, now=now)[0]


def _customers(utility: utilities.Utility) -> list[Any]:
    from mains.enrolment import actions
    from mains.enrolment.actions.links import HOLDER, Terms
    from mains.enrolment.models import LinkRole

    today = utilities.NOW.date()
    people = [logins.add_login(f"{name}@alder.example") for name in ("anna", "ben", "dina")]
    shared = Terms(role=LinkRole.DELEGATE, may_read=False, may_pay=False, granted_by=people[0].pk)
    with inside("alder"), transaction.atomic():
        first, second = (bill.account for bill in utility.bills[:2])
        for person, account, terms in zip(
            people, (first, second, first), (HOLDER, HOLDER, shared), strict=True
        ):
            actions.link(
                user=person, account=account, evidence=["test"], now=utilities.NOW, today=today,
                terms=terms,
            )  # fmt: skip
    return people


def _ids(utility: utilities.Utility) -> dict[str, str]:
    from django.db import transaction

    from mains.approvals import actions as approvals
    from mains.billing import charges
    from mains.customers.models import SupplyPoint
    from mains.enrolment import passes
    from mains.enrolment.models import AccountLink, Invitation, LinkRole
    from mains.journeys import budget_desk, tariff_desk
    from mains.metering import photos
    from mains.metering.models import MeterInstallation, Reading
    from mains.notifications.models import Message
    from mains.payments.models import BankLine, PaymentDocument
    from mains.privacy import actions as privacy
    from mains.tenancy.models import ProviderApplication
    from mains.tenancy.tenantfile.approvals import Deed
    from mains.tenancy.tenantfile.writing import to_toml

    with inside("alder"):
        bill = utility.bills[0]
        shared = AccountLink.objects.get(account=bill.account, role=LinkRole.DELEGATE)
        wish = privacy.request_export(
            user_id=None, customer_id=utility.bills[1].account.customer_id, actor="staff:1",
            now=utilities.NOW,
        )  # fmt: skip
        asked = Invitation.objects.create(
            token_hash="2" * 64, account=bill.account, email="eva@alder.example",
            invited_by=f"user:{shared.granted_by}", created_at=utilities.NOW,
            expires_at=utilities.NOW.replace(year=2036), role=LinkRole.DELEGATE,
            granted_by=shared.granted_by,
        )  # fmt: skip
        invitation = Invitation.objects.create(
            token_hash="0" * 64, account=utility.bills[2].account, email="dora@alder.example",
            invited_by="staff:1", created_at=utilities.NOW,
            expires_at=utilities.NOW.replace(year=2036),
        )  # fmt: skip
        approval_id, _made = approvals.ask(
            deed=Deed.PAYMENT_DETAILS,
            payload={"content": to_toml(utility.tenant.file), "based_on": 1},
            asked_by=1,
            now=datetime.now(UTC),
        )
        charge_id = charges.add(
            account_id=bill.account_id,
            wish=charges.Wish({"": "Visit"}, utilities.NOW.date(), 100, "21", "charges", "tests"),
            sent_key="1" * 20, added_by="tests", actor="staff:1", now=utilities.NOW,
        )  # fmt: skip
        contract = bill.account.contracts.first()
        budget_desk.put_on(
            tenant=utility.tenant, account_id=bill.account_id, contract_id=contract.pk,
            monthly_minor=1_000, since=date(2027, 1, 1), by="tests", actor="staff:1",
            now=utilities.NOW,
        )  # fmt: skip
        document = PaymentDocument.objects.create(
            account=bill.account, bills=[[bill.pk, 1]], total_minor=1, currency=bill.currency,
            last_date=utilities.NOW.date().replace(year=2036), created_at=utilities.NOW,
            created_by="tests", request_key="1",
        )  # fmt: skip
        line = BankLine.objects.create(
            company=bill.account.company, key="1", file_name="1", amount_minor=-1,
            currency=bill.currency, booking_date=utilities.NOW.date(),
            value_date=utilities.NOW.date(), state="OPEN", imported_at=utilities.NOW,
        )  # fmt: skip
        message = Message.objects.first()
        installation = MeterInstallation.objects.get(
            supply_point__contracts__account_id=bill.account_id
        )
        building = SupplyPoint.objects.create(code="B-1", street="S 1", city="C", post_code="1")
        SupplyPoint.objects.filter(pk=installation.supply_point_id).update(building=building)
        reading = Reading.objects.filter(register__meter=installation.meter_id).latest("read_date")
        with transaction.atomic():
            passes.issue(
                kind=passes.Kind.LINK, account_id=bill.account_id, supply_point_ids=[1],
                ends_at=utilities.NOW.replace(year=2036), now=utilities.NOW,
            )  # fmt: skip
        tariff = utility.tenant.file.tariffs[0]
        draft_id = tariff_desk.begin(
            tenant=utility.tenant, code=tariff.code, author="olga", today=utilities.NOW.date()
        )
        (link,) = passes.passes_of(account_id=bill.account_id, now=utilities.NOW)
        photos.keep(reading_id=reading.pk, jpeg=b"\xff\xd8\xff", now=utilities.NOW)
    with inside(PUBLIC):
        application = ProviderApplication.objects.create(
            token_hash="1" * 64, slug="slowwater", name="Slow", email="s@slow.example",
            preset="aguaviva", colour="#1f5f8b", created_at=utilities.NOW,
        )  # fmt: skip
    return {
        "account_id": str(bill.account_id),
        "bill_id": str(bill.pk),
        "charge_id": str(charge_id),
        "document_id": str(document.pk),
        "api_document_id": f"doc_{document.pk}",
        "contract_id": str(contract.pk),
        "api_account_id": f"acc_{bill.account_id}",
        "api_bill_id": f"bil_{bill.pk}",
        "run_id": str(utility.run.pk),
        "reading_id": str(reading.pk),
        "pass_id": str(link.id),
        "installation_id": str(installation.pk),
        "building_id": str(building.pk),
        "approval_id": str(approval_id),
        "line_id": str(line.pk),
        "position": "1",
        "message_id": str(message.pk),
        "invitation_id": str(invitation.pk),
        "accounts_invitation_id": str(asked.pk),
        "link_id": str(shared.pk),
        "job_id": str(wish.pk),
        "api_person_id": f"lnk_{shared.pk}",
        "application_id": str(application.pk),
        "version": "1",
        "pk": "1",
        "tenant": "alder",
        "slug": "alder",
        "schema_name": "alder",
        "kind": "terms",
        "language": "en",
        "message": "bill-issued",
        "download_id": "dld_nobodys",
        "spoken": "en",
        "facts": "account_number",
        "suffix": "csv",
        "document": "json",
        "webhooks_kind": "sandbox",
        "<slug:tenant>_kind": "stripe",
        "company": utility.tenant.file.companies[0].code,
        "service": utility.tenant.file.services[0].code,
        "code": tariff.code,
        "draft_id": str(draft_id),
        "version_id": str(draft_id),
    }


def _bodies(utility: utilities.Utility) -> dict[str, dict[str, Any]]:
    """
    Return what is sent to addresses that want something in their body.
    """
    from mains.metering import queries as metering

    with inside("alder"):
        bill = utility.bills[0]
        register = metering.registers_of(account_ids=[bill.account_id], today=utilities.NOW.date())[
            0
        ]
    return {
        "<slug:tenant>/customers/<int:account_id>/support/<int:link_id>/": {"reason": "tests"},
        "<slug:tenant>/readings/<int:reading_id>/": {"decision": "reject"},
        "<slug:tenant>/customers/<int:account_id>/meters/<int:installation_id>/direction/": {
            "register": register.code, "counts": "down",
        },
        "<slug:tenant>/payments/bank/<int:line_id>/decide/": {"deed": "fee", "seen": "x"},
        "pay/start/": {"bill": str(bill.pk), "email": "x@people.example"},
        "readings/": {"key": "k" * 20, f"reading-{register.register_id}": "999"},
        "api/v1/payments": {"bills": [f"bil_{bill.pk}"]},
        "api/v1/readings": {
            "register": f"reg_{register.register_id}", "value": "999", "confirmed": True,
        },
    }  # fmt: skip
