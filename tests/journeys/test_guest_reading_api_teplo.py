"""teplo: the API takes a guest's reading on the same proof, within the same limits."""

import json
from datetime import timedelta

import pytest
from tests.journeys import guest_world as world
from tests.journeys.conftest import NOW, move_clock
from tests.journeys.guest_world import SLUG, Guest, secrets_of
from tests.journeys.joining_world import code_of, published

from mains.core.checksums import Checksum, completed
from mains.metering.models import ReadingQuality, ReadingSource

TENANTS = {"teplo", "balta"}
pytestmark = [pytest.mark.usefixtures("fresh_tries", "anew"), pytest.mark.seed("S3.08")]


@pytest.fixture
def anew(fresh_tries):
    world.begin_anew()


def call(kim: Guest, path: str, data: object, key: str = "") -> tuple[int, dict]:
    headers = {"Idempotency-Key": key} if key else {}
    url = f"{kim.customer.tenant.url}/api/v1/guest-readings{path}"
    page = kim.browser.post(url, json.dumps(data).encode(), "application/json", headers)
    return page.status, json.loads(page.body)


def facts(kim: Guest, **changes: str) -> dict:
    stated = {kind: kim.paper[kind] for kind in ("account_number", "address")}
    return {"facts": {**stated, **changes}}


def proof(kim: Guest) -> dict:
    status, body = call(kim, "/proofs", facts(kim))
    assert status == 201, body
    return body


def reading(kim: Guest, given: dict, **changes: object) -> dict:
    register = f"reg_{kim.register.register_id}"
    return {"token": given["token"], "register": register, "value": kim.likely(), **changes}


def test_a_proof_gives_the_meters_and_nothing_of_the_holder():
    kim = world.guest()
    given = proof(kim)
    assert [row["meter"] for row in given["registers"]] == [one.meter for one in kim.registers]
    text = json.dumps(given, ensure_ascii=False)
    assert [name for name, value in secrets_of(kim).items() if str(value) in text] == []

    status, body = call(kim, "", reading(kim, given))
    assert (status, body["source"]) == (201, "GUEST")
    (stored,) = kim.readings()
    assert (stored.source, stored.quality) == (ReadingSource.GUEST, ReadingQuality.ACCEPTED)
    assert len(kim.told()) == 1


def test_wrong_facts_prove_nothing_and_say_not_which():
    kim = world.guest()
    elsewhere = completed("19999999999999", Checksum.LUHN)
    answers = [
        call(kim, "/proofs", facts(kim, **change))
        for change in ({"address": "вул. Інша 99"}, {"account_number": elsewhere})
    ]
    for answer in answers:
        answer[1].pop("instance")
    assert answers[0] == answers[1]
    assert (answers[0][0], answers[0][1]["code"]) == (422, "not_proven")


def test_the_limits_are_those_of_the_pages():
    kim = world.guest()
    for _ in range(3):
        kim.identify(address="вул. Інша 99")
    status, body = call(kim, "/proofs", facts(kim))
    assert (status, list(body)) == (202, ["code_token"])
    wrong = {"code_token": body["code_token"], "code": "00000000"}
    assert call(kim, "/proofs/code", wrong)[1]["code"] == "wrong_code"
    status, given = call(kim, "/proofs/code", {**wrong, "code": code_of(SLUG)})
    assert status == 201
    assert call(kim, "", reading(kim, given))[0] == 201


def test_an_address_over_its_limit_is_refused():
    kim = world.guest()
    for number in range(20):
        other = completed(f"1999999999{number:04d}", Checksum.LUHN)
        call(kim, "/proofs", facts(kim, account_number=other))
    assert call(kim, "/proofs", facts(kim))[0] == 429


def test_a_token_ends_after_twenty_minutes():
    kim = world.guest()
    given = proof(kim)
    sent = reading(kim, given)
    move_clock(SLUG, NOW + timedelta(minutes=21))
    status, body = call(kim, "", sent)
    assert (status, body["code"]) == (403, "proof_over")
    assert kim.readings() == []


