"""What other pages lean on: proof once more, budgets, secrets of one use."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import HttpResponse
from django.test import RequestFactory
from tests.factories import utilities
from tests.journeys import logins

from mains.guard.context import inside
from mains.identity import actions, email_changes, passwords, secrets
from mains.identity.budgets import Budget
from mains.identity.models import OneTimeSecret, Purpose
from mains.identity.reauthentication import reauthentication_required

NOW = utilities.NOW


@pytest.fixture
def anna(tenant):
    cache.clear()
    with inside("alder"):
        yield logins.add_login("anna@alder.example")


def request_of(user, session=None):
    request = RequestFactory().get("/me/autopay/")
    request.user, request.session = user, session or {}
    return request


class TestProofOnceMore:
    view = staticmethod(reauthentication_required(lambda _request: HttpResponse("done")))

    def test_visitors_go_to_the_sign_in_page(self):
        answer = self.view(request_of(AnonymousUser()))
        assert answer.url == "/account/login/?next=/me/autopay/"

    def test_without_proof_it_is_asked_for(self, anna):
        from allauth.core.exceptions import ReauthenticationRequired

        with pytest.raises(ReauthenticationRequired):
            self.view(request_of(anna))

    @pytest.mark.parametrize(("age", "again"), [(10, True), (301, False)])
    def test_a_fresh_proof_opens_it(self, anna, age, again):
        import time

        from allauth.core.exceptions import ReauthenticationRequired

        proof = {"method": "password", "at": time.time() - age, "reauthenticated": True}
        session = {
            "account_authentication_methods": [proof],
            "account_authentication_methods_user": str(anna.pk),
        }
        if again:
            assert self.view(request_of(anna, session)).content == b"done"
        else:
            with pytest.raises(ReauthenticationRequired):
                self.view(request_of(anna, session))

    def test_a_mere_sign_in_is_no_proof(self, anna):
        import time

        from allauth.core.exceptions import ReauthenticationRequired

        session = {
            "account_authentication_methods": [{"method": "password", "at": time.time()}],
            "account_authentication_methods_user": str(anna.pk),
        }
        with pytest.raises(ReauthenticationRequired):
            self.view(request_of(anna, session))


@pytest.mark.usefixtures("tenant")
class TestABudget:
    budget = Budget("test", tries=2, seconds=60)

    def test_is_spent_by_one_and_not_by_another(self):
        cache.clear()
        with inside("alder"):
            assert [self.budget.spend("a") for _ in range(3)] == [True, True, False]
            assert self.budget.spend("b")
            self.budget.forget("a")
            assert self.budget.spend("A")

    def test_belongs_to_one_tenant(self):
        cache.clear()
        for schema_name in ("alder", "birch"):
            with inside(schema_name):
                assert self.budget.spend("a")
                assert self.budget.spend("a")


class TestSecrets:
    def test_a_link_is_used_once(self, anna):
        token = secrets.make_link(
            user=anna, purpose=Purpose.RESET, now=NOW, life=secrets.RESET_LIFE
        )
        assert secrets.use(token=token, purpose=Purpose.RESET, now=NOW) == anna
        with pytest.raises(secrets.SecretUnknown):
            secrets.use(token=token, purpose=Purpose.RESET, now=NOW)

    def test_what_ended_long_ago_is_swept(self, anna):
        secrets.make_link(user=anna, purpose=Purpose.RESET, now=NOW, life=secrets.RESET_LIFE)
        assert secrets.forget_old(now=NOW + timedelta(days=7)) == 0
        assert secrets.forget_old(now=NOW + timedelta(days=8)) == 1
        assert not OneTimeSecret.objects.exists()

    def test_temporary_passwords_are_long_and_unlike(self):
        made = {secrets.temporary_password() for _ in range(100)}
        assert len(made) == 100
        assert all(len(word) == 19 and set(word) <= set(secrets.ALPHABET + "-") for word in made)

    def test_deleting_the_login_deletes_them_and_its_changes(self, anna):
        secrets.make_link(user=anna, purpose=Purpose.RESET, now=NOW, life=secrets.RESET_LIFE)
        email_changes.begin(user_id=anna.pk, new_email="x@y.example", now=NOW)
        assert actions.delete_user(user_id=anna.pk)
        assert not OneTimeSecret.objects.exists()

    def test_helpers_refuse_to_run_alone(self, anna, monkeypatch):
        from types import SimpleNamespace

        from mains.core import transactions

        monkeypatch.setattr(transactions, "connection", SimpleNamespace(in_atomic_block=False))
        with pytest.raises(transactions.TransactionRequired):
            passwords.store(user=anna, new="x")

    def test_an_old_change_of_e_mail_is_forgotten(self, anna):
        email_changes.begin(user_id=anna.pk, new_email="x@y.example", now=NOW)
        assert email_changes.forget_old(now=NOW + timedelta(days=99)) == 0
        assert email_changes.forget_old(now=NOW + timedelta(days=101)) == 1
