"""A reading without signing in, typed in a real browser: with scripts, and without any."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from playwright.sync_api import Page

from mains.core.wording import number_text
from mains.guard.context import inside
from mains.journeys import guest_readings
from mains.tenancy import queries
from tests.journeys import guest_world as world
from tests.journeys.conftest import move_clock
from tests.screens import gallery, harness, live

SLUG = world.SLUG
pytestmark = pytest.mark.seed("S3.08")
# Colour, width and language, and whether the browser runs scripts.
VIEWS = (("light", 320, "uk", True), ("light", 390, "en", True), ("dark", 1280, "en", False))
# With scripts and without in every run; one more view in the gallery.
SHOWN = (VIEWS[0], VIEWS[2], pytest.param(VIEWS[1], marks=pytest.mark.gallery))
# A day on which no readings are taken.
LOCKED = datetime(2026, 12, 3, 9, tzinfo=UTC)
SEND = "main form.form button[type=submit]"


@dataclass(frozen=True)
class Bill:
    """
    What one guest knows: the account, where it is, what the meter shows, and a mailed link.
    """

    number: str
    address: str
    field: str
    value: str
    link: str


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[tuple[str, list[Bill]]]:
    # Before the browser starts: afterwards its event loop owns the thread.
    with django_db_blocker.unblock(), live.running():
        move_clock(SLUG, live.NOW)
        queries.forget()
        yield queries.tenant(SLUG).url, [bill(position) for position in range(8)]


def bill(position: int) -> Bill:
    kim, tenant = world.guest(position=position), queries.tenant(SLUG)
    with inside(SLUG):
        link, _until = guest_readings.link_of(
            tenant=tenant, account_id=kim.account.pk, actor="tests", now=tenant.now()
        )
    return Bill(
        number=kim.account.number,
        address=kim.paper["address"],
        field=f"[name=reading-{kim.register.register_id}]",
        value=kim.likely(),
        link=link,
    )


@pytest.fixture(scope="module")
def chromium(site):
    with harness.browser() as started:
        yield started


@contextmanager
def tab(chromium, view) -> Iterator[tuple[Page, list[str]]]:
    """
    Open a browser with a view's look, and collect what its console complains of.
    """
    mode, width, language, scripts = view
    with chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=mode, reduced_motion="reduce",
        locale=language, java_script_enabled=scripts,
    ) as context:  # fmt: skip
        page, complaints = context.new_page(), []
        page.on(
            "console",
            lambda entry: complaints.append(entry.text) if entry.type == "error" else None,
        )
        yield page, complaints


def look(page: Page, screen: str, view) -> None:
    mode, width, _language, scripts = view
    if not scripts:
        return
    gallery.shoot(page, brand="guest", screen=screen, mode=mode, width=width)
    page.set_viewport_size({"width": width, "height": 900})
    assert harness.inspect(page) == harness.Findings(), screen


def typed_on(page: Page) -> int:
    return page.locator("main form.form input.input:visible").count()


@pytest.mark.parametrize("view", SHOWN)
def test_two_screens_and_a_receipt_with_two_facts_and_one_field_for_each_meter(
    chromium, site, view
):
    url, bills = site
    mine = bills[VIEWS.index(view)]
    with tab(chromium, view) as (page, complaints):
        page.goto(f"{url}/?lang={view[2]}")
        look(page, "front", view)
        harness.follow(page, "main a[href='/readings/guest/']")
        look(page, "identify", view)
        assert typed_on(page) == 2
        page.fill("[name=fact-account_number]", mine.number)
        page.fill("[name=fact-address]", mine.address)
        harness.follow(page, SEND)
        assert page.url.endswith("/readings/guest/enter/")
        look(page, "enter", view)
        assert typed_on(page) == 2, "one for hot water, one for heating"
        assert page.get_attribute(mine.field, "inputmode") == "decimal"
        page.fill(mine.field, mine.value)
        harness.follow(page, SEND)
        assert page.url.endswith("/readings/guest/sent/")
        look(page, "receipt", view)
        assert number_text(Decimal(mine.value), language=view[2]) in page.inner_text("main")
        assert complaints == []


@pytest.mark.parametrize("view", SHOWN)
def test_a_mailed_link_is_one_screen_and_a_receipt(chromium, site, view):
    mine = site[1][3 + VIEWS.index(view)]
    with tab(chromium, view) as (page, complaints):
        page.goto(f"{mine.link}?lang={view[2]}")
        assert typed_on(page) == 2
        look(page, "link", view)
        page.fill(mine.field, mine.value)
        # As a hurried thumb does: Enter in the field.
        with page.expect_navigation(wait_until="load"):
            page.press(mine.field, "Enter")
        assert page.url.endswith("/readings/guest/sent/")
        look(page, "link-receipt", view)
        assert complaints == []


@pytest.mark.parametrize("view", SHOWN)
def test_wrong_details_unusual_values_and_a_link_that_has_ended(chromium, site, view):
    url, bills = site
    with tab(chromium, view) as (page, _complaints):
        page.goto(f"{url}/readings/guest/?lang={view[2]}")
        page.fill("[name=fact-account_number]", bills[6].number)
        page.fill("[name=fact-address]", "вул. Інша 99")
        harness.follow(page, SEND)
        look(page, "not-proven", view)
        assert page.locator("[role=alert]").count() == 1
        page.goto(f"{bills[7].link}?lang={view[2]}")
        page.fill(bills[7].field, "1")
        harness.follow(page, SEND)
        look(page, "unusual", view)
        page.check(f"[name={bills[7].field[6:-1].replace('reading', 'confirm')}]")
        harness.follow(page, SEND)
        assert page.url.endswith("/readings/guest/sent/")
        look(page, "unusual-receipt", view)
        page.goto(f"{url}/read/nobody-ever-got-this-token/?lang={view[2]}")
        look(page, "over", view)
        page.goto(f"{url}/readings/guest/enter/?lang={view[2]}")
        assert page.url.endswith("over=1")
        look(page, "session-over", view)


@pytest.mark.parametrize("view", VIEWS[:1])
def test_while_nothing_is_taken_an_address_is_left_in_three_screens(
    chromium, site, view, django_db_blocker
):
    url, bills = site
    clock(django_db_blocker, LOCKED)
    try:
        with tab(chromium, view) as (page, complaints):
            page.goto(f"{url}/readings/guest/?lang={view[2]}")
            look(page, "suspended", view)
            assert typed_on(page) == 0
            harness.follow(page, "main a[href='?tell=1']")
            page.fill("[name=fact-account_number]", bills[6].number)
            page.fill("[name=fact-address]", bills[6].address)
            harness.follow(page, SEND)
            look(page, "suspended-meters", view)
            harness.follow(page, "main a[href='/readings/guest/tell/']")
            look(page, "tell", view)
            page.fill("[name=email]", "no address")
            harness.follow(page, SEND)
            look(page, "tell-refused", view)
            page.fill("[name=email]", "neighbour@home.example")
            harness.follow(page, SEND)
            look(page, "tell-asked", view)
            page.goto(f"{url}/readings/guest/tell/nothing/")
            look(page, "tell-over", view)
        assert [one for one in complaints if "410" not in one and "422" not in one] == []
    finally:
        clock(django_db_blocker, live.NOW)


def clock(blocker, now: datetime) -> None:
    """
    Move the tenant, from a thread: the browser's event loop owns this one.
    """

    def move() -> None:
        with blocker.unblock():
            move_clock(SLUG, now)
            queries.forget()
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(move).result()
