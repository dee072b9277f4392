"""Every route of every host × every kind of caller × methods, against one table.

Whoever adds a route writes its line in `policies.py`; whoever changes who may call it changes the
line. Refused requests are compared with every table of the database: nothing is written.
"""

import re
from collections.abc import Callable, Iterator

import pytest
import yaml

from mains.guard import context
from tests import databases
from tests.isolation import callers, policies

SURFACES = tuple(policies.TABLE)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[callers.World]:
    from django.conf import settings
    from django.core.cache import cache
    from django.db import connection

    from mains.tenancy import queries

    with django_db_blocker.unblock():
        with context.inside(context.PUBLIC):
            cache.clear()
        settings.DEMO, before = True, settings.DEMO
        yield callers.opened()
        settings.DEMO = before
        context.choose(None)
        connection.close()
        with databases.owner() as owner:
            for slug in databases.TENANTS:
                databases.drop_tenant(owner, slug)
                databases.create_tenant(owner, slug)
            owner.execute(
                "truncate public.identity_user, public.tenancy_membership,"
                " public.tenancy_providerapplication cascade"
            )
            owner.commit()
        queries.forget()


@pytest.mark.parametrize("surface", SURFACES)
def test_every_route_has_a_policy_and_every_policy_a_route(surface):
    table = policies.TABLE[surface]

    missing = [route for route in callers.routes(surface) if route not in table]
    stale = [route for route in table if route not in callers.routes(surface)]

    assert not missing, f"Write who may call these into policies.py: {missing}"
    assert not stale, f"Nothing is served here any more; take the line away: {stale}"


def test_every_surface_and_probe_is_in_the_table():
    from django.urls import get_resolver

    from mains.tenancy.middleware import PLATFORM_SURFACES

    assert {name or "platform" for name in PLATFORM_SURFACES} | {"portal"} == set(SURFACES)
    probes = get_resolver("mains.config.urls.probes").url_patterns
    assert tuple(str(entry.pattern) for entry in probes) == policies.PROBES


def test_control_a_route_without_a_policy_is_found(monkeypatch):
    monkeypatch.delitem(policies.TABLE["portal"], "bills/<int:bill_id>/")

    with pytest.raises(AssertionError, match="bills/<int:bill_id>/"):
        test_every_route_has_a_policy_and_every_policy_a_route("portal")


def operations() -> dict[str, dict[str, bool]]:
    """
    Return each path of the OpenAPI with its methods, and whether they need a token.
    """
    from mains.api import apps

    folder = apps.__file__.rsplit("/", 1)[0]
    with open(f"{folder}/schema.yaml", encoding="utf-8") as file:
        paths = yaml.safe_load(file)["paths"]
    return {
        path.removeprefix("/"): {
            method.upper(): {"token": []} in what.get("security", [])
            and {} not in what.get("security", [])
            for method, what in methods.items()
        }
        for path, methods in paths.items()
    }


def test_each_operation_of_the_openapi_has_its_method_and_its_scope():
    table = {
        re.sub(r"<\w+:(\w+)>", r"{\1}", route): line
        for route, line in policies.API.items()
        if route not in ("api/v1/openapi.yaml", "api/v1/docs/")
    }
    found = operations()
    assert found.keys() == table.keys()
    for path, methods in found.items():
        policy, listed = table[path]
        assert set(methods) == set(listed.split()), path
        for method, needs_token in methods.items():
            open_to_all = policies.METHODS.get((path, method), policy) == "anyone"
            assert needs_token is not open_to_all, (path, method)
            assert policy.startswith("token") or open_to_all, path


type Call = tuple[str, str, str]


def sampled(route: str, nth: int) -> tuple[str, ...]:
    """
    Return the methods with which the nth caller tries a route: each page with every method, but
    those that no page has, or has as GET, by turns; no guard asks for them.
    """
    if route.startswith("api/"):
        return callers.METHODS
    return ("GET", "POST", ("HEAD", "OPTIONS")[nth % 2], ("PUT", "PATCH", "DELETE")[nth % 3])


def every(_route: str, _nth: int) -> tuple[str, ...]:
    return callers.METHODS


type Methods = Callable[[str, int], tuple[str, ...]]


def calls(surface: str, *routes: str, methods: Methods = sampled) -> tuple[list[Call], list[Call]]:
    """
    Return the calls of everybody with methods: those that are refused, and the others.
    """
    refused, others = [], []
    for route in routes:
        for nth, caller in enumerate(policies.callers_of(surface, route)):
            for method in methods(route, nth):
                may = policies.OPEN in allowed(surface, caller, route, method)
                (others if may else refused).append((caller, route, method))
    return refused, others


def wrong(world, surface: str, *routes: str) -> list[str]:
    """
    Call routes as everybody; return what is not as the table says.
    """
    refused, others = calls(surface, *routes)
    found = []
    with callers.undone():
        found += [line for call in refused if (line := tried(world, surface, call))]
    for call in others:
        with callers.undone():
            if line := tried(world, surface, call):
                found.append(line)
    return found


def tried(world, surface: str, call: Call) -> str:
    caller, route, method = call
    got = callers.outcome(world.call(surface, caller, route, method))
    if got in allowed(surface, caller, route, method):
        return ""
    return f"{surface} /{route} {method} by {caller}: {got}"