def test_control_before_it_ends_it_holds():
    kim = world.guest()
    sent = reading(kim, proof(kim))
    move_clock(SLUG, NOW + timedelta(minutes=18))
    assert call(kim, "", sent)[0] == 201


@pytest.mark.parametrize("token", ["", "x" * 40, "link"])
def test_no_other_token_reads_a_meter(token):
    from mains.guard import keys
    from mains.guard.context import inside

    kim = world.guest()
    if token == "link":
        with inside(SLUG):
            ends = (NOW + timedelta(minutes=5)).isoformat()
            token = keys.sign([kim.account.pk, ends], purpose="reading-link")
    status, _body = call(kim, "", reading(kim, {"token": token}))
    assert status in (403, 422)
    assert kim.readings() == []


def test_a_token_of_another_provider_is_worthless():
    from mains.guard import keys
    from mains.guard.context import inside

    kim = world.guest()
    with inside("balta"):
        ends = (NOW + timedelta(minutes=5)).isoformat()
        abroad = keys.sign([kim.account.pk, ends], purpose="guest-reading")
    assert call(kim, "", reading(kim, {"token": abroad}))[0] == 403


def test_a_meter_of_another_account_is_not_there():
    kim, other = world.guest(), world.guest(position=1)
    register = f"reg_{other.register.register_id}"
    status, body = call(kim, "", reading(kim, proof(kim), register=register))
    assert (status, body["code"]) == (404, "no_such_register")
    assert other.readings() == []


def test_an_unusual_value_is_asked_back_without_saying_how_it_is_unusual():
    kim = world.guest()
    given = proof(kim)
    codes = {
        call(kim, "", reading(kim, given, value=value))[1]["code"]
        for value in ("1", kim.likely(times=30))
    }
    assert codes == {"unusual"}
    assert kim.readings() == []
    status, body = call(kim, "", reading(kim, given, value="1", confirmed=True))
    assert (status, body["quality"]) == (201, "NEEDS_REVIEW")


@pytest.mark.parametrize(("value", "code"), [("12a", "not_a_number"), ("9" * 9, "too_many_digits")])
def test_what_is_no_reading_is_a_problem(value, code):
    kim = world.guest()
    status, body = call(kim, "", reading(kim, proof(kim), value=value))
    assert (status, body["code"]) == (422, code)


def test_the_same_key_stores_one_reading():
    kim = world.guest()
    sent = reading(kim, proof(kim))
    answers = [call(kim, "", sent, key="k1") for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(kim.readings()) == 1


def test_an_eleventh_reading_within_a_day_is_a_problem():
    kim = world.guest()
    given = proof(kim)
    sent = reading(kim, given, confirmed=True)
    for _ in range(10):
        assert call(kim, "", sent)[0] == 201
    assert call(kim, "", sent)[1]["code"] == "too_many_readings"
    assert len(kim.readings()) == 10


@pytest.mark.seed("S3.07")
def test_while_the_window_is_locked_nothing_is_stored():
    kim = world.guest()
    move_clock(SLUG, NOW.replace(month=12, day=3))
    status, body = call(kim, "", reading(kim, proof(kim)))
    assert (status, body["code"]) == (409, "window_locked")
    assert kim.readings() == []


@pytest.mark.seed("S0.10")
def test_where_the_switch_is_off_nothing_is_offered_though_a_token_is_held():
    kim = world.guest()
    sent = reading(kim, proof(kim))
    with published(SLUG, services=world.switched(hot_water=False, heating=False)):
        for path, body in (("", sent), ("/proofs", facts(kim))):
            status, answer = call(kim, path, body)
            assert (status, answer["code"]) == (404, "feature_off")
    with published(SLUG, services=world.switched(hot_water=False)):
        assert call(kim, "", sent)[1]["code"] == "no_such_register"
    assert kim.readings() == []
    assert call(kim, "", sent)[0] == 201, "control: on again it is stored"
