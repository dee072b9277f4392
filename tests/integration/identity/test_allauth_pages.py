"""Every address that allauth could serve, on every host: kept in our design, or not there."""

import re

import pytest
from allauth.urls import urlpatterns as of_allauth
from django.core.cache import cache
from django.urls import URLPattern, URLResolver
from tests.factories import utilities
from tests.journeys import logins
from tests.journeys.logins import Browser

from mains.guard.context import PUBLIC

HOSTS = {"alder.localhost": "alder", "console.localhost": PUBLIC, "admin.localhost": PUBLIC}
# Ours under the same address, or allauth's view in a template of ours.
KEPT = {
    "login/", "logout/", "inactive/", "reauthenticate/", "confirm-email/",
    "2fa/", "2fa/authenticate/", "2fa/reauthenticate/",
    "2fa/totp/activate/", "2fa/totp/deactivate/",
    "2fa/recovery-codes/", "2fa/recovery-codes/generate/", "2fa/recovery-codes/download/",
    "2fa/webauthn/", "2fa/webauthn/add/", "2fa/webauthn/reauthenticate/", "2fa/webauthn/login/",
    "2fa/webauthn/keys/1/remove/", "2fa/webauthn/keys/1/edit/",
}  # fmt: skip
OURS = {"password/reset/"}
# `sent/`, `done/` and keys are tokens of ours that nobody sent: they have ended.
ENDED = {"password/reset/done/"}
GONE = {
    "signup/", "email/", "password/change/", "password/set/", "sessions/",
    "login/code/confirm/", "password/reset/key/done/", "password/reset/key/x-y/",
}  # fmt: skip


def addresses(patterns=of_allauth, before: str = "") -> set[str]:
    found = set()
    for entry in patterns:
        path = before + re.sub(r"<int:\w+>", "1", str(entry.pattern))
        if isinstance(entry, URLResolver):
            found |= addresses(entry.url_patterns, path)
        elif isinstance(entry, URLPattern):
            found.add(re.sub(r"\^|\$|\(.*\)", "", path) if "(?P" not in path else _example(path))
    return found


def _example(path: str) -> str:
    return "password/reset/key/x-y/" if "uidb36" in path else path


def test_somebody_decided_about_every_address():
    assert addresses() == KEPT | OURS | ENDED | GONE


@pytest.fixture
def people(tenant):
    cache.clear()
    utilities.configured("balta")
    for schema_name in set(HOSTS.values()):
        logins.add_login("anna@alder.example", schema_name=schema_name)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("host", HOSTS)
class TestOnEveryHost:
    def browsers(self, host):
        signed_in = Browser(host)
        signed_in.sign_in("anna@alder.example")
        signed_in.prove()
        if HOSTS[host] == PUBLIC:
            # Staff get nowhere without one; here it comes after signing in, so it is not asked.
            logins.add_second_step("anna@alder.example", schema_name=PUBLIC)
        return Browser(host), signed_in

    def test_what_is_gone_is_gone_to_read_and_to_write(self, host):
        for browser in self.browsers(host):
            for path in sorted(GONE):
                assert browser.get(f"/account/{path}").status_code == 404, path
                typed = {"email": "x@y.example", "password1": "long-enough-1", "action_add": "1"}
                assert browser.post(f"/account/{path}", **typed).status_code == 404, path

    def test_what_never_was_sent_has_ended(self, host):
        for browser in self.browsers(host):
            for path in sorted(ENDED):
                assert browser.get(f"/account/{path}").status_code == 410, path

    def test_what_is_kept_wears_our_design_and_has_no_inline_code(self, host):
        for browser in self.browsers(host):
            for path in sorted(KEPT | OURS):
                page = browser.get(f"/account/{path}")
                assert page.status_code in {200, 404}, path
                html = page.content.decode()
                assert '<main class="main" id="main"' in html, path
                assert "Menu:" not in html, path
                scripts = re.findall(r"<script(?![^>]*src=)([^>]*)>", html)
                assert all("application/json" in script for script in scripts), path

    def test_a_second_step_is_added_by_nobody_who_has_not_proven_it_again(self, host):
        browser = Browser(host)
        browser.sign_in("anna@alder.example")
        for path in ("2fa/totp/activate/", "2fa/webauthn/add/", "2fa/recovery-codes/generate/"):
            for page in (browser.get(f"/account/{path}"), browser.post(f"/account/{path}")):
                assert page.request["PATH_INFO"] == "/account/reauthenticate/", path


@pytest.mark.usefixtures("people")
def test_too_many_tries_are_answered_in_our_design():
    browser = Browser()
    answers = [browser.post("/account/login/", login="x", password="y") for _ in range(31)]
    assert answers[-1].status_code == 429
    assert "Too many tries" in answers[-1].text
    assert '<main class="main" id="main"' in answers[-1].text
