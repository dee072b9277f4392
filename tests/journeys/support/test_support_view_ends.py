"""A support view ends: by a button, by the console, and by whatever it rests on going away."""

from datetime import timedelta

import pytest
from tests.journeys import sharing_world as world
from tests.journeys.conftest import move_clock
from tests.journeys.sharing_world import NOW, SLUG, TODAY
from tests.journeys.support import world as support
from tests.journeys.support.world import BEA, OLGA, SAM, WHY

from mains.guard.context import PUBLIC, inside


def text(page) -> str:
    return page.content.decode()


class TestTheButton:
    def test_ends_it_and_leads_back_to_the_console(self, seen):
        page = seen.post("/support/end/")

        assert page.status_code == 200
        assert 'href="http://console.localhost/alder/"' in text(page)
        assert "Bills" not in text(page)
        assert "sees the portal as" not in text(page)
        assert support.views()[0].ended_at is not None
        assert support.deeds()[-1] == "support.view_ended ended"
        assert seen.get("/accounts/")["Location"].startswith("/account/login/")

    def test_twice_is_fine(self, seen):
        seen.post("/support/end/")
        ended, deeds = support.views()[0].ended_at, support.deeds()

        assert seen.post("/support/end/").status_code == 200
        assert support.views()[0].ended_at == ended
        assert support.deeds() == deeds

    def test_a_copy_of_the_cookie_opens_nothing_afterwards(self, seen):
        copied = support.browser()
        copied.client.cookies["support_view"] = seen.client.cookies["support_view"].value
        seen.post("/support/end/")

        assert support.is_out(copied.get("/"))

    def test_of_a_visitor_ends_nothing(self, seen):
        assert support.browser().post("/support/end/").status_code == 200
        assert seen.get("/").status_code == 200

    def test_needs_the_forms_token_like_every_form(self, seen):
        from django.test import Client

        strict = Client(enforce_csrf_checks=True)
        strict.cookies = seen.client.cookies

        assert strict.post("/support/end/", headers={"host": seen.host}).status_code == 403
        assert seen.get("/").status_code == 200

    def test_the_token_alone_is_asked_for_where_it_opens(self, hanna, account):
        from django.test import Client

        strict = Client(enforce_csrf_checks=True)
        token = support.begin(hanna, account)

        answer = strict.post("/support/", {"token": token}, headers={"host": "alder.localhost"})

        assert answer.status_code == 302


class TestTheConsole:
    def end(self, who: str, account):
        view = support.views()[-1]
        return support.desk(who).post(f"customers/{account.pk}/support/{view.pk}/end/")

    @pytest.mark.parametrize("who", [OLGA, SAM])
    def test_an_owner_ends_anybodys_and_a_member_their_own(self, seen, account, who):
        page = text(support.desk(who).get(f"customers/{account.pk}/"))
        assert "Support views that run" in page
        assert "End now" in page

        assert self.end(who, account).status_code == 302

        assert support.is_out(seen.get("/"))
        page = text(support.desk(who).get(f"customers/{account.pk}/"))
        assert "Support views that run" not in page
        assert "Earlier support views" in page
        assert WHY in page

    def test_a_member_ends_nobody_elses(self, seen, account):
        assert "End now" not in text(support.desk(BEA).get(f"customers/{account.pk}/"))

        assert self.end(BEA, account).status_code == 403
        assert seen.get("/").status_code == 200

    def test_twice_says_so(self, seen, account):
        self.end(OLGA, account)
        ended = support.views()[0].ended_at
        assert support.is_out(seen.get("/"))

        assert self.end(OLGA, account).status_code == 302
        assert support.views()[0].ended_at == ended

    def test_under_another_account_it_is_not_there(self, seen):
        assert self.end(OLGA, world.accounts()[3]).status_code == 404
        assert seen.get("/").status_code == 200

    def test_each_account_that_it_shows_lists_it(self, account, other):
        both = world.person("both@home.example", account, other)
        support.looking(both, account)

        for one in (account, other):
            assert WHY in text(support.desk().get(f"customers/{one.pk}/"))
        assert WHY not in text(support.desk().get(f"customers/{world.accounts()[3].pk}/"))


