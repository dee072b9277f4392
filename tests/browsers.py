"""A browser of the demo's walk that calls Django directly, with CSRF checks on."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.test import Client

from mains.demo.browser import Browser
from mains.guard import context


class ClientBrowser(Browser):
    # The id of the last answer, as its header says it.
    request_id = ""

    def send(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        parts = urlsplit(url)
        given = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        content_type = given.pop("HTTP_CONTENT_TYPE", "application/octet-stream")
        client = Client(enforce_csrf_checks=True, raise_request_exception=True)
        context.choose(None)
        response = client.generic(
            method,
            f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}",
            body,
            content_type=content_type,
            **given,
        )
        cookies = [("Set-Cookie", morsel.OutputString()) for morsel in response.cookies.values()]
        context.choose(None)
        self.request_id = response.headers.get("X-Request-Id", "")
        content = response.getvalue() if response.streaming else response.content
        return response.status_code, [*response.headers.items(), *cookies], content
