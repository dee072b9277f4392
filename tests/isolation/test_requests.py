"""Through HTTP: a session, a link or a cookie of one host is nothing on another, and no 500."""

import re
from contextlib import contextmanager

import pytest
from django.test import Client

from mains.guard import context

A, B = "alder", "birch"
PASSWORD = "correct horse battery"
PORTAL = [
    "/", "/account/login/", "/account/logout/", "/account/password/reset/", "/account/signup/",
    "/account/email/", "/account/password/change/", "/account/2fa/", "/account/sessions/",
    "/join/", "/bills/", "/bills/1/", "/find/", "/pay/", "/me/", "/help/", "/payments/",
    "/readings/", "/api/v1/", "/account/confirm-email/", "/account/reauthenticate/",
]  # fmt: skip
STAFF = ["/", "/account/login/", "/account/password/reset/", "/account/2fa/", "/alder/", "/none/"]


@pytest.fixture(scope="module")
def portals(django_db_setup, django_db_blocker):
    """
    Two tenants with a published configuration and a user each, committed.
    """
    from mains.identity.models import User
    from tests import databases
    from tests.factories import utilities

    with django_db_blocker.unblock(), databases.owner() as owner:
        for schema_name in ("httpa", "httpb"):
            databases.drop_tenant(owner, schema_name)
            databases.create_tenant(owner, schema_name)
            utilities.configured("balta", schema_name=schema_name)
            with context.inside(schema_name):
                user = User.objects.create_user(
                    email=f"anna@{schema_name}.example", password=PASSWORD
                )
                user.emailaddress_set.create(email=user.email, verified=True, primary=True)
        yield ("httpa", "httpb")
        from django.db import connection

        connection.close()
        for schema_name in ("httpa", "httpb"):
            databases.drop_tenant(owner, schema_name)


@pytest.fixture
def http(portals, django_db_blocker):
    with django_db_blocker.unblock():
        yield lambda host="httpa.localhost": Client(
            headers={"host": host}, raise_request_exception=False
        )


def sign_in(client, schema_name="httpa"):
    answer = client.post(
        "/account/login/",
        {"login": f"anna@{schema_name}.example", "password": PASSWORD},
    )
    assert answer.status_code == 302, answer.content[:500]
    return client


def codes(client, paths):
    return {path: client.get(path).status_code for path in paths}


def broken(found):
    return {path: code for path, code in found.items() if code >= 500}


def test_no_page_breaks_for_a_visitor(http):
    assert broken(codes(http(), PORTAL)) == {}


@pytest.mark.parametrize("host", ["console.localhost", "admin.localhost", "localhost"])
def test_no_page_of_staff_breaks_for_a_visitor(http, host):
    assert broken(codes(http(host), STAFF)) == {}


def test_an_unknown_host_is_not_found(http):
    assert http("nobody.localhost").get("/").status_code == 404


def test_no_page_breaks_for_somebody_signed_in(http):
    found = codes(sign_in(http()), PORTAL)

    assert broken(found) == {}
    assert found["/bills/"] == 200


@contextmanager
def another_password():
    from mains.identity.models import User

    with context.inside("httpa"):
        user = User.objects.get()
        user.set_password(f"another {PASSWORD}")
        user.save()
    yield
    with context.inside("httpa"):
        user.set_password(PASSWORD)
        user.save()


def test_nothing_breaks_after_a_password_change(http):
    client = sign_in(http())
    with another_password():
        found = codes(client, PORTAL)

    assert broken(found) == {}
    assert found["/bills/"] == 302


def test_nothing_breaks_after_a_new_secret_key(http, settings):
    client = sign_in(http())
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "rotated-" + "1" * 50, []

    found = codes(client, PORTAL)

    assert broken(found) == {}
    assert found["/bills/"] == 302


def test_control_without_resolving_the_user_first_the_get_breaks(http, settings):
    """
    The session of the old password is deleted, which a read-only transaction refuses.
    """
    client = sign_in(http())
    settings.MIDDLEWARE = [
        name
        for name in settings.MIDDLEWARE
        if not any(part in name for part in ("ResolveUser", "UserSessions", "ForcedPassword"))
    ]
    with another_password():
        stale = http()
        stale.cookies = client.cookies
        assert stale.get("/bills/").status_code == 500


def test_a_session_cookie_of_one_tenant_is_nothing_in_another(http):
    client = sign_in(http())
    assert client.get("/bills/").status_code == 200
    for host in ("httpb.localhost", "console.localhost", "admin.localhost"):
        foreign = http(host)
        foreign.cookies = client.cookies
        answer = foreign.get("/bills/" if host.startswith("http") else "/")
        assert answer.status_code in {302, 404}, host


def test_a_password_of_one_tenant_opens_nothing_in_another(http):
    answer = http("httpb.localhost").post(
        "/account/login/", {"login": "anna@httpa.example", "password": PASSWORD}
    )
    assert answer.status_code == 422
    assert "sessionid" not in answer.cookies


def test_a_confirmation_link_of_one_tenant_is_nothing_in_another(http):
    """
    The link itself, and the row behind it, belong to one tenant.
    """
    import secrets
    from datetime import UTC, datetime, timedelta

    from mains.customers.models import Account
    from mains.enrolment.models import SignUp
    from mains.enrolment.tokens import digest
    from mains.journeys import sample_customers
    from mains.tenancy import queries

    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    with context.inside("httpa"):
        sample_customers.fill(file=queries.tenant("httpa").file, today=now.date(), now=now, count=1)
        SignUp.objects.create(
            token_hash=digest(token),
            email="new@example.org",
            name="New",
            language="lv",
            password="",
            account=Account.objects.first(),
            created_at=now,
            expires_at=now + timedelta(hours=1),
        )
    own, foreign = http().get(f"/join/{token}/"), http("httpb.localhost").get(f"/join/{token}/")

    assert own.status_code == 200
    assert re.sub(rb"[0-9]+", b"", own.content) != re.sub(rb"[0-9]+", b"", foreign.content)
    assert foreign.status_code in {200, 404, 410}
    posted = http("httpb.localhost").post(f"/join/{token}/", {"password": PASSWORD})
    assert posted.status_code in {200, 400, 403, 404, 410}
    with context.inside("httpa"):
        assert SignUp.objects.get(token_hash=digest(token)).confirmed_at is None


def test_a_tenant_that_is_behind_is_told_so_and_the_others_are_served(http):
    from mains.tenancy import queries
    from tests import databases

    def set_version(version):
        with databases.owner() as owner:
            owner.execute(
                "update public.tenancy_tenant set schema_version = %s where schema_name = 'httpb'",
                [version],
            )
        queries.forget()

    now = queries.tenant("httpb").schema_version
    set_version("before")
    try:
        behind = http("httpb.localhost").get("/")
        assert (behind.status_code, behind["Retry-After"]) == (503, "60")
        assert http().get("/").status_code == 200
    finally:
        set_version(now)
    assert http("httpb.localhost").get("/").status_code == 200
