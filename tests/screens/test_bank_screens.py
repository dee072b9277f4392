"""The desk of bank lines in a real browser: by keys alone, and without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.screens import bank_screens, harness, live
from tests.screens.test_every_screen import Site, console

SLUG = "balta"
PLACE = "payments/bank/"


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[Site]:
    # Before the browser starts: afterwards its event loop owns the thread.
    with django_db_blocker.unblock(), live.running():
        yield console(SLUG, {})


@pytest.fixture(scope="module")
def chromium(site):
    with harness.browser() as started:
        yield started


def first(page: Page) -> str:
    return page.locator("[data-entry] .payer").first.inner_text()


def press(page: Page, key: str) -> None:
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press(key)


SCREENS = {"desk": PLACE, "line": f"{PLACE}{{line}}/", "files": f"{PLACE}files/",
           "file": f"{PLACE}files/{{bank_file}}/", "refused": f"{PLACE}files/{{bank_bad}}/",
           "placed": f"{PLACE}?state=ALL"}  # fmt: skip


@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize(("mode", "width"), [("light", 1280), ("dark", 390)])
def test_it_may_be_shown_to_staff(site, chromium, mode, width, name):
    url = f"{site.url}{SCREENS[name].format(**site.ids)}"
    with harness.page_at(chromium, url, mode=mode, width=width, cookies=site.cookies) as page:
        findings = harness.inspect(page)
        assert not findings, findings


def test_the_proposals_of_a_line_are_marked_with_arrows(site, chromium):
    url = f"{site.url}{PLACE}{site.ids['line']}/"
    with harness.page_at(chromium, url, mode="light", width=1280, cookies=site.cookies) as page:
        marked = page.locator("input[name=key]:checked")
        before = marked.input_value()
        page.keyboard.press("ArrowDown")
        assert marked.input_value() != before
        # A marked radio button is no text: keys still are deeds.
        page.keyboard.press("x")
        assert page.evaluate("document.activeElement.name") == "note"


def test_keys_place_one_line_after_the_other(site, chromium):
    with harness.page_at(
        chromium, f"{site.url}{PLACE}", mode="light", width=1280, cookies=site.cookies
    ) as page:
        shown = first(page)
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.dataset.shortcut") == "b"
        press(page, "Enter")
        assert first(page) != shown
        press(page, "u")
        assert first(page) == shown

        page.keyboard.press("x")
        assert page.evaluate("document.activeElement.name") == "note"
        # Inside a field a key is a letter like any other.
        page.keyboard.type("rent of u")
        press(page, "Enter")
        assert first(page) != shown

        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.name") == "text"
        page.keyboard.type("nobody wrote this")
        press(page, "Enter")
        assert page.locator("[data-entry]").count() == 0


def test_it_works_without_scripts(site, chromium):
    with chromium.new_context(java_script_enabled=False) as context:
        context.add_cookies(list(site.cookies))
        page = context.new_page()
        page.goto(f"{site.url}{PLACE}files/")
        late = (1234, "nobody knows", "Somebody Else", "")
        text = bank_screens.statement(late, day=live.NOW.date())
        page.get_by_label("File").set_input_files(
            {"name": "late.csv", "mimeType": "text/csv", "buffer": text.encode()}
        )
        page.get_by_label("If it is a table").select_option("signed_with_currency")
        page.get_by_role("button", name="Upload").click()
        page.get_by_role("link", name="Place the open lines").click()
        page.locator("summary[data-shortcut='/']").click()
        page.get_by_label("Payer, text or reference").fill("nobody knows")
        page.get_by_role("button", name="Show").click()
        page.get_by_role("link", name="Look at it").click()
        page.get_by_role("button", name="Give it back to the payer").click()
        expect(page.locator(".banner").first).to_be_visible()
        page.goto(f"{site.url}{PLACE}?state=ALL&text=nobody+knows")
        assert "Given back" in page.locator("[data-entry]").inner_text()
