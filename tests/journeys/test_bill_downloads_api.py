"""Many bills as one file, asked for by a program."""

import json

import pytest
from tests.journeys.conftest import NOW
from tests.journeys.test_api import anna, body, post

from mains.guard.context import inside
from mains.journeys import bill_downloads
from mains.tenancy import queries

pytestmark = pytest.mark.usefixtures("two_tenants")
SLUG = "balta"
WISH = {"title": "For the accountant", "first": "2020-01-01", "last": "2030-01-01"}


@pytest.fixture(autouse=True)
def at_work(monkeypatch):
    monkeypatch.setattr(type(bill_downloads.jobs.MAKE_BILL_FILE), "send", lambda *_a, **_k: None)


def work(key: str) -> None:
    with inside(SLUG):
        tenant = queries.tenant(SLUG)
        bill_downloads.work_on(tenant=tenant, name=key.removeprefix("dld_"), now=NOW)


@pytest.mark.seed("S1.11", "S1.17")
def test_a_program_asks_waits_and_fetches():
    customer = anna()
    made = body(post(customer, "/bill-downloads", WISH, key="one"))
    assert (made["state"], made["url"]) == ("WAITING", None)
    assert body(post(customer, "/bill-downloads", WISH, key="one"))["id"] == made["id"]
    assert made["bills"] > 0

    work(made["id"])

    found = body(customer.call("GET", f"/bill-downloads/{made['id']}"))
    assert (found["state"], found["done"]) == ("READY", made["bills"])
    assert found["bytes"] > 1000
    assert customer.browser.get(found["url"]).status == 200
    listed = body(customer.call("GET", "/bill-downloads"))["data"]
    assert made["id"] in [one["id"] for one in listed]
    assert all(one["url"] is None for one in listed)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"accounts": ["acc_999999"]}, 404, "no_such_account"),
        ({"accounts": ["nonsense"]}, 404, "no_such_account"),
        ({"first": "2001-01-01", "last": "2001-02-01"}, 409, "no_bills"),
        ({"title": ""}, 422, None),
        ({"format": "exe"}, 422, None),
    ],
)
def test_what_cannot_be_made_is_said(changes, status, code):
    page = post(anna(), "/bill-downloads", {**WISH, **changes})
    assert page.status == status
    assert code is None or json.loads(page.body)["code"] == code


def test_another_login_sees_nothing_of_it():
    made = body(post(anna(), "/bill-downloads", WISH))
    other = anna("tavho")
    assert other.call("GET", f"/bill-downloads/{made['id']}").status == 404
