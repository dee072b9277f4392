"""People who come in to a demo tenant with a bill in hand, and what their tries left behind."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.db import connection
from django.test import Client
from tests.browsers import ClientBrowser
from tests.journeys.conftest import NOW

from mains.audit.models import Entry
from mains.customers.models import Account
from mains.demo import facts, logins
from mains.demo.pages import Form, Page
from mains.demo.people import Customer
from mains.enrolment.models import (
    AccountLink,
    Consent,
    ContactCode,
    Invitation,
    SignUp,
    TryCount,
)
from mains.guard.context import inside
from mains.identity.models import User
from mains.journeys import configure
from mains.notifications.models import Message
from mains.tenancy import queries
from mains.tenancy.tenantfile import TenantFile, parse
from mains.tenancy.tenantfile.identity import Evidence

BOXES = {"agree-terms": "on", "agree-privacy": "on"}
PASSING = {"django_session", "usersessions_usersession", "enrolment_trycount"}
WRITTEN = (AccountLink, Consent, ContactCode, Invitation, SignUp, User, Message)


@dataclass
class Newcomer:
    """
    Somebody with an account's latest bill, a browser, and an address nobody used before.
    """

    slug: str
    account: Account
    browser: ClientBrowser = field(default_factory=ClientBrowser)
    email: str = field(default_factory=lambda: f"new{time.time_ns()}@people.example")

    @property
    def customer(self) -> Customer:
        return Customer(queries.tenant(self.slug), self.browser, self.email)

    @property
    def paper(self) -> dict[Evidence, str]:
        return facts.on_paper(slug=self.slug, account=self.account)

    def open(self, path: str) -> Page:
        return self.customer.open(path)

    def submit(self, page: Page, **typed: str) -> Page:
        return self.browser.submit(page, page.form(), **typed)

    def post(self, url: str, **typed: str) -> Page:
        if not url.startswith("http"):
            url = f"{self.customer.tenant.url}{url}"
        return post(self.browser, url, **typed)

    def facts_on(self, page: Page, **changes: str) -> dict[str, str]:
        asked = [name for name in page.form().fields if name.startswith("fact-")]
        typed = {name: self.paper[Evidence(name.removeprefix("fact-"))] for name in asked}
        return {**typed, **{f"fact-{kind}": text for kind, text in changes.items()}}

    def state_facts(self, path: str = "/join/details/", **changes: str) -> Page:
        page = self.open(path)
        return self.submit(page, **self.facts_on(page, **changes))

    def about_me(self, page: Page, **changes: str) -> Page:
        wanted = {
            "name": "New Person",
            "email": self.email,
            "username": f"new{time.time_ns()}",
            "password": logins.PASSWORD,
            "authority": "Contract 12/2026",
            "until_date": "2027-11-30",
        }
        asked = {name: text for name, text in wanted.items() if name in page.form().fields}
        return self.submit(page, **{**asked, **BOXES, **changes})

    def link_of(self, kind: str, recipient: str = "") -> str:
        return facts.link_in_mail(slug=self.slug, recipient=recipient or self.email, kind=kind)

    def confirm(self, **typed: str) -> Page:
        page = self.browser.get(self.link_of("confirm-sign-up"))
        if "password" in page.form().fields:
            typed.setdefault("password", logins.PASSWORD)
        return self.submit(page, **typed)

    def api(self, method: str, path: str, body: object = None) -> Any:
        """
        Call the API with a token that signing in there gave.
        """
        given = {"email": self.email, "password": logins.PASSWORD}
        token = _call(self.slug, "post", "tokens", given).json()["token"]
        return _call(self.slug, method, path, body, authorization=f"Bearer {token}")

    def sees_the_account(self) -> bool:
        return self.account.number in self.open("/accounts/").text


def post(browser: ClientBrowser, url: str, **typed: str) -> Page:
    """
    Send fields where no page of a browser has a form for them, as a program would.
    """
    host = urlsplit(url).netloc
    if "csrftoken" not in browser.cookies.get(host, {}):
        browser.get(f"http://{host}/account/login/")
    typed["csrfmiddlewaretoken"] = browser.cookies[host]["csrftoken"]
    return browser.submit(Page(200, url, b""), Form(url, "post"), **typed)


def _call(slug: str, method: str, path: str, body: object, **headers: str) -> Any:
    return getattr(Client(), method)(
        f"/api/v1/{path}",
        body,
        content_type="application/json",
        headers={"host": f"{slug}.localhost", **headers},
    )


def account(slug: str, **wanted: object) -> Account:
    """
    Return an account that nobody's login sees.
    """
    with inside(slug):
        seen = AccountLink.objects.filter(ended_at=None).values("account_id")
        found = Account.objects.exclude(pk__in=seen).filter(**wanted)
        return found.select_related("customer", "company").order_by("pk")[0]


def newcomer(slug: str, **wanted: object) -> Newcomer:
    return Newcomer(slug, account(slug, **wanted))


def counted(slug: str) -> dict[str, int]:
    """
    Return how many rows of everything that a try could write there are.
    """
    with inside(slug):
        return {model.__name__: model.objects.count() for model in WRITTEN}


def stored(slug: str) -> dict[str, str]:
    """
    Return a hash of every table of a tenant, but of sessions and failed tries.
    """
    with inside(slug), connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - PASSING
        parts = [
            f"SELECT '{name}', md5(string_agg(row::text, '|' ORDER BY row::text)) FROM {name} row"
            for name in sorted(tables)
        ]
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


@contextmanager
def published(slug: str, **sections: Any) -> Iterator[None]:
    """
    Publish a tenant's file with other values in some sections, and the old one afterwards.
    """
    before = queries.tenant(slug).file
    data = before.model_dump(mode="json")
    for name, values in sections.items():
        data[name] = {**data[name], **values} if isinstance(values, dict) else values
    _publish(parse(data, source="test"))
    try:
        yield
    finally:
        _publish(before)


def _publish(file: TenantFile) -> None:
    configure.publish(file=file, author="tests", approved=True, now=NOW)
    queries.forget()


def alert_on(page: Page) -> str:
    """
    Return what a page refuses with, as it is written, or nothing.
    """
    body = page.body.decode()
    start = body.find('role="alert"')
    return body[start : body.find("</div>", start)] if start >= 0 else ""


def forget_tries(*slugs: str) -> None:
    """
    Begin a test with full budgets: all tests come from one address and take the same accounts.
    """
    for slug in slugs:
        with inside(slug):
            TryCount.objects.all().delete()
            ContactCode.objects.all().delete()


def deeds(slug: str, action: str) -> list[Entry]:
    """
    Return what the audit holds of a kind of deed, oldest first.
    """
    with inside(slug):
        return list(Entry.objects.filter(action=action).order_by("number"))


def messages(slug: str, kind: str) -> list[Message]:
    with inside(slug):
        return list(Message.objects.filter(kind=kind).order_by("pk"))


def code_of(slug: str, kind: str = "contact-code") -> str:
    return re.sub(r"\W", "", messages(slug, kind)[-1].values["code"])
