"""A file of meter data taken in and taken back, in a real browser without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from mains.guard.context import inside
from mains.metering.models import Register
from tests.screens import harness, interval_screens, live
from tests.screens.test_every_screen import Site, console

SLUG = "balta"
FILE = {"name": "May.csv", "mimeType": "text/csv"}


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[Site]:
    # Before the browser starts: afterwards its event loop owns the thread.
    with django_db_blocker.unblock(), live.running():
        yield console(SLUG, {})


@pytest.fixture(scope="module")
def serial(site, django_db_blocker) -> str:
    with django_db_blocker.unblock(), inside(SLUG):
        return str(Register.objects.select_related("meter").order_by("pk")[0].meter.serial)


@pytest.fixture(scope="module")
def chromium(serial):
    with harness.browser() as started:
        yield started


def test_a_table_is_described_imported_and_undone(site, serial, chromium):
    with chromium.new_context(java_script_enabled=False) as context:
        context.add_cookies(list(site.cookies))
        page = context.new_page()
        page.goto(f"{site.url}readings/imports/?lang=en")
        text = interval_screens.TABLE.format(serial)
        page.get_by_label("File").set_input_files({**FILE, "buffer": text.encode()})
        page.get_by_role("button", name="Upload").click()
        assert page.get_by_label("Unit").input_value() == "kWh"
        page.get_by_role("button", name="Show what it would bring").click()
        expect(page.locator("body")).to_contain_text("'much' is no quantity")
        page.get_by_role("button", name="Import the rows that can be taken").click()
        expect(page.get_by_role("heading", name="May.csv")).to_be_visible()
        page.get_by_role("link", name="Undo the import").click()
        page.get_by_role("button", name="Undo the import").click()
        expect(page.locator("body")).to_contain_text("The import is undone.")
        facts = page.locator("dl.facts").inner_text()
        assert ["Imported" in facts.splitlines(), "Undone" in facts] == [False, True]
        assert page.get_by_role("link", name="Undo the import").count() == 0
