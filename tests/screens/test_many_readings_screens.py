"""A company sends two hundred readings in a real browser: with scripts, and without any."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page

from mains.tenancy import queries
from tests.journeys import sharing_world as world
from tests.journeys.conftest import move_clock
from tests.journeys.readings.many_meters import PAGE, hang, text_of, three_bad
from tests.screens import gallery, harness, live

SLUG = "teplo"
# Colour, width and language, and whether the browser runs scripts.
VIEWS = (("light", 320, "uk", True), ("light", 390, "en", True), ("dark", 1280, "en", False))
# With scripts and without in every run; one more view in the gallery.
SHOWN = (VIEWS[0], VIEWS[2], pytest.param(VIEWS[1], marks=pytest.mark.gallery))
PREFIXES = ("ONE", "TWO", "THREE")
SEND = "main form.form button[name=send]"
LOOK = "main form.form[enctype] button[type=submit]"
FILL = """([field, text]) => {
  const data = new DataTransfer();
  data.setData("text", text);
  field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, cancelable: true}));
}"""


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[tuple[str, list[list[dict]]]]:
    # Before the browser starts: afterwards its event loop owns the thread.
    with django_db_blocker.unblock(), live.running():
        move_clock(SLUG, live.NOW)
        queries.forget()
        url = queries.tenant(SLUG).url
        yield url, [cookies(prefix, url) for prefix in PREFIXES]


def cookies(prefix: str, url: str) -> list[dict]:
    """
    Give somebody two hundred meters, and return the cookies of their browser.
    """
    accounts = hang(200, prefix=prefix, slug=SLUG)
    person = world.person(f"{prefix.lower()}@admin.example", *accounts, slug=SLUG)
    known = person.client.cookies.items()
    return [{"name": name, "value": one.value, "url": url} for name, one in known if name != "lang"]


@pytest.fixture(scope="module")
def chromium(site):
    with harness.browser() as started:
        yield started


@contextmanager
def tab(chromium, site, view) -> Iterator[tuple[Page, list[str]]]:
    """
    Open the browser of who has a view's meters, and collect what its console complains of.
    """
    mode, width, language, scripts = view
    with chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=mode, reduced_motion="reduce",
        locale=language, java_script_enabled=scripts,
    ) as context:  # fmt: skip
        context.add_cookies(site[1][VIEWS.index(view)])
        page, complaints = context.new_page(), []
        page.on(
            "console",
            lambda entry: complaints.append(entry.text) if entry.type == "error" else None,
        )
        page.goto(f"{site[0]}{PAGE}?lang={language}")
        yield page, complaints


def look(page: Page, screen: str, view) -> None:
    mode, width, _language, scripts = view
    if not scripts:
        return
    gallery.shoot(page, brand=SLUG, screen=f"many-{screen}", mode=mode, width=width)
    page.set_viewport_size({"width": width, "height": 900})
    assert harness.inspect(page) == harness.Findings(), screen


def file_of(rows: list[tuple[str, ...]]) -> dict:
    return {"name": "list.csv", "mimeType": "text/csv", "buffer": text_of(rows, sign=";").encode()}


@pytest.mark.parametrize("view", SHOWN)
def test_a_list_of_two_hundred_is_two_screens_and_a_receipt(chromium, site, view):
    prefix = PREFIXES[VIEWS.index(view)]
    with tab(chromium, site, view) as (page, complaints):
        look(page, "list", view)
        if view[3]:
            page.fill("[name=text]", text_of(three_bad(prefix)))
        else:
            page.set_input_files("[name=file]", file_of(three_bad(prefix)))
        harness.follow(page, LOOK)
        look(page, "check", view)
        assert "197" in page.inner_text(SEND)
        assert page.locator("main .field.invalid").count() == 3
        assert page.locator("main tbody tr").count() == 197
        if view[3]:
            with page.expect_download() as file:
                page.click("[name=file]")
            assert file.value.suggested_filename.endswith(".xlsx")
        harness.follow(page, SEND)
        assert page.url.endswith("/readings/many/sent/")
        look(page, "receipt", view)
        assert page.locator("main tbody tr").count() == 200, "3 not sent, 197 stored"
        harness.follow(page, "main form.form button[name=look]")
        look(page, "mend", view)
        page.fill("[name=meter-0]", f"{prefix}-003")
        page.fill("[name=value-1]", "1240")
        page.fill("[name=value-2]", "1190")
        # Enter in a field looks again, and sends nothing.
        with page.expect_navigation(wait_until="load"):
            page.press("[name=value-2]", "Enter")
        look(page, "unusual", view)
        page.check("[name=right-2]")
        harness.follow(page, SEND)
        look(page, "mended-receipt", view)
        assert page.locator("main tbody tr").count() == 3
        assert complaints == []


def test_a_list_that_cannot_be_read_says_so_in_its_place(chromium, site):
    view = VIEWS[0]
    with tab(chromium, site, view) as (page, _complaints):
        page.fill("[name=text]", "one column only")
        harness.follow(page, LOOK)
        look(page, "unreadable", view)
        assert page.locator("[role=alert]").count() == 1
        assert page.input_value("[name=text]") == "one column only"


def test_beside_the_meters_enter_goes_down_and_a_pasted_column_fills(chromium, site):
    view = VIEWS[1]
    with tab(chromium, site, view) as (page, complaints):
        fields = page.locator("[data-column]")
        fields.nth(0).fill("1240")
        fields.nth(0).press("Enter")
        assert page.evaluate("document.activeElement.name") == fields.nth(1).get_attribute("name")
        assert page.url.split("?")[0].endswith(PAGE)
        page.evaluate(FILL, [fields.nth(1).element_handle(), "1241\r\nTWO-002\t1242\r\n1243\r\n"])
        assert [fields.nth(at).input_value() for at in range(5)] == [
            "1240", "1241", "1242", "1243", "",
        ]  # fmt: skip
        # More than there is room for is not cut off.
        last = fields.nth(99).element_handle()
        page.evaluate(FILL, [last, "1\n2"])
        assert fields.nth(99).input_value() == ""
        harness.follow(page, "main form:has([data-column]) button[type=submit]")
        assert page.locator("main tbody tr, main .field.invalid").count() == 4
        assert complaints == []
