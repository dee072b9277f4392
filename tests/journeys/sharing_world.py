"""One utility with bills, its staff, and people who share its accounts; real commits."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.test import Client

SLUG, OTHER = "alder", "birch"
# Nine o'clock in London, eleven in Kyiv.
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@contextmanager
def opened(preset: str, *, count: int = 6) -> Iterator[None]:
    """
    Bill both test tenants as a shipped one, with staff in the first; put all back afterwards.
    """
    from django.core.cache import cache
    from django.db import connection
    from tests import databases
    from tests.factories import utilities
    from tests.journeys import console_world
    from tests.journeys.conftest import move_clock

    from mains.guard import context
    from mains.tenancy import queries

    cache.clear()
    for slug in databases.TENANTS:
        utilities.billed(preset, schema_name=slug, count=count if slug == SLUG else 2)
        move_clock(slug, NOW)
    console_world.add_staff("olga@alder.example", (SLUG, "OWNER"))
    queries.forget()
    try:
        yield
    finally:
        context.choose(None)
        connection.close()
        databases.renew(*databases.TENANTS)
        queries.forget()


@dataclass
class Person:
    """
    Somebody with a login, a browser that is signed in, and a token of the API.
    """

    email: str
    slug: str = SLUG
    client: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        self.client.cookies["lang"] = "en"

    @property
    def host(self) -> str:
        return f"{self.slug}.localhost"

    @property
    def user(self) -> Any:
        from mains.guard.context import inside
        from mains.identity.models import User

        with inside(self.slug):
            return User.objects.get(email=self.email)

    def get(self, path: str, **query: str) -> Any:
        return self.client.get(path, query, headers={"host": self.host})

    def post(self, path: str, **typed: str) -> Any:
        return self.client.post(path, typed, headers={"host": self.host})

    def call(self, method: str, path: str, body: Any = None, token: str = "") -> Any:
        return self.client.generic(
            method,
            f"/api/v1{path}",
            b"" if body is None else _json(body),
            content_type="application/json",
            headers={"host": self.host, "authorization": f"Bearer {token or self.token()}"},
        )

    def token(self) -> str:
        from mains.api import actions
        from mains.guard.context import inside
        from mains.tenancy import queries

        user, now = self.user, queries.tenant(self.slug).now()
        with inside(self.slug):
            return actions.issue_token(user_id=user.pk, tenant=self.slug, now=now)[0]


def _json(body: Any) -> bytes:
    import json

    return json.dumps(body).encode()


def person(email: str, *accounts: Any, slug: str = SLUG, **terms: Any) -> Person:
    """
    Return somebody who is signed in and linked to accounts, as their holder where not said.
    """
    from django.db import transaction
    from tests.journeys import logins

    from mains.enrolment.actions.links import Terms
    from mains.enrolment.models import AccountLink
    from mains.guard.context import inside

    user = logins.add_login(email, schema_name=slug)
    # All at once: some people have two hundred. Whoever has a link already keeps it.
    columns = {"user_id": user.pk, "evidence": [], "linked_at": NOW, **Terms(**terms).columns()}
    with inside(slug), transaction.atomic():
        links = [AccountLink(account=account, **columns) for account in accounts]
        AccountLink.objects.bulk_create(links, ignore_conflicts=True)
    return signed_in(email, slug=slug)


def signed_in(email: str, *, slug: str = SLUG) -> Person:
    """
    Return another browser of somebody who has a login.
    """
    from mains.guard.context import inside

    found = Person(email, slug, Client(headers={"host": f"{slug}.localhost"}))
    user = found.user
    with inside(slug):
        found.client.force_login(user)
    return found


def accounts(slug: str = SLUG, **wanted: Any) -> list[Any]:
    from mains.customers.models import Account
    from mains.guard.context import inside

    with inside(slug):
        found = Account.objects.filter(**wanted).select_related("customer", "company")
        return list(found.order_by("number"))


def bill_of(account: Any, slug: str = SLUG) -> Any:
    from mains.billing.models import Bill
    from mains.guard.context import inside

    with inside(slug):
        return Bill.objects.filter(account_id=account.pk).order_by("-pk").first()


def links(slug: str = SLUG, **wanted: Any) -> list[Any]:
    from mains.enrolment.models import AccountLink
    from mains.guard.context import inside

    with inside(slug):
        return list(AccountLink.objects.filter(**wanted).order_by("account__number"))


def counted(slug: str = SLUG) -> dict[str, int]:
    """
    Return how many rows there are of everything that sharing could write, and what was read.
    """
    from mains.audit.models import AccessEntry, Entry
    from mains.enrolment.models import AccountLink, Invitation
    from mains.guard.context import inside
    from mains.identity.models import User
    from mains.metering.models import Reading
    from mains.notifications.models import Message
    from mains.payments.models import PaymentAttempt

    models = (
        AccessEntry, AccountLink, Entry, Invitation, Message, PaymentAttempt, Reading, User,
    )  # fmt: skip
    with inside(slug):
        found = {model.__name__: model.objects.count() for model in models}
        found["live"] = AccountLink.objects.filter(ended_at=None).count()
        found["open"] = Invitation.objects.filter(accepted_at=None, revoked_at=None).count()
        return found


def mailed(kind: str, recipient: str = "", slug: str = SLUG) -> list[dict[str, str]]:
    """
    Return the values of the messages of a kind, oldest first.
    """
    from mains.guard.context import inside
    from mains.notifications.models import Message

    with inside(slug):
        found = Message.objects.filter(kind=kind)
        if recipient:
            found = found.filter(recipient=recipient)
        return [message.values for message in found.order_by("pk")]


def texts(kind: str, slug: str = SLUG) -> list[str]:
    """
    Return the messages of a kind as they are read, which proves that they can be rendered.
    """
    from mains.guard.context import inside
    from mains.notifications import rendering
    from mains.notifications.models import Message

    with inside(slug):
        sender = rendering.sender()
        found = Message.objects.filter(kind=kind).order_by("pk")
        rendered = [rendering.render(message, sender=sender) for message in found]
        return [f"{one.subject}\n{one.text}" for one in rendered]


def link_path(kind: str, recipient: str, slug: str = SLUG) -> str:
    """
    Return the path of the link in the latest message of a kind.
    """
    url = mailed(kind, recipient, slug)[-1]["url"]
    return "/" + url.split("://", 1)[1].split("/", 1)[1]


def audited(action: str, slug: str = SLUG) -> list[Any]:
    from mains.audit.models import Entry
    from mains.guard.context import inside

    with inside(slug):
        return list(Entry.objects.filter(action=action).order_by("number"))


HANNA, DORA = "hanna@home.example", "dora@friends.example"
READ, PAY = {"may_read": "on"}, {"may_pay": "on"}


def forget_people() -> None:
    """
    Begin a test with nobody: no logins, links, invitations or messages, and full budgets.
    """
    from django.core.cache import cache

    from mains.enrolment.models import AccountLink, Consent, Invitation
    from mains.guard.context import inside
    from mains.identity.models import User
    from mains.notifications.models import Message

    cache.clear()
    for slug in (SLUG, OTHER):
        with inside(slug):
            for model in (AccountLink, Consent, Invitation, Message, User):
                model.objects.all().delete()


def place(account, rest: str = "") -> str:
    return f"/accounts/{account.pk}/people/{rest}"


def invite(hanna: Person, account, email: str = DORA, **rights: str):
    return hanna.post(place(account, "new/"), email=email, **rights)


def invitation(email: str = DORA) -> str:
    return link_path("access-invitation", email)


def share(hanna: Person, account, **rights: str) -> Person:
    """
    Share an account with somebody who has a login, and accept it.
    """
    dora = person(DORA)
    assert invite(hanna, account, **rights).status_code == 302
    assert dora.post(invitation()).status_code == 302
    return dora


def link_of(person: Person):
    return links(user_id=person.user.pk)[-1]


def publish_terms(*, lv: str = "", **texts: str) -> None:
    """
    Publish a provider's own terms and notice; without any it goes back to ours.
    """
    from tests.factories import utilities

    from mains.journeys import configure
    from mains.tenancy import queries
    from mains.tenancy.tenantfile.identity import LegalText

    file = utilities.file_of("balta", schema_name=SLUG)
    legal = tuple(
        LegalText(kind=kind, text={"lv": lv or f"LV {text}", "en": text})
        for kind, text in texts.items()
    )
    configure.publish(file=file.model_copy(update={"legal": legal}), author="test", now=NOW)
    queries.forget()
