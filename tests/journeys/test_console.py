"""The provider console: who gets in, and what staff do there."""

import html
import re
from collections.abc import Iterator

import pytest
from tests import databases
from tests.journeys import console_world as world


@pytest.fixture(scope="module")
def two_providers(django_db_setup, django_db_blocker) -> Iterator[None]:
    from django.db import connection

    from mains.guard import context
    from mains.tenancy import queries

    with django_db_blocker.unblock():
        for slug in databases.TENANTS:
            world.open_for_business(slug)
        world.add_staff("olga@alder.example", ("alder", "OWNER"))
        world.add_staff("sam@alder.example", ("alder", "SERVICE"))
        world.add_staff("bea@birch.example", ("birch", "OWNER"))
        queries.forget()
        yield
        context.choose(None)
        connection.close()
        databases.renew(*databases.TENANTS)
        queries.forget()


@pytest.fixture
def olga(two_providers, django_db_blocker) -> Iterator[world.Desk]:
    with django_db_blocker.unblock():
        yield world.signed_in("olga@alder.example")


@pytest.fixture
def sam(two_providers, django_db_blocker) -> Iterator[world.Desk]:
    with django_db_blocker.unblock():
        yield world.signed_in("sam@alder.example")


@pytest.fixture
def bea(two_providers, django_db_blocker) -> Iterator[world.Desk]:
    with django_db_blocker.unblock():
        yield world.signed_in("bea@birch.example", slug="birch")


PAGES = [
    "",
    "customers/",
    "readings/",
    "runs/",
    "runs/new/",
    "payments/",
    "payments/book/",
    "messages/",
    "settings/",
    "settings/brand/",
    "settings/versions/",
    "settings/versions/new/",
]


class TestGettingIn:
    @pytest.mark.parametrize("place", PAGES)
    def test_an_owner_sees_every_page(self, olga, place):
        assert olga.get(place).status_code == 200

    @pytest.mark.parametrize("place", PAGES)
    def test_staff_of_another_tenant_find_nothing(self, bea, place):
        bea.slug = "alder"

        assert bea.get(place).status_code == 404

    def test_without_the_membership_check_they_would_get_in(self, bea, monkeypatch):
        from mains.tenancy import queries
        from mains.tenancy.models import Role

        monkeypatch.setattr(queries, "role_in", lambda **_ids: Role.OWNER)
        bea.slug = "alder"

        assert bea.get().status_code == 200

    def test_the_same_staff_do_see_their_own(self, bea):
        assert bea.get().status_code == 200

    def test_a_tenant_that_does_not_exist_looks_the_same(self, olga):
        olga.slug = "nowhere"

        assert olga.get().status_code == 404

    @pytest.mark.usefixtures("olga")
    def test_visitors_are_sent_to_sign_in(self):
        from django.test import Client

        response = world.Desk(Client()).get("customers/")

        assert response.status_code == 302
        assert response["Location"] == "/account/login/?next=/alder/customers/"

    def test_staff_stay_signed_in_between_tenant_and_chooser(self, olga):
        for _ in range(3):
            assert olga.get("customers/").status_code == 200
            chooser = olga.client.get("/", headers={"host": world.CONSOLE})
            assert "olga@alder.example" in chooser.content.decode()
        assert olga.post("settings/clock/", {"real": "1"}).status_code == 302
        assert olga.get().status_code == 200

    def test_the_session_is_kept_in_the_public_schema(self, olga):
        from django.contrib.sessions.models import Session

        from mains.guard.context import PUBLIC, inside

        olga.get("customers/")

        with inside("alder"):
            assert not Session.objects.exists()
        with inside(PUBLIC):
            assert Session.objects.exists()

    def test_a_role_without_the_right_is_refused(self, sam):
        assert sam.get("customers/").status_code == 200
        assert sam.get("settings/").status_code == 403
        assert sam.post("runs/1/approve/").status_code == 403

    def test_the_menu_shows_only_what_the_role_may_open(self, sam, olga):
        assert "/alder/settings/" not in sam.get().content.decode()
        assert "/alder/settings/" in olga.get().content.decode()


class TestALiveTenant:
    @pytest.fixture
    def live(self, olga) -> Iterator[None]:
        yield from _state(olga.slug, "LIVE")

    @pytest.mark.usefixtures("live")
    def test_refuses_a_login_without_a_second_step(self, olga):
        world.add_staff("kim@alder.example", ("alder", "OWNER"), second_factor=False)

        response = world.signed_in("kim@alder.example").get("customers/")

        assert response.status_code == 403
        assert "/account/2fa/totp/activate/" in response.content.decode()
        assert olga.get("customers/").status_code == 200

    @pytest.mark.usefixtures("live")
    def test_opens_to_one_with_it(self):
        world.add_staff("mia@alder.example", ("alder", "OWNER"), second_factor=True)

        assert world.signed_in("mia@alder.example").get("customers/").status_code == 200

    @pytest.mark.usefixtures("live")
    def test_does_not_move_its_clock(self):
        world.add_staff("ned@alder.example", ("alder", "OWNER"), second_factor=True)
        ned = world.signed_in("ned@alder.example")

        ned.post("settings/clock/", {"day": "2027-01-01"})

        assert "cannot be moved" in ned.get("settings/").content.decode()

    @pytest.mark.usefixtures("olga")
    def test_a_sandbox_demands_it_as_well(self):
        world.add_staff("lea@alder.example", ("alder", "OWNER"), second_factor=False)

        assert world.signed_in("lea@alder.example").get("customers/").status_code == 403

    def test_a_suspended_tenant_is_closed(self, olga):
        for _ in _state("alder", "SUSPENDED"):
            assert olga.get("customers/").status_code == 403


