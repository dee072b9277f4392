"""The API as an integrator meets it: tokens, lists, readings, and clear refusals."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from tests.browsers import ClientBrowser
from tests.journeys.conftest import NOW, move_clock

from mains.api import actions
from mains.billing.models import Bill
from mains.demo import logins
from mains.demo.people import Customer
from mains.guard.context import inside
from mains.metering.models import Reading
from mains.tenancy import queries

pytestmark = pytest.mark.usefixtures("two_tenants")


def anna(slug: str = "balta") -> Customer:
    customer = Customer(queries.tenant(slug), ClientBrowser(), logins.customer_email(slug))
    customer.sign_in_to_api()
    return customer


def body(page) -> dict:
    return json.loads(page.body)


def post(customer: Customer, path: str, data: object, key: str = ""):
    headers = {"Authorization": f"Bearer {customer.token}"}
    if key:
        headers["Idempotency-Key"] = key
    url = f"{customer.tenant.url}/api/v1{path}"
    return customer.browser.post(url, json.dumps(data).encode(), "application/json", headers)


def registers(customer: Customer) -> list[dict]:
    return body(customer.call("GET", "/registers"))["data"]


def stored(slug: str) -> int:
    with inside(slug):
        return Reading.objects.count()


class TestSigningIn:
    def test_a_wrong_password_is_a_problem(self):
        stranger = Customer(queries.tenant("balta"), ClientBrowser())
        page = stranger.call(
            "POST", "/tokens", {"email": logins.customer_email("balta"), "password": "wrong"}
        )

        assert page.status == 401
        assert body(page)["code"] == "not_signed_in"

    def test_without_a_token_nothing_is_told(self):
        stranger = Customer(queries.tenant("balta"), ClientBrowser())

        assert stranger.call("GET", "/accounts").status == 401

    def test_a_token_of_one_tenant_is_worthless_in_another(self):
        here, there = anna("balta"), Customer(queries.tenant("tavho"), ClientBrowser())
        there.token = here.token

        assert here.call("GET", "/accounts").status == 200
        assert there.call("GET", "/accounts").status == 401

    def test_a_token_that_was_ended_is_worthless(self):
        customer = anna()
        headers = {"Authorization": f"Bearer {customer.token}"}
        customer.browser._go("DELETE", f"{customer.tenant.url}/api/v1/tokens", b"", headers)

        assert customer.call("GET", "/accounts").status == 401


class TestLists:
    def test_accounts_show_what_is_owed(self):
        account = body(anna().call("GET", "/accounts"))["data"][0]

        assert account["number"] == "10000042"
        assert account["balance"] == {"amount": "42.92", "currency": "EUR"}

    def test_bills_come_in_pages(self):
        customer = anna()
        first = body(customer.call("GET", "/bills?limit=2"))
        second = body(customer.call("GET", f"/bills?limit=2&starting_after={first['next_cursor']}"))

        assert first["has_more"]
        assert len({bill["id"] for bill in first["data"] + second["data"]}) == 4

    def test_forints_have_no_decimals(self):
        bill = body(anna("tavho").call("GET", "/bills?limit=1"))["data"][0]

        assert bill["total"] == {"amount": "18577", "currency": "HUF"}

    @pytest.mark.parametrize("bill", ["bil_1", "bil_999999", "bil_x", "acc_1", "bil_" + "9" * 30])
    def test_a_bill_of_somebody_else_is_not_there(self, bill):
        customer = anna()
        mine = {row["id"] for row in body(customer.call("GET", "/bills?limit=100"))["data"]}
        assert mine

        page = customer.call("GET", f"/bills/{bill}")
        assert (page.status == 200) is (bill in mine)
        if bill not in mine:
            assert body(page)["code"] == "no_such_bill"


class TestSubmittingAReading:
    @pytest.mark.parametrize(
        ("value", "code"),
        [("12a", "not_a_number"), ("12345678", "too_many_digits"), ("", "unusable_input")],
    )
    def test_what_is_no_reading_is_refused_and_not_stored(self, value, code):
        customer, before = anna(), stored("balta")
        page = post(
            customer, "/readings", {"register": registers(customer)[0]["id"], "value": value}
        )

        assert page.status == 422
        assert body(page)["code"] == code
        assert stored("balta") == before

    def test_one_below_the_last_is_asked_back_then_stored_for_review(self):
        customer = anna()
        reading = {"register": registers(customer)[0]["id"], "value": "5"}

        asked = post(customer, "/readings", reading)
        taken = post(customer, "/readings", {**reading, "confirmed": True})

        assert body(asked)["code"] == "unusual_below_last"
        assert (taken.status, body(taken)["quality"]) == (201, "NEEDS_REVIEW")

    def test_the_same_key_stores_one_reading(self):
        customer = anna()
        register = registers(customer)[0]
        reading = {"register": register["id"], "value": str(int(register["last_value"]) + 190)}
        before = stored("balta")

        first = post(customer, "/readings", reading, key="k-1")
        again = post(customer, "/readings", reading, key="k-1")
        other = post(customer, "/readings", {**reading, "value": "9"}, key="k-1")

        assert (first.status, again.status, other.status) == (201, 201, 422)
        assert body(first) == body(again)
        assert body(other)["code"] == "key_used_with_another_body"
        assert stored("balta") == before + 1

    @pytest.mark.parametrize(("minutes", "status"), [(4, 409), (6, 201)])
    def test_a_request_that_died_blocks_its_key_for_minutes_only(
        self, monkeypatch, minutes, status
    ):
        customer = anna()
        register = registers(customer)[0]
        reading = {"register": register["id"], "value": register["last_value"], "confirmed": True}
        before = stored("balta")
        with monkeypatch.context() as dying:
            dying.setattr(actions, "_remember", lambda **_: None)
            post(customer, "/readings", reading, key=f"died-{minutes}")

        move_clock("balta", NOW + timedelta(minutes=minutes))
        try:
            again = post(customer, "/readings", reading, key=f"died-{minutes}")
        finally:
            move_clock("balta", NOW)

        assert again.status == status
        assert stored("balta") == before + 1

    def test_two_long_keys_that_begin_alike_store_two_readings(self):
        customer = anna()
        register = registers(customer)[0]
        reading = {"register": register["id"], "value": register["last_value"], "confirmed": True}
        before = stored("balta")

        answers = [post(customer, "/readings", reading, key="k" * 60 + end) for end in "ab"]

        assert [answer.status for answer in answers] == [201, 201]
        assert body(answers[0])["id"] != body(answers[1])["id"]
        assert stored("balta") == before + 2

    def test_a_key_that_is_too_long_is_refused_and_not_cut(self):
        customer, before = anna(), stored("balta")
        reading = {"register": registers(customer)[0]["id"], "value": "1", "confirmed": True}
        page = post(customer, "/readings", reading, key="k" * 81)

        assert (page.status, body(page)["code"]) == (422, "key_too_long")
        assert stored("balta") == before

    def test_without_a_key_every_call_counts(self):
        customer = anna()
        register = registers(customer)[0]
        reading = {"register": register["id"], "value": str(int(register["last_value"]) + 9)}
        before = stored("balta")

        for _ in range(2):
            post(customer, "/readings", {**reading, "confirmed": True})

        assert stored("balta") == before + 2

    @pytest.mark.seed("S3.07")
    def test_a_locked_window_says_when_it_opens(self):
        move_clock("tavho", datetime(2026, 12, 3, 9, tzinfo=UTC))
        try:
            customer = anna("tavho")
            water = next(row for row in registers(customer) if row["service"] == "hot_water")
            page = post(customer, "/readings", {"register": water["id"], "value": "200"})
        finally:
            move_clock("tavho", NOW)

        assert page.status == 409
        assert body(page)["code"] == "window_locked"
        assert "2026-12-08" in body(page)["detail"]

    def test_a_register_of_somebody_else_is_not_there(self):
        page = post(anna(), "/readings", {"register": "reg_999", "value": "1"})

        assert body(page)["code"] == "no_such_register"


class TestPaying:
    @pytest.mark.seed("S2.20")
    def test_where_paying_is_switched_off_the_feature_is_off(self):
        customer = anna("tavho")
        bill = body(customer.call("GET", "/bills?limit=1"))["data"][0]["id"]
        page = post(customer, "/payments", {"bills": [bill]})
        ways = customer.call("GET", f"/payments/ways?bills={bill}")

        assert (page.status, body(page)["code"]) == (404, "feature_off")
        assert (ways.status, body(ways)["code"]) == (404, "feature_off")

    @pytest.mark.seed("S3.12")
    def test_the_ways_and_what_they_cost_are_told_before(self):
        customer = anna()
        bills = body(customer.call("GET", "/bills?limit=100"))["data"]
        due, paid = bills[0], bills[-1]
        ways = body(customer.call("GET", f"/payments/ways?bills={due['id']}"))["ways"]

        assert [one["gateway"] for one in ways] == ["sandbox"]
        assert ways[0]["total"] == due["outstanding"]
        assert ways[0]["fee"] == due["outstanding"] | {"amount": "0.00"}
        assert ways[0]["answers"]
        settled = customer.call("GET", f"/payments/ways?bills={due['id']},{paid['id']}")
        assert (settled.status, body(settled)["code"]) == (409, "nothing_to_pay")

    @pytest.mark.parametrize(
        ("asked", "status"),
        [("", 422), ("?bills=", 422), ("?bills=bil_%00", 422),
         ("?bills=bil_999999", 404), ("?bills=x,,y", 404)],
    )  # fmt: skip
    def test_the_ways_to_pay_what_is_nobodys_are_none(self, asked, status):
        assert anna().call("GET", f"/payments/ways{asked}").status == status

    def test_the_ways_to_pay_somebody_elses_bill_are_not_told(self):
        customer = anna()
        own = {bill["id"] for bill in body(customer.call("GET", "/bills?limit=100"))["data"]}
        with inside("balta"):
            issued = Bill.objects.filter(state="ISSUED", total_minor__gt=0).values_list("pk")
            others = [f"bil_{pk}" for (pk,) in issued if f"bil_{pk}" not in own]
        page = customer.call("GET", f"/payments/ways?bills={others[0]}")

        assert (page.status, body(page)["code"]) == (404, "no_such_bill")

    def test_a_paid_bill_cannot_be_paid(self):
        customer = anna()
        paid = body(customer.call("GET", "/bills?limit=100"))["data"][-1]
        page = post(customer, "/payments", {"bills": [paid["id"]]})

        assert paid["status"] == "PAID"
        assert (page.status, body(page)["code"]) == (409, "nothing_to_pay")

    def test_an_open_bill_leads_to_the_gateway_and_twice_to_the_same_page(self):
        customer = anna()
        due = body(customer.call("GET", "/bills?limit=1"))["data"][0]
        first = post(customer, "/payments", {"bills": [due["id"]]})
        again = post(customer, "/payments", {"bills": [due["id"]]})

        assert first.status == 201
        assert "//cards." in body(first)["url"]
        assert body(first) == body(again)
