"""Many readings by program: one answer for each, and a key that stores them once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.journeys import sharing_world as world
from tests.journeys.readings.many_meters import stored
from tests.journeys.sharing_world import SLUG, Person

from mains.guard.context import inside
from mains.metering.models import Register
from mains.metering.rules.pasted import MOST_ROWS

PLACE = "/readings/batch"


def registers(prefix: str = "MANY") -> list[str]:
    with inside(SLUG):
        found = Register.objects.filter(meter__serial__startswith=f"{prefix}-")
        return [f"reg_{pk}" for pk in found.order_by("meter__serial").values_list("pk", flat=True)]


def reading(register: str, value: str = "1240", **more: object) -> dict[str, object]:
    return {"register": register, "value": value, **more}


@pytest.fixture
def token(max_) -> str:
    return max_.token()


def post(person: Person, readings: list, token: str, key: str = ""):
    return person.client.post(
        f"/api/v1{PLACE}",
        {"readings": readings},
        content_type="application/json",
        headers={
            "host": person.host, "authorization": f"Bearer {token}",
            **({"idempotency-key": key} if key else {}),
        },
    )  # fmt: skip


def codes(answer) -> list[str]:
    return [
        one["refusal"]["code"] if one["refusal"] else one["reading"]["quality"]
        for one in answer.json()["outcomes"]
    ]


def test_each_is_answered_by_itself_in_its_place(max_, token):
    one, two, three, four, five = registers()[:5]
    answer = post(
        max_,
        [
            reading(one), reading(two, "12x"), reading("reg_999999"), reading(three, "3"),
            reading(four, "3", confirmed=True), reading(registers("OTHER")[0]),
            reading(five, "1"), reading(five, "2"),
        ],
        token,
    )  # fmt: skip

    assert answer.status_code == 200
    assert codes(answer) == [
        "ACCEPTED", "not_a_number", "no_such_register", "unusual_below_last", "NEEDS_REVIEW",
        "no_such_register", "twice", "twice",
    ]  # fmt: skip
    assert (answer.json()["stored"], answer.json()["refused"]) == (2, 6)
    assert [one["register"] for one in answer.json()["outcomes"]][:2] == [one, two]
    assert [int(one.value) for one in stored()] == [1240, 3]
    assert stored("OTHER") == []


def test_the_same_key_stores_once_and_another_body_is_refused(max_, token):
    one, two = registers()[:2]
    first = post(max_, [reading(one), reading(two)], token, key="list-1")
    again = post(max_, [reading(one), reading(two)], token, key="list-1")
    other = post(max_, [reading(one)], token, key="list-1")

    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "key_used_with_another_body")
    assert len(stored()) == 2


def test_control_without_a_key_it_stores_again(max_, token):
    for _ in range(2):
        post(max_, [reading(registers()[0], confirmed=True)], token)

    assert len(stored()) == 2


def test_a_closed_window_refuses_each(max_, on):
    on(12, 3)
    answer = post(max_, [reading(one) for one in registers()[:3]], max_.token())

    assert codes(answer) == ["window_locked"] * 3
    assert "2026-12-08" in answer.json()["outcomes"][0]["refusal"]["detail"]
    assert stored() == []


@pytest.mark.parametrize("count", [0, MOST_ROWS + 1])
def test_none_and_too_many_are_refused(max_, token, count):
    answer = post(max_, [reading("reg_1")] * count, token)

    assert (answer.status_code, answer.json()["code"]) == (422, "unusable_input")


def test_a_shared_account_without_its_readings_takes_none(max_):
    dora = world.share(max_, world.accounts(number="MANY000000")[0])

    assert codes(post(dora, [reading(registers()[0])], dora.token())) == ["no_such_register"]


@pytest.mark.usefixtures("steady")
def test_two_hundred_ask_as_little_as_two(max_, token):
    post(max_, [reading(registers()[0])], token)
    with CaptureQueriesContext(connection) as few:
        post(max_, [reading(one, confirmed=True) for one in registers()[:2]], token)
    with CaptureQueriesContext(connection) as most:
        answer = post(max_, [reading(one, confirmed=True) for one in registers()], token)

    assert answer.json()["stored"] == 200
    assert len(most) == len(few)
    assert len(most) <= 16, [query["sql"][:120] for query in most]
