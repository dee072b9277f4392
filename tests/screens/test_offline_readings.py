"""Readings in a cellar: a real browser whose network is cut, and what becomes of what was typed."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from mains.guard.context import inside
from mains.metering.models import Reading
from mains.tenancy import queries
from tests.journeys import guest_world, sharing_world
from tests.journeys.conftest import move_clock
from tests.screens import gallery, harness, live

SLUG = "teplo"
NAMES = ("ann", "bea", "cem", "dan", "eve", "fay", "gus", "hal")
SEND = "main form[data-readings] button[type=submit]"
KEPT_TITLE = "Kept on this device, sent when there is a connection"
WORKS = """async () => Promise.race([
  navigator.serviceWorker.ready.then((one) => Boolean(one.active)),
  new Promise((done) => setTimeout(() => done(false), 8000)),
])"""
IS_KEPT = """async (path) => {
  for (let tries = 0; tries < 100; tries++) {
    if (await (await caches.open("pages")).match(path)) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
  return false;
}"""
CACHED = """async () => {
  const found = await (await caches.open("pages")).keys();
  return found.map((one) => new URL(one.url).pathname);
}"""
ENTRIES = """() => new Promise((done) => {
  const asked = indexedDB.open("readings", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("kept", { keyPath: "key" });
  asked.onsuccess = () => {
    const rows = asked.result.transaction("kept").objectStore("kept").getAll();
    rows.onsuccess = () => { asked.result.close(); done(rows.result.length); };
  };
})"""

# An entry as the page for readings keeps it, of whoever is looking at the page or of another.
KEEP = """([whose, page]) => new Promise((done) => {
  const asked = indexedDB.open("readings", 1);
  asked.onsuccess = () => {
    const work = asked.result.transaction("kept", "readwrite");
    const mark = whose || document.querySelector("[data-whose]").dataset.whose;
    work.objectStore("kept").put({ key: mark, whose: mark, at: Date.now(), page, values: {} });
    work.oncomplete = () => { asked.result.close(); done(mark); };
  };
})"""


class Person:
    """
    Somebody with a meter of their own: cookies, the field of a meter, and values for it.
    """

    def __init__(self, name: str, position: int) -> None:
        kim = guest_world.guest(position=position)
        self.email = f"{name}@cellar.example"
        person = sharing_world.person(self.email, kim.account, slug=SLUG)
        self.url = queries.tenant(SLUG).url
        self.cookies = [
            {"name": key, "value": one.value, "url": self.url}
            for key, one in person.client.cookies.items()
        ]
        self.register = kim.register.register_id
        self.field = f"[name=reading-{self.register}]"
        self.value = kim.likely()
        self.account_id = kim.account.pk

    def link(self) -> str:
        from mains.journeys import guest_readings

        tenant = queries.tenant(SLUG)
        with inside(SLUG):
            return guest_readings.link_of(
                tenant=tenant, account_id=self.account_id, actor="tests", now=tenant.now()
            )[0]


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[dict]:
    with django_db_blocker.unblock(), live.running():
        move_clock(SLUG, live.NOW)
        queries.forget()
        people = {name: Person(name, position) for position, name in enumerate(NAMES)}
        yield {**people, "link": people["cem"].link()}


@pytest.fixture(scope="module")
def chromium(site):
    with harness.browser(whole=True) as started:
        yield started


@contextmanager
def device(chromium, *cookies, **look) -> Iterator[tuple[BrowserContext, Page]]:
    look.setdefault("viewport", {"width": 360, "height": 760})
    with chromium.new_context(locale="en", reduced_motion="reduce", **look) as context:
        context.set_default_timeout(10_000)
        context.add_cookies(list(cookies))
        yield context, context.new_page()


@pytest.fixture
def stored(site, django_db_blocker):
    """
    Count readings of a register, from a thread: the browser's event loop owns this one.
    """
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    def count(register: int) -> int:
        with django_db_blocker.unblock(), inside(SLUG):
            try:
                return Reading.objects.filter(
                    register_id=register, source__in=["SELF", "GUEST"]
                ).count()
            finally:
                connection.close()

    with ThreadPoolExecutor(1) as pool:
        yield lambda register: pool.submit(count, register).result()


@pytest.fixture
def photographed(site, django_db_blocker):
    """
    Return the photos of a register's readings, from a thread as well.
    """
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    from mains.metering import photos

    def found(register: int) -> list[bytes]:
        with django_db_blocker.unblock(), inside(SLUG):
            try:
                ids = list(
                    Reading.objects.filter(register_id=register).values_list("pk", flat=True)
                )
                return [
                    photos.shown(reading_id=one) for one in photos.photographed(reading_ids=ids)
                ]
            finally:
                connection.close()

    with ThreadPoolExecutor(1) as pool:
        yield lambda register: pool.submit(found, register).result()


def opened(page: Page, url: str) -> None:
    """
    Open a page and wait until the device keeps it.
    """
    page.goto(url)
    assert page.evaluate(WORKS), page.url
    assert page.evaluate(IS_KEPT, page.url.split("?")[0].removeprefix(page.url.split("/r")[0]))


def look(page: Page, screen: str) -> None:
    gallery.shoot(page, brand="offline", screen=screen, mode="light", width=360)
    page.set_viewport_size({"width": 360, "height": 760})
    assert harness.inspect(page) == harness.Findings(), screen


def test_typed_in_the_cellar_is_kept_and_sent_when_the_network_is_back(chromium, site, stored):
    ann = site["ann"]
    with device(chromium, *ann.cookies) as (context, page):
        opened(page, f"{ann.url}/readings/?lang=en")
        before = stored(ann.register)
        context.set_offline(True)
        page.goto(f"{ann.url}/readings/")
        assert "There is no connection" in page.inner_text("main")
        look(page, "cellar")
        page.fill(ann.field, ann.value)
        page.click(SEND)
        expect(page.locator("[data-waiting]")).to_contain_text(KEPT_TITLE)
        expect(page.locator("[data-list]")).to_contain_text(ann.value)
        look(page, "kept")
        page.reload()
        expect(page.locator("[data-list]")).to_contain_text(ann.value)
        assert stored(ann.register) == before

        context.set_offline(False)
        page.wait_for_url("**/readings/sent/")

        assert "Your readings are stored" in page.inner_text("main")
        page.wait_for_function(f"async () => (await ({ENTRIES})()) === 0")
        page.goto(f"{ann.url}/readings/")
        expect(page.locator("[data-waiting]")).to_be_hidden()
        assert stored(ann.register) == before + 1


def test_a_page_that_stayed_open_asks_back_what_is_unusual_and_loses_nothing(
    chromium, site, stored
):
    bea = site["bea"]
    with device(chromium, *bea.cookies) as (context, page):
        opened(page, f"{bea.url}/readings/?lang=en")
        before = stored(bea.register)
        context.set_offline(True)
        page.fill(bea.field, "1")
        page.click(SEND)
        expect(page.locator("[data-waiting]")).to_be_visible()
        context.set_offline(False)
        expect(page.locator("main")).to_contain_text("That is less than the last reading")
        assert page.input_value(bea.field) == "1"

        # Left for later: it is shown, and not sent by itself again.
        page.goto(f"{bea.url}/readings/")
        expect(page.locator("[data-waiting]")).to_contain_text("We did not take this reading yet")
        look(page, "asked-back")
        assert page.url.endswith("/readings/")
        assert stored(bea.register) == before
        page.click("[data-list] [value=change]")
        page.click(SEND)
        page.check(bea.field.replace("reading-", "confirm-"))
        page.click(SEND)
        page.wait_for_url("**/readings/sent/")
        assert stored(bea.register) == before + 1
        page.wait_for_function(f"async () => (await ({ENTRIES})()) === 0")


def test_a_link_opens_in_the_cellar_too(chromium, site, stored):
    cem = site["cem"]
    with device(chromium) as (context, page):
        opened(page, site["link"])
        before = stored(cem.register)
        context.set_offline(True)
        page.goto(f"{site['link']}?lang=en")
        page.fill(cem.field, cem.value)
        page.click(SEND)
        expect(page.locator("[data-list]")).to_contain_text(cem.value)
        context.set_offline(False)
        page.wait_for_url("**/readings/guest/sent/")
        assert stored(cem.register) == before + 1


def test_a_photo_waits_with_it_made_smaller_and_without_its_place(
    chromium, site, stored, photographed
):
    hal = site["hal"]
    picture = io.BytesIO()
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", (2400, 1800), (20, 90, 60)).save(picture, "JPEG", exif=exif)
    with device(chromium, *hal.cookies) as (context, page):
        opened(page, f"{hal.url}/readings/?lang=en")
        before = stored(hal.register)
        context.set_offline(True)
        page.goto(f"{hal.url}/readings/")
        page.fill(hal.field, hal.value)
        page.click("details.photo summary >> nth=0")
        page.set_input_files(
            hal.field.replace("reading-", "photo-"),
            {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()},
        )
        look(page, "photo")
        page.click(SEND)
        expect(page.locator("[data-list]")).to_contain_text(hal.value)
        context.set_offline(False)
        page.wait_for_url("**/readings/sent/")
        expect(page.locator("main")).to_contain_text("The photo is stored with it")
        look(page, "photo-receipt")
        assert stored(hal.register) == before + 1
        (jpeg,) = photographed(hal.register)
        assert Image.open(io.BytesIO(jpeg)).size == (1600, 1200)
        assert not Image.open(io.BytesIO(jpeg)).getexif()
        page.goto(f"{hal.url}/readings/")
        look(page, "history")
        assert page.locator("a[href$='/photo.jpg']").count() == 1


def test_a_network_that_only_pretends_is_no_network(chromium, site, stored):
    """
    The browser believes that it is connected; what is sent never arrives.
    """
    dan = site["dan"]
    with device(chromium, *dan.cookies) as (context, page):
        page.add_init_script("Object.defineProperty(navigator, 'onLine', {get: () => true})")
        opened(page, f"{dan.url}/readings/?lang=en")
        before = stored(dan.register)
        context.set_offline(True)
        page.fill(dan.field, dan.value)
        page.click(SEND)
        expect(page.locator("main")).to_contain_text("There is no connection")
        expect(page.locator("[data-list]")).to_contain_text(dan.value)
        context.set_offline(False)
        page.wait_for_url("**/readings/sent/")
        assert stored(dan.register) == before + 1


def test_somebody_else_neither_sees_nor_sends_it_and_it_waits_for_who_typed_it(
    chromium, site, stored
):
    eve, bea = site["eve"], site["bea"]
    with device(chromium, *eve.cookies) as (context, page):
        opened(page, f"{eve.url}/readings/?lang=en")
        before = stored(eve.register), stored(bea.register)
        context.set_offline(True)
        page.fill(eve.field, eve.value)
        page.click(SEND)
        expect(page.locator("[data-list]")).to_contain_text(eve.value)
        # The session ends meanwhile.
        context.clear_cookies(name="sessionid")
        context.set_offline(False)
        page.wait_for_url("**/account/login/**")
        assert page.evaluate(CACHED) == []
        assert page.evaluate(ENTRIES) == 1

        context.add_cookies(bea.cookies)
        page.goto(f"{bea.url}/readings/?lang=en")
        page.wait_for_load_state("networkidle")
        expect(page.locator("[data-waiting]")).to_be_hidden()
        assert (stored(eve.register), stored(bea.register)) == before
        assert page.evaluate(ENTRIES) == 1

        context.add_cookies(eve.cookies)
        page.goto(f"{eve.url}/readings/?lang=en")
        page.wait_for_url("**/readings/sent/")
        assert (stored(eve.register), stored(bea.register)) == (before[0] + 1, before[1])


def test_signing_out_clears_the_page_and_another_host_has_its_own(chromium, site):
    fay = site["fay"]
    with device(chromium, *fay.cookies) as (_context, page):
        opened(page, f"{fay.url}/readings/?lang=en")
        assert page.evaluate(CACHED) == ["/readings/"]
        page.goto(fay.url.replace(SLUG, "tavho"))
        assert page.evaluate("async () => (await caches.keys()).length") == 0
        page.goto(f"{fay.url}/me/")
        page.goto(f"{fay.url}/account/logout/")
        harness.follow(page, "main form button[type=submit]")
        assert page.evaluate(CACHED) == []


def test_without_room_on_the_device_it_says_so_and_keeps_what_was_typed_on_the_page(chromium, site):
    gus = site["gus"]
    full = (
        "IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError') }"
    )
    with device(chromium, *gus.cookies) as (context, page):
        page.add_init_script(full)
        opened(page, f"{gus.url}/readings/?lang=en")
        context.set_offline(True)
        page.fill(gus.field, gus.value)
        page.click(SEND)
        expect(page.locator("[data-waiting]")).to_contain_text("no room to keep the reading")
        assert page.input_value(gus.field) == gus.value


def test_the_home_page_says_that_something_waits_on_this_device(chromium, site):
    ann = site["ann"]
    with device(chromium, *ann.cookies) as (_context, page):
        page.goto(f"{ann.url}/?lang=en")
        said = page.locator("[data-more]")
        assert page.evaluate(ENTRIES) == 0
        expect(said).to_be_hidden()
        page.evaluate(KEEP, ["another", "/readings/"])
        page.reload()
        expect(said).to_be_hidden()

        page.evaluate(KEEP, ["", "/readings/?page=2"])
        page.reload()
        expect(said).to_be_visible()
        expect(said).to_have_text("A reading waits on this device: send it")
        assert said.locator("a").get_attribute("href") == "/readings/?page=2"
        assert page.evaluate(ENTRIES) == 2, "looking sends nothing and deletes nothing"
