"""What a customer sees when a provider changed its terms, in each language it offers."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from mains.journeys import configure
from mains.tenancy import queries
from mains.tenancy.tenantfile.identity import LegalText
from tests.screens import gallery, harness, live
from tests.screens.test_every_screen import PORTALS

PLACES = {"terms-renewed": "/me/terms/", "terms-declined": "/me/terms/declined/"}
PAIRS = tuple((slug, language) for slug, offered in PORTALS.items() for language in offered)
VIEWS = (("light", 1280), ("dark", 320))
# Each language of each brand in one of the views in every run, in both in the gallery.
CASES = [
    pytest.param(*pair, *view, marks=[] if (nth + turn) % 2 else [pytest.mark.gallery])
    for nth, pair in enumerate(PAIRS)
    for turn, view in enumerate(VIEWS)
]


@dataclass(frozen=True)
class Site:
    url: str
    cookies: list


@pytest.fixture(scope="module")
def sites(django_db_setup, django_db_blocker) -> Iterator[dict[str, Site]]:
    # Before the browser starts: afterwards its event loop owns the thread.
    with django_db_blocker.unblock(), live.running() as port:
        found = {}
        for slug in PORTALS:
            found[slug] = Site(queries.tenant(slug).url, live.signed_in(slug, port))
            publish(slug)
        yield found


def publish(slug: str) -> None:
    """
    Publish terms that the tenant's customer has not seen.
    """
    file = queries.tenant(slug).file
    words = dict.fromkeys(file.locale.languages, "One sentence that stays.\n\nAnd a new one.")
    changed = file.model_copy(update={"legal": (LegalText(kind="terms", text=words),)})
    configure.publish(file=changed, author="tests", approved=True, now=live.NOW)
    queries.forget()


@pytest.fixture(scope="module")
def chromium(sites):
    with harness.browser() as started:
        yield started


@pytest.mark.parametrize(("slug", "language", "mode", "width"), CASES)
def test_the_pages_about_new_terms_have_no_findings(chromium, sites, slug, language, mode, width):
    site = sites[slug]
    wrong = {}
    first = f"{site.url}/?lang={language}"
    with harness.page_at(chromium, first, mode=mode, width=width, cookies=site.cookies) as page:
        assert "/me/terms/" in page.url
        for screen, path in PLACES.items():
            page.goto(f"{site.url}{path}?lang={language}")
            assert page.locator("html").get_attribute("lang") == language
            gallery.shoot(page, brand=slug, screen=f"{screen}-{language}", mode=mode, width=width)
            if found := harness.inspect(page):
                wrong[screen] = found
    assert wrong == {}
