"""Open pages in a real browser and judge what a person would see."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from _pytest.mark import ParameterSet
from axe_playwright_python.sync_playwright import Axe
from playwright._impl._api_structures import SetCookieParam
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
# The same engine without a window, in two thirds of the time.
ENGINE = Path("/usr/bin/chromium-headless-shell")
ARGUMENTS = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]

Mode = Literal["light", "dark"]
MODES: tuple[Mode, ...] = ("light", "dark")
WIDTHS = (320, 1280)
VIEWS = tuple(product(MODES, WIDTHS))


def each_once(views: Sequence[tuple[Mode, int]]) -> list[tuple[Mode, int] | ParameterSet]:
    """
    Return views as parameters of a test: the first and the last, which differ in everything, in
    every run, and the others in the gallery.
    """
    return [
        views[0],
        views[-1],
        *(pytest.param(*view, marks=pytest.mark.gallery) for view in views[1:-1]),
    ]


SMALLEST_TEXT_PX = 12
LOWEST_CONTROL_PX = 44

_SMALL_TEXT = (Path(__file__).parent / "js" / "small_text.js").read_text(encoding="utf-8")
_LOW_CONTROLS = (Path(__file__).parent / "js" / "low_controls.js").read_text(encoding="utf-8")
_SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


class ChromiumMissing(RuntimeError):
    """
    There is no browser to look at screens with; a screen nobody saw is not tested.
    """


@dataclass(frozen=True, slots=True)
class Findings:
    """
    What is wrong with one rendered page; all empty when it may be shown to customers.

    :param sideways: pixels by which the page is wider than its window.
    """

    axe: list[str] = field(default_factory=list)
    small_text: list[str] = field(default_factory=list)
    low_controls: list[str] = field(default_factory=list)
    sideways: int = 0

    def __bool__(self) -> bool:
        return bool(self.axe or self.small_text or self.low_controls or self.sideways)


@contextmanager
def browser(*, whole: bool = False) -> Iterator[Browser]:
    """
    Start the system's chromium, headless, and stop it afterwards.

    :param whole: the browser that people have, for what is walked as they walk it; screens are
        looked at with its engine alone, where that is installed.
    :raises ChromiumMissing: if it is not installed.
    """
    if not CHROMIUM.exists():
        message = f"{CHROMIUM} is missing: install Debian's chromium (apt-get install chromium)"
        raise ChromiumMissing(message)
    program = CHROMIUM if whole or not ENGINE.exists() else ENGINE
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(program), args=ARGUMENTS)
        try:
            yield chromium
        finally:
            chromium.close()


@contextmanager
def page_at(
    chromium: Browser,
    url: str,
    *,
    mode: Mode,
    width: int,
    cookies: Sequence[SetCookieParam] = (),
) -> Iterator[Page]:
    """
    Open an address as a reader with that window width and colour preference.

    :param width: of the window in CSS pixels.
    :param cookies: of somebody who is signed in.
    """
    with chromium.new_context(
        viewport={"width": width, "height": 900 if width > 600 else 640},
        color_scheme=mode,
        reduced_motion="reduce",
    ) as context:
        context.add_cookies(list(cookies))
        page = context.new_page()
        page.goto(url, wait_until="load")
        page.evaluate("() => document.fonts.ready")
        yield page


def follow(page: Page, selector: str) -> None:
    """
    Press what leads to another page, and wait until that page is there.

    A press alone returns as soon as the browser has begun to leave: what is looked at then may
    be the page before, or none.
    """
    with page.expect_navigation(wait_until="load"):
        page.click(selector)


def inspect(page: Page) -> Findings:
    """
    Run every check on an open page.
    """
    return Findings(
        axe=axe(page),
        small_text=small_text(page),
        low_controls=low_controls(page),
        sideways=sideways(page),
    )


def axe(page: Page) -> list[str]:
    """
    Return the accessibility violations axe finds, one line each.
    """
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {rule['help']} ({node['target'][0]}: {_reason(node)})"
        for rule in found
        for node in rule["nodes"][:3]
    ]


def small_text(page: Page) -> list[str]:
    """
    Return texts rendered under 12 px, SVG text measured after scaling.
    """
    found: list[str] = page.evaluate(_SMALL_TEXT, SMALLEST_TEXT_PX)
    return found


def low_controls(page: Page) -> list[str]:
    """
    Return controls under 44 px high; links inside running text are exempt.
    """
    found: list[str] = page.evaluate(_LOW_CONTROLS, LOWEST_CONTROL_PX)
    return found


def sideways(page: Page) -> int:
    """
    Return by how many pixels the page scrolls sideways.
    """
    overflow: int = page.evaluate(_SIDEWAYS)
    return max(0, overflow)


def _reason(node: dict[str, list[dict[str, str]]]) -> str:
    checks = [*node["any"], *node["all"], *node["none"]]
    return checks[0]["message"] if checks else ""
