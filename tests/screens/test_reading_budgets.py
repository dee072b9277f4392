"""Ways to send a reading, walked in a real browser: how many screens, typed fields and clicks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from mains.guard.context import inside
from mains.journeys import guest_readings, reading_cards
from mains.tenancy import queries
from tests.journeys import guest_world as world
from tests.journeys.conftest import move_clock
from tests.journeys.readings.many_meters import PAGE, text_of, three_bad
from tests.screens import gallery, harness, live
from tests.screens.test_many_readings_screens import LOOK, cookies
from tests.screens.test_many_readings_screens import SEND as SEND_MANY
from tests.screens.walk import Walk

SLUG = world.SLUG
SEND = "main form.form button[type=submit]"
SCRIPTS = (True, False)
# Who sends two hundred readings, with and without scripts.
COMPANIES = {True: "LAW", False: "LEX"}
pytestmark = pytest.mark.seed("S3.08")


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


@dataclass(frozen=True)
class Site:
    """
    Where the utility is, homes with meters, and the cookies of companies with two hundred each.
    """

    url: str
    homes: list[Home]
    companies: dict[bool, list[dict]]


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[Site]:
    # Before the browser starts: afterwards its event loop owns the thread.
    with django_db_blocker.unblock(), live.running():
        move_clock(SLUG, live.NOW)
        queries.forget()
        url = queries.tenant(SLUG).url
        yield Site(
            url=url,
            homes=[home(position) for position in range(8)],
            companies={scripts: cookies(prefix, url) for scripts, prefix in COMPANIES.items()},
        )


@pytest.fixture(scope="module")
def chromium(site):
    with harness.browser(whole=True) as started:
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
    mine = site.homes[0 if scripts else 1]
    with walk(chromium, scripts) as found:
        found.open(mine.link)
        look(found, "link", scripts)
        read_all(found, mine)
        assert found.cost == (1, len(mine.values), 1)
        look(found, "receipt", scripts)


@pytest.mark.parametrize("scripts", SCRIPTS)
def test_j3_the_code_of_a_card_is_the_same(chromium, site, scripts):
    url, mine = site.url, site.homes[2 if scripts else 3]
    with walk(chromium, scripts) as found:
        found.open(f"{url}/card/{mine.card.secret}/")
        read_all(found, mine)
        assert found.cost == (1, len(mine.values), 1)
        found.open(f"{url}/card/{mine.card.secret}/")
        look(found, "card-over", scripts)
        assert found.page.locator("[name^=reading-]").count() == 0


@pytest.mark.parametrize("scripts", SCRIPTS)
def test_typed_from_a_card_it_is_one_screen_and_one_field_more(chromium, site, scripts):
    url, mine = site.url, site.homes[4 if scripts else 5]
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
    url, mine = site.url, site.homes[6 if scripts else 7]
    with walk(chromium, scripts) as found:
        found.open(f"{url}/readings/guest/")
        found.type("[name=fact-account_number]", mine.number)
        found.type("[name=fact-address]", mine.address)
        found.press(SEND)
        read_all(found, mine)
        screens, typed, clicks = found.cost
        assert (screens, clicks) == (2, 2)
        assert typed <= 3 + len(mine.values)


@pytest.mark.parametrize("scripts", SCRIPTS)
def test_j9_two_hundred_pasted_are_two_screens_and_no_field_and_three_bad_hold_up_none(
    chromium, site, scripts
):
    # How these screens look is tested with test_many_readings_screens.
    with walk(chromium, scripts) as found:
        found.page.context.add_cookies(site.companies[scripts])
        found.open(f"{site.url}{PAGE}")
        found.paste("[name=text]", text_of(three_bad(COMPANIES[scripts])))
        found.press(LOOK)
        assert "197" in found.page.inner_text(SEND_MANY)
        assert found.page.locator("main .field.invalid").count() == 3
        found.press(SEND_MANY)
        assert found.on_receipt
        assert found.cost == (2, 0, 2)
        assert found.page.locator("main tbody tr").count() == 200, "197 stored, 3 to be mended"
