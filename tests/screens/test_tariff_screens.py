"""Prices are entered, tried and published in a real browser without scripts, and live with them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.screens import gallery, harness, live
from tests.screens.test_every_screen import Site, console

SLUG = "balta"


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[Site]:
    # Before the browser starts: afterwards its event loop owns the thread.
    with django_db_blocker.unblock(), live.running():
        yield console(SLUG, {})


@pytest.fixture(scope="module")
def chromium(site):
    with harness.browser() as started:
        yield started


@pytest.mark.parametrize(("mode", "width"), harness.each_once(harness.VIEWS))
def test_screens_may_be_shown(site, chromium, mode, width):
    places = {
        "list": "tariffs/", "tariff": "tariffs/of/{tariff}/", "draft": "tariffs/drafts/{draft}/",
        "publish": "tariffs/drafts/{draft}/publish/", "lab": "tariffs/lab/{draft}/",
        "taxes": "tariffs/taxes/", "calendars": "tariffs/calendars/",
    }  # fmt: skip
    wrong = {}
    first = f"{site.url}?lang=en"
    with harness.page_at(chromium, first, mode=mode, width=width, cookies=site.cookies) as page:
        for name, path in places.items():
            page.goto(f"{site.url}{path.format(**site.ids)}?lang=en")
            gallery.shoot(page, brand=SLUG, screen=f"tariffs-{name}", mode=mode, width=width)
            if found := harness.inspect(page):
                wrong[name] = found
    assert wrong == {}


def test_the_example_follows_what_is_typed(site, chromium):
    place = f"{site.url}tariffs/drafts/{site.ids['draft']}/?lang=en"
    with harness.page_at(chromium, place, mode="light", width=1280, cookies=site.cookies) as page:
        result = page.locator("[data-live-result]")
        before = result.inner_text()
        with page.expect_response(lambda answer: answer.url.endswith("/example/")):
            page.locator("input[name^='ex-q-']").first.fill("12345")
        page.wait_for_function(
            "before => document.querySelector('[data-live-result]').innerText !== before",
            arg=before,
        )
        assert "12,345" in result.inner_text()


def test_without_scripts_a_price_is_changed_and_published(site, chromium):
    with chromium.new_context(java_script_enabled=False) as context:
        context.add_cookies(list(site.cookies))
        page = context.new_page()
        page.goto(f"{site.url}tariffs/of/{site.ids['tariff']}/?lang=en")
        page.get_by_role("button", name="New version").click()
        price = page.locator("input[name$='-price']").first
        price.fill("0.123")
        page.get_by_role("button", name="Save and work it out").click()
        assert page.locator("input[name$='-price']").first.input_value() == "0.123"
        page.get_by_role("link", name="Publish …").click()
        expect(page.locator("body")).to_contain_text("0.123")
        page.get_by_role("button", name="Publish").click()
        expect(page.locator("body")).to_contain_text("Published as version")
        expect(page.locator("body")).to_contain_text("Coming")
