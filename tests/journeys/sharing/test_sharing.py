"""A holder shares an account: what happens twice, late, in the wrong order, and never."""

import re
from datetime import UTC, datetime, timedelta

from tests.journeys import sharing_world as world
from tests.journeys.conftest import move_clock
from tests.journeys.sharing_world import (
    DORA,
    HANNA,
    NOW,
    PAY,
    READ,
    SLUG,
    TODAY,
    Person,
    invitation,
    invite,
    link_of,
    place,
    share,
)

from mains.guard.context import inside


class TestSharing:
    def test_a_login_that_exists_sees_the_account_once_it_has_accepted(self, hanna, account):
        dora = world.person(DORA)
        assert account.number not in dora.get("/accounts/").content.decode()
        invite(hanna, account, **READ, last_date="2027-01-31")
        page = dora.get(invitation()).content.decode()
        assert "See, send readings" in page
        assert f"…{account.number[-3:]}" in page
        dora.post(invitation())

        assert account.number in dora.get("/accounts/").content.decode()
        row = link_of(dora)
        assert (row.role, row.may_read, row.may_pay) == ("DELEGATE", True, False)
        assert row.until_date.isoformat() == "2027-02-01"
        assert row.granted_by == hanna.user.pk

    def test_somebody_new_makes_a_login_and_is_not_asked_how_bills_are_delivered(
        self, hanna, account
    ):
        invite(hanna, account, email="new@friends.example")
        new = Person("", SLUG)
        page = new.get(invitation("new@friends.example")).content.decode()
        assert 'name="ebill"' not in page
        shown = re.search(r'name="shown" value="([0-9a-f]+)"', page)
        assert shown
        answer = new.post(
            invitation("new@friends.example"), name="Nora", username="nora", shown=shown[1],
            password="correct horse battery", ebill="on",
            **{"agree-terms": "on", "agree-privacy": "on"},
        )  # fmt: skip
        assert answer.status_code == 302, answer.content.decode()[:300]
        with inside(SLUG):
            from mains.customers.models import DeliveryPreference

            before = DeliveryPreference.objects.filter(email="new@friends.example")
            assert not before.exists()
        assert account.number in new.get("/accounts/").content.decode()

    def test_only_the_hash_of_the_link_is_kept(self, hanna, account):
        from mains.enrolment.models import Invitation

        invite(hanna, account)
        token = invitation().rstrip("/").rsplit("/", 1)[1]
        with inside(SLUG):
            row = Invitation.objects.get(email=DORA)
        assert len(token) >= 43
        assert token not in (row.token_hash, str(row.__dict__))

    def test_both_sides_are_told_of_each_step_in_words(self, hanna, account):
        dora = share(hanna, account, **PAY)
        link = link_of(dora)
        hanna.post(place(account, f"{link.pk}/"), **READ)
        hanna.post(place(account, f"{link.pk}/end/"))
        told = {
            reader: [values["what"] for values in world.mailed("access-notice", reader)]
            for reader in (HANNA, DORA, account.customer.email)
        }

        assert told[HANNA] == ["invited", "accepted", "changed", "ended"]
        assert told[account.customer.email] == told[HANNA]
        assert told[DORA] == ["changed", "ended"]
        assert all(account.number[-3:] in text for text in world.texts("access-notice"))
        assert world.texts("access-invitation")
        deeds = [row.action for row in world.audited("access.changed")]
        assert deeds

    def test_the_audit_holds_ids_and_no_address(self, hanna, account):
        share(hanna, account)
        rows = world.audited("access.invited")

        assert rows[-1].actor == f"user:{hanna.user.pk}"
        assert all("@" not in str(row.detail) for row in rows)