def _state(slug: str, state: str) -> Iterator[None]:
    from mains.guard.context import PUBLIC, inside
    from mains.tenancy import actions
    from mains.tenancy.models import TenantState

    with inside(PUBLIC):
        actions.change_state(
            schema_name=slug, state=TenantState(state), reason="a test", author="tests"
        )
    yield
    with inside(PUBLIC):
        actions.change_state(
            schema_name=slug, state=TenantState.SANDBOX, reason="a test", author="tests"
        )


def _count(model: str, slug: str = "alder") -> int:
    from django.apps import apps

    from mains.guard.context import inside

    with inside(slug):
        return apps.get_model(model).objects.count()


def _issued_bills(desk: world.Desk) -> list[str]:
    from mains.billing.models import Bill
    from mains.guard.context import inside

    with inside(desk.slug):
        return list(Bill.objects.order_by("number").values_list("number", flat=True))


class TestABillRun:
    """One story in order: each step is sent twice, as by an impatient double click."""

    period = {"company": "aguaviva", "start": "2026-07-01", "last": "2026-09-30"}

    def test_shows_when_bills_would_be_due(self, olga):
        from datetime import timedelta

        from mains.core.wording import short_date_text
        from mains.tenancy import queries

        page = olga.get("runs/new/").content.decode()

        tenant = queries.tenant("alder")
        due = tenant.date_of(tenant.now()) + timedelta(days=tenant.file.billing.due_days)
        assert short_date_text(due, language="en") in page

    def test_starting_twice_makes_one_run(self, olga):
        first, again = (olga.post("runs/new/", self.period) for _ in range(2))

        assert first.status_code == again.status_code == 302
        assert first["Location"] == again["Location"]
        assert _count("billing.BillRun") == 1

    def test_an_overlapping_period_is_explained(self, olga):
        response = olga.post("runs/new/", {**self.period, "start": "2026-09-01"})

        assert response.status_code == 422
        assert "no day is billed twice" in response.content.decode()
        assert _count("billing.BillRun") == 1

    def test_the_days_of_the_other_run_are_said_in_words_up_to_the_last(self, olga):
        response = olga.post("runs/new/", {**self.period, "start": "2026-09-01"})
        assert "Jul 1, 2026 – Sep 30, 2026" in html.unescape(response.content.decode())

    @pytest.mark.parametrize("last", ["9999-12-31", "2200-01-01"])
    def test_a_year_that_nobody_means_is_explained(self, olga, last):
        response = olga.post("runs/new/", {**self.period, "last": last})

        assert response.status_code == 422
        assert "it has to be from 1900 to 2199" in response.content.decode()

    def test_a_period_backwards_is_explained(self, olga):
        response = olga.post("runs/new/", {**self.period, "last": "2026-06-30"})

        assert response.status_code == 422
        assert "Swap them" in response.content.decode()

    def test_a_started_run_is_rehearsed_and_bills_nobody(self, olga):
        page = olga.get(self._run()).content.decode()
        assert 'action="approve/"' in page
        assert 'action="rehearse/"' not in page
        assert _issued_bills(olga) == []

    def test_approving_a_draft_changes_nothing(self, olga):
        from mains.guard.context import inside
        from mains.journeys import run_desk

        with inside("alder"):
            run_desk.withdraw(run_id=int(self._run().split("/")[1]))
        olga.post(self._run("approve/"))

        page = olga.get(self._run()).content.decode()
        assert "Rehearse it, then approve it" in page
        assert 'action="rehearse/"' in page

    def test_rehearsing_twice_bills_nobody(self, olga):
        for _ in range(2):
            assert olga.post(self._run("rehearse/")).status_code == 302

        page = olga.get(self._run()).content.decode()
        assert 'action="approve/"' in page
        assert _issued_bills(olga) == []

    def test_rehearsing_again_gives_the_same(self, olga):
        before = olga.get(self._run()).content.decode()
        assert olga.post(self._run("again/")).status_code == 302

        after = olga.get(self._run()).content.decode()
        assert re.findall(r'value="([\d.]+)"', after) == re.findall(r'value="([\d.]+)"', before)

    def test_an_account_without_a_reading_is_held_with_the_reason_in_words(self, olga):
        from mains.guard.context import inside
        from mains.metering.models import Reading

        with inside("alder"):
            last = Reading.objects.filter(period_start__lt="2026-10-01").order_by("pk").first()
            mine = Reading.objects.filter(
                register_id=last.register_id, period_start__gte="2026-07-01"
            )
            mine.update(quality="REJECTED")
        olga.post(self._run("again/"))
        assert "No reading of water closes this period" in olga.get(self._run()).content.decode()

        with inside("alder"):
            Reading.objects.filter(quality="REJECTED").update(quality="ACCEPTED")
        olga.post(self._run("again/"))
        assert "Every account gets a bill" in olga.get(self._run()).content.decode()

    def test_approving_twice_holds(self, olga):
        for _ in range(2):
            olga.post(self._run("approve/"))

        assert 'action="issue/"' in olga.get(self._run()).content.decode()

    def test_rehearsing_late_does_not_take_the_approval_back(self, olga):
        olga.post(self._run("rehearse/"))

        assert 'action="issue/"' in olga.get(self._run()).content.decode()

    def test_rehearsing_again_takes_the_approval_back(self, olga):
        olga.post(self._run("again/"))
        assert 'action="approve/"' in olga.get(self._run()).content.decode()
        olga.post(self._run("approve/"))

    def test_issuing_twice_numbers_each_bill_once(self, olga):
        for _ in range(2):
            olga.post(self._run("issue/"))

        assert len(_issued_bills(olga)) == 4
        assert "Issued" in olga.get(self._run()).content.decode()
        assert _count("billing.Bill", "birch") == 0

    def test_an_issued_run_is_not_rehearsed_again(self, olga):
        olga.post(self._run("again/"))

        page = olga.get(self._run()).content.decode()
        assert "not rehearsed again" in page
        assert 'action="rehearse/"' not in page
        assert len(_issued_bills(olga)) == 4

    def test_the_bill_page_tells_hash_lines_and_transfers(self, olga):
        from mains.billing.models import Bill
        from mains.guard.context import inside

        with inside("alder"):
            bill = Bill.objects.order_by("pk").first()

        page = olga.get(f"bills/{bill.pk}/").content.decode()

        assert bill.facts_hash in page
        assert "revenue:" in page
        assert bill.number in page

    def test_another_tenant_does_not_find_the_bill(self, olga, bea):
        from mains.billing.models import Bill
        from mains.guard.context import inside

        with inside("alder"):
            bill_id = Bill.objects.order_by("pk").values_list("pk", flat=True).first()

        assert olga.get(f"bills/{bill_id}/").status_code == 200
        assert bea.get(f"bills/{bill_id}/").status_code == 404

    def _run(self, step: str = "") -> str:
        from mains.billing.models import BillRun
        from mains.guard.context import inside

        with inside("alder"):
            run_id = BillRun.objects.values_list("pk", flat=True).get()
        return f"runs/{run_id}/{step}"


