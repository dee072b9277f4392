"""Staff see the portal as a customer does: from the console to the portal, in a real browser."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from mains.demo import logins
from mains.enrolment.models import AccountLink
from mains.guard.context import PUBLIC, inside
from mains.identity.models import User
from mains.tenancy import actions, queries, registry
from tests.journeys import logins as people
from tests.screens import harness, live
from tests.screens.test_people_screens import look
from tests.screens.test_signing_in import CODES, forget_people, protected, sign_in, tab

SLUG, STAFF = "teplo", "help@teplo.example"
WHY = "Asked why the October bill of the second company is higher than the one of the first"
VIEWS = (("light", 390), ("dark", 1280))


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[dict[str, str]]:
    # Before the browser starts: afterwards its event loop owns the thread.
    with django_db_blocker.unblock(), live.running():
        tenant = queries.tenant(SLUG)
        with inside(SLUG), transaction.atomic():
            anna = User.objects.get(email=logins.customer_email(SLUG))
            anna.set_password(people.PASSWORD)
            anna.save()
            link = AccountLink.objects.filter(user_id=anna.pk).order_by("pk")[0]
        with inside(PUBLIC):
            CODES[STAFF] = protected(STAFF)
            staff = User.objects.get(email=STAFF)
            with transaction.atomic():
                actions.add_member(user_id=staff.pk, schema_name=SLUG, role="SERVICE")
        yield {
            "portal": tenant.url,
            "console": f"{registry.surface_url('console')}/{SLUG}",
            "account": f"/customers/{link.account_id}/",
            "people": f"/accounts/{link.account_id}/people/",
            "languages": " ".join(tenant.file.locale.languages),
        }
    forget_people()


@pytest.fixture(scope="module")
def chromium(site):
    with harness.browser() as started:
        yield started


@pytest.mark.parametrize("view", VIEWS)
def test_staff_look_at_the_portal_and_the_customer_reads_that_they_did(chromium, site, view):
    with tab(chromium, mode=view[0], width=view[1]) as (page, complaints):
        portal = _opened(page, site, view)
        errors = []
        portal.on("console", lambda entry: errors.append(entry.text))
        for language in site["languages"].split():
            for screen, path in {"home": "/", "bills": "/bills/", "profile": "/me/"}.items():
                portal.goto(f"{site['portal']}{path}?lang={language}")
                assert portal.locator(".banner form button").count() == 1
                look(portal, "support", f"{screen}-{language}", view)
        assert errors == []
        _refused_then_ended(portal, site, view)
        assert complaints == []
    with tab(chromium, mode=view[0], width=view[1]) as (page, complaints):
        sign_in(page, site["portal"], logins.customer_email(SLUG))
        for language in site["languages"].split():
            page.goto(f"{site['portal']}/me/access/?lang={language}")
            assert WHY in page.inner_text("main table")
            look(page, "support", f"access-{language}", view)
        page.goto(f"{site['portal']}{site['people']}?lang=en")
        look(page, "support", "people", view)
        assert complaints == []


def _opened(page, site, view):
    """
    Begin a view in the console and return the tab that its button opens.
    """
    sign_in(page, site["console"].removesuffix(f"/{SLUG}"), STAFF)
    page.goto(f"{site['console']}{site['account']}")
    harness.follow(page, "main table a[href*='/support/']")
    look(page, "support", "console-form", view)
    page.fill("[name=reason]", WHY)
    harness.follow(page, "main form.form button[type=submit]")
    look(page, "support", "console-ready", view)
    with page.expect_popup() as opened:
        page.click("main form[target] button")
    portal = opened.value
    portal.wait_for_url(f"{site['portal']}/")
    page.goto(f"{site['console']}{site['account']}")
    look(page, "support", "console-account", view)
    return portal


def _refused_then_ended(portal, site, view) -> None:
    portal.goto(f"{site['portal']}/me/security/?lang=en")
    assert portal.locator("h1").inner_text() == "Not in a support view"
    look(portal, "support", "refused", view)
    harness.follow(portal, ".banner form button")
    assert portal.url.endswith("/support/end/")
    look(portal, "support", "over", view)
    portal.goto(f"{site['portal']}/me/?lang=en")
    assert "/account/login/" in portal.url
