"""Nobody of the staff gets anywhere with a password alone, on any host of the platform."""

from collections.abc import Iterator

import pytest
from tests import databases
from tests.journeys import console_world as world
from tests.journeys.logins import Browser

ADMIN = "admin.localhost"
PLACES = {
    world.CONSOLE: ["/", "/alder/", "/alder/customers/", "/alder/settings/", "/me/security/"],
    ADMIN: ["/", "/tenants/alder/", "/applications/", "/me/security/", "/me/details/"],
}
PEOPLE = {world.CONSOLE: "nora@alder.example", ADMIN: "paul@mains.example"}


@pytest.fixture(scope="module")
def staff(django_db_setup, django_db_blocker) -> Iterator[None]:
    from django.core.cache import cache
    from django.db import connection

    from mains.guard import context
    from mains.tenancy import queries

    with django_db_blocker.unblock():
        with context.inside(context.PUBLIC):
            cache.clear()
        world.open_for_business("alder")
        for email, role in [
            ("nora@alder.example", ("alder", "OWNER")),
            ("otto@alder.example", ("alder", "SERVICE")),
            ("paul@mains.example", (None, "PLATFORM")),
        ]:
            world.add_staff(email, role, second_factor=False)
        queries.forget()
        yield
        context.choose(None)
        connection.close()
        databases.renew("alder")
        queries.forget()


@pytest.fixture
def browser(staff, django_db_blocker):
    with django_db_blocker.unblock():
        yield _signed_in


def _signed_in(host: str, email: str = "") -> Browser:
    browser = Browser(host)
    browser.sign_in(email or PEOPLE[host])
    return browser


@pytest.mark.parametrize("host", PLACES)
def test_with_a_password_alone_nothing_opens_and_the_way_on_is_shown(browser, host):
    person = browser(host)
    for place in PLACES[host]:
        page = person.get(place)
        assert page.status_code == 403, place
        assert "/account/2fa/totp/activate/" in page.text
        assert person.post(place).status_code == 403, place


@pytest.mark.parametrize("host", PLACES)
def test_setting_it_up_and_leaving_stay_open(browser, host):
    person = browser(host)

    assert person.get("/account/2fa/totp/activate/").status_code == 200
    assert person.get("/account/2fa/webauthn/add/").status_code == 200
    person.post("/account/logout/")
    assert "/account/login/" in person.get("/").request["PATH_INFO"]


def test_control_without_the_middleware_the_console_opens(browser, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "SecondStep" not in name]

    person = browser(world.CONSOLE, "otto@alder.example")

    assert person.get("/alder/customers/").status_code == 200


def test_setting_it_up_opens_everything_and_ends_other_sessions(browser):
    thief = browser(world.CONSOLE)
    owner = browser(world.CONSOLE)

    world.set_up_second_step(owner.client)

    assert owner.get("/alder/customers/").status_code == 200
    assert 'href="/"' in owner.get("/account/2fa/recovery-codes/").text
    assert thief.get("/alder/customers/").request["PATH_INFO"] == "/account/login/"


def test_signing_in_later_asks_for_the_code(browser):
    owner = browser(world.CONSOLE, "otto@alder.example")
    secret = world.set_up_second_step(owner.client)
    owner.post("/account/logout/")

    again = browser(world.CONSOLE, "otto@alder.example")
    assert again.get("/alder/").request["PATH_INFO"] != "/alder/"
    assert again.post("/account/2fa/authenticate/", code="000000").status_code == 422
    again.post("/account/2fa/authenticate/", code=world.code_of(secret))
    assert again.get("/alder/").request["PATH_INFO"] == "/alder/"


def test_removing_it_closes_the_console_again(browser):
    from allauth.mfa.models import Authenticator

    from mains.guard.context import PUBLIC, inside

    person = browser(ADMIN)
    world.set_up_second_step(person.client, ADMIN)
    assert person.get("/applications/").status_code == 200

    with inside(PUBLIC):
        Authenticator.objects.filter(user__email="paul@mains.example").delete()

    assert person.get("/applications/").status_code == 403


def test_the_demo_prints_the_code_that_holds_now_for_each_member_of_staff(capsys):
    from mains.demo import addresses, data, logins

    before = logins.current_code()
    addresses.show()
    shown, after = capsys.readouterr().err, logins.current_code()

    lines = [line for line in shown.splitlines() if "staff@" in line or "platform@" in line]
    assert len(lines) == len(data.files()) + 1
    assert all(before in line or after in line for line in lines)
