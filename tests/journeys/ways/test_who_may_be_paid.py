"""Which ways to pay need a second owner, and which a live utility offers."""

import pytest
from tests.journeys import console_world as world
from tests.journeys.ways.ways_world import (
    KEY,
    LIVE_KEY,
    OWNERS,
    PLACE,
    add,
    file_of_balta,
    of_now,
    publish,
    tenant_now,
    typed,
    ways,
    with_transfer,
)


class TestWhereTwoOwnersDecide:
    @pytest.fixture
    def two(self, olga):
        publish(file_of_balta(second_owner=("payment_details",)))
        return olga

    def test_a_key_waits_for_the_second_one(self, two):
        before = ways()
        assert "waits for a second owner" not in two.get(PLACE).content.decode()

        response = two.post(f"{PLACE}new/stripe/", of_now() | typed())
        assert "/approvals/" in response["Location"]
        assert ways() == before
        assert "waits for a second owner" in two.get(PLACE).content.decode()

        wish = response["Location"].split("/alder/")[1]
        otto = world.signed_in(OWNERS[1])
        proof = otto.post(f"{wish}approve/")["Location"]
        host = {"host": otto.host}
        otto.client.post(proof, {"password": world.PASSWORD}, headers=host)
        assert [one.kind for one in ways()] == [*(one.kind for one in before), "stripe"]

    def test_the_order_does_not(self, two):
        publish(with_transfer(tenant_now().file))
        two.post(f"{PLACE}2/move/", of_now(by="earlier"))
        assert [one.kind for one in ways()] == ["bank_transfer", "sandbox"]

    def test_a_fee_does_not(self, two):
        one = ways()[0]
        labels = {f"label-{language}": text for language, text in one.label.items()}
        two.post(f"{PLACE}1/", of_now() | labels | {"percent": "1", "available": "on"})
        assert str(ways()[0].fee.percent) == "1"


class TestALiveUtility:
    @pytest.fixture
    def live(self, olga):
        self._be("LIVE")
        yield olga
        self._be("SANDBOX")

    def _be(self, state):
        from mains.guard.context import PUBLIC, inside
        from mains.tenancy import actions, queries

        with inside(PUBLIC):
            actions.change_state(schema_name="alder", state=state, reason="test", author="tests")
        queries.forget()

    def _offers(self):
        from mains.payments.offering import offered

        tenant = tenant_now()
        company = tenant.file.companies[0].code
        return [one.kind for one in offered(tenant=tenant, company=company)]

    def test_offers_no_way_that_only_pretends(self, live):
        assert "sandbox" not in self._offers()
        assert "it only pretends" in live.get(PLACE).content.decode()

    @pytest.mark.usefixtures("olga")
    @pytest.mark.parametrize(("key", "is_offered"), [(KEY, False), (LIVE_KEY, True)])
    def test_offers_no_way_with_a_key_for_tests(self, live, key, is_offered):
        position = add(live, key=key)
        assert ("stripe" in self._offers()) is is_offered
        page = live.get(f"{PLACE}{position}/").content.decode()
        assert ("it only pretends" in page) is not is_offered

    def test_begins_nothing_by_a_key_for_tests_beside_a_real_one(self, live):
        from mains.payments.merchants import account_of_today

        for key in (KEY, LIVE_KEY):
            add(live, key=key)
        tenant = tenant_now()
        found = account_of_today(
            tenant=tenant, kind="stripe", company=tenant.file.companies[0].code
        )
        assert found.key_place == ways()[-1].secret

    def test_control_a_sandbox_does(self):
        assert "sandbox" in self._offers()

    def test_tries_no_way_that_only_pretends(self, live):
        position = 1 + [one.kind for one in ways()].index("sandbox")
        assert "Try it" not in live.get(f"{PLACE}{position}/").content.decode()
        assert live.post(f"{PLACE}{position}/try/").status_code == 302
        assert "does not answer now" in live.get(PLACE).content.decode()

    @pytest.mark.usefixtures("live")
    def test_settles_nothing_that_was_only_pretended(self):
        from mains.payments.gateways.base import GatewayRefused
        from mains.payments.merchants import UNNAMED, merchant

        tenant = tenant_now()
        with pytest.raises(GatewayRefused):
            merchant(
                tenant=tenant,
                kind="sandbox",
                company=tenant.file.companies[0].code,
                account=UNNAMED,
            )
