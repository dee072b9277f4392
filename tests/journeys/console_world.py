"""Two utilities with customers and staff, as the console's tests need them; real commits."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

PASSWORD = "correct horse battery"
CONSOLE = "console.localhost"
TENANTS = Path(__file__).resolve().parents[2] / "tenants"
# The period that these tests bill: customers are filled on the day after it.
TODAY = date(2026, 11, 2)
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def tenant_file(slug: str, preset: str = "aguaviva", **changes: Any) -> Any:
    """
    Return a tenant file of ours under another short name.
    """
    from tests.factories.utilities import renamed

    from mains.tenancy.tenantfile import load

    return renamed(load(TENANTS / f"{preset}.toml"), slug, **changes)


def open_for_business(slug: str, preset: str = "aguaviva", *, count: int = 4) -> None:
    """
    Publish a configuration into a tenant of the template and fill it with customers.
    """
    from mains.guard.context import inside
    from mains.journeys import configure, sample_customers

    file = tenant_file(slug, preset)
    configure.publish(file=file, author="tests", now=NOW)
    with inside(slug):
        sample_customers.fill(file=file, today=TODAY, now=NOW, count=count)


def add_staff(email: str, *roles: tuple[str | None, str], second_factor: bool = True) -> int:
    """
    Make a member of staff in the public schema with roles in tenants.
    """
    from allauth.account.models import EmailAddress
    from allauth.mfa.models import Authenticator
    from django.db import transaction

    from mains.guard.context import PUBLIC, inside
    from mains.identity.models import User
    from mains.tenancy import actions

    with inside(PUBLIC), transaction.atomic():
        user = User.objects.create_user(email=email, password=PASSWORD)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        for schema_name, role in roles:
            actions.add_member(user_id=user.pk, schema_name=schema_name, role=role)
        if second_factor:
            Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
        return int(user.pk)


@contextmanager
def staffed(roles: Mapping[str, tuple[str, str]], unblock: Any) -> Iterator[None]:
    """
    Give tenants of the template staff, by e-mail, and take everything back afterwards.
    """
    from django.db import connection
    from tests import databases

    from mains.guard import context
    from mains.tenancy import queries

    with unblock():
        for email, role in roles.items():
            add_staff(email, role)
        queries.forget()
        yield
        context.choose(None)
        connection.close()
        databases.renew(*databases.TENANTS)
        queries.forget()


@dataclass
class Desk:
    """
    A browser of one member of staff.
    """

    client: Any
    slug: str = "alder"
    host: str = CONSOLE

    def get(self, place: str = "", **query: Any) -> Any:
        return self.client.get(f"/{self.slug}/{place}", query, headers={"host": self.host})

    def post(self, place: str, data: dict[str, Any] | None = None) -> Any:
        return self.client.post(f"/{self.slug}/{place}", data or {}, headers={"host": self.host})


def signed_in(email: str, slug: str = "alder", host: str = CONSOLE) -> Desk:
    """
    Return the browser of somebody who signed in on a host of the platform.
    """
    from django.test import Client

    from mains.guard.context import PUBLIC, inside
    from mains.identity.models import User

    client = Client(headers={"host": host})
    with inside(PUBLIC):
        user = User.objects.get(email=email)
        client.force_login(user)
    return Desk(client, slug, host)


def code_of(secret: str) -> str:
    """
    Return the six digits that an authenticator app shows now.
    """
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def set_up_second_step(client: Any, host: str = CONSOLE) -> str:
    """
    Prove the password again, scan the picture, type the code, and return the secret.
    """
    client.post("/account/reauthenticate/", {"password": PASSWORD}, headers={"host": host})
    place = "/account/2fa/totp/activate/"
    page = client.get(place, headers={"host": host}).content.decode()
    secret = page.split('class="key">')[1].split("<")[0]
    done = client.post(place, {"code": code_of(secret)}, headers={"host": host})
    assert done["Location"] == "/account/2fa/recovery-codes/", done.content.decode()
    return secret
