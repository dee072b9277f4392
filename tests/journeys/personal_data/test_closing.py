"""A login closed by its owner (S4.15)."""

import pytest
from tests.journeys.conftest import NOW
from tests.journeys.logins import Browser, add_login, audited, messages
from tests.journeys.personal_data.world import HOST, browser_of, grow_stale, holder, tenant_of

from mains.guard.context import inside

pytestmark = pytest.mark.usefixtures("demo_tenants")
TENANTS = {"balta", "fiamma"}


@pytest.mark.seed("S4.15")
class TestClosing:
    def test_lists_what_is_lost_and_then_everything_resets(self):
        from mains.customers.models import Contract, DeliveryPreference
        from mains.enrolment.models import AccountLink

        user, account = holder("reset@example.org", schema_name="fiamma")
        with inside("fiamma"):
            contract = Contract.objects.filter(account=account).first()
            DeliveryPreference.objects.filter(contract=contract).delete()
            DeliveryPreference.objects.create(
                contract=contract, mode="ELECTRONIC", email="reset@example.org",
                start_date=contract.start_date, chosen_at=NOW,
            )  # fmt: skip
            bills = account.bills.count()
        browser = browser_of(user, "fiamma.localhost")
        browser.prove()
        page = browser.get("/me/close/").content.decode()
        assert account.number in page

        done = browser.post("/me/close/", sure="on")
        assert done.status_code == 200
        assert not browser.is_in("/me/")
        with inside("fiamma"):
            assert not AccountLink.objects.filter(user_id=user.pk, ended_at=None).exists()
            now_in_force = DeliveryPreference.objects.get(contract=contract, end_date=None)
            assert (now_in_force.mode, now_in_force.email) == ("PAPER", "")
            assert now_in_force.start_date > tenant_of("fiamma").date_of(NOW)
            assert account.bills.count() == bills > 0
        # The address is free again.
        assert add_login("reset@example.org", schema_name="fiamma").pk != user.pk

    def test_the_last_page_can_be_opened_again_and_repeats_nothing(self):
        user, _account = holder("again@example.org")
        browser = browser_of(user)
        browser.prove()
        done = browser.post("/me/close/", sure="on", erase="on")
        assert done.redirect_chain == [("/me/closed/", 302)]
        assert "wish to be erased" in done.content.decode()
        before = len(audited(schema_name="balta"))
        again = browser.get("/me/closed/")
        assert again.content == done.content
        assert len(audited(schema_name="balta")) == before
        assert not browser.is_in("/me/")

    def test_the_last_page_is_nobody_elses(self):
        user, _account = holder("stays@example.org")
        assert browser_of(user).get("/me/closed/").request["PATH_INFO"] == "/"
        assert Browser(HOST).get("/me/closed/").request["PATH_INFO"] == "/"

    def test_without_the_tick_nothing_happens(self):
        from mains.identity.models import User

        user, _account = holder("unsure@example.org")
        browser = browser_of(user)
        browser.prove()
        assert browser.post("/me/close/").status_code == 422
        with inside("balta"):
            assert User.objects.filter(pk=user.pk).exists()

    def test_twice_does_nothing_more(self):
        from mains.privacy import actions

        user, _account = holder("once@example.org")
        with inside("balta"):
            kept = {"user_id": user.pk, "ask_erasure": True, "tenant": tenant_of(), "now": NOW}
            assert actions.close_login(**kept)
            before = len(audited(schema_name="balta"))
            assert actions.close_login(**kept) is None
        assert len(audited(schema_name="balta")) == before

    def test_the_last_message_goes_out_and_keeps_no_address(self):
        from mains.notifications import actions as notifications
        from mains.privacy import actions

        user, _account = holder("last-word@example.org")
        with inside("balta"):
            actions.close_login(
                user_id=user.pk, ask_erasure=False, tenant=tenant_of(), now=NOW
            )  # fmt: skip
            queued = messages("login-closed", schema_name="balta")[0]
            assert queued.recipient == "last-word@example.org"
            notifications.send_queued(now=NOW)
        assert messages("login-closed", schema_name="balta")[0].recipient == "–"

    def test_a_stranger_at_an_open_screen_cannot_do_it(self):
        from mains.identity.models import User

        user, _account = holder("open-screen@example.org")
        browser = browser_of(user)
        grow_stale(browser)
        page = browser.post("/me/close/", sure="on")
        assert page.request["PATH_INFO"] == "/account/reauthenticate/"
        with inside("balta"):
            assert User.objects.filter(pk=user.pk).exists()