class TestABankTransfer:
    """One transfer, sent in every way that staff send it."""

    @pytest.fixture(autouse=True)
    def billed(self, olga) -> None:
        if _issued_bills(olga):
            return
        run = olga.post("runs/new/", TestABillRun.period)["Location"].removeprefix("/alder/")
        for step in ("rehearse/", "approve/", "issue/"):
            olga.post(f"{run}{step}")

    def _form(self, **changes: str) -> dict[str, str]:
        from mains.billing.models import Bill
        from mains.guard.context import inside

        with inside("alder"):
            bill = Bill.objects.order_by("pk").first()
        return {
            "reference": bill.number,
            "amount": f"{bill.total_minor / 100:.2f}",
            "value_date": "2026-11-02",
            "bank_reference": "STMT-1",
            **changes,
        }

    def test_booked_twice_is_booked_once(self, olga):
        responses = [olga.post("payments/book/", self._form()) for _ in range(2)]

        assert [response.status_code for response in responses] == [302, 302]
        assert _count("payments.Payment") == 1
        page = olga.client.get(
            responses[0]["Location"], headers={"host": world.CONSOLE}
        ).content.decode()
        assert "Paid" in page
        assert page.count("The transfer is booked.") == 1
        assert "was booked before. Nothing was booked now." in page

    def test_with_another_amount_it_is_refused(self, olga):
        response = olga.post("payments/book/", self._form(amount="1.00"))

        assert response.status_code == 422
        assert "was booked before" in response.content.decode()
        assert _count("payments.Payment") == 1

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            pytest.param({"amount": "0", "bank_reference": "S2"}, "more than zero", id="zero"),
            pytest.param({"amount": "1.005", "bank_reference": "S2"}, "whole units", id="parts"),
            pytest.param({"amount": "a lot"}, "no amount", id="words"),
            pytest.param({"reference": "AV2020-000001"}, "No issued bill", id="unknown bill"),
        ],
    )
    def test_what_cannot_be_booked_is_explained(self, olga, changes, says):
        response = olga.post("payments/book/", self._form(**changes))

        assert response.status_code == 422
        assert says in response.content.decode()
        assert _count("payments.Payment") == 1

    def test_the_payer_gets_a_receipt_that_staff_can_read(self, olga):
        page = olga.get("messages/").content.decode()

        links = re.findall(r'href="(/alder/messages/\d+/)"', page)
        texts = [
            olga.client.get(link, headers={"host": world.CONSOLE}).content.decode()
            for link in links
        ]
        assert any("STMT" in text or "P0000" in text for text in texts)
