"""A customer's login is deleted: its ways in end, the provider's books stay."""

import pytest
from tests.journeys.conftest import NOW

from mains.api import actions as api
from mains.billing.models import Bill
from mains.enrolment import actions
from mains.enrolment.models import AccountLink, SignUp
from mains.guard.context import inside
from mains.identity.actions import ensure_login
from mains.identity.models import User

pytestmark = pytest.mark.usefixtures("two_tenants")


@pytest.fixture
def tenant(db):
    with inside("balta"):
        yield "balta"


@pytest.fixture
def linked(tenant):
    """
    Return a login of its own, linked to an account with bills, and a token of it.
    """
    from django.db import transaction

    account = Bill.objects.order_by("pk").first().account
    with transaction.atomic():
        user, _new = ensure_login(
            email="gone@example.org", password="long-enough-1", name="G", language="en"
        )
        actions.link(user=user, account=account, evidence=[], now=NOW, today=NOW.date())
    token, _ends = api.issue_token(user_id=user.pk, tenant=tenant, now=NOW)
    return user, account, token


def test_every_way_in_ends_and_the_books_stay(linked):
    user, account, token = linked
    bills = account.bills.count()
    assert api.user_of_token(token=token, now=NOW) == user

    assert actions.delete_login(user_id=user.pk, now=NOW, today=NOW.date())

    assert api.user_of_token(token=token, now=NOW) is None
    assert not User.objects.filter(pk=user.pk).exists()
    assert AccountLink.objects.get(user_id=user.pk).ended_at == NOW
    assert account.bills.count() == bills > 0


def test_twice_changes_nothing_more(linked):
    user, _account, _token = linked
    actions.delete_login(user_id=user.pk, now=NOW, today=NOW.date())

    assert not actions.delete_login(user_id=user.pk, now=NOW.replace(year=2027), today=NOW.date())
    assert AccountLink.objects.get(user_id=user.pk).ended_at == NOW


def test_a_sign_up_that_waits_under_the_same_address_goes_too(linked):
    user, account, _token = linked
    SignUp.objects.create(
        token_hash="f" * 64, email=user.email, name="G", language="en", password="",
        account=account, created_at=NOW, expires_at=NOW.replace(year=2027),
    )  # fmt: skip
    actions.delete_login(user_id=user.pk, now=NOW, today=NOW.date())

    assert not SignUp.objects.filter(email=user.email).exists()


def test_somebody_elses_link_to_the_same_account_holds(linked):
    user, account, _token = linked
    others = AccountLink.objects.filter(account=account, ended_at=None).exclude(user_id=user.pk)
    before = others.count()
    actions.delete_login(user_id=user.pk, now=NOW, today=NOW.date())

    assert others.count() == before > 0
