"""The login behind a token: read it, change it, end everything."""

import pytest
from django.core.cache import cache
from tests.factories import utilities
from tests.journeys import logins
from tests.journeys.logins import NEW, PASSWORD, Browser
from tests.journeys.test_recovery import second_step

from mains.api import actions as api
from mains.demo import logins as demo
from mains.guard.context import inside
from mains.identity.models import ApiToken, User
from mains.tenancy import queries

ANNA, OTHER = "anna@alder.example", "anna@other.example"


def token_of(email: str) -> str:
    """
    Return a token of a login, as signing in gives it.
    """
    with inside("alder"):
        user = User.objects.get(email=email)
        now = queries.tenant("alder").now()
        return api.issue_token(user_id=user.pk, tenant="alder", now=now)[0]


@pytest.fixture
def anna(tenant):
    cache.clear()
    utilities.configured("balta")
    return logins.add_login(ANNA, name="Anna")


@pytest.fixture
def call(anna):
    token, client = token_of(ANNA), Browser().client
    headers = {"host": logins.HOST, "authorization": f"Bearer {token}"}

    def send(method: str, path: str, body: object = None):
        return getattr(client, method)(
            f"/api/v1/me{path}", body, content_type="application/json", headers=headers
        )

    return send


def test_says_who_it_is(call):
    assert call("get", "").json() == {
        "name": "Anna", "email": ANNA, "username": None, "language": "en",
        "email_changeable": True, "email_waiting": None,
    }  # fmt: skip


def test_name_and_user_name_change_at_once(anna, call):
    assert call("patch", "", {"name": "A", "username": "anna"}).json()["username"] == "anna"
    assert logins.row(anna).name == "A"
    assert call("patch", "", {"username": "a@b.c"}).status_code == 422


@pytest.mark.seed("S0.13")
def test_another_e_mail_waits_for_both_addresses(anna, call):
    answer = call("patch", "", {"email": OTHER, "password": PASSWORD})
    assert answer.json()["email_waiting"] == OTHER
    assert logins.row(anna).email == ANNA
    for kind in ("email-change-old", "email-change-new"):
        Browser().post(logins.path_in(kind))
    assert logins.row(anna).email == OTHER


def test_another_e_mail_needs_the_password(anna, call):
    for body in ({"email": OTHER}, {"email": OTHER, "password": "a guess"}):
        assert call("patch", "", body).json()["code"] == "wrong_password"
    assert logins.messages("email-change-old") == []


@pytest.mark.seed("S0.06")
def test_the_password_changes_and_the_token_ends(anna, call):
    browser = Browser()
    browser.sign_in(ANNA)
    assert call("post", "/password", {"current": PASSWORD, "new": NEW}).status_code == 204
    assert logins.row(anna).check_password(NEW)
    assert call("get", "").status_code == 401
    assert not browser.is_in()
    assert logins.messages("security-notice")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"current": "a guess", "new": NEW}, 403),
        ({"current": PASSWORD, "new": "short"}, 422),
        ({"current": PASSWORD, "new": PASSWORD}, 422),
        ({"new": NEW}, 422),
    ],
)
def test_a_password_that_is_not_proven_or_weak_is_refused(anna, call, body, status):
    assert call("post", "/password", body).status_code == status
    assert logins.row(anna).check_password(PASSWORD)
    assert call("get", "").status_code == 200


def test_guessing_the_current_password_is_slowed_down(anna, call):
    answers = [
        call("post", "/password", {"current": f"guess {n}", "new": NEW}).status_code
        for n in range(6)
    ]
    assert answers == [403] * 5 + [429]


def test_everything_is_signed_out(call):
    browser = Browser()
    browser.sign_in(ANNA)
    assert call("delete", "/sessions").status_code == 204
    assert call("get", "").status_code == 401
    assert not browser.is_in()


