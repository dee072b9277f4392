"""A way through pages in a real browser, and what it costs: screens, typed fields and clicks."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.screens import harness


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

    def paste(self, selector: str, text: str) -> None:
        """
        Fill a field with what was copied elsewhere, which takes no typing.
        """
        self.page.fill(selector, text)

    def press(self, selector: str) -> None:
        harness.follow(self.page, selector)
        self.clicks += 1
        self._seen()

    def _seen(self) -> None:
        self.screens.append(urlsplit(self.page.url).path)

    @property
    def on_receipt(self) -> bool:
        return self.page.url.endswith(("/readings/guest/sent/", "/readings/many/sent/"))

    @property
    def cost(self) -> tuple[int, int, int]:
        """
        Return screens without the receipt, typed fields, and clicks.
        """
        return len(self.screens) - 1, self.typed, self.clicks
