"""An owner sets up how customers pay, in the console: gateways, keys, order, fees, and off."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.journeys import console_world as world
from tests.stripe_simulator.simulator import Simulator

PLACE = "settings/payments/"
KEY, NEXT_KEY = "sk_test_0123456789abcdef", "sk_test_fedcba9876543210"
LIVE_KEY = "sk_live_0123456789abcdef"
HOOK, NEXT_HOOK = "whsec_0123456789abcdef", "whsec_fedcba9876543210"
OWNERS = ("olga@alder.example", "otto@alder.example")


@pytest.fixture(scope="module")
def provider(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        world.open_for_business("alder", "balta")
    with world.staffed(dict.fromkeys(OWNERS, ("alder", "OWNER")), django_db_blocker.unblock):
        yield


@pytest.fixture
def olga(provider, django_db_blocker) -> Iterator[world.Desk]:
    with django_db_blocker.unblock():
        _publish(_file_of_balta())
        yield world.signed_in(OWNERS[0])


@pytest.fixture
def stripe(settings) -> Iterator[Simulator]:
    settings.STRIPE_SECRET_KEY = ""
    with Simulator(platform_key="sk_test_platform", accounts=["acct_own"]) as simulator:
        simulator.keys |= {KEY: "acct_own"}
        settings.STRIPE_ADDRESS = simulator.address
        yield simulator


def _file_of_balta(*, second_owner: tuple[str, ...] = ()) -> Any:
    from mains.tenancy.tenantfile.approvals import Approvals

    approvals = Approvals(second_owner=second_owner)
    return world.tenant_file("alder", "balta", approvals=approvals)


def _publish(file: Any) -> None:
    from mains.journeys import configure
    from mains.tenancy import queries

    configure.publish(file=file, author="tests", approved=True, now=world.NOW)
    queries.forget()


def _with_transfer(file: Any) -> Any:
    from mains.tenancy.tenantfile.money import Gateway, GatewayKind

    transfer = Gateway(kind=GatewayKind.BANK_TRANSFER, label={"lv": "Pārskaitījums"})
    payments = file.payments.model_copy(update={"gateways": (*file.payments.gateways, transfer)})
    return file.model_copy(update={"payments": payments})


def _tenant() -> Any:
    from mains.tenancy import queries

    queries.forget()
    return queries.tenant("alder")


def _ways() -> Any:
    return _tenant().file.payments.gateways


def _typed(**changes: Any) -> dict[str, Any]:
    return {
        "label-lv": "Karte", "label-en": "Card", "key": KEY, "percent": "1,5", "fixed": "0.25",
        "available": "on",
    } | changes  # fmt: skip


def _of(**changes: Any) -> dict[str, Any]:
    return {"based_on": _tenant().version} | changes


def _add(desk: world.Desk, **changes: Any) -> int:
    before = len(_ways())
    response = desk.post(f"{PLACE}new/stripe/", _of() | _typed(**changes))
    assert response.status_code == 302, response.content.decode()
    assert len(_ways()) == before + 1
    return before + 1


@pytest.mark.seed("S3.12")
class TestAWay:
    def test_is_added_with_its_key_and_offered_with_its_fee(self, olga):
        position = _add(olga)

        one = _ways()[position - 1]
        assert (one.kind, one.label["lv"], one.available) == ("stripe", "Karte", True)
        assert (str(one.fee.percent), str(one.fee.fixed)) == ("1.5", "0.25")
        page = olga.get(PLACE).content.decode()
        assert "Card" in page
        assert "1.5\u00a0% + €0.25" in page

    def test_keeps_its_key_sealed_and_shows_its_end_only(self, olga):
        from mains.payments.merchants import UNNAMED, merchant

        position = _add(olga, webhook_key=HOOK)

        one, tenant = _ways()[position - 1], _tenant()
        assert one.secret.startswith("kept:stripe-")
        company = tenant.file.companies[0].code
        known = merchant(tenant=tenant, kind="stripe", company=company, account=UNNAMED)
        assert (known.secret, known.webhook_secrets) == (KEY, (HOOK,))
        page = olga.get(f"{PLACE}{position}/").content.decode()
        assert "ends in cdef" in page
        assert f"/webhooks/stripe/{company}/" in page
        toml = olga.get(f"settings/versions/{tenant.version}/toml/").content.decode()
        for shown in (page, toml):
            assert KEY not in shown
            assert HOOK not in shown

    def test_sent_twice_is_added_once(self, olga):
        before, form = len(_ways()), _of() | _typed()

        for _ in range(2):
            olga.post(f"{PLACE}new/stripe/", form)

        assert len(_ways()) == before + 1
        assert "meanwhile" in olga.get(PLACE).content.decode()

    def test_gives_its_account_up_where_the_field_is_emptied(self, olga):
        position = _add(olga, account="acct_own")
        assert _ways()[position - 1].account == "acct_own"

        olga.post(f"{PLACE}{position}/", _of() | _typed(key="", account=""))

        assert _ways()[position - 1].account == ""

    def test_keeps_what_is_not_typed_again(self, olga):
        position = _add(olga, webhook_key=HOOK)
        before = _ways()[position - 1]

        olga.post(f"{PLACE}{position}/", _of() | _typed(key="", percent="2"))

        after = _ways()[position - 1]
        assert (after.secret, after.webhook_secrets) == (before.secret, before.webhook_secrets)
        assert str(after.fee.percent) == "2"

    def test_takes_both_webhook_keys_while_one_replaces_the_other(self, olga):
        from mains.payments.merchants import UNNAMED, merchant

        position = _add(olga, webhook_key=HOOK)
        olga.post(f"{PLACE}{position}/", _of() | _typed(key="", webhook_key=NEXT_HOOK))

        tenant = _tenant()
        known = merchant(
            tenant=tenant, kind="stripe", company=tenant.file.companies[0].code, account=UNNAMED
        )
        assert known.webhook_secrets == (NEXT_HOOK, HOOK)

    def test_goes_back_to_its_earlier_key_with_an_earlier_version(self, olga):
        from mains.payments.merchants import UNNAMED, merchant

        position = _add(olga)
        earlier = _tenant().file
        olga.post(f"{PLACE}{position}/", _of() | _typed(key=NEXT_KEY))
        _publish(earlier)

        tenant = _tenant()
        known = merchant(
            tenant=tenant, kind="stripe", company=tenant.file.companies[0].code, account=UNNAMED
        )
        assert known.secret == KEY

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            pytest.param({"key": "pk_live_0123456789"}, "begins with sk_ / rk_", id="public key"),
            pytest.param({"key": "sk_short"}, "12 characters", id="a part of a key"),
            pytest.param({"key": ""}, "once this is typed", id="offered without a key"),
            pytest.param({"percent": "much"}, "Type a number", id="fee in words"),
            pytest.param({"percent": "11"}, "from 0 to 10", id="usury"),
            pytest.param({"label-lv": ""}, "Type what customers choose by", id="no label"),
        ],
    )  # fmt: skip
    def test_that_cannot_be_right_is_not_published(self, olga, settings, changes, said):
        settings.STRIPE_SECRET_KEY = ""
        before = _tenant().version

        response = olga.post(f"{PLACE}new/stripe/", _of() | _typed(**changes))

        page = response.content.decode()
        assert response.status_code == 422
        assert said in page
        # One thing is said of a key: what was typed wrongly is not missing as well.
        assert ("once this is typed" in page) is (changes.get("key") == "")
        assert _tenant().version == before

    def test_by_the_platforms_key_needs_the_account_that_it_acts_for(self, olga, settings):
        settings.STRIPE_SECRET_KEY = "sk_live_platform"
        before = _tenant().version

        refused = olga.post(f"{PLACE}new/stripe/", _of() | _typed(key="", account=""))
        assert (refused.status_code, _tenant().version) == (422, before)
        assert "once this is typed" in refused.content.decode()

        olga.post(f"{PLACE}new/stripe/", _of() | _typed(key="", account="acct_own"))
        assert (_ways()[-1].account, _ways()[-1].secret) == ("acct_own", "")

    def test_is_not_kept_where_nothing_can_seal_its_key(self, olga, settings):
        settings.MASTER_KEYS = ()

        response = olga.post(f"{PLACE}new/stripe/", _of() | _typed())

        assert response.status_code == 422
        assert "MASTER_KEYS" in response.content.decode()

    def test_of_a_gateway_that_does_not_exist_is_not_found(self, olga):
        assert olga.get(f"{PLACE}new/paypal/").status_code == 404
        assert olga.get(f"{PLACE}99/").status_code == 404
        assert olga.get(f"{PLACE}0/").status_code == 404

    def test_is_offered_earlier_and_later(self, olga):
        position = _add(olga)
        others = [one.kind for one in _ways()][:-1]

        olga.post(f"{PLACE}{position}/move/", _of(by="earlier"))
        assert [one.kind for one in _ways()] == [*others[:-1], "stripe", others[-1]]
        olga.post(f"{PLACE}{position - 1}/move/", _of(by="later"))
        olga.post(f"{PLACE}{position}/move/", _of(by="later"))
        assert [one.kind for one in _ways()] == [*others, "stripe"]

    def test_is_removed_before_anybody_used_it(self, olga):
        position = _add(olga)
        before = len(_ways())

        olga.post(f"{PLACE}{position}/remove/", _of())

        assert len(_ways()) == before - 1

    def test_that_was_used_stays(self, olga):
        from tests.factories import money

        from mains.customers.models import Account
        from mains.guard.context import inside

        with inside("alder"):
            money.started([money.bill(Account.objects.order_by("pk")[0], 1_000)])
        before = _ways()
        position = 1 + [one.kind for one in before].index("sandbox")

        page = olga.get(f"{PLACE}{position}/").content.decode()
        assert "Remove it" not in page
        olga.post(f"{PLACE}{position}/remove/", _of())

        assert _ways() == before

    def test_of_a_page_from_before_another_version_is_left_alone(self, olga):
        position, stale = _add(olga), _tenant().version - 1
        before = _ways()

        for place in ("", "move/", "remove/"):
            form = _typed(percent="9") | {"based_on": stale, "by": "earlier"}
            response = olga.post(f"{PLACE}{position}/{place}", form)
            assert response.status_code == 302

        assert _ways() == before
        assert "meanwhile" in olga.get(PLACE).content.decode()

    def test_says_before_it_is_added_where_its_messages_go(self, olga):
        assert "/webhooks/stripe/balta/" in olga.get(f"{PLACE}new/stripe/").content.decode()


class TestTryingAWay:
    def test_is_not_offered_where_nobody_is_there_to_answer(self, olga):
        olga.post(f"{PLACE}new/bank_transfer/", _of() | {"label-lv": "Pārskaitījums"})
        assert "Try it" not in olga.get(f"{PLACE}{len(_ways())}/").content.decode()
        assert "Try it" in olga.get(f"{PLACE}1/").content.decode()

    @pytest.mark.parametrize(
        ("key", "said"),
        [(KEY, "That key is for tests"), (NEXT_KEY, "does not take your key")],
    )
    @pytest.mark.usefixtures("stripe")
    def test_says_what_the_gateway_says_of_the_key(self, olga, key, said):
        position = _add(olga, key=key)
        assert said in self._tried(olga, position)

    def test_with_a_real_key_says_so(self, olga, stripe):
        key = KEY.replace("test", "live")
        stripe.keys |= {key: "acct_own"}
        assert "real money" in self._tried(olga, _add(olga, key=key))

    def test_that_does_not_answer_says_nothing_of_the_key(self, olga, stripe):
        position = _add(olga)
        with stripe.out("before"):
            assert "does not answer now" in self._tried(olga, position)

    def test_changes_nothing(self, olga, stripe):
        position = _add(olga)
        before = _tenant().version
        self._tried(olga, position)
        assert _tenant().version == before
        assert stripe.asked == ["GET checkout/sessions"]

    def _tried(self, desk: world.Desk, position: int) -> str:
        assert desk.post(f"{PLACE}{position}/try/").status_code == 302
        return desk.get(f"{PLACE}{position}/").content.decode()


class TestTakingPayments:
    @pytest.mark.seed("S2.20")
    def test_is_switched_off_with_a_notice_in_each_language(self, olga):
        assert olga.post(PLACE, {"notice-lv": "Drīz."}).status_code == 422
        assert _tenant().file.payments.enabled

        done = olga.post(PLACE, {"notice-lv": "Drīz.", "notice-en": "Soon.", "notice-ru": "Скоро."})
        assert done.status_code == 302
        choice = _tenant().file.payments
        assert (choice.enabled, choice.guest) == (False, False)
        assert choice.notice["en"] == "Soon."
        assert "Off" in olga.get("settings/").content.decode()

    def test_is_switched_on_again(self, olga):
        olga.post(PLACE, {"enabled": "on", "guest": "on", "autopay": "on"})
        choice = _tenant().file.payments
        assert (choice.enabled, choice.guest, choice.autopay) == (True, True, True)
        assert not choice.part_payments


class TestWhereTwoOwnersDecide:
    @pytest.fixture
    def two(self, olga):
        _publish(_file_of_balta(second_owner=("payment_details",)))
        return olga

    def test_a_key_waits_for_the_second_one(self, two):
        before = _ways()
        assert "waits for a second owner" not in two.get(PLACE).content.decode()

        response = two.post(f"{PLACE}new/stripe/", _of() | _typed())
        assert "/approvals/" in response["Location"]
        assert _ways() == before
        assert "waits for a second owner" in two.get(PLACE).content.decode()

        wish = response["Location"].split("/alder/")[1]
        otto = world.signed_in(OWNERS[1])
        proof = otto.post(f"{wish}approve/")["Location"]
        host = {"host": otto.host}
        otto.client.post(proof, {"password": world.PASSWORD}, headers=host)
        assert [one.kind for one in _ways()] == [*(one.kind for one in before), "stripe"]

    def test_the_order_does_not(self, two):
        _publish(_with_transfer(_tenant().file))
        two.post(f"{PLACE}2/move/", _of(by="earlier"))
        assert [one.kind for one in _ways()] == ["bank_transfer", "sandbox"]

    def test_a_fee_does_not(self, two):
        one = _ways()[0]
        labels = {f"label-{language}": text for language, text in one.label.items()}
        two.post(f"{PLACE}1/", _of() | labels | {"percent": "1", "available": "on"})
        assert str(_ways()[0].fee.percent) == "1"


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

        tenant = _tenant()
        company = tenant.file.companies[0].code
        return [one.kind for one in offered(tenant=tenant, company=company)]

    def test_offers_no_way_that_only_pretends(self, live):
        assert "sandbox" not in self._offers()
        assert "it only pretends" in live.get(PLACE).content.decode()

    @pytest.mark.usefixtures("olga")
    @pytest.mark.parametrize(("key", "is_offered"), [(KEY, False), (LIVE_KEY, True)])
    def test_offers_no_way_with_a_key_for_tests(self, live, key, is_offered):
        position = _add(live, key=key)
        assert ("stripe" in self._offers()) is is_offered
        page = live.get(f"{PLACE}{position}/").content.decode()
        assert ("it only pretends" in page) is not is_offered

    def test_begins_nothing_by_a_key_for_tests_beside_a_real_one(self, live):
        from mains.payments.merchants import account_of_today

        for key in (KEY, LIVE_KEY):
            _add(live, key=key)
        tenant = _tenant()
        found = account_of_today(
            tenant=tenant, kind="stripe", company=tenant.file.companies[0].code
        )
        assert found.key_place == _ways()[-1].secret

    def test_control_a_sandbox_does(self):
        assert "sandbox" in self._offers()

    def test_tries_no_way_that_only_pretends(self, live):
        position = 1 + [one.kind for one in _ways()].index("sandbox")
        assert "Try it" not in live.get(f"{PLACE}{position}/").content.decode()
        assert live.post(f"{PLACE}{position}/try/").status_code == 302
        assert "does not answer now" in live.get(PLACE).content.decode()

    @pytest.mark.usefixtures("live")
    def test_settles_nothing_that_was_only_pretended(self):
        from mains.payments.gateways.base import GatewayRefused
        from mains.payments.merchants import UNNAMED, merchant

        tenant = _tenant()
        with pytest.raises(GatewayRefused):
            merchant(
                tenant=tenant,
                kind="sandbox",
                company=tenant.file.companies[0].code,
                account=UNNAMED,
            )
