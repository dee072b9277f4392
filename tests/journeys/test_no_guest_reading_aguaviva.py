"""aguaviva: readings come from registered users only, on every page and in the API."""

import json

import pytest
from tests.journeys import guest_world as world
from tests.journeys.joining_world import Newcomer, account, published

from mains.guard.context import inside
from mains.journeys import guest_readings
from mains.metering.models import Reading
from mains.metering.queries import registers_of
from mains.tenancy import queries

SLUG, TENANTS = "aguaviva", {"aguaviva"}
pytestmark = [pytest.mark.usefixtures("fresh_tries"), pytest.mark.seed("S0.10")]
POLICY = {"purpose": "guest_read", "evidence": ["account_number", "address"]}


def visitor() -> Newcomer:
    return Newcomer(SLUG, account(SLUG))


def stored() -> int:
    with inside(SLUG):
        return Reading.objects.count()


def with_policy() -> dict[str, object]:
    """
    Return the registration with what a guest would be asked, the switch of the services still off.
    """
    registration = queries.tenant(SLUG).file.registration.model_dump(mode="json")
    return {"policies": [*registration["policies"], POLICY]}


@pytest.mark.parametrize("asked", [False, True])
def test_no_page_takes_a_guests_reading(asked):
    kim, before = visitor(), stored()
    changes = {"registration": with_policy()} if asked else {}
    with published(SLUG, **changes):
        for path in ("/", "/account/login/"):
            assert "/readings/guest/" not in kim.open(path).reader().links
        for path in ("/readings/guest/", "/readings/guest/code/", "/readings/guest/enter/"):
            assert kim.open(path).status == 404
            assert kim.post(path, **{"fact-account_number": "1", "key": "k" * 20}).status == 404
        assert "/account/login/" in kim.open("/readings/").url
    assert stored() == before


def test_the_api_takes_none():
    kim, before = visitor(), stored()
    bodies = {
        "": {"token": "t", "register": "reg_1", "value": "1"},
        "/proofs": {"facts": {"account_number": "1"}},
        "/proofs/code": {"code_token": "t", "code": "12345678"},
    }
    for path, body in bodies.items():
        url = f"{kim.customer.tenant.url}/api/v1/guest-readings{path}"
        page = kim.browser.post(url, json.dumps(body).encode(), "application/json", {})
        assert (page.status, json.loads(page.body)["code"]) == (404, "feature_off"), path
    assert stored() == before


def test_the_action_takes_none_whoever_calls_it():
    kim, tenant = visitor(), queries.tenant(SLUG)
    today = tenant.date_of(tenant.now())
    with inside(SLUG):
        register = registers_of(account_ids=[kim.account.pk], today=today)[0]
        with pytest.raises(guest_readings.GuestsNotTaken):
            guest_readings.send(
                tenant=tenant, register=register, typed="1", confirmed=True,
                form=guest_readings.Sent(key="k" * 20, decimal_mark=","), now=tenant.now(),
            )  # fmt: skip
        with pytest.raises(guest_readings.NothingToRead):
            guest_readings.link_of(
                tenant=tenant, account_id=kim.account.pk, actor="tests", now=tenant.now()
            )


def test_control_switched_on_a_guest_is_asked_and_reads():
    kim, before = visitor(), stored()
    services = [
        {**service.model_dump(mode="json"), "guest_readings": True}
        for service in queries.tenant(SLUG).file.services
    ]
    with published(SLUG, registration=with_policy(), services=services):
        page = kim.state_facts(world.START)
        assert page.url.endswith("/readings/guest/enter/")
        name = next(name for name in page.form().fields if name.startswith("reading-"))
        asked = kim.submit(page, **{name: "1"})
        sent = kim.submit(asked, **{name.replace("reading", "confirm"): "on"})
        assert sent.url.endswith("/readings/guest/sent/")
    assert stored() == before + 1