class TestWhatItRestsOn:
    def test_a_member_removed_is_out_at_once_and_stays_out(self, seen, utility):
        from mains.tenancy import actions
        from mains.tenancy.models import Membership

        cookie = seen.client.cookies["support_view"].value
        with inside(PUBLIC):
            Membership.objects.filter(user_id=utility[SAM]).delete()
        assert support.is_out(seen.get("/"))
        assert support.deeds()[-1] == "support.view_ended staff"

        with inside(PUBLIC):
            actions.add_member(user_id=utility[SAM], schema_name=SLUG, role="SERVICE")
        again = support.browser()
        again.client.cookies["support_view"] = cookie
        assert support.is_out(again.get("/"))

    @pytest.mark.parametrize("loss", ["second step", "login closed", "only elsewhere"])
    def test_who_may_not_enter_the_console_sees_no_portal(self, seen, utility, loss):
        from allauth.mfa.models import Authenticator

        from mains.identity.models import User
        from mains.tenancy.models import Membership, Tenant

        user_id = utility[SAM]
        with inside(PUBLIC):
            members = Membership.objects.filter(user_id=user_id)
            kept = list(Authenticator.objects.filter(user_id=user_id))
            if loss == "second step":
                Authenticator.objects.filter(user_id=user_id).delete()
            elif loss == "login closed":
                User.objects.filter(pk=user_id).update(is_active=False)
            else:
                members.update(tenant=Tenant.objects.get(schema_name="birch"))
        try:
            assert support.is_out(seen.get("/"))
        finally:
            with inside(PUBLIC):
                if loss == "second step":
                    kept[0].pk = None
                    kept[0].save(force_insert=True)
                User.objects.filter(pk=user_id).update(is_active=True)
                members.filter(tenant__schema_name="birch").delete()

    def test_control_without_asking_a_removed_member_goes_on(self, seen, utility, monkeypatch):
        from mains.support import queries
        from mains.tenancy.models import Membership

        monkeypatch.setattr(queries, "_staff", lambda *_args, **_named: "Sam")
        with inside(PUBLIC):
            Membership.objects.filter(user_id=utility[SAM]).delete()

        assert seen.get("/").status_code == 200

    def test_a_deleted_login_ends_it(self, hanna, seen):
        from mains.enrolment import actions

        with inside(SLUG):
            actions.delete_login(user_id=hanna.user.pk, now=NOW, today=NOW.date())

        assert support.is_out(seen.get("/"))
        assert support.deeds()[-1] == "support.view_ended login"

    def test_a_closed_login_ends_it(self, hanna, seen):
        from mains.identity import actions

        with inside(SLUG):
            actions.set_active(user_id=hanna.user.pk, active=False)

        assert support.is_out(seen.get("/"))

    def test_an_unlinked_account_ends_it(self, hanna, seen, account):
        assert hanna.post(f"/accounts/{account.pk}/unlink/").status_code == 302

        assert support.is_out(seen.get("/"))

    def test_an_account_linked_meanwhile_is_not_shown(self, hanna, seen, account, other):
        from django.db import transaction

        from mains.enrolment.actions.links import HOLDER, make_link

        written = len(support.accesses(other))
        with inside(SLUG), transaction.atomic():
            make_link(
                user=hanna.user, account=other, evidence=[], now=NOW, today=TODAY, terms=HOLDER
            )

        assert other.number in text(hanna.get("/accounts/"))
        page = text(seen.get("/accounts/"))
        assert account.number in page
        assert other.number not in page
        assert seen.get(f"/bills/{world.bill_of(other).pk}/").status_code == 404
        assert len(support.accesses(other)) == written

    def test_a_suspended_tenant_shows_and_begins_nothing(self, hanna, seen, account):
        from mains.tenancy import queries
        from mains.tenancy.models import Tenant

        place = support.place_of(hanna, account)
        token = support.begin(hanna, account, by=BEA)
        with inside(PUBLIC):
            Tenant.objects.filter(schema_name=SLUG).update(state="SUSPENDED")
        queries.forget()
        try:
            assert seen.get("/").status_code == 503
            assert support.browser().post("/support/", token=token).status_code == 503
            assert support.desk().post(place, {"reason": WHY}).status_code == 403
        finally:
            with inside(PUBLIC):
                Tenant.objects.filter(schema_name=SLUG).update(state="SANDBOX")
            queries.forget()


