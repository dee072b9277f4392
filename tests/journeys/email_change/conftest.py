"""Somebody whose e-mail may be changed."""

import pytest


@pytest.fixture
def anna(tenant):
    from django.core.cache import cache
    from tests.factories import utilities
    from tests.journeys import logins
    from tests.journeys.email_change.world import OLD

    cache.clear()
    utilities.configured("balta")
    return logins.add_login(OLD)


@pytest.fixture
def browser(anna):
    from tests.journeys.logins import Browser

    browser = Browser()
    browser.sign_in(anna.email)
    browser.prove()
    return browser
