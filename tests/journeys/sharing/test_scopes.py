"""What a shared account opens, to whom, and what its holder reads about it."""

import re
from datetime import timedelta

import pytest
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


class TestTheGuard:
    """Each page and call with each scope; `DOORS` gives what is open to whom."""

    DOORS = {
        "bill": ("see", "read", "pay"),
        "document": ("pay",),
        "pay page": ("pay",),
        "start": ("pay",),
        "meters": ("read",),
        "people": (),
        "api bill": ("see", "read", "pay"),
        "api lines": ("pay",),
        "api registers": ("read",),
        "api pay": ("pay",),
        "api people": (),
        "api log": (),
    }

    def opened(self, dora: Person, account) -> set[str]:
        bill = world.bill_of(account)
        whole = dora.call("GET", f"/bills/bil_{bill.pk}").json()
        opened = {
            "bill": dora.get(f"/bills/{bill.pk}/").status_code == 200,
            "document": dora.get(f"/bills/{bill.pk}/bill.pdf").status_code == 200,
            "pay page": dora.get("/pay/", bill=str(bill.pk)).status_code == 200,
            "start": dora.post("/pay/start/", bill=str(bill.pk)).status_code == 302,
            "meters": "reading-" in dora.get("/readings/").content.decode(),
            "people": dora.get(place(account)).status_code == 200,
            "api bill": "total" in whole,
            "api lines": bool(whole.get("lines")),
            "api registers": bool(dora.call("GET", "/registers").json()["data"]),
            "api pay": dora.call(
                "POST", "/payments", {"bills": [f"bil_{bill.pk}"]}
            ).status_code == 201,
            "api people": dora.call("GET", f"/accounts/acc_{account.pk}/people").status_code
            == 200,
            "api log": dora.call("GET", f"/accounts/acc_{account.pk}/access-log").status_code
            == 200,
        }  # fmt: skip
        return {door for door, is_open in opened.items() if is_open}

    @pytest.mark.parametrize(("scope", "rights"), [("see", {}), ("read", READ), ("pay", PAY)])
    def test_opens_what_the_scope_says_and_nothing_else(self, hanna, account, scope, rights):
        dora = share(hanna, account, **rights)

        assert self.opened(dora, account) == {
            door for door, scopes in self.DOORS.items() if scope in scopes
        }

    def test_switched_off_everything_would_be_open(self, hanna, account, monkeypatch):
        from mains.enrolment.rules import rights

        dora = share(hanna, account)
        monkeypatch.setattr(rights, "permits", lambda *_asked: True)

        assert self.opened(dora, account) == set(self.DOORS)

    def test_a_holder_passes_every_door_and_a_stranger_none(self, hanna, account):
        eve = world.person("eve@people.example")
        before = world.counted()

        assert self.opened(hanna, account) == set(self.DOORS)
        after = world.counted()
        assert after["AccessEntry"] == before["AccessEntry"], "one's own account is no access"
        bill = world.bill_of(account)
        for path in (f"/bills/{bill.pk}/", f"/bills/{bill.pk}/bill.pdf", place(account)):
            assert eve.get(path).status_code == 404
        assert invite(eve, account).status_code == 404
        assert eve.call("GET", f"/bills/bil_{bill.pk}").status_code == 404
        assert eve.call("GET", f"/accounts/acc_{account.pk}/people").status_code == 404
        assert world.counted() == after

    def test_another_tenants_login_with_the_same_ids_finds_nothing(self, hanna, account):
        share(hanna, account, **PAY)
        there = world.person("dora@friends.example", slug=world.OTHER)
        before = world.counted(), world.counted(world.OTHER)
        for path in (place(account), place(account, "new/")):
            assert there.get(path).status_code == 404

        assert (world.counted(), world.counted(world.OTHER)) == before

    def test_who_was_let_in_lets_nobody_in_and_ends_nobody(self, hanna, account):
        dora = share(hanna, account, **READ, **PAY)
        other = link_of(hanna)
        before = world.counted()

        assert invite(dora, account, email="two@friends.example").status_code == 403
        for rest in (f"{other.pk}/end/", f"{link_of(dora).pk}/", "invitations/1/withdraw/"):
            assert dora.post(place(account, rest)).status_code == 403
        shares = f"/accounts/acc_{account.pk}/people"
        assert dora.call("POST", shares, {"email": "x@people.example"}).status_code == 403
        assert dora.call("DELETE", f"{shares}/lnk_{other.pk}").status_code == 403
        assert world.counted() == before

    def test_says_what_was_not_shared_and_who_decides(self, hanna, account):
        dora = share(hanna, account)
        readings = dora.get("/readings/").content.decode()
        assert "did not share its readings with you" in readings
        assert "No meter is installed" not in readings

        refused = dora.get(f"/bills/{world.bill_of(account).pk}/bill.pdf")
        text = refused.content.decode()
        assert refused.status_code == 403
        assert "The holder of the account decides" in text
        assert "manages your rights" not in text

    def test_says_so_of_nothing_that_was_shared(self, hanna, account):
        dora = share(hanna, account, **READ)
        assert "did not share" not in dora.get("/readings/").content.decode()
        nobody = world.person("nobody@friends.example")
        page = nobody.get("/readings/").content.decode()
        assert "did not share" not in page
        assert "No account is linked yet" in page

    def test_what_is_seen_there_does_not_prove_the_account(self, hanna, account):
        from mains.enrolment import actions
        from mains.tenancy.tenantfile.identity import Grouping

        dora = share(hanna, account)
        with inside(SLUG), pytest.raises(actions.OnlyShared):
            actions.link_proven(
                user_id=dora.user.pk, account_id=account.pk, evidence=["bill_number"],
                grouping=Grouping.ALL_LINKED, now=NOW, today=TODAY,
            )  # fmt: skip
        assert link_of(dora).role == "DELEGATE"

    def test_nothing_about_the_holder_is_told(self, hanna, account):
        dora = share(hanna, account, **READ)
        secrets = [account.customer.name, account.customer.email, account.customer.tax_id, HANNA]
        bill = world.bill_of(account)
        pages = [
            dora.get(path).content.decode()
            for path in ("/", "/accounts/", "/me/", "/bills/", f"/bills/{bill.pk}/", "/readings/")
        ]
        pages.append(dora.call("GET", "/accounts").content.decode())

        for secret in filter(None, secrets):
            assert not [page for page in pages if secret in page], secret


