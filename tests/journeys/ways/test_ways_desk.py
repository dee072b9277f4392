"""An owner sets up how customers pay, in the console: gateways, keys, order, fees, and off."""

import pytest
from tests.journeys import console_world as world
from tests.journeys.ways.ways_world import (
    HOOK,
    KEY,
    NEXT_HOOK,
    NEXT_KEY,
    PLACE,
    add,
    of_now,
    publish,
    tenant_now,
    typed,
    ways,
)


@pytest.mark.seed("S3.12")
class TestAWay:
    def test_is_added_with_its_key_and_offered_with_its_fee(self, olga):
        position = add(olga)

        one = ways()[position - 1]
        assert (one.kind, one.label["lv"], one.available) == ("stripe", "Karte", True)
        assert (str(one.fee.percent), str(one.fee.fixed)) == ("1.5", "0.25")
        page = olga.get(PLACE).content.decode()
        assert "Card" in page
        assert "1.5\u00a0% + €0.25" in page

    def test_keeps_its_key_sealed_and_shows_its_end_only(self, olga):
        from mains.payments.merchants import UNNAMED, merchant

        position = add(olga, webhook_key=HOOK)

        one, tenant = ways()[position - 1], tenant_now()
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
        before, form = len(ways()), of_now() | typed()

        for _ in range(2):
            olga.post(f"{PLACE}new/stripe/", form)

        assert len(ways()) == before + 1
        assert "meanwhile" in olga.get(PLACE).content.decode()

    def test_gives_its_account_up_where_the_field_is_emptied(self, olga):
        position = add(olga, account="acct_own")
        assert ways()[position - 1].account == "acct_own"

        olga.post(f"{PLACE}{position}/", of_now() | typed(key="", account=""))

        assert ways()[position - 1].account == ""

    def test_keeps_what_is_not_typed_again(self, olga):
        position = add(olga, webhook_key=HOOK)
        before = ways()[position - 1]

        olga.post(f"{PLACE}{position}/", of_now() | typed(key="", percent="2"))

        after = ways()[position - 1]
        assert (after.secret, after.webhook_secrets) == (before.secret, before.webhook_secrets)
        assert str(after.fee.percent) == "2"

    def test_takes_both_webhook_keys_while_one_replaces_the_other(self, olga):
        from mains.payments.merchants import UNNAMED, merchant

        position = add(olga, webhook_key=HOOK)
        olga.post(f"{PLACE}{position}/", of_now() | typed(key="", webhook_key=NEXT_HOOK))

        tenant = tenant_now()
        known = merchant(
            tenant=tenant, kind="stripe", company=tenant.file.companies[0].code, account=UNNAMED
        )
        assert known.webhook_secrets == (NEXT_HOOK, HOOK)

    def test_goes_back_to_its_earlier_key_with_an_earlier_version(self, olga):
        from mains.payments.merchants import UNNAMED, merchant

        position = add(olga)
        earlier = tenant_now().file
        olga.post(f"{PLACE}{position}/", of_now() | typed(key=NEXT_KEY))
        publish(earlier)

        tenant = tenant_now()
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
        before = tenant_now().version

        response = olga.post(f"{PLACE}new/stripe/", of_now() | typed(**changes))

        page = response.content.decode()
        assert response.status_code == 422
        assert said in page
        # One thing is said of a key: what was typed wrongly is not missing as well.
        assert ("once this is typed" in page) is (changes.get("key") == "")
        assert tenant_now().version == before

    def test_by_the_platforms_key_needs_the_account_that_it_acts_for(self, olga, settings):
        settings.STRIPE_SECRET_KEY = "sk_live_platform"
        before = tenant_now().version

        refused = olga.post(f"{PLACE}new/stripe/", of_now() | typed(key="", account=""))
        assert (refused.status_code, tenant_now().version) == (422, before)
        assert "once this is typed" in refused.content.decode()

        olga.post(f"{PLACE}new/stripe/", of_now() | typed(key="", account="acct_own"))
        assert (ways()[-1].account, ways()[-1].secret) == ("acct_own", "")

    def test_is_not_kept_where_nothing_can_seal_its_key(self, olga, settings):
        settings.MASTER_KEYS = ()

        response = olga.post(f"{PLACE}new/stripe/", of_now() | typed())

        assert response.status_code == 422
        assert "MASTER_KEYS" in response.content.decode()

    def test_of_a_gateway_that_does_not_exist_is_not_found(self, olga):
        assert olga.get(f"{PLACE}new/paypal/").status_code == 404
        assert olga.get(f"{PLACE}99/").status_code == 404
        assert olga.get(f"{PLACE}0/").status_code == 404

    def test_is_offered_earlier_and_later(self, olga):
        position = add(olga)
        others = [one.kind for one in ways()][:-1]

        olga.post(f"{PLACE}{position}/move/", of_now(by="earlier"))
        assert [one.kind for one in ways()] == [*others[:-1], "stripe", others[-1]]
        olga.post(f"{PLACE}{position - 1}/move/", of_now(by="later"))
        olga.post(f"{PLACE}{position}/move/", of_now(by="later"))
        assert [one.kind for one in ways()] == [*others, "stripe"]

    def test_is_removed_before_anybody_used_it(self, olga):
        position = add(olga)
        before = len(ways())

        olga.post(f"{PLACE}{position}/remove/", of_now())

        assert len(ways()) == before - 1

    def test_that_was_used_stays(self, olga):
        from tests.factories import money

        from mains.customers.models import Account
        from mains.guard.context import inside

        with inside("alder"):
            money.started([money.bill(Account.objects.order_by("pk")[0], 1_000)])
        before = ways()
        position = 1 + [one.kind for one in before].index("sandbox")

        page = olga.get(f"{PLACE}{position}/").content.decode()
        assert "Remove it" not in page
        olga.post(f"{PLACE}{position}/remove/", of_now())

        assert ways() == before

    def test_of_a_page_from_before_another_version_is_left_alone(self, olga):
        position, stale = add(olga), tenant_now().version - 1
        before = ways()

        for place in ("", "move/", "remove/"):
            form = typed(percent="9") | {"based_on": stale, "by": "earlier"}
            response = olga.post(f"{PLACE}{position}/{place}", form)
            assert response.status_code == 302

        assert ways() == before
        assert "meanwhile" in olga.get(PLACE).content.decode()

    def test_says_before_it_is_added_where_its_messages_go(self, olga):
        assert "/webhooks/stripe/balta/" in olga.get(f"{PLACE}new/stripe/").content.decode()


