"""The pages that protect a login: looked at, and used with a passkey, in a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import transaction
from playwright.sync_api import Page

from mains.guard.context import PUBLIC, inside
from mains.identity import email_changes, secrets
from mains.identity.models import Purpose
from mains.tenancy import queries, registry
from tests.journeys import logins as people
from tests.screens import gallery, harness, live

SLUG, EMAIL = "balta", "petra@balta.example"
CLERK = "clerk@passkey.example"
# Signs in, adds or proves by the passkey of this device: a script asks it, then sends the form.
PASSKEY = "[data-passkey-button]"
# What opens the clerk's second step, each once.
CODES: dict[str, list[str]] = {}
VISITOR = {
    "sign-in": "/account/login/",
    "forgotten": "/account/password/reset/",
    "forgotten-sent": "/account/password/reset/sent/",
    "link": "/account/link/",
    "link-sent": "/account/link/sent/",
    "link-over": "/account/link/nobody-sent-it/",
    "inactive": "/account/inactive/",
}
CUSTOMER = {
    "profile": "/me/",
    "security": "/me/security/",
    "password": "/me/security/password/",
    "sessions": "/me/security/sessions/",
    "details": "/me/details/",
    "reauthenticate": "/account/reauthenticate/",
    "email": "/me/email/",
    "second-step": "/account/2fa/",
    "app": "/account/2fa/totp/activate/",
    "passkeys": "/account/2fa/webauthn/",
    "passkey-new": "/account/2fa/webauthn/add/",
    "sign-out": "/account/logout/",
}
LINKS: dict[str, str] = {}
EVERY_VIEW = (("light", 390), ("dark", 1280), ("dark", 390), ("light", 1280))
# Each colour and each width in every run, all pairs of them in the gallery.
VIEWS = (
    *EVERY_VIEW[:2],
    *(pytest.param(view, marks=pytest.mark.gallery) for view in EVERY_VIEW[2:]),
)


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[dict[str, str]]:
    # Before the browser starts: afterwards its event loop owns the thread.
    with django_db_blocker.unblock(), live.running():
        people.add_login(EMAIL, schema_name=SLUG)
        people.add_login("staff@passkey.example", schema_name=PUBLIC)
        CODES[CLERK] = protected(CLERK)
        people.add_login("new@balta.example", schema_name=SLUG)
        with inside(SLUG):
            EmailAddress.objects.filter(email="new@balta.example").update(verified=False)
        LINKS.update(mailed())
        yield {
            "portal": queries.tenant(SLUG).url,
            "fixed": queries.tenant("fiamma").url,
            "letter": queries.tenant("tavho").url,
            "console": registry.surface_url("console"),
        }
    forget_people()


def protected(email: str) -> list[str]:
    """
    Make a member of staff with a second step, and return the recovery codes.
    """
    user = people.add_login(email, schema_name=PUBLIC)
    people.add_second_step(email, schema_name=PUBLIC)
    with inside(PUBLIC):
        return RecoveryCodes.activate(user).get_unused_codes()


def mailed() -> dict[str, str]:
    """
    Return the paths that messages to one login would hold.
    """
    user = people.add_login("mail@balta.example", schema_name=SLUG)
    now = queries.tenant(SLUG).now()
    with inside(SLUG), transaction.atomic():
        old, new, undo = email_changes.Side
        made = email_changes.begin(user_id=user.pk, new_email="x@balta.example", now=now)
        for side in (old, new):
            made, _applied = email_changes.confirm(
                change_id=made.pk, side=side, undo_days=7, now=now
            )
        # Links that were mailed to the address before have ended with it.
        reset, sign_in = (
            secrets.make_link(user=user, purpose=purpose, now=now, life=secrets.SIGN_IN_LIFE)
            for purpose in (Purpose.RESET, Purpose.SIGN_IN)
        )
        waiting = email_changes.begin(user_id=user.pk, new_email="y@balta.example", now=now)
        token = email_changes.token
        confirming, taking_back = token(change=waiting, side=old), token(change=made, side=undo)
        done, too_early = token(change=made, side=old), token(change=waiting, side=undo)
    return {
        "reset": f"/account/password/reset/{reset}/",
        "link-open": f"/account/link/{sign_in}/",
        "email-confirm": f"/account/email/{confirming}/",
        "email-undo": f"/account/email/{taking_back}/",
        "email-changed": f"/account/email/{done}/",
        # Nothing was changed yet, so nothing can be taken back.
        "email-over": f"/account/email/{too_early}/",
    }


def forget_people() -> None:
    from django.db import connection

    from tests import databases

    connection.close()
    with databases.owner() as owner:
        databases.forget_staff(owner)
        owner.commit()


@pytest.fixture(scope="module")
def chromium(site):
    with harness.browser() as started:
        yield started


@contextmanager
def tab(chromium, *, mode="light", width=1280) -> Iterator[tuple[Page, list[str]]]:
    """
    Open a page with an authenticator in the computer, and collect what the console complains of.
    """
    with chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=mode, reduced_motion="reduce",
        locale="en",
    ) as context:  # fmt: skip
        page, complaints = context.new_page(), []
        page.on(
            "console",
            lambda entry: complaints.append(entry.text) if entry.type == "error" else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        session = context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
            "hasUserVerification": True, "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }  # fmt: skip
        session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        yield page, complaints


def sign_in(page: Page, url: str, email: str = EMAIL) -> None:
    page.goto(f"{url}/account/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", people.PASSWORD)
    harness.follow(page, "main form.form button[type=submit]")
    if email in CODES:
        page.fill("[name=code]", CODES[email].pop())
        harness.follow(page, "main form.form button[type=submit]")


def ask_for_a_new_password(page: Page, url: str) -> None:
    page.goto(f"{url}/account/password/reset/")
    for field in page.query_selector_all("main form.form input.input"):
        field.fill("nobody@example.org" if field.get_attribute("type") == "email" else "U10042")
    harness.follow(page, "main form.form button[type=submit]")
    assert page.url.endswith("/sent/")


def prove(page: Page, url: str, place: str) -> None:
    page.goto(f"{url}{place}")
    page.fill("[name=password]", people.PASSWORD)
    harness.follow(page, "main form.form button[type=submit]")


@pytest.mark.parametrize(
    ("where", "email"), [("portal", EMAIL), ("console", "staff@passkey.example")]
)
def test_a_passkey_is_made_signs_in_alone_and_is_removed(chromium, site, where, email):
    url = site[where]
    with tab(chromium) as (page, complaints):
        sign_in(page, url, email)
        if where == "console":
            # Staff are led to setting up a second step before anything else.
            assert harness.inspect(page) == harness.Findings()
            harness.follow(page, "text=Use a passkey instead")
            assert complaints.pop().endswith("403 (Forbidden)")
        prove(page, url, "/account/2fa/webauthn/add/")
        page.fill("[name=name]", "Laptop")
        harness.follow(page, PASSKEY)
        assert page.url.endswith("/account/2fa/recovery-codes/")
        page.goto(f"{url}/account/2fa/webauthn/")
        assert "Laptop" in page.inner_text("main")

        page.goto(f"{url}/account/logout/")
        harness.follow(page, "main form button[type=submit]")
        page.goto(f"{url}/account/login/")
        harness.follow(page, PASSKEY)
        assert page.url == f"{url}/"
        page.goto(f"{url}/me/security/")
        assert page.url == f"{url}/me/security/"

        # The password alone does not sign in any more; the passkey is the second step.
        page.goto(f"{url}/account/logout/")
        harness.follow(page, "main form button[type=submit]")
        sign_in(page, url, email)
        assert page.url.endswith("/account/2fa/authenticate/")
        assert harness.inspect(page) == harness.Findings()
        harness.follow(page, PASSKEY)
        assert page.url == f"{url}/"

        page.goto(f"{url}/account/2fa/webauthn/")
        harness.follow(page, "text=Remove")
        # A passkey is not given up without being proved once more, however lately one signed in.
        assert "/account/reauthenticate/" in page.url
        page.goto(f"{url}/account/2fa/webauthn/reauthenticate/?next=/account/2fa/webauthn/")
        assert harness.inspect(page) == harness.Findings()
        harness.follow(page, PASSKEY)
        assert page.url == f"{url}/account/2fa/webauthn/"
        harness.follow(page, "text=Remove")
        assert harness.inspect(page) == harness.Findings()
        harness.follow(page, "main form button[type=submit]")
        assert page.url.endswith("/account/2fa/webauthn/")
        assert page.query_selector("main ul.desk-list") is None
        page.goto(f"{url}/me/security/")
        if where == "console":
            assert complaints.pop().endswith("403 (Forbidden)")
        assert complaints == []


def test_a_passkey_of_one_host_is_nothing_on_another(chromium, site):
    with tab(chromium) as (page, _complaints):
        sign_in(page, site["portal"])
        prove(page, site["portal"], "/account/2fa/webauthn/add/")
        harness.follow(page, PASSKEY)
        assert page.url.endswith("/account/2fa/recovery-codes/")
        page.goto(f"{site['fixed']}/account/login/")
        page.click(PASSKEY)
        page.wait_for_selector("[data-passkey-failed]:not([hidden])")
        assert harness.inspect(page) == harness.Findings()
        assert page.url.endswith("/account/login/")
        # Put things back for the other tests.
        page.goto(f"{site['portal']}/account/2fa/webauthn/")
        harness.follow(page, "text=Remove")
        harness.follow(page, "main form button[type=submit]")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("where", ["portal", "letter"])
def test_a_visitors_pages_have_no_findings(chromium, site, where, view):
    mode, width = view
    with tab(chromium, mode=mode, width=width) as (page, complaints):
        ask_for_a_new_password(page, site[where])
        for name, path in VISITOR.items():
            page.goto(f"{site[where]}{path}")
            assert harness.inspect(page) == harness.Findings(), name
            gallery.shoot(page, brand=where, screen=name, mode=mode, width=width)
            page.set_viewport_size({"width": width, "height": 900})
        assert [text for text in complaints if "410" not in text] == []


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("where", "email"), [("portal", EMAIL), ("console", CLERK)])
def test_a_customers_and_staffs_pages_have_no_findings(chromium, site, where, email, view):
    mode, width = view
    with tab(chromium, mode=mode, width=width) as (page, complaints):
        sign_in(page, site[where], email)
        prove(page, site[where], "/account/reauthenticate/?next=/me/security/")
        for name, path in CUSTOMER.items():
            page.goto(f"{site[where]}{path}")
            assert harness.inspect(page) == harness.Findings(), name
            gallery.shoot(page, brand=f"{where}-in", screen=name, mode=mode, width=width)
            page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{site[where]}/me/security/password/")
        harness.follow(page, "main form.form button[type=submit]")
        assert harness.inspect(page) == harness.Findings()
        gallery.shoot(page, brand=f"{where}-in", screen="password-error", mode=mode, width=width)
        assert [text for text in complaints if "422" not in text] == []


@pytest.mark.parametrize("view", VIEWS)
def test_what_a_message_leads_to_has_no_findings(chromium, site, view):
    mode, width = view
    with tab(chromium, mode=mode, width=width) as (page, complaints):
        for name, path in LINKS.items():
            page.goto(f"{site['portal']}{path}")
            assert harness.inspect(page) == harness.Findings(), name
            gallery.shoot(page, brand="mailed", screen=name, mode=mode, width=width)
            page.set_viewport_size({"width": width, "height": 900})
            # Where a link does nothing more there is nothing to press.
            offers = page.locator("main form[method=post]").count() > 0
            assert offers == (name not in {"email-changed", "email-over"}), name
        assert [text for text in complaints if "410" not in text] == []


def test_the_code_for_an_unconfirmed_address_has_no_findings(chromium, site):
    with tab(chromium) as (page, complaints):
        sign_in(page, site["portal"], "new@balta.example")
        assert page.url.endswith("/account/confirm-email/")
        for mode, width in EVERY_VIEW:
            page.emulate_media(color_scheme=mode)
            page.set_viewport_size({"width": width, "height": 900})
            assert harness.inspect(page) == harness.Findings()
            gallery.shoot(page, brand="mailed", screen="confirm-code", mode=mode, width=width)
        assert complaints == []