class TestTheLog:
    def log(self, hanna: Person, account) -> list[tuple[str, str]]:
        rows = hanna.call("GET", f"/accounts/acc_{account.pk}/access-log").json()["data"]
        return [(row["email"], row["deed"]) for row in rows]

    @pytest.fixture(autouse=True)
    def later(self, account):  # noqa: ARG002
        # Rows of the log cannot be deleted: each test begins a day after the one before.
        TestTheLog.day = getattr(TestTheLog, "day", 0) + 1
        move_clock(SLUG, NOW + timedelta(days=TestTheLog.day))

    def test_says_who_did_what_once_an_hour_for_each_kind(self, hanna, account):
        dora = share(hanna, account, **READ, **PAY)
        before = len(self.log(hanna, account))
        bill = world.bill_of(account)
        for _time in range(3):
            dora.get(f"/bills/{bill.pk}/")
            dora.get("/bills/")
            dora.get("/")
            dora.get(f"/bills/{bill.pk}/bill.pdf")
            dora.call("GET", "/bills")
            dora.post("/pay/start/", bill=str(bill.pk))

        found = self.log(hanna, account)
        assert sorted(found[: len(found) - before]) == [
            (DORA, "BILLS"),
            (DORA, "DOCUMENT"),
            (DORA, "PAYMENT"),
        ]
        page = hanna.get(place(account)).content.decode()
        assert "Opened the document of a bill" in page
        assert DORA in page
        move_clock(SLUG, NOW + timedelta(days=TestTheLog.day, minutes=61))
        dora.get(f"/bills/{bill.pk}/")
        assert len(self.log(hanna, account)) == len(found) + 1

    def test_holds_a_reading_that_was_sent(self, hanna, account):
        dora = share(hanna, account, **READ)
        before = len(self.log(hanna, account))
        page = dora.get("/readings/").content.decode()
        register = re.search(r'name="(reading-\d+)"', page)
        key = re.search(r'name="key" value="([\w-]+)"', page)
        assert register
        assert key
        number = register[1].removeprefix("reading-")
        answer = dora.post(
            "/readings/", key=key[1], **{register[1]: "99999", f"confirm-{number}": "on"}
        )

        assert answer.status_code == 302, answer.content.decode()[-1500:]
        found = self.log(hanna, account)
        assert (DORA, "READING") in found[: len(found) - before]

    def test_what_was_refused_is_not_written(self, hanna, account):
        dora = share(hanna, account)
        before = len(self.log(hanna, account))
        bill = world.bill_of(account)
        dora.get(f"/bills/{bill.pk}/bill.pdf")
        dora.post("/pay/start/", bill=str(bill.pk))

        assert len(self.log(hanna, account)) == before

    def test_of_an_administrator_and_a_stranger_nothing_is_mixed_in(self, hanna, account):
        other = world.accounts()[1]
        dora = share(hanna, account)
        with inside(SLUG):
            from mains.audit import queries

            before = len(queries.accesses(account_ids=[other.pk], limit=500))
        dora.get("/bills/")
        with inside(SLUG):
            assert len(queries.accesses(account_ids=[other.pk], limit=500)) == before


class TestTheApi:
    def test_shares_accepts_changes_and_ends(self, hanna, account):
        dora = world.person(DORA)
        place = f"/accounts/acc_{account.pk}/people"
        made = hanna.call("POST", place, {"email": DORA, "may_pay": True, "last_date": None})
        assert made.status_code == 201
        assert made.json()["waiting"] is True
        token = invitation().rstrip("/").rsplit("/", 1)[1]
        assert dora.call("POST", "/invitations", {"token": token}).status_code == 204
        assert dora.call("POST", "/invitations", {"token": token}).status_code == 410
        mine = dora.call("GET", "/accounts").json()["data"][0]
        assert mine["rights"] == ["pay", "see"]
        assert mine["holder"] == ""

        person = hanna.call("GET", place).json()["data"][0]
        changed = hanna.call("PUT", f"{place}/{person['id']}", {"may_read": True})
        assert (changed.json()["may_read"], changed.json()["may_pay"]) == (True, False)
        assert hanna.call("DELETE", f"{place}/{person['id']}").status_code == 204
        assert hanna.call("DELETE", f"{place}/{person['id']}").status_code == 204
        assert not dora.call("GET", "/accounts").json()["data"]

    def test_refuses_with_a_code_and_writes_nothing(self, hanna, account):
        share(hanna, account)
        place = f"/accounts/acc_{account.pk}/people"
        before = world.counted()
        refused = {
            "already_linked": hanna.call("POST", place, {"email": DORA}),
            "day_over": hanna.call(
                "POST", place, {"email": "x@a.example", "last_date": "2026-01-01"}
            ),
            "unusable_input": hanna.call("POST", place, {"email": "no-address"}),
            "not_shared": hanna.call("DELETE", f"{place}/lnk_999999"),
        }

        assert {code: page.json()["code"] for code, page in refused.items()} == {
            code: code for code in refused
        }
        assert world.counted() == before