class TestTryingAWay:
    def test_is_not_offered_where_nobody_is_there_to_answer(self, olga):
        olga.post(f"{PLACE}new/bank_transfer/", of_now() | {"label-lv": "Pārskaitījums"})
        assert "Try it" not in olga.get(f"{PLACE}{len(ways())}/").content.decode()
        assert "Try it" in olga.get(f"{PLACE}1/").content.decode()

    @pytest.mark.parametrize(
        ("key", "said"),
        [(KEY, "That key is for tests"), (NEXT_KEY, "does not take your key")],
    )
    @pytest.mark.usefixtures("stripe")
    def test_says_what_the_gateway_says_of_the_key(self, olga, key, said):
        position = add(olga, key=key)
        assert said in self._tried(olga, position)

    def test_with_a_real_key_says_so(self, olga, stripe):
        key = KEY.replace("test", "live")
        stripe.keys |= {key: "acct_own"}
        assert "real money" in self._tried(olga, add(olga, key=key))

    def test_that_does_not_answer_says_nothing_of_the_key(self, olga, stripe):
        position = add(olga)
        with stripe.out("before"):
            assert "does not answer now" in self._tried(olga, position)

    def test_changes_nothing(self, olga, stripe):
        position = add(olga)
        before = tenant_now().version
        self._tried(olga, position)
        assert tenant_now().version == before
        assert stripe.asked == ["GET checkout/sessions"]

    def _tried(self, desk: world.Desk, position: int) -> str:
        assert desk.post(f"{PLACE}{position}/try/").status_code == 302
        return desk.get(f"{PLACE}{position}/").content.decode()


class TestTakingPayments:
    @pytest.mark.seed("S2.20")
    def test_is_switched_off_with_a_notice_in_each_language(self, olga):
        assert olga.post(PLACE, {"notice-lv": "Drīz."}).status_code == 422
        assert tenant_now().file.payments.enabled

        done = olga.post(PLACE, {"notice-lv": "Drīz.", "notice-en": "Soon.", "notice-ru": "Скоро."})
        assert done.status_code == 302
        choice = tenant_now().file.payments
        assert (choice.enabled, choice.guest) == (False, False)
        assert choice.notice["en"] == "Soon."
        assert "Off" in olga.get("settings/").content.decode()

    def test_is_switched_on_again(self, olga):
        olga.post(PLACE, {"enabled": "on", "guest": "on", "autopay": "on"})
        choice = tenant_now().file.payments
        assert (choice.enabled, choice.guest, choice.autopay) == (True, True, True)
        assert not choice.part_payments
