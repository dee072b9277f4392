"""Tables of the console: every column in sight on a desk, no word broken in two anywhere."""

from pathlib import Path

import pytest

from tests.screens import gallery, harness
from tests.screens.test_every_screen import STAFF, chromium, sites

__all__ = ["chromium", "sites"]

BROKEN_WORDS = (Path(__file__).parent / "js" / "broken_words.js").read_text(encoding="utf-8")
OUT_OF_SIGHT = """() => [...document.querySelectorAll(".scroll")].map(
  (region) => region.scrollWidth - region.clientWidth).filter((pixels) => pixels > 1)"""
# The languages with the longest words, and the one that most screens are read in.
# Each language and each width in every run, all pairs of them in the gallery.
CASES = [
    *[("en", 390), ("hu", 1280), ("uk", 390)],
    *(
        pytest.param(*case, marks=pytest.mark.gallery)
        for case in [("en", 1280), ("hu", 390), ("uk", 1280)]
    ),
]


@pytest.mark.parametrize(("language", "width"), CASES)
def test_shows_whole_words_and_every_column(chromium, sites, language, width):
    site, wrong = sites["console"], {}
    cookies = site.cookies
    with harness.page_at(chromium, site.url, mode="light", width=width, cookies=cookies) as page:
        for name, path in STAFF.items():
            page.goto(f"{site.url}{path.format(**site.ids)}?lang={language}")
            screen = f"{name}-{language}"
            gallery.shoot(page, brand="desk", screen=screen, mode="light", width=width)
            found = {word: "broken" for word in page.evaluate(BROKEN_WORDS)}
            if width > 1000 and (hidden := page.evaluate(OUT_OF_SIGHT)):
                found["columns"] = f"out of sight by {hidden} px"
            if found:
                wrong[name] = found
    assert wrong == {}
