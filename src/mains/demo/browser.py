"""Browsers for walking the demo: over HTTP, with cookies of each host and redirects followed."""

import http.client
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

from mains.demo.pages import Form, Page
from mains.tenancy.queries import CACHE_SECONDS

REDIRECTS = {301, 302, 303, 307, 308}


class Browser(ABC):
    """
    What every browser does alike; `send` is what differs.
    """

    def __init__(self) -> None:
        self.cookies: dict[str, dict[str, str]] = {}

    @abstractmethod
    def send(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """
        Send one request and return status, headers and body.
        """

    def pause(self) -> None:  # noqa: B027
        """
        Wait until a change of a tenant has reached every web process.
        """

    def wait(self) -> None:  # noqa: B027
        """
        Wait a moment for a worker.
        """

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Page:
        """
        Open an address.
        """
        return self._go("GET", url, b"", dict(headers or {}))

    def post(
        self, url: str, data: bytes, content_type: str, headers: Mapping[str, str] | None = None
    ) -> Page:
        """
        Send a body.
        """
        return self._go("POST", url, data, {"Content-Type": content_type, **(headers or {})})

    def submit(self, page: Page, form: Form, **typed: str) -> Page:
        """
        Send a form with what was typed over what it had.
        """
        fields = {**form.fields, **{name: [value] for name, value in typed.items()}}
        pairs = [(name, value) for name, values in fields.items() for value in values]
        target = urljoin(page.url, form.action) if form.action else page.url
        return self.post(
            target,
            urlencode(pairs).encode(),
            "application/x-www-form-urlencoded",
            {"Referer": page.url, "Origin": "{0.scheme}://{0.netloc}".format(urlsplit(target))},
        )

    def _go(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> Page:
        for _ in range(10):
            host = urlsplit(url).netloc
            jar = self.cookies.setdefault(host, {})
            cookie = "; ".join(f"{name}={value}" for name, value in jar.items())
            status, answered, content = self.send(
                method, url, body, {**headers, "Cookie": cookie, "Host": host}
            )
            self._remember(jar, answered)
            location = next((value for name, value in answered if name.lower() == "location"), "")
            if status not in REDIRECTS or not location:
                return Page(status, url, content)
            url, method, body = urljoin(url, location), "GET", b""
            headers = {}
        raise AssertionError(f"{url} redirects for ever.")

    def _remember(self, jar: dict[str, str], headers: list[tuple[str, str]]) -> None:
        for name, value in headers:
            if name.lower() == "set-cookie":
                for key, morsel in SimpleCookie(value).items():
                    if morsel["max-age"] == "0" or not morsel.value:
                        jar.pop(key, None)
                    else:
                        jar[key] = morsel.value


class HttpBrowser(Browser):
    """
    Walk a server on this machine, whatever the host names resolve to.
    """

    def __init__(self, *, port: int) -> None:
        super().__init__()
        self.port = port

    def send(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        connection.request(method, target, body or None, dict(headers))
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response.status, response.getheaders(), content

    def pause(self) -> None:
        time.sleep(CACHE_SECONDS + 0.2)

    def wait(self) -> None:
        time.sleep(0.3)
