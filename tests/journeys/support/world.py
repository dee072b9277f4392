"""Staff of one utility who look at its portal as a customer does; real commits."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.test import Client
from tests.journeys import console_world
from tests.journeys import sharing_world as world
from tests.journeys.conftest import move_clock
from tests.journeys.sharing_world import HANNA, NOW, SLUG, Person

WHY = "Asked why the October bill is high"
OLGA, SAM, BEA = "olga@alder.example", "sam@alder.example", "bea@alder.example"


@contextmanager
def opened() -> Iterator[dict[str, int]]:
    """
    Bill both tenants and let three people work for the first; yields their ids.
    """
    with world.opened("balta", count=4):
        ids = {
            SAM: console_world.add_staff(SAM, (SLUG, "SERVICE")),
            BEA: console_world.add_staff(BEA, (SLUG, "BILLING")),
        }
        yield {**ids, OLGA: staff_id(OLGA)}


@contextmanager
def nobody_looks() -> Iterator[None]:
    """
    Begin without people and views, and put back afterwards what a test did to staff and clock.
    """
    from mains.guard.context import PUBLIC, inside
    from mains.support.models import SupportView
    from mains.tenancy import actions

    world.forget_people()
    for slug in (SLUG, world.OTHER):
        with inside(slug):
            SupportView.objects.all().delete()
    yield
    move_clock(SLUG, NOW)
    for email, role in {OLGA: "OWNER", SAM: "SERVICE", BEA: "BILLING"}.items():
        with inside(PUBLIC):
            actions.add_member(user_id=staff_id(email), schema_name=SLUG, role=role)


def staff_id(email: str) -> int:
    from mains.guard.context import PUBLIC, inside
    from mains.identity.models import User

    with inside(PUBLIC):
        return User.objects.get(email=email).pk


def desk(email: str = SAM) -> console_world.Desk:
    """
    Return the browser of a member of staff at the console.
    """
    found = console_world.signed_in(email, SLUG)
    found.client.cookies["lang"] = "en"
    return found


def place_of(person: Person, account: Any) -> str:
    """
    Return where in the console a view as somebody begins.
    """
    link = world.links(user_id=person.user.pk, account=account, ended_at=None)[0]
    return f"customers/{account.pk}/support/{link.pk}/"


def begin(person: Person, account: Any, *, by: str = SAM, reason: str = WHY) -> str:
    """
    Begin a view as somebody and return its token.
    """
    page = desk(by).post(place_of(person, account), {"reason": reason})
    found = re.search(r'name="token" value="([^"]+)"', page.content.decode())
    assert found, page.content.decode()
    return found[1]


def browser(slug: str = SLUG) -> Person:
    """
    Return a browser at a portal in which nobody is signed in.
    """
    return Person("", slug, Client())


def handed_over(token: str, at: Person | None = None) -> Person:
    """
    Return the browser that a token was posted to the portal from.
    """
    found = at or browser()
    answer = found.post("/support/", token=token)
    assert (answer.status_code, answer.headers.get("Location")) == (302, "/")
    return found


def looking(person: Person, account: Any, *, by: str = SAM, reason: str = WHY) -> Person:
    """
    Return the browser of staff who see the portal as somebody.
    """
    return handed_over(begin(person, account, by=by, reason=reason))


def views() -> list[Any]:
    from mains.guard.context import inside
    from mains.support.models import SupportView

    with inside(SLUG):
        return list(SupportView.objects.order_by("pk"))


def accesses(account: Any) -> list[Any]:
    """
    Return what the log of an account says of staff, the latest first.
    """
    from mains.audit.models import AccessEntry
    from mains.guard.context import inside

    with inside(SLUG):
        found = AccessEntry.objects.filter(account_id=account.pk, purpose="SUPPORT")
        return list(found.order_by("-pk"))


def deeds() -> list[str]:
    """
    Return what was written down of support views, oldest first.
    """
    from mains.audit.models import Entry
    from mains.guard.context import inside

    with inside(SLUG):
        found = Entry.objects.filter(action__startswith="support.").order_by("number")
        return [f"{row.action} {row.detail.get('why', '')}".strip() for row in found]


def is_out(page: Any) -> bool:
    """
    Tell whether a view was refused for good: a page that says so, and the cookie taken away.
    """
    gone = page.cookies.get("support_view")
    return (
        page.status_code == 403
        and "This support view has ended" in page.content.decode()
        and gone is not None
        and gone["max-age"] == 0
    )


__all__ = ["HANNA", "NOW", "SLUG", "Person", "move_clock", "world"]
