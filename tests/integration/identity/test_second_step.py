"""The authenticator app, recovery codes, and what their owner is told."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from tests.factories import utilities
from tests.journeys import logins
from tests.journeys.logins import Browser

from mains.guard.context import inside

ANNA = "anna@alder.example"


@pytest.fixture
def anna(tenant):
    cache.clear()
    utilities.configured("balta")
    return logins.add_login(ANNA)


@pytest.fixture
def browser(anna):
    browser = Browser()
    browser.sign_in(ANNA)
    browser.prove()
    return browser


def code_of(secret: str) -> str:
    import time

    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def activate(browser: Browser) -> str:
    page = browser.get("/account/2fa/totp/activate/")
    secret = page.text.split('class="key">')[1].split("<")[0]
    done = browser.post("/account/2fa/totp/activate/", code=code_of(secret))
    assert done.request["PATH_INFO"] == "/account/2fa/recovery-codes/"
    return secret


def test_an_app_is_set_up_with_its_codes_and_a_notice(browser, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as after_commit:
        activate(browser)
    with inside("alder"):
        for callback in after_commit:
            callback()

    assert browser.get("/account/2fa/recovery-codes/").text.count("<li><code>") == 10
    whats = [row.values["what"] for row in logins.messages("security-notice")]
    assert whats == ["totp_activated"]
    assert logins.audited() == ["second_step.totp_activated"]
    assert '<span class="tag ok">' in browser.get("/me/security/").text


def test_a_recovery_code_opens_once(browser):
    activate(browser)
    codes = browser.get("/account/2fa/recovery-codes/").text
    code = codes.split("<li><code>")[1].split("<")[0]
    for opens in (True, False):
        other = Browser()
        other.sign_in(ANNA)
        other.post("/account/2fa/authenticate/", code=code)
        assert other.is_in() is opens


def test_removing_it_needs_no_less_and_is_told(anna, browser):
    activate(browser)
    browser.post("/account/2fa/totp/deactivate/")
    with inside("alder"):
        assert not Authenticator.objects.filter(user_id=anna.pk).exists()
    assert logins.messages("security-notice")[0].values["what"] == "totp_deactivated"


def test_a_wrong_code_is_explained(browser):
    browser.get("/account/2fa/totp/activate/")
    page = browser.post("/account/2fa/totp/activate/", code="000000")
    assert page.status_code == 422
    assert "This code does not fit" in page.text


def test_every_notice_has_words_of_its_own():
    from django.template.loader import render_to_string

    def said(what: str) -> str:
        values = {"what": what, "url": "u", "brand": "B"}
        return render_to_string("notifications/security-notice.txt", values)

    whats = [
        "password_changed", "temporary_password_used", "email_changed", "email_undone",
        "totp_activated", "totp_deactivated", "webauthn_added", "webauthn_removed",
        "recovery_codes_generated",
    ]  # fmt: skip
    assert len({said(what) for what in whats} | {said("anything else")}) == len(whats) + 1


@pytest.mark.parametrize("kind", ["temporary-password", "password-reset", "sign-in-link"])
def test_a_mail_server_has_it_and_we_forget_it(anna, settings, monkeypatch, kind):
    from django.db import transaction

    from mains.journeys.login_notices import send
    from mains.notifications import actions
    from mains.notifications.channels import email
    from mains.notifications.kinds import KINDS

    settings.SMTP_URL = "smtp://mail.example"
    delivered = []
    monkeypatch.setattr(email, "_deliver", delivered.append)
    values = dict.fromkeys(KINDS[kind].values, "the-secret")
    with inside("alder"):
        with transaction.atomic():
            send(kind=kind, recipient=ANNA, user=anna, values=values, now=utilities.NOW)
        actions.send_queued(now=utilities.NOW)
    assert "the-secret" in delivered[0].get_body(("plain",)).get_content()
    assert logins.messages(kind)[0].values == {}
