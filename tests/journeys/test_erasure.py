"""A customer is erased: twenty planted values, and none is left but where the law keeps it."""

from datetime import date

import pytest
from tests.journeys.conftest import NOW
from tests.journeys.console_world import add_staff, signed_in
from tests.journeys.erasure_world import (
    STATUTORY,
    account_at,
    end_contracts,
    erase,
    places,
    plant,
    tenant,
)
from tests.journeys.logins import add_login, audited, messages

from mains.guard.context import inside

pytestmark = [pytest.mark.usefixtures("demo_tenants"), pytest.mark.seed("S0.12")]
TENANTS = {"balta"}
CANARY = "kanarijs"


@pytest.fixture(autouse=True)
def _calm(unblocked):
    from django.core.cache import cache

    cache.clear()


def test_of_twenty_planted_values_none_is_left_outside_the_statutory_set():
    customer_id, account_id, _user_id = plant(0, CANARY)
    end_contracts(account_id)
    before = places(CANARY)
    assert len(before) >= 20, sorted(before)
    with inside("balta"):
        from mains.enrolment.models import Consent

        assert Consent.objects.filter(address="203.0.113.77").exists()

    done = erase(customer_id)

    assert set(places(CANARY)) == STATUTORY
    with inside("balta"):
        from mains.billing.models import Bill
        from mains.enrolment.models import Consent

        assert not Consent.objects.filter(address="203.0.113.77").exists()
        issued = list(Bill.objects.filter(account_id=account_id).values_list("number", flat=True))
    listed = {one.number: one.deleted_on for one in done.kept if one.what == "bill"}
    assert set(listed) == set(issued)
    assert set(listed.values()) == {date(2032, 1, 1)}, "2026 and five full years"


def test_control_a_holding_left_out_of_the_inventory_leaves_its_canary(monkeypatch):
    from mains.privacy import erasing

    word = "zizlis"
    customer_id, account_id, _user_id = plant(1, word)
    end_contracts(account_id)
    shorter = tuple(one for one in erasing.INVENTORY if one.model != "customers.Mandate")
    monkeypatch.setattr(erasing, "INVENTORY", shorter)
    erase(customer_id)

    left = set(places(word)) - STATUTORY
    assert {table for table, _column in left} == {"customers_mandate"}


class TestWhen:
    def test_not_while_a_contract_runs_and_nothing_is_written(self):
        from mains.privacy import actions

        account = account_at(5)
        before = len(audited(schema_name="balta"))
        with pytest.raises(actions.ContractRunning):
            erase(account.customer_id)
        assert account_at(5).customer.name == account.customer.name != "–"
        assert len(audited(schema_name="balta")) == before

    def test_not_while_something_is_owed(self):
        from mains.customers.models import Contract
        from mains.ledger import queries as ledger
        from mains.privacy import actions

        account = account_at(5)
        with inside("balta"):
            Contract.objects.filter(account=account).update(end_date=NOW.date())
            assert ledger.balance_minor(account_id=account.pk) != 0
        with pytest.raises(actions.StillOwing):
            erase(account.customer_id)

    def test_twice_erases_nothing_more_and_gives_the_same_answer(self):
        account = account_at(6)
        end_contracts(account.pk)
        first = erase(account.customer_id)
        second = erase(account.customer_id)
        assert first.kept == second.kept
        assert second.rows.get("identity.User") is None

    def test_another_customer_keeps_everything(self):
        account, neighbour = account_at(7), account_at(8)
        end_contracts(account.pk)
        erase(account.customer_id)
        after = account_at(8)
        assert after.customer.name == neighbour.customer.name != "–"
        assert after.postal_address == neighbour.postal_address

    def test_a_login_that_sees_another_customers_account_stays(self):
        from django.db import transaction

        from mains.enrolment import actions
        from mains.enrolment.models import AccountLink
        from mains.identity.models import User

        user = add_login("both@example.org", schema_name="balta")
        with inside("balta"), transaction.atomic():
            for position in (9, 10):
                actions.link(
                    user=user, account=account_at(position), evidence=[], now=NOW, today=NOW.date()
                )
        end_contracts(account_at(9).pk)
        erase(account_at(9).customer_id)
        with inside("balta"):
            assert User.objects.filter(pk=user.pk).exists()
            left = AccountLink.objects.filter(user_id=user.pk, ended_at=None)
            assert [link.account_id for link in left] == [account_at(10).pk]