class TestWhatTheCustomerReads:
    def rows(self, page) -> str:
        return text(page).split("<tbody")[-1]

    def test_who_when_why_and_until_when(self, hanna, account):
        support.looking(hanna, account).post("/support/end/")

        assert "/me/access/" in text(hanna.get("/me/"))
        page = self.rows(hanna.get("/me/access/"))

        assert "Our staff" in page
        assert "Looked at the portal as a customer sees it, to help" in page
        assert WHY in page
        assert SAM not in page
        assert page.split("<tr")[1].count("Nov 20, 2026") == 2

    def test_what_people_did_stands_there_as_well(self, hanna, account):
        dora = world.share(hanna, account, **world.PAY)
        dora.get(f"/bills/{world.bill_of(account).pk}/bill.pdf")

        page = self.rows(hanna.get("/me/access/"))

        assert "dora@friends.example" in page
        assert "Opened the document of a bill" in page

    def test_a_delegate_does_not_read_the_log_of_the_holder(self, hanna, account):
        dora = world.share(hanna, account)
        support.looking(hanna, account, reason="Only Hanna reads this")

        assert "Only Hanna reads this" in text(hanna.get("/me/access/"))
        assert "Only Hanna reads this" not in text(dora.get("/me/access/"))

    def test_who_holds_nothing_reads_when_their_own_login_was_looked_at(self, hanna, account):
        dora = world.share(hanna, account)
        support.looking(dora, account, reason="Cannot find the bill")

        assert "Cannot find the bill" in self.rows(dora.get("/me/access/"))
        assert "Cannot find the bill" in self.rows(hanna.get("/me/access/"))

    def test_what_staff_look_at_is_never_written_in_a_delegates_name(self, hanna, account):
        dora = world.share(hanna, account)
        before = world.counted()["AccessEntry"]
        seen = support.looking(dora, account)
        assert world.bill_of(account).number in text(seen.get("/bills/"))

        assert world.counted()["AccessEntry"] == before + 1
        assert "dora@friends.example" not in self.rows(hanna.get("/me/access/"))

    def test_control_the_delegate_herself_is_written_down(self, hanna, account):
        dora = world.share(hanna, account)
        before = world.counted()["AccessEntry"]
        dora.get("/bills/")

        assert world.counted()["AccessEntry"] == before + 1

    def test_it_is_paged(self, hanna, account):
        from django.db import transaction

        from mains.audit import actions

        with inside(SLUG), transaction.atomic():
            for at in range(26):
                actions.record_access(
                    account_id=account.pk, actor="staff:1", purpose="SUPPORT",
                    reason=f"look {at:02}.", now=NOW + timedelta(minutes=at),
                )  # fmt: skip
        first = text(hanna.get("/me/access/"))
        assert "look 25." in first
        assert "look 00." not in first

        onward = first.split('rel="next" href="?before=')[1].split('"')[0]
        assert "look 00." in text(hanna.get("/me/access/", before=onward))
        assert hanna.get("/me/access/", before="x").status_code == 200

    def test_an_hour_later_the_reason_is_still_there(self, hanna, account):
        support.begin(hanna, account)
        move_clock(SLUG, NOW + timedelta(hours=1))

        assert WHY in self.rows(hanna.get("/me/access/"))
