"""Ways to send a reading, walked in a real browser: how many screens, typed fields and clicks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page

from mains.guard.context import inside
from mains.journeys import guest_readings, reading_cards
from mains.tenancy import queries
from tests.journeys import guest_world as world
from tests.journeys.conftest import move_clock
from tests.screens import gallery, harness, live

SLUG = world.SLUG
SEND = "main form.form button[type=submit]"
SCRIPTS = (True, False)
pytestmark = pytest.mark.seed("S3.08")


@dataclass
class Walk:
    """
    A page, and what it cost to get here: screens seen, fields typed into, and clicks.
    """

    page: Page
    screens: list[str] = field(default_factory=list)
    typed: int = 0
    clicks: int = 0

    def open(self, url: str) -> None:
        self.page.goto(url, wait_until="load")
        self._seen()

    def type(self, selector: str, text: str) -> None:
        self.page.fill(selector, text)
        self.typed += 1

    def press(self, selector: str) -> None:
        harness.follow(self.page, selector)
        self.clicks += 1
        self._seen()

    def _seen(self) -> None:
        self.screens.append(self.page.url.split("?")[0].rsplit(SLUG, 1)[-1])

    @property
    def on_receipt(self) -> bool:
        return self.page.url.endswith("/readings/guest/sent/")

    @property
    def cost(self) -> tuple[int, int, int]:
        """
        Return screens without the receipt, typed fields, and clicks.
        """
        return len(self.screens) - 1, self.typed, self.clicks


@dataclass(frozen=True)
class Home:
    number: str
    address: str
    values: dict[str, str]
    link: str
    card: reading_cards.Card


def home(position: int) -> Home:
    kim, tenant = world.guest(position=position), queries.tenant(SLUG)
    about = {"tenant": tenant, "account_id": kim.account.pk, "actor": "tests"}
    with inside(SLUG):
        link, _until = guest_readings.link_of(**about, now=tenant.now())
        card = reading_cards.issue(**about, now=tenant.now())
    days = (tenant.date_of(tenant.now()) - kim.register.last_date).days
    likely = {one: one.last_value + one.usual_daily * days for one in kim.registers}
    values = {
        f"[name=reading-{one.register_id}]": f"{value:.{one.decimals}f}"
        for one, value in likely.items()
    }
    return Home(kim.account.number, kim.paper["address"], values, link, card)


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[tuple[str, list[Home]]]:
    with django_db_blocker.unblock(), live.running():
        move_clock(SLUG, live.NOW)
        queries.forget()
        yield queries.tenant(SLUG).url, [home(position) for position in range(8)]


@pytest.fixture(scope="module")
def chromium(site):
    with harness.browser() as started:
        yield started


@contextmanager
def walk(chromium, scripts: bool) -> Iterator[Walk]:
    with chromium.new_context(
        viewport={"width": 360, "height": 760}, locale="uk", java_script_enabled=scripts,
        reduced_motion="reduce",
    ) as context:  # fmt: skip
        yield Walk(context.new_page())


def look(found: Walk, screen: str, scripts: bool) -> None:
    if scripts:
        gallery.shoot(found.page, brand="budget", screen=screen, mode="light", width=360)
        found.page.set_viewport_size({"width": 360, "height": 760})
        assert harness.inspect(found.page) == harness.Findings(), screen


def read_all(found: Walk, mine: Home) -> None:
    for selector, value in mine.values.items():
        found.type(selector, value)
    found.press(SEND)
    assert found.on_receipt


@pytest.mark.parametrize("scripts", SCRIPTS)
def test_j3_a_mailed_link_is_one_screen_a_field_for_each_meter_and_one_click(
    chromium, site, scripts
):
    mine = site[1][0 if scripts else 1]
    with walk(chromium, scripts) as found:
        found.open(mine.link)
        look(found, "link", scripts)
        read_all(found, mine)
        assert found.cost == (1, len(mine.values), 1)
        look(found, "receipt", scripts)


@pytest.mark.parametrize("scripts", SCRIPTS)
def test_j3_the_code_of_a_card_is_the_same(chromium, site, scripts):
    url, homes = site
    mine = homes[2 if scripts else 3]
    with walk(chromium, scripts) as found:
        found.open(f"{url}/card/{mine.card.secret}/")
        read_all(found, mine)
        assert found.cost == (1, len(mine.values), 1)
        found.open(f"{url}/card/{mine.card.secret}/")
        look(found, "card-over", scripts)
        assert found.page.locator("[name^=reading-]").count() == 0


@pytest.mark.parametrize("scripts", SCRIPTS)
def test_typed_from_a_card_it_is_one_screen_and_one_field_more(chromium, site, scripts):
    url, homes = site
    mine = homes[4 if scripts else 5]
    with walk(chromium, scripts) as found:
        found.open(f"{url}/card/")
        look(found, "card", scripts)
        found.type("[name=code]", mine.card.secret.lower())
        found.press(SEND)
        read_all(found, mine)
        assert found.cost == (2, len(mine.values) + 1, 2)


@pytest.mark.parametrize("scripts", SCRIPTS)
def test_j4_with_an_account_number_two_screens_and_at_most_three_fields_more(
    chromium, site, scripts
):
    url, homes = site
    mine = homes[6 if scripts else 7]
    with walk(chromium, scripts) as found:
        found.open(f"{url}/readings/guest/")
        found.type("[name=fact-account_number]", mine.number)
        found.type("[name=fact-address]", mine.address)
        found.press(SEND)
        read_all(found, mine)
        screens, typed, clicks = found.cost
        assert (screens, clicks) == (2, 2)
        assert typed <= 3 + len(mine.values)
