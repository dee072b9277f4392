"""A provider that demands a second owner, its people, and what they do in the console."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests import databases
from tests.journeys import console_world as world

from mains.guard.context import PUBLIC, inside

OLGA, IVO, ANDA = "olga@alder.example", "ivo@alder.example", "anda@alder.example"
IBAN, OTHER_IBAN = "ES9121000418450200051332", "ES7921000813610123456789"


@contextmanager
def opened(blocker: Any) -> Iterator[None]:
    """
    Open the provider with two owners and somebody who bills, and take everything back afterwards.
    """
    from django.db import connection

    from mains.guard import context
    from mains.tenancy import queries
    from mains.tenancy.tenantfile.approvals import Approvals

    with blocker.unblock():
        file = world.tenant_file("alder", approvals=Approvals(second_owner=("payment_details",)))
        publish(file)
        for email, role in ((OLGA, "OWNER"), (IVO, "OWNER"), ("bea@alder.example", "BILLING")):
            world.add_staff(email, ("alder", role))
        queries.forget()
        yield
        context.choose(None)
        connection.close()
        databases.renew("alder")
        queries.forget()


@contextmanager
def signed_in(blocker: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[world.Desk]:
    """
    Give Olga's browser, proven just now, and forget afterwards what was asked for.
    """
    from mains.approvals.models import Approval
    from mains.identity import reauthentication
    from mains.notifications.models import Message
    from mains.tenancy import queries

    # `force_login` leaves no proof behind; that it is asked for has a test of its own.
    monkeypatch.setattr(reauthentication, "did_recently_reauthenticate", lambda _request: True)
    with blocker.unblock():
        queries.forget()
        yield world.signed_in(OLGA)
        with inside("alder"):
            Approval.objects.all().delete()
        with inside(PUBLIC):
            Message.objects.all().delete()


def publish(file: Any, **how: Any) -> int:
    from mains.journeys import configure

    return configure.publish(file=file, author="tests", now=world.NOW, **how)


def tenant() -> Any:
    from mains.tenancy import queries

    queries.forget()
    return queries.tenant("alder")


def iban() -> tuple[str, str]:
    """
    Return the first company's account as published, and as payments use it.
    """
    from mains.customers.models import Company

    company = tenant().file.companies[0]
    with inside("alder"):
        return company.iban, Company.objects.get(code=company.code).iban


def file_with(iban: str, **changes: Any) -> Any:
    file = tenant().file
    first = file.companies[0].model_copy(update={"iban": iban})
    return file.model_copy(update={"companies": (first, *file.companies[1:]), **changes})


def send(desk: world.Desk, file: Any, note: str = "New bank", **form: Any) -> Any:
    from mains.tenancy.tenantfile.writing import to_toml

    form = {"content": to_toml(file), "based_on": tenant().version, "note": note, **form}
    return desk.post("settings/versions/publish/", form)


def ask(desk: world.Desk, iban: str = OTHER_IBAN) -> str:
    """
    Ask for another bank account and return the place of the wish.
    """
    response = send(desk, file_with(iban))
    assert response.status_code == 302
    return str(response["Location"]).removeprefix("/alder/")


def do(desk: world.Desk, place: str, verb: str, **form: str) -> str:
    """
    Decide, and return the page that follows.
    """
    assert desk.post(f"{place}{verb}/", form).status_code == 302
    return str(desk.get(place).content.decode())


def state() -> str:
    from mains.approvals.models import Approval

    with inside("alder"):
        return str(Approval.objects.order_by("-pk").values_list("state", flat=True).first())


def later(monkeypatch: pytest.MonkeyPatch, **delta: int) -> None:
    from mains.console.approvals import views

    monkeypatch.setattr(views, "real_now", lambda: datetime.now(UTC) + timedelta(**delta))


@contextmanager
def only_owner(email: str) -> Iterator[None]:
    from mains.tenancy.models import Membership

    with inside(PUBLIC):
        rows = Membership.objects.exclude(user_id=id_of(email))
        gone = list(rows)
        rows.delete()
    try:
        yield
    finally:
        with inside(PUBLIC):
            Membership.objects.bulk_create(gone)


def id_of(email: str) -> int:
    from mains.identity.models import User

    with inside(PUBLIC):
        return int(User.objects.get(email=email).pk)
