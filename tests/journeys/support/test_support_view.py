"""Staff see the portal as a customer does: begun, opened, twice, late, out of order, never."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from tests.isolation import callers
from tests.journeys import sharing_world as world
from tests.journeys.conftest import move_clock
from tests.journeys.sharing_world import HANNA, NOW, SLUG, Person
from tests.journeys.support import world as support
from tests.journeys.support.world import BEA, OLGA, SAM, WHY

from mains.guard.context import PUBLIC, inside


@pytest.fixture
def hanna(account, other) -> Person:
    return world.person(HANNA, account, other)


def text(page) -> str:
    return page.content.decode()


class TestBeginning:
    def test_the_account_page_leads_to_a_form_that_says_who_reads_it(self, hanna, account):
        desk = support.desk()
        place = support.place_of(hanna, account)
        assert f"/alder/{place}" in text(desk.get(f"customers/{account.pk}/"))

        page = text(desk.get(place))

        assert f"You see what {HANNA} sees, for 30 minutes at most" in page
        assert "The customer can read in their profile that you looked" in page
        assert support.views() == []

    @pytest.mark.parametrize("role", [OLGA, SAM, BEA])
    def test_it_is_written_down_for_each_account_before_anything_is_seen(
        self, hanna, account, other, role, utility
    ):
        support.begin(hanna, account, by=role)

        (view,) = support.views()
        assert (view.staff_id, view.user_id, view.account_id) == (
            utility[role], hanna.user.pk, account.pk,
        )  # fmt: skip
        assert (view.reason, view.opened_at, view.ended_at) == (WHY, None, None)
        assert view.account_ids == sorted([account.pk, other.pk])
        assert view.expires_at - view.started_at == timedelta(minutes=30)
        for one in (account, other):
            row = support.accesses(one)[0]
            assert (row.actor, row.reason, row.at) == (
                f"staff:{utility[role]}", WHY, view.started_at,
            )  # fmt: skip
        (entry,) = world.audited("support.view_began")[-1:]
        assert (entry.subject, entry.actor) == (f"account:{account.pk}", f"staff:{utility[role]}")
        assert entry.detail == {"view": view.pk, "user": hanna.user.pk, "accounts": 2}

    def test_what_is_stored_of_the_token_opens_nothing(self, hanna, account):
        token = support.begin(hanna, account)

        (view,) = support.views()
        assert token not in view.token_hash
        answer = support.browser().post("/support/", token=view.token_hash)
        assert answer.status_code == 410

    @pytest.mark.parametrize("reason", ["", "   ", "hanna@home.example called", "x" * 201])
    def test_without_a_reason_that_may_be_read_nothing_begins(self, hanna, account, reason):
        place, desk = support.place_of(hanna, account), support.desk()
        before = callers.digest()

        assert desk.post(place, {"reason": reason}).status_code == 422

        assert callers.digest() == before

    def test_the_action_refuses_such_a_reason_as_well(self, hanna, account):
        from mains.support import actions
        from mains.tenancy import queries

        with inside(SLUG), pytest.raises(actions.ReasonUnusable):
            actions.begin(
                staff_id=1, user_id=hanna.user.pk, account_id=account.pk,
                reason="see hanna@home.example", tenant=queries.tenant(SLUG), now=NOW,
            )  # fmt: skip
        assert support.views() == []

    def test_a_link_of_another_account_or_none_is_not_there(self, hanna, account):
        stranger = world.accounts()[2]
        link = support.place_of(hanna, account).split("/")[3]
        desk = support.desk()

        for place in (
            f"customers/{stranger.pk}/support/{link}/",
            f"customers/{account.pk}/support/999999/",
        ):
            assert desk.get(place).status_code == 404
            assert desk.post(place, {"reason": WHY}).status_code == 404
        assert support.views() == []

    def test_a_login_that_was_closed_cannot_be_looked_at(self, hanna, account):
        from mains.identity import actions

        place = support.place_of(hanna, account)
        with inside(SLUG):
            actions.set_active(user_id=hanna.user.pk, active=False)

        assert support.desk().post(place, {"reason": WHY}).status_code == 404
        assert support.views() == []

    def test_the_content_policy_names_the_portal_on_this_page_alone(self, hanna, account):
        desk, place = support.desk(), support.place_of(hanna, account)
        ready = desk.post(place, {"reason": WHY})
        form = desk.get(place)

        assert "http://alder.localhost" in ready["Content-Security-Policy"]
        assert "no-store" in ready["Cache-Control"]
        for page in (form, desk.get(f"customers/{account.pk}/")):
            assert "alder.localhost" not in page["Content-Security-Policy"]
            assert "form-action 'self'" in page["Content-Security-Policy"]


class TestOpening:
    def test_the_portal_shows_itself_as_to_the_customer(self, hanna, account, other):
        before = hanna.user.last_login
        seen = support.looking(hanna, account)

        page = seen.get("/accounts/")

        assert account.number in text(page)
        assert other.number in text(page)
        assert f"{SAM} sees the portal as {HANNA} does, until" in text(page)
        assert "no-store" in page["Cache-Control"]
        assert hanna.user.last_login == before

    def test_it_is_a_session_of_its_own_and_none_of_the_customers_devices(self, hanna, account):
        from allauth.usersessions.models import UserSession
        from django.contrib.sessions.models import Session

        seen = support.looking(hanna, account)
        seen.get("/")

        cookie = seen.client.cookies["support_view"]
        assert (cookie["httponly"], cookie["samesite"], cookie["domain"]) == (True, "Lax", "")
        assert "sessionid" not in seen.client.cookies
        with inside(SLUG):
            assert not UserSession.objects.filter(user_id=hanna.user.pk).exists()
            stored = Session.objects.get(session_key=cookie.value).get_decoded()
        assert "_auth_user_id" not in stored

    def test_as_a_session_of_the_portal_it_lets_nobody_in(self, hanna, account):
        seen = support.looking(hanna, account)
        thief = support.browser()
        thief.client.cookies["sessionid"] = seen.client.cookies["support_view"].value

        assert thief.get("/accounts/")["Location"].startswith("/account/login/")

    def test_and_a_customers_session_opens_no_view(self, hanna):
        hanna.client.cookies["support_view"] = hanna.client.cookies["sessionid"].value

        assert support.is_out(hanna.get("/accounts/"))

    def test_a_token_works_once(self, hanna, account):
        token = support.begin(hanna, account)
        support.handed_over(token)

        again = support.browser()
        answer = again.post("/support/", token=token)

        assert answer.status_code == 410
        assert "support_view" not in again.client.cookies

    @pytest.mark.parametrize(("seconds", "status"), [(58, 302), (75, 410), (3_600, 410)])
    def test_a_token_works_within_a_minute(self, hanna, account, seconds, status):
        token = support.begin(hanna, account)
        move_clock(SLUG, support.views()[0].started_at + timedelta(seconds=seconds))

        assert support.browser().post("/support/", token=token).status_code == status

    def test_a_token_of_another_tenant_is_unknown_and_stays_good_in_its_own(self, hanna, account):
        token = support.begin(hanna, account)

        abroad = support.browser("birch")
        assert abroad.post("/support/", token=token).status_code == 410
        assert "support_view" not in abroad.client.cookies

        support.handed_over(token)

    def test_a_view_of_another_tenant_is_none_here(self, hanna, account):
        seen = support.looking(hanna, account)
        abroad = support.browser("birch")
        abroad.client.cookies["support_view"] = seen.client.cookies["support_view"].value

        assert support.is_out(abroad.get("/"))

    @pytest.mark.parametrize("token", ["", "x" * 43, "x" * 5_000])
    def test_an_invented_token_opens_nothing(self, hanna, account, token):
        support.begin(hanna, account)
        before = callers.digest()

        assert support.browser().post("/support/", token=token).status_code == 410

        assert callers.digest() == before

    def test_a_look_at_its_address_opens_nothing(self, hanna, account):
        token = support.begin(hanna, account)

        assert support.browser().get("/support/", token=token).status_code == 405
        assert support.views()[0].opened_at is None

    def test_never_opened_it_shows_nothing_and_ends_by_itself(self, hanna, account):
        support.begin(hanna, account)
        move_clock(SLUG, NOW + timedelta(minutes=31))

        page = text(support.desk().get(f"customers/{account.pk}/"))

        assert "never opened" in page
        assert "Support views that run" not in page

    def test_whoever_ended_it_in_the_console_first_opens_nothing(self, hanna, account):
        token = support.begin(hanna, account)
        view = support.views()[0]
        support.desk().post(f"customers/{account.pk}/support/{view.pk}/end/")

        assert support.browser().post("/support/", token=token).status_code == 410

    def test_whoever_was_removed_first_opens_nothing(self, hanna, account, utility):
        from mains.tenancy.models import Membership

        token = support.begin(hanna, account)
        with inside(PUBLIC):
            Membership.objects.filter(user_id=utility[SAM]).delete()

        answer = support.browser().post("/support/", token=token)

        assert answer.status_code == 410
        assert "support_view" not in answer.cookies or not answer.cookies["support_view"].value
        assert support.views()[0].ended_at is not None

    def test_control_without_the_limit_a_late_token_opens_the_portal(
        self, hanna, account, monkeypatch
    ):
        from mains.support import actions

        monkeypatch.setattr(actions, "TOKEN_LIFE", timedelta(days=1))
        token = support.begin(hanna, account)
        move_clock(SLUG, NOW + timedelta(seconds=120))

        support.handed_over(token)


class TestTheBrowsersOwnLogin:
    def test_is_put_aside_and_comes_back_untouched(self, hanna, account):
        own = world.person("sam@home.example", world.accounts()[2])
        key = own.client.cookies["sessionid"].value
        support.handed_over(support.begin(hanna, account), own)

        assert account.number in text(own.get("/accounts/"))
        assert world.accounts()[2].number not in text(own.get("/accounts/"))
        own.post("/support/end/")

        assert own.client.cookies["sessionid"].value == key
        assert world.accounts()[2].number in text(own.get("/accounts/"))

    def test_gets_none_of_the_clicks_once_the_view_has_run_out(self, hanna, account):
        own = world.person("sam@home.example", world.accounts()[2])
        support.handed_over(support.begin(hanna, account), own)
        move_clock(SLUG, NOW + timedelta(minutes=31))

        answer = own.post(f"/accounts/{world.accounts()[2].pk}/unlink/")

        assert support.is_out(answer)
        assert world.links(user_id=own.user.pk, ended_at=None)
        assert own.get("/accounts/").status_code == 200

    def test_does_not_learn_which_account_was_looked_at(self, hanna, account, other):
        own = world.person("sam@home.example", world.accounts()[2])
        support.handed_over(support.begin(hanna, account), own)
        own.get("/bills/", account=str(other.pk))

        page = text(own.get("/bills/"))
        assert world.bill_of(other).number in page
        assert world.bill_of(account).number not in page
        own.post("/support/end/")

        with inside(SLUG):
            assert "account" not in own.client.session


class TestTheLimit:
    def test_clicks_prolong_nothing(self, hanna, account):
        seen = support.looking(hanna, account)
        started = support.views()[0].started_at
        move_clock(SLUG, started + timedelta(minutes=29))
        assert seen.get("/", account=str(account.pk)).status_code == 200

        move_clock(SLUG, started + timedelta(minutes=30, seconds=1))

        assert support.is_out(seen.get("/"))
        assert support.views()[0].ended_at == support.views()[0].expires_at

    def test_nor_does_a_sandboxs_clock_that_is_moved_back(self, hanna, account):
        from django.contrib.sessions.models import Session

        seen = support.looking(hanna, account)
        move_clock(SLUG, NOW - timedelta(days=1))
        assert seen.get("/", account=str(account.pk)).status_code == 200

        with inside(SLUG):
            key = seen.client.cookies["support_view"].value
            end = Session.objects.get(session_key=key).expire_date
            assert end <= datetime.now(UTC) + timedelta(minutes=30)
            Session.objects.filter(session_key=key).update(expire_date=datetime.now(UTC))
        assert support.is_out(seen.get("/"))

    def test_another_view_ends_the_first(self, hanna, account):
        first = support.looking(hanna, account)
        second = support.looking(hanna, account)

        assert support.is_out(first.get("/"))
        assert second.get("/").status_code == 200
        assert support.deeds()[-2:] == ["support.view_began", "support.view_opened"]
        assert "support.view_ended another" in support.deeds()

    def test_another_persons_view_ends_none(self, hanna, account):
        sam, bea = (support.looking(hanna, account, by=who) for who in (SAM, BEA))

        assert sam.get("/").status_code == 200
        assert bea.get("/").status_code == 200

    def test_the_database_holds_one_at_a_time(self, hanna, account):
        from django.db import IntegrityError, transaction

        support.begin(hanna, account)
        (view,) = support.views()
        view.pk, view.token_hash = None, "0" * 64
        with inside(SLUG), pytest.raises(IntegrityError), transaction.atomic():
            view.save()


class TestAtOnce:
    def five(self, deed) -> list[object]:
        """
        Do something five times at once, each on a connection of its own; return what came of it.
        """

        def once(_at: int) -> object:
            from django.db import connection

            try:
                with inside(SLUG):
                    return deed()
            except Exception as error:
                return type(error).__name__
            finally:
                connection.close()

        with ThreadPoolExecutor(5) as pool:
            return list(pool.map(once, range(5)))

    def test_a_token_is_used_by_one(self, hanna, account):
        from mains.support import actions

        token = support.begin(hanna, account)
        now = support.views()[0].started_at

        came = self.five(lambda: actions.use_token(token=token, now=now))

        assert sorted(map(str, came)) == sorted([str(support.views()[0].pk), *["TokenOver"] * 4])

    def test_of_five_views_of_one_person_one_is_left(self, hanna, account, utility):
        from mains.support import actions
        from mains.tenancy import queries

        tenant, user_id = queries.tenant(SLUG), hanna.user.pk

        came = self.five(
            lambda: actions.begin(
                staff_id=utility[SAM], user_id=user_id, account_id=account.pk, reason=WHY,
                tenant=tenant, now=NOW,
            ).id
        )  # fmt: skip

        assert {type(one) for one in came} == {int}
        assert len([view for view in support.views() if view.ended_at is None]) == 1
        assert len(support.views()) == 5