class TestSigningInWithASecondStep:
    def sign_in(self, **more: str):
        return Browser().client.post(
            "/api/v1/tokens", {"email": ANNA, "password": PASSWORD, **more},
            content_type="application/json", headers={"host": logins.HOST},
        )  # fmt: skip

    @pytest.mark.parametrize("code", ["", "000000"])
    def test_the_password_alone_gives_no_token(self, anna, code):
        second_step(anna)
        answer = self.sign_in(**({"code": code} if code else {}))
        assert (answer.status_code, answer.json()["code"]) == (401, "code_needed")
        with inside("alder"):
            assert not ApiToken.objects.exists()

    def test_the_code_gives_one_and_not_twice(self, anna):
        second_step(anna)
        code = demo.current_code()
        assert self.sign_in(code=code).status_code == 201
        assert self.sign_in(code=code).status_code == 401

    def test_the_user_name_does_as_well(self, anna):
        with inside("alder"):
            User.objects.filter(pk=anna.pk).update(username="anna")
        assert self.sign_in(email="Anna").status_code == 201

    @pytest.mark.usefixtures("anna")
    def test_one_login_is_guessed_ten_times(self):
        answers = [
            Browser().client.post(
                "/api/v1/tokens", {"email": ANNA, "password": f"guess {n}"},
                content_type="application/json", headers={"host": logins.HOST},
                REMOTE_ADDR=f"10.0.0.{n}",
            ).status_code
            for n in range(11)
        ]  # fmt: skip
        assert answers == [401] * 10 + [429]


class TestProblems:
    """
    One language and no raw pattern, whatever the caller's browser speaks and whoever refuses.
    """

    def refusals(self, language: str) -> list[dict]:
        client, token = Browser().client, token_of(ANNA)
        headers = {
            "host": logins.HOST,
            "authorization": f"Bearer {token}",
            "accept-language": language,
        }

        def ask(method: str, path: str, body: object = None, **more: str):
            kind = more.pop("kind", "application/json")
            return client.generic(
                method, f"/api/v1{path}", body or "", content_type=kind, headers={**headers, **more}
            )

        answers = [
            ask("DELETE", "/bills"),
            ask("POST", "/payments", "<a/>", kind="application/xml"),
            ask("POST", "/payments", "{"),
            ask("POST", "/payments", "{}"),
            ask("POST", "/payments", '{"bills": ["", "x"]}'),
            ask("PATCH", "/me", '{"email": "no address"}'),
            ask("GET", "/me", authorization="Bearer nothing"),
            ask("GET", "/me", authorization=""),
            ask("GET", "/bills/bil_1"),
        ]
        assert {answer["Content-Language"] for answer in answers} == {"en"}
        assert all(answer["Content-Type"] == "application/problem+json" for answer in answers)
        return [{**answer.json(), "instance": ""} for answer in answers]

    @pytest.mark.usefixtures("anna")
    def test_are_the_same_whatever_language_is_asked_for(self):
        english = self.refusals("en")
        assert self.refusals("lv") == english
        assert [one["status"] for one in english] == [405, 415, 400, 422, 422, 422, 401, 401, 404]
        assert english[0]["title"] == "Method not offered"
        assert english[0]["detail"] == 'Method "DELETE" not allowed.'
        assert english[3]["errors"] == [
            {"pointer": "/bills", "code": "required", "detail": "This field is required."}
        ]

    @pytest.mark.usefixtures("anna")
    def test_hold_no_pattern_and_point_at_what_is_meant(self):
        text = str(self.refusals("en"))
        for raw in ("{method}", "{media_type}", "%(", "ErrorDetail"):
            assert raw not in text
        nested = self.refusals("en")[4]["errors"]
        assert [one["pointer"] for one in nested] == ["/bills/0"]

    @pytest.mark.usefixtures("anna")
    def test_without_the_rule_the_languages_would_mix(self, monkeypatch):
        from contextlib import nullcontext
        from types import SimpleNamespace

        from mains.api.v1 import urls

        nothing = SimpleNamespace(override=lambda _language: nullcontext())
        monkeypatch.setattr(urls, "translation", nothing)
        assert self.refusals("lv") != self.refusals("en")
