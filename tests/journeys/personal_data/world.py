"""Somebody who holds an account of balta, and what is asked for about them."""

from datetime import timedelta

from tests.journeys.conftest import NOW
from tests.journeys.logins import Browser, add_login

from mains.guard.context import inside

HOST = "balta.localhost"
LATER = timedelta(days=1)


def holder(email: str, *, schema_name: str = "balta", position: int = 0):
    """
    Return a login of its own that holds an account, and the account.
    """
    from django.db import transaction

    from mains.customers.models import Account
    from mains.enrolment import actions

    user = add_login(email, schema_name=schema_name)
    with inside(schema_name), transaction.atomic():
        account = Account.objects.order_by("-pk")[position]
        actions.link(
            user=user, account=account, evidence=["bill_number"], now=NOW, today=NOW.date()
        )
        return user, account


def tenant_of(schema_name: str = "balta"):
    from mains.tenancy import queries

    return queries.tenant(schema_name)


def browser_of(user, host: str = HOST) -> Browser:
    browser = Browser(host)
    browser.sign_in(user.email)
    return browser


def grow_stale(browser: Browser) -> None:
    """
    Let the proof of who sits there grow older than it may be.
    """
    with inside("balta"):
        session = browser.client.session
        session["account_authentication_methods"] = []
        session.save()


def built(user):
    """
    Have the worker make what was asked for, and return the job.
    """
    from mains.privacy import actions
    from mains.privacy.models import DataJob

    with inside("balta"):
        actions.build_waiting(tenant=tenant_of(), now=NOW)
        return DataJob.objects.filter(user_id=user.pk).latest("pk")
