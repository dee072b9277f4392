"""The readings desk in a real browser: by keys alone, and without scripts."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page

from mains.guard.context import inside
from mains.metering.models import Reading, ReadingQuality, ReadingSource, Register
from tests.screens import harness, live
from tests.screens.test_every_screen import Site, console

SLUG = "balta"


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[Site]:
    # Before the browser starts: afterwards its event loop owns the thread.
    with django_db_blocker.unblock(), live.running():
        with inside(SLUG):
            for position, register in enumerate(Register.objects.order_by("pk")[:8]):
                Reading.objects.create(
                    register=register,
                    read_date=live.NOW.date(),
                    value=Decimal(90_000 + position),
                    period_start=live.NOW.date().replace(day=1),
                    source=ReadingSource.SELF,
                    quality=ReadingQuality.NEEDS_REVIEW,
                    verdict="HIGH",
                    received_at=live.NOW + timedelta(minutes=position),
                    sent_key=f"desk:{position}",
                )
        yield console(SLUG, {})


@pytest.fixture(scope="module")
def chromium(site):
    with harness.browser() as started:
        yield started


def first(page: Page) -> str:
    return page.locator("[data-entry] b.num").first.inner_text()


def press(page: Page, key: str) -> None:
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press(key)


@pytest.mark.parametrize(("mode", "width"), harness.each_once(harness.VIEWS))
def test_it_may_be_shown_to_staff(site, chromium, mode, width):
    with harness.page_at(
        chromium, f"{site.url}readings/", mode=mode, width=width, cookies=site.cookies
    ) as page:
        findings = harness.inspect(page)
        assert not findings, findings


def test_keys_triage_one_reading_after_the_other(site, chromium):
    with harness.page_at(
        chromium, f"{site.url}readings/", mode="light", width=1280, cookies=site.cookies
    ) as page:
        shown = first(page)
        press(page, "a")
        assert first(page) != shown
        press(page, "u")
        assert first(page) == shown
        press(page, "x")
        second = first(page)
        assert second != shown

        page.keyboard.press("c")
        assert page.evaluate("document.activeElement.name") == "value"
        # Inside a field a key is a letter like any other.
        page.keyboard.type("a812")
        assert first(page) == second
        page.locator(":focus").fill("3000")
        press(page, "Enter")
        assert first(page) not in {shown, second}


def test_the_keys_act_on_the_entry_that_has_the_focus(site, chromium):
    with harness.page_at(
        chromium, f"{site.url}readings/", mode="light", width=1280, cookies=site.cookies
    ) as page:
        entries = page.locator("[data-entry] b.num").all_inner_texts()
        page.keyboard.press("j")
        page.keyboard.press("j")
        press(page, "a")

        left = page.locator("[data-entry] b.num").all_inner_texts()
        assert [one for one in entries if one not in left] == [entries[1]]


def test_it_works_without_scripts(site, chromium):
    with chromium.new_context(java_script_enabled=False) as context:
        context.add_cookies(list(site.cookies))
        page = context.new_page()
        page.goto(f"{site.url}readings/")
        shown = first(page)
        harness.follow(page, "[data-entry] button[value=accept] >> nth=0")
        assert first(page) != shown
        page.locator("[data-entry] summary[data-shortcut=c]").first.click()
        page.locator("[data-entry] input[name=value]").first.fill("3000")
        harness.follow(page, "[data-entry] button[value=correct] >> nth=0")
        assert page.locator(".banner").count() >= 1