class TestWish:
    def wish(self, position: int, email: str):
        from django.db import transaction

        from mains.enrolment import actions
        from mains.privacy import actions as privacy
        from mains.privacy.models import DataJob

        account = account_at(position)
        user = add_login(email, schema_name="balta")
        with inside("balta"):
            with transaction.atomic():
                account.customer.email = f"party-{email}"
                account.customer.save()
                actions.link(user=user, account=account, evidence=[], now=NOW, today=NOW.date())
            privacy.close_login(user_id=user.pk, ask_erasure=True, tenant=tenant(), now=NOW)
            return account, DataJob.objects.get(customer_id=account.customer_id, kind="ERASURE")

    def owner(self, email: str):
        add_staff(email, ("balta", "OWNER"), second_factor=True)
        return signed_in(email, "balta")

    def test_waits_in_the_console_with_what_stands_in_its_way_and_is_refused_once(self):
        from mains.privacy.models import DataJob

        account, job = self.wish(11, "wish@example.org")
        desk = self.owner("owner-wish@example.org")
        page = desk.get("settings/privacy/").content.decode()
        assert account.customer.name in page
        assert "A contract still runs" in page
        desk.post(f"settings/privacy/{job.pk}/refuse/")
        desk.post(f"settings/privacy/{job.pk}/refuse/")
        with inside("balta"):
            assert DataJob.objects.get(pk=job.pk).state == "REFUSED"
        told = messages("erasure-refused", schema_name="balta")
        assert [one.recipient for one in told] == ["party-wish@example.org"]

    def test_is_granted_by_erasing(self):
        from mains.privacy.models import DataJob

        account, job = self.wish(12, "grant@example.org")
        end_contracts(account.pk)
        erase(account.customer_id)
        with inside("balta"):
            done = DataJob.objects.get(pk=job.pk)
        assert done.state == "DONE"
        assert {one["what"] for one in done.answer["kept"]} == {"bill", "bookings"}

    def test_nothing_stands_in_its_way_so_it_cannot_be_refused(self):
        from mains.privacy import actions

        account, job = self.wish(13, "open@example.org")
        end_contracts(account.pk)
        with inside("balta"), pytest.raises(actions.NoSuchWish):
            actions.refuse_erasure(job_id=job.pk, actor="staff:1", tenant=tenant(), now=NOW)


def test_the_console_erases_after_the_number_is_typed(monkeypatch):
    from mains.identity import reauthentication

    # `force_login` leaves no proof behind; that it is asked for is proven elsewhere.
    monkeypatch.setattr(reauthentication, "did_recently_reauthenticate", lambda _request: True)
    add_staff("owner-erase@example.org", ("balta", "OWNER"), second_factor=True)
    desk = signed_in("owner-erase@example.org", "balta")
    account = account_at(14)
    end_contracts(account.pk)
    place = f"customers/{account.pk}/data/"
    assert "Erase the customer" in desk.get(place).content.decode()
    assert desk.post(place, {"do": "erase", "number": "1"}).status_code == 422
    assert account_at(14).customer.name != "–"
    page = desk.post(place, {"do": "erase", "number": account.number}).content.decode()
    assert "The customer is erased" in page
    assert "1/1/2032" in page or "2032" in page
    assert account_at(14).customer.name == "–"


def test_the_console_asks_who_is_there_first():
    add_staff("owner-stale@example.org", ("balta", "OWNER"), second_factor=True)
    desk = signed_in("owner-stale@example.org", "balta")
    account = account_at(15)
    end_contracts(account.pk)
    answer = desk.post(f"customers/{account.pk}/data/", {"do": "erase", "number": account.number})
    assert answer.status_code == 302
    assert "reauthenticate" in answer.headers["Location"]
    assert account_at(15).customer.name != "–"