class TestInviting:
    def test_twice_the_older_link_ends(self, hanna, account):
        dora = world.person(DORA)
        invite(hanna, account)
        first = invitation()
        invite(hanna, account)

        assert dora.get(first).status_code == 410
        assert dora.get(invitation()).status_code == 200
        assert world.counted()["open"] == 1

    def test_who_sees_it_already_is_refused_and_nothing_written(self, hanna, account):
        share(hanna, account)
        before = world.counted()

        assert invite(hanna, account).status_code == 422
        assert invite(hanna, account, email=HANNA).status_code == 422
        assert world.counted() == before

    def test_late_a_day_that_is_over_is_refused(self, hanna, account):
        before = world.counted()

        assert invite(hanna, account, last_date="2026-11-19").status_code == 422
        assert invite(hanna, account, last_date="9999-12-31").status_code == 422
        assert world.counted() == before

    def test_in_the_wrong_order_who_lost_the_account_shares_nothing(self, hanna, account):
        hanna.post(f"/accounts/{account.pk}/unlink/")
        before = world.counted()

        assert invite(hanna, account).status_code == 404
        assert world.counted() == before

    def test_never_accepted_it_opens_nothing(self, hanna, account):
        dora = world.person(DORA)
        invite(hanna, account, **PAY)
        bill = world.bill_of(account)
        dora.get(invitation())

        assert dora.get(f"/bills/{bill.pk}/").status_code == 404
        assert not world.links(user_id=dora.user.pk)

    def test_no_more_than_a_holder_can_look_after(self, hanna, account, monkeypatch):
        from mains.enrolment.actions import sharing

        monkeypatch.setattr(sharing, "MOST_PEOPLE", 2)
        invite(hanna, account, email="one@friends.example")
        invite(hanna, account, email="two@friends.example")
        before = world.counted()
        assert invite(hanna, account, email="three@friends.example").status_code == 422
        assert world.counted() == before
        assert invite(hanna, account, email="two@friends.example").status_code == 302

    def test_nobody_fills_mailboxes_from_here(self, hanna, account):
        from mains.portal.accounts.people import INVITATIONS

        with inside(SLUG):
            for _time in range(INVITATIONS.tries):
                INVITATIONS.spend(hanna.user.pk)
        before = world.counted()
        assert invite(hanna, account).status_code == 422
        assert world.counted() == before


class TestAccepting:
    def test_twice_it_works_once(self, hanna, account):
        dora = share(hanna, account)
        before = world.counted()

        assert dora.post(invitation()).status_code == 410
        assert world.counted() == before

    def test_late_it_has_ended(self, hanna, account):
        dora = world.person(DORA)
        invite(hanna, account)
        move_clock(SLUG, NOW + timedelta(days=14, minutes=1))
        before = world.counted()

        assert dora.post(invitation()).status_code == 410
        assert world.counted() == before

    def test_late_after_its_last_day_it_gives_nothing(self, hanna, account):
        dora = world.person(DORA)
        invite(hanna, account, last_date=TODAY.isoformat())
        move_clock(SLUG, NOW + timedelta(days=1))

        assert dora.post(invitation()).status_code == 410

    def test_in_the_wrong_order_after_it_was_withdrawn(self, hanna, account):
        dora = world.person(DORA)
        invite(hanna, account)
        hanna.post(place(account, f"invitations/{waiting(hanna, account)}/withdraw/"))
        before = world.counted()

        assert dora.post(invitation()).status_code == 410
        assert world.counted() == before

    def test_in_the_wrong_order_after_the_holder_lost_the_account(self, hanna, account):
        dora = world.person(DORA)
        invite(hanna, account)
        with inside(SLUG):
            from mains.enrolment.models import AccountLink

            AccountLink.objects.update(until_date=TODAY)
        before = world.counted()
        assert dora.post(invitation()).status_code == 410
        assert world.counted() == before

    def test_somebody_else_or_another_tenant_gets_nothing(self, hanna, account):
        invite(hanna, account)
        eve = world.person("eve@people.example")
        before = world.counted()

        assert eve.get(invitation()).status_code == 403
        assert eve.post(invitation()).status_code == 403
        assert Person("", world.OTHER).get(invitation()).status_code == 410
        assert world.counted() == before


def waiting(hanna: Person, account) -> str:
    page = hanna.get(place(account)).content.decode()
    found = re.search(r'action="invitations/(\d+)/withdraw/"', page)
    assert found
    return found[1]


class TestWithdrawing:
    def test_twice_and_in_the_wrong_order_change_nothing(self, hanna, account):
        invite(hanna, account)
        path = place(account, f"invitations/{waiting(hanna, account)}/withdraw/")
        hanna.post(path)
        before = world.counted()
        assert hanna.post(path).status_code == 302
        assert world.counted() == before
        invite(hanna, account, email="two@friends.example")
        path = place(account, f"invitations/{waiting(hanna, account)}/withdraw/")
        world.person("two@friends.example").post(invitation("two@friends.example"))
        before = world.counted()
        hanna.post(path)
        assert world.counted() == before, "after it was accepted it is ended, not withdrawn"


