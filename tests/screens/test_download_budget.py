"""J8: hundreds of bills as one file, from the list of bills to the request, in two screens."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from mains.guard.context import inside
from mains.journeys import bill_downloads
from mains.tenancy import queries
from tests.screens import harness, live
from tests.screens.test_every_screen import Site, portal
from tests.screens.test_run_budget import elsewhere
from tests.screens.walk import Walk

SLUG = "aguaviva"


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[Site]:
    # Before the browser starts: afterwards its event loop owns the thread.
    with django_db_blocker.unblock(), live.running() as port:
        yield portal(SLUG, port)


@pytest.fixture(scope="module")
def chromium(site):
    with harness.browser(whole=True) as started:
        yield started


@pytest.mark.seed("S1.12", "S1.17")
def test_two_screens_and_two_fields_until_it_is_queued(site, chromium, django_db_blocker):
    with chromium.new_context() as context:
        context.add_cookies(list(site.cookies))
        page = context.new_page()
        walk = Walk(page)
        walk.open(f"{site.url}/bills/?lang=en")
        walk.press("a[href$='/bills/downloads/new/']")
        walk.type("input[name=title]", "All of them")
        walk.type("input[name=first]", "2025-01-01")
        walk.press("button[name=all]")

        # Behind the list of bills: the form, and the page of the request.
        assert walk.cost == (2, 2, 2)
        expect(page.locator("h1")).to_have_text("All of them")
        name = page.url.rstrip("/").rpartition("/")[2]

        def work() -> None:
            with inside(SLUG):
                tenant = queries.tenant(SLUG)
                bill_downloads.work_on(tenant=tenant, name=name, now=tenant.now())

        with django_db_blocker.unblock(), elsewhere() as called:
            called(work)
        page.reload()
        with page.expect_download() as found:
            page.click("main a.button")
        assert found.value.suggested_filename == "All of them.zip"