def allowed(surface: str, caller: str, route: str, method: str) -> set[str]:
    """
    Return how a request may end.
    """
    name, listed = policies.TABLE[surface][route]
    name = policies.METHODS.get((route, method), name)
    expected = policies.EXPECTED[name].expected(caller, surface=surface)
    if name == "way in":
        return {policies.OPEN, policies.SIGN_IN, "no such method"}
    if method == "OPTIONS" and expected in (policies.MISSING, policies.FORBIDDEN):
        # It may tell the shape of the address, and nothing of the object.
        return {expected, policies.OPEN, "no such method"}
    if method in ("HEAD", "OPTIONS") or listed == policies.KEPT:
        return {expected, "no such method"}
    if method not in listed.split():
        # A view may say first that there is no such method, or first that there is no such page.
        return {"no such method"} | ({expected} - {policies.OPEN})
    return {expected}


@pytest.mark.parametrize(
    "methods", [sampled, pytest.param(every, marks=pytest.mark.long)], ids=lambda one: one.__name__
)
@pytest.mark.parametrize("surface", SURFACES)
def test_every_caller_gets_what_the_table_says_and_who_is_refused_writes_nothing(
    world, surface, methods
):
    refused, others = calls(surface, *policies.TABLE[surface], methods=methods)
    found = []
    with callers.undone():
        before = callers.digest()
        found += [line for call in refused if (line := tried(world, surface, call))]
        after = callers.digest()
    for call in others:
        with callers.undone():
            if line := tried(world, surface, call):
                found.append(line)

    assert not found, "\n".join(["", *found])
    assert {name for name in before if before[name] != after[name]} == set()
    assert refused
    assert others


# Anna's bill, meter and account in the body of a request that anybody may send.
ABOUT_ANNA = (
    ("portal", "pay/start/", "POST"),
    ("portal", "readings/", "POST"),
    ("portal", "api/v1/payments", "POST"),
    ("portal", "api/v1/readings", "POST"),
    ("portal", "webhooks/<slug:kind>/<slug:company>/", "POST"),
)


@pytest.mark.parametrize(("surface", "route", "method"), ABOUT_ANNA)
def test_nobody_but_anna_does_anything_to_what_is_annas(world, surface, route, method):
    with callers.undone():
        before = callers.digest()
        for caller in policies.CALLERS[surface]:
            if caller != "holder":
                assert world.call(surface, caller, route, method).status_code < 500
        after = callers.digest()

    assert {name for name in before if before[name] != after[name]} == set()


@pytest.mark.parametrize("route", ["pay/start/", "api/v1/readings"])
def test_control_anna_herself_does_write(world, route):
    with callers.undone():
        before = callers.digest()
        world.call("portal", "holder", route, "POST")
        after = callers.digest()

    assert {name for name in before if before[name] != after[name]}


class TestControls:
    """
    Without one guard the test names exactly the route that it protected.
    """

    def test_without_the_membership_of_the_tenant(self, world, monkeypatch):
        from mains.tenancy import queries
        from mains.tenancy.models import Role

        monkeypatch.setattr(queries, "role_in", lambda **_ids: Role.OWNER)

        found = wrong(world, "console", "<slug:tenant>/customers/")

        assert "console /<slug:tenant>/customers/ GET by abroad: open" in found
        assert not [line for line in found if "visitor" in line or "customer:" in line]

    def test_without_the_roles_of_one_page(self, world, monkeypatch):
        unguarded(monkeypatch, "console", "<slug:tenant>/settings/proof/")

        table = policies.TABLE["console"]
        found = wrong(world, "console", *(place for place in table if "/settings/" in place))

        assert {line.split(" ")[1] for line in found} == {"/<slug:tenant>/settings/proof/"}
        assert "console /<slug:tenant>/settings/proof/ GET by service: open" in found

    def test_without_asking_whose_bill_it_is(self, world, monkeypatch):
        from mains.portal.bills import views

        monkeypatch.setattr(views, "may_pay", lambda _request, **_ids: True)
        found = [
            line for place in policies.PORTAL if place.startswith("bills/")
            for line in wrong(world, "portal", place)
        ]  # fmt: skip

        assert "portal /bills/<int:bill_id>/ GET by other: open" in found
        assert {line.split(" ")[1] for line in found} == {"/bills/<int:bill_id>/"}

    def test_without_asking_for_the_platforms_staff(self, world, monkeypatch):
        from mains.tenancy import queries

        monkeypatch.setattr(queries, "is_platform_staff", lambda **_ids: True)

        assert "admin /applications/ GET by owner: open" in wrong(world, "admin", "applications/")

    def test_without_looking_at_the_token(self, world, monkeypatch):
        from mains.api.authentication import TokenAuthentication
        from mains.identity.models import User

        def anybody(_self, request):
            return User.objects.get(email="anna@alder.example"), "x"

        monkeypatch.setattr(TokenAuthentication, "authenticate", anybody)

        assert "portal /api/v1/me GET by visitor: open" in wrong(world, "portal", "api/v1/me")


def unguarded(monkeypatch, surface: str, route: str) -> None:
    """
    Serve a route of the console without the check of roles.
    """
    from django.urls import resolve

    found = resolve(f"/{route.replace('<slug:tenant>', 'alder')}", callers.URLCONFS[surface])
    inner = found.func
    while hasattr(inner, "__wrapped__"):
        inner = inner.__wrapped__

    def open_to_all(request, tenant, **parts):
        return inner(request, **parts)

    for entry in _patterns(callers.URLCONFS[surface]):
        if entry.callback is found.func:
            monkeypatch.setattr(entry, "callback", open_to_all)


def _patterns(urlconf: str):
    from django.urls import URLResolver, get_resolver

    waiting = list(get_resolver(urlconf).url_patterns)
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, URLResolver):
            waiting += entry.url_patterns
        else:
            yield entry