class TestChanging:
    def test_holds_from_the_next_click_on(self, hanna, account):
        dora = share(hanna, account, **PAY)
        bill = world.bill_of(account)
        assert dora.get(f"/bills/{bill.pk}/bill.pdf").status_code == 200
        hanna.post(place(account, f"{link_of(dora).pk}/"))

        assert dora.get(f"/bills/{bill.pk}/bill.pdf").status_code == 403

    def test_twice_tells_once(self, hanna, account):
        dora = share(hanna, account)
        path = place(account, f"{link_of(dora).pk}/")
        hanna.post(path, **READ)
        before = world.counted()
        hanna.post(path, **READ)

        assert world.counted() == before

    def test_late_a_share_that_is_over_cannot_be_changed(self, hanna, account):
        dora = share(hanna, account, last_date="2026-11-25")
        path = place(account, f"{link_of(dora).pk}/")
        move_clock(SLUG, datetime(2026, 11, 26, 9, tzinfo=UTC))
        before = world.counted()

        assert hanna.post(path, **READ).status_code == 404
        assert world.counted() == before

    def test_in_the_wrong_order_after_it_was_ended(self, hanna, account):
        dora = share(hanna, account)
        path = place(account, f"{link_of(dora).pk}/")
        hanna.post(f"{path}end/")
        before = world.counted()

        assert hanna.post(path, **READ).status_code == 404
        assert world.counted() == before

    def test_never_sent_it_changes_nothing(self, hanna, account):
        dora = share(hanna, account)
        before = world.counted()
        hanna.get(place(account, f"{link_of(dora).pk}/"))

        assert world.counted() == before


class TestEnding:
    def test_holds_at_once_in_every_session_and_for_tokens_and_the_login_stays(
        self, hanna, account
    ):
        dora = share(hanna, account, **READ, **PAY)
        elsewhere, token = world.signed_in(DORA), dora.token()
        bill = world.bill_of(account)
        assert elsewhere.get(f"/bills/{bill.pk}/").status_code == 200
        hanna.post(place(account, f"{link_of(dora).pk}/end/"))

        for browser in (dora, elsewhere):
            assert browser.get(f"/bills/{bill.pk}/").status_code == 404
        assert not dora.call("GET", "/accounts", token=token).json()["data"]
        assert dora.get("/me/").status_code == 200

    def test_twice_ends_once(self, hanna, account):
        dora = share(hanna, account)
        path = place(account, f"{link_of(dora).pk}/end/")
        hanna.post(path)
        before = world.counted()

        assert hanna.post(path).status_code == 302
        assert world.counted() == before

    def test_in_the_wrong_order_what_was_never_shared_is_not_there(self, hanna, account):
        world.person(DORA)
        own = link_of(hanna)
        before = world.counted()

        assert hanna.post(place(account, f"{own.pk}/end/")).status_code == 404
        assert hanna.post(place(account, "999999/end/")).status_code == 404
        assert world.counted() == before

    def test_late_on_its_last_day_it_ends_by_itself_in_the_civil_zone(self, hanna, account):
        dora = share(hanna, account, last_date="2026-11-25")
        bill = world.bill_of(account)
        # Riga is two hours ahead.
        move_clock(SLUG, datetime(2026, 11, 25, 21, 59, tzinfo=UTC))
        assert dora.get(f"/bills/{bill.pk}/").status_code == 200
        move_clock(SLUG, datetime(2026, 11, 25, 22, 1, tzinfo=UTC))
        assert dora.get(f"/bills/{bill.pk}/").status_code == 404

    def test_never_confirmed_nothing_ends(self, hanna, account):
        dora = share(hanna, account)
        hanna.get(place(account, f"{link_of(dora).pk}/end/"))

        assert link_of(dora).ended_at is None

    def test_it_ends_with_the_holders_own_link_and_with_their_login(self, hanna, account):
        from mains.enrolment import actions

        dora = share(hanna, account)
        bill = world.bill_of(account)
        invite(hanna, account, email="two@friends.example")
        with inside(SLUG):
            actions.delete_login(user_id=hanna.user.pk, now=NOW, today=NOW.date())

        assert dora.get(f"/bills/{bill.pk}/").status_code == 404
        assert world.counted()["open"] == 0

    def test_who_was_let_in_can_leave(self, hanna, account):
        dora = share(hanna, account)
        dora.post(f"/accounts/{account.pk}/unlink/")

        assert account.number not in dora.get("/accounts/").content.decode()
        assert account.number in hanna.get("/accounts/").content.decode()
