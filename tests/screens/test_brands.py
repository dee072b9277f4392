"""The main screens of every brand as its customers meet them, in the running application."""

from dataclasses import dataclass
from itertools import product

import pytest

from mains.demo import facts
from mains.tenancy import queries
from tests.screens import gallery, harness, live

BRANDS = ("aguaviva", "balta", "fiamma", "tavho", "teplo")
SCREENS = (
    "front", "join", "sign-in", "home", "bills", "bill", "pay", "reading", "reading-error",
    "payments", "error",
)  # fmt: skip
NEEDED = ("home", "bill", "pay", "reading", "error")
EVERY = tuple(product(BRANDS, SCREENS, harness.VIEWS))
SAMPLE = tuple(
    (brand, screen, harness.VIEWS[(row + column) % len(harness.VIEWS)])
    for row, brand in enumerate(BRANDS)
    for column, screen in enumerate(NEEDED)
)
ANONYMOUS = {"front": "/", "join": "/join/", "sign-in": "/account/login/"}


@dataclass(frozen=True)
class Site:
    """
    Where each screen of a brand is, and the cookies of its customer.
    """

    cookies: list
    addresses: dict[str, str]


@pytest.fixture(scope="module")
def sites(django_db_setup, django_db_blocker):
    # All of this before the browser starts: afterwards its event loop owns the thread, and Django
    # talks to no database where one runs.
    with django_db_blocker.unblock(), live.running() as port:
        yield {brand: site_of(brand, port) for brand in BRANDS}


@pytest.fixture(scope="module")
def chromium(sites):
    with harness.browser() as started:
        yield started


def site_of(brand: str, port: int) -> Site:
    code = facts.companies(slug=brand)[0]
    bill = facts.latest_bill(slug=brand, company=code, email=f"anna@{brand}.example")
    paths = {
        **ANONYMOUS,
        "home": "/",
        "bills": "/bills/",
        "bill": f"/bills/{bill.id}/",
        "pay": f"/pay/?bill={bill.id}",
        "reading": "/readings/",
        "reading-error": "/readings/",
        "payments": "/payments/",
        "error": "/there-is-no-such-page/",
    }
    url = queries.tenant(brand).url
    return Site(live.signed_in(brand, port), {name: url + path for name, path in paths.items()})


def look(chromium, sites, brand, screen, view):
    mode, width = view
    url = sites[brand].addresses[screen]
    known = () if screen in ANONYMOUS else sites[brand].cookies
    with harness.page_at(chromium, url, mode=mode, width=width, cookies=known) as page:
        if screen == "reading-error":
            page.locator("input[name^=reading]").first.fill("12a")
            harness.follow(page, "main form button[type=submit] >> nth=0")
        findings = harness.inspect(page)
        gallery.shoot(page, brand=brand, screen=screen, mode=mode, width=width)
    return findings


@pytest.mark.parametrize(("brand", "screen", "view"), SAMPLE)
def test_a_sample_of_screens_has_no_findings(chromium, sites, brand, screen, view):
    assert look(chromium, sites, brand, screen, view) == harness.Findings()


@pytest.mark.gallery
@pytest.mark.parametrize(("brand", "screen", "view"), EVERY)
def test_every_screen_has_no_findings(chromium, sites, brand, screen, view):
    assert look(chromium, sites, brand, screen, view) == harness.Findings()
    gallery.write_index()


def test_the_sample_meets_every_pair():
    assert {(brand, screen) for brand, screen, _ in SAMPLE} == set(product(BRANDS, NEEDED))
    assert {(screen, view) for _, screen, view in SAMPLE} == set(product(NEEDED, harness.VIEWS))
    assert {(brand, view) for brand, _, view in SAMPLE} == set(product(BRANDS, harness.VIEWS))
