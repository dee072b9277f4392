"""Customer code and e-mail bring a letter with user name and a temporary password (tavho)."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from tests.factories import utilities
from tests.journeys import logins
from tests.journeys.logins import NEW, PASSWORD, Browser
from tests.journeys.test_recovery import later, second_step

from mains.api import actions as api
from mains.customers.models import Account
from mains.enrolment import actions as enrolment
from mains.guard.context import inside
from mains.identity.models import ApiToken, OneTimeSecret

FORGOTTEN = "/account/password/reset/"
ANNA = "anna@alder.example"


@pytest.fixture
def anna(tenant):
    """
    Return a login of a tenant like tavho, linked to its first account.
    """
    from django.db import transaction

    cache.clear()
    utilities.billed("tavho", count=2)
    user = logins.add_login(ANNA, username="anna.kis")
    with inside("alder"), transaction.atomic():
        account = Account.objects.select_related("customer").order_by("pk").first()
        enrolment.link(
            user=user, account=account, evidence=[], now=utilities.NOW, today=utilities.NOW.date()
        )
    return user


def codes() -> list[str]:
    with inside("alder"):
        return list(Account.objects.order_by("pk").values_list("number", flat=True))


def ask(code: str = "", email: str = ANNA):
    return Browser().post(FORGOTTEN, **{"fact-customer_code": code or codes()[0], "email": email})


def letter() -> dict[str, str]:
    return logins.messages("temporary-password")[0].values


@pytest.mark.seed("S2.22")
class TestTheLetter:
    @pytest.mark.usefixtures("anna")
    def test_has_the_user_name_and_a_random_password_that_is_stored_hashed(self):
        ask()
        first = letter()
        ask()
        second = letter()

        assert first["login"] == "anna.kis"
        assert first["hours"] == "24"
        assert first["password"] != second["password"]
        with inside("alder"):
            (row,) = OneTimeSecret.objects.all()
        assert row.hash.startswith("argon2$")
        assert logins.messages("temporary-password")[0].recipient == ANNA

    def test_the_old_password_keeps_working_until_the_temporary_one_is_used(self, anna):
        ask()
        for _ in range(2):
            assert Browser().sign_in(ANNA).request["PATH_INFO"] == "/"
        assert logins.row(anna).check_password(PASSWORD)

    def test_every_wrong_pair_is_answered_alike_and_changes_nothing(self, anna, hashes):
        logins.add_login("bob@alder.example")
        mine, others = codes()[:2]
        wrong = [
            (others, ANNA), ("U99999", ANNA), (mine, "bob@alder.example"),
            (mine, "nobody@alder.example"), ("U99999", "nobody@alder.example"),
        ]  # fmt: skip
        hashes.clear()
        right = ask(mine).text.replace(ANNA, "")
        spent = len(hashes)
        for code, email in wrong:
            hashes.clear()
            assert ask(code, email).text.replace(email, "") == right
            assert len(hashes) == spent == 1

        assert len(logins.messages("temporary-password")) == 1
        with inside("alder"):
            assert OneTimeSecret.objects.count() == 1
        assert logins.row(anna).check_password(PASSWORD)

    @pytest.mark.usefixtures("anna")
    def test_codes_cannot_be_guessed_for_an_address_nor_addresses_for_a_code(self):
        for number in range(6):
            ask(f"U5555{number}")
        ask()
        assert logins.messages("temporary-password") == []
        cache.clear()
        for number in range(6):
            ask(email=f"n{number}@alder.example")
        ask()
        assert logins.messages("temporary-password") == []

    @pytest.mark.usefixtures("anna")
    def test_a_tenant_that_sends_links_asks_for_no_code(self):
        utilities.configured("balta", schema_name="birch")
        assert "customer_code" not in Browser("birch.localhost").get(FORGOTTEN).text
        assert "customer_code" in Browser().get(FORGOTTEN).text


@pytest.mark.seed("S2.23")
class TestTheFirstSignIn:
    CHOOSE = "/me/security/password/"

    def come_in(self) -> Browser:
        ask()
        browser = Browser()
        page = browser.sign_in(letter()["login"], letter()["password"])
        assert page.request["PATH_INFO"] == self.CHOOSE
        return browser

    @pytest.mark.parametrize(
        "path",
        ["/", "/me/", "/bills/", "/readings/", "/payments/", "/me/email/", "/me/details/",
         "/me/security/", "/me/security/sessions/", "/account/2fa/", "/account/2fa/webauthn/add/",
         "/account/reauthenticate/", "/find/", "/join/", "/help/"],
    )  # fmt: skip
    def test_reaches_nothing_but_the_new_password(self, anna, path):
        browser = self.come_in()
        assert browser.get(path).request["PATH_INFO"] == self.CHOOSE
        assert browser.post(path, name="X").request["PATH_INFO"] == self.CHOOSE
        assert logins.row(anna).name == ""

    @pytest.mark.usefixtures("anna")
    def test_control_without_the_guard_the_whole_portal_is_open(self, settings):
        settings.MIDDLEWARE = [
            entry for entry in settings.MIDDLEWARE if "ForcedPassword" not in entry
        ]
        ask()
        browser = Browser()
        browser.sign_in(letter()["login"], letter()["password"])
        assert browser.get("/bills/").request["PATH_INFO"] == "/bills/"

    def test_the_api_refuses_old_tokens_and_gives_no_new_one(self, anna):
        with inside("alder"):
            old, _ends = api.issue_token(user_id=anna.pk, tenant="alder", now=utilities.NOW)
        self.come_in()
        client = Browser().client
        bearer = {"host": "alder.localhost", "authorization": f"Bearer {old}"}
        assert client.get("/api/v1/bills", headers=bearer).status_code == 401
        ask()
        for password in (PASSWORD, letter()["password"]):
            answer = client.post(
                "/api/v1/tokens", {"email": ANNA, "password": password},
                content_type="application/json", headers={"host": "alder.localhost"},
            )  # fmt: skip
            assert answer.status_code == 401
        with inside("alder"):
            assert not ApiToken.objects.exists()

    def test_a_token_that_slipped_through_is_refused_too(self, anna):
        self.come_in()
        with inside("alder"):
            token, _ends = api.issue_token(user_id=anna.pk, tenant="alder", now=utilities.NOW)
            assert api.user_of_token(token=token, now=utilities.NOW) is None

    def test_a_new_password_opens_everything(self, anna):
        browser = self.come_in()
        assert browser.post(self.CHOOSE, password=NEW).request["PATH_INFO"] == "/"

        assert browser.is_in("/bills/")
        assert logins.row(anna).check_password(NEW)
        assert not logins.row(anna).must_change_password
        assert logins.audited()[-2:] == ["temporary_password.used", "password.changed"]

    def test_the_temporary_one_is_no_new_one(self, anna):
        browser = self.come_in()
        page = browser.post(self.CHOOSE, password=letter()["password"])
        assert page.status_code == 422
        assert logins.row(anna).must_change_password

    @pytest.mark.usefixtures("anna")
    def test_it_works_once_and_ends_the_old_password_and_sessions(self):
        before = Browser()
        before.sign_in(ANNA)
        self.come_in()
        for password in (letter()["password"], PASSWORD):
            assert Browser().sign_in(ANNA, password).status_code == 422
        assert not before.is_in()

    def test_never_finished_another_letter_helps(self, anna):
        self.come_in()
        self.come_in().post(self.CHOOSE, password=NEW)
        assert logins.row(anna).check_password(NEW)

    @pytest.mark.usefixtures("anna")
    def test_late_it_has_ended_and_the_old_password_works(self, monkeypatch):
        ask()
        later(monkeypatch, hours=25)
        assert Browser().sign_in(ANNA, letter()["password"]).status_code == 422
        assert Browser().sign_in(ANNA).request["PATH_INFO"] == "/"

    def test_a_second_step_stands_before_it_and_without_it_the_old_password_works(self, anna):
        second_step(anna)
        ask()
        thief = Browser()
        page = thief.sign_in(ANNA, letter()["password"])

        assert page.request["PATH_INFO"] == "/account/2fa/authenticate/"
        assert not thief.is_in()
        assert logins.row(anna).check_password(PASSWORD)
        assert not logins.row(anna).must_change_password

    @pytest.mark.usefixtures("anna")
    def test_a_wrong_password_costs_the_same_for_everybody(self, hashes):
        bob = logins.add_login("bob@alder.example")
        ask()
        spent = []
        for name in (ANNA, bob.email, "nobody@alder.example"):
            hashes.clear()
            Browser().sign_in(name, "not the password")
            spent.append(len(hashes))
        assert spent == [2, 2, 2]

    @pytest.mark.usefixtures("anna")
    def test_it_does_not_count_as_proof_before_something_that_protects_the_login(self):
        ask()
        browser = Browser()
        browser.sign_in(ANNA)
        assert browser.prove(letter()["password"]).status_code == 422
        with inside("alder"):
            assert OneTimeSecret.objects.filter(used_at=None).count() == 1


def test_the_life_of_a_temporary_password_is_the_tenants_choice(anna, monkeypatch):
    file = utilities.file_of("tavho", schema_name="alder")
    registration = file.registration.model_copy(update={"temporary_password_hours": 2})
    from mains.journeys import configure
    from mains.tenancy import queries

    configure.publish(
        file=file.model_copy(update={"registration": registration}), author="t",
        now=utilities.NOW + timedelta(1),
    )  # fmt: skip
    queries.forget()
    ask()
    assert letter()["hours"] == "2"
    later(monkeypatch, hours=3)
    assert Browser().sign_in(ANNA, letter()["password"]).status_code == 422
