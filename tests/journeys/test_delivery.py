"""Bills by e-mail when the login that gets them goes: never to nobody, and the holder is told."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.journeys import sharing_world as world
from tests.journeys.conftest import move_clock
from tests.journeys.logins import PASSWORD, path_in
from tests.journeys.sharing_world import HANNA, NOW, SLUG, TODAY, Person

from mains.guard.context import inside

TOMORROW = TODAY + timedelta(days=1)
OTTO, NEW = "otto@home.example", "hanna@new.example"


@pytest.fixture(scope="module")
def utility(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), world.opened("balta", count=4):
        yield


@pytest.fixture
def account(utility, django_db_blocker):
    with django_db_blocker.unblock():
        world.forget_people()
        on_paper()
        yield world.accounts()[0]
        move_clock(SLUG, NOW)


@pytest.fixture
def hanna(account) -> Person:
    person = world.person(HANNA, account)
    agrees(person, account)
    return person


def on_paper() -> None:
    from mains.customers.models import Contract, DeliveryPreference

    with inside(SLUG):
        DeliveryPreference.objects.all().delete()
        for contract in Contract.objects.all():
            DeliveryPreference.objects.create(
                contract=contract, mode="PAPER", start_date=contract.start_date, chosen_at=NOW
            )


def agrees(person: Person, account, *, days_ago: int = 30) -> None:
    """
    Let a login tick the box for electronic bills, some days ago.
    """
    from django.db import transaction

    from mains.customers import actions as customers
    from mains.enrolment import actions, legal
    from mains.tenancy import queries

    user, then = person.user, NOW - timedelta(days=days_ago)
    words = legal.electronic_bill(file=queries.tenant(SLUG).file, language="en")
    with inside(SLUG):
        actions.agree(user_id=user.pk, agreed=words, account_id=account.pk, address="", now=then)
        with transaction.atomic():
            customers.choose_delivery(
                account_id=account.pk, mode="ELECTRONIC", email=user.email, notice=words.text,
                start_date=then.date(), now=then,
            )  # fmt: skip


def delivery(account, day=TOMORROW) -> set[tuple[str, str]]:
    """
    Return how the bills of an account go out on a day.
    """
    from django.db.models import Q

    from mains.customers.models import DeliveryPreference

    with inside(SLUG):
        rows = DeliveryPreference.objects.filter(
            Q(end_date=None) | Q(end_date__gt=day), contract__account=account, start_date__lte=day
        )
        return set(rows.values_list("mode", "email"))


def consents(person_id: int) -> list[bool]:
    """
    Tell of each consent on record to electronic bills whether it is still in force.
    """
    from mains.enrolment.models import Consent

    with inside(SLUG):
        rows = Consent.objects.filter(user_id=person_id, purpose="ebill").order_by("pk")
        return [row.withdrawn_at is None for row in rows]


def told(reader: str) -> list[str]:
    return [values["what"] for values in world.mailed("delivery-changed", reader)]


class TestLeaving:
    def test_unlinking_returns_the_bills_to_paper_and_tells_the_holder(self, hanna, account):
        assert delivery(account) == {("ELECTRONIC", HANNA)}
        hanna.post(f"/accounts/{account.pk}/unlink/")

        assert delivery(account, TODAY) == {("ELECTRONIC", HANNA)}
        assert delivery(account) == {("PAPER", "")}
        assert consents(hanna.user.pk) == [False]
        assert told(account.customer.email) == ["left"]
        (text,) = world.texts("delivery-changed")
        assert account.number[-3:] in text
        (entry,) = world.audited("delivery.paper")[-1:]
        assert entry.actor == f"user:{hanna.user.pk}"

    def test_without_the_rule_they_would_go_to_nobody(self, hanna, account, monkeypatch):
        from mains.enrolment.actions import delivering

        monkeypatch.setattr(delivering, "leave", lambda **_all: None)
        hanna.post(f"/accounts/{account.pk}/unlink/")
        assert delivery(account) == {("ELECTRONIC", HANNA)}

    def test_twice_tells_once(self, hanna, account):
        hanna.post(f"/accounts/{account.pk}/unlink/")
        before = world.counted()
        hanna.post(f"/accounts/{account.pk}/unlink/")
        assert world.counted() == before
        assert told(account.customer.email) == ["left"]

    def test_staff_who_end_the_link_return_the_bills_too(self, hanna, account):
        from mains.enrolment import actions

        with inside(SLUG):
            actions.end_early(
                link_id=world.link_of(hanna).pk, whole=False, by="staff:1", now=NOW, today=TODAY
            )
        assert delivery(account) == {("PAPER", "")}
        assert told(account.customer.email) == ["left"]

    def test_a_link_that_lapsed_returns_them_in_the_next_night(self, hanna, account):
        from mains.enrolment import actions
        from mains.enrolment.models import AccountLink

        with inside(SLUG):
            AccountLink.objects.filter(user_id=hanna.user.pk).update(until_date=TODAY)
            assert actions.leave_lapsed(now=NOW, today=TODAY - timedelta(days=1)) == 0
            assert delivery(account) == {("ELECTRONIC", HANNA)}
            assert actions.leave_lapsed(now=NOW, today=TODAY) == 1
            assert actions.leave_lapsed(now=NOW, today=TODAY) == 0
        assert delivery(account) == {("PAPER", "")}
        assert consents(hanna.user.pk) == [False]

    def test_the_nightly_job_does_so(self, hanna, account, monkeypatch):
        from mains.enrolment.models import AccountLink
        from mains.journeys import upkeep
        from mains.tenancy.tenantfile.money import Billing

        monkeypatch.setattr(Billing, "issue_day", None, raising=False)
        with inside(SLUG):
            AccountLink.objects.filter(user_id=hanna.user.pk).update(until_date=TODAY)
            upkeep.nightly()
        assert delivery(account) == {("PAPER", "")}

    def test_a_login_that_is_deleted_returns_them_and_its_consent_stays_on_record(
        self, hanna, account
    ):
        from mains.enrolment import actions

        user_id = hanna.user.pk
        with inside(SLUG):
            actions.delete_login(user_id=user_id, now=NOW, today=TODAY)
        assert delivery(account) == {("PAPER", "")}
        assert consents(user_id) == [False]


class TestSomebodyElse:
    def test_who_agreed_before_and_still_sees_the_account_gets_them(self, hanna, account):
        otto = world.person(OTTO, account)
        agrees(otto, account, days_ago=60)
        agrees(hanna, account, days_ago=20)
        hanna.post(f"/accounts/{account.pk}/unlink/")

        assert delivery(account) == {("ELECTRONIC", OTTO)}
        assert consents(otto.user.pk) == [True]
        assert told(OTTO) == ["left"]

    def test_who_no_longer_sees_it_does_not(self, hanna, account):
        from mains.enrolment.models import AccountLink

        otto = world.person(OTTO, account)
        agrees(otto, account, days_ago=60)
        agrees(hanna, account, days_ago=20)
        with inside(SLUG):
            AccountLink.objects.filter(user_id=otto.user.pk).update(until_date=TODAY)
        hanna.post(f"/accounts/{account.pk}/unlink/")
        assert delivery(account) == {("PAPER", "")}

    def test_leaving_changes_nothing_where_the_bills_go_to_another_login(self, hanna, account):
        otto = world.person(OTTO, account)
        agrees(otto, account, days_ago=10)
        before = delivery(account)
        hanna.post(f"/accounts/{account.pk}/unlink/")
        assert delivery(account) == before == {("ELECTRONIC", OTTO)}
        assert world.mailed("delivery-changed") == []

    @pytest.mark.usefixtures("hanna")
    def test_who_never_got_them_changes_nothing_by_leaving(self, account):
        otto = world.person(OTTO, account)
        otto.post(f"/accounts/{account.pk}/unlink/")
        assert delivery(account) == {("ELECTRONIC", HANNA)}
        assert world.mailed("delivery-changed") == []


class TestBeingTold:
    @pytest.mark.usefixtures("hanna")
    def test_the_holder_is_told_when_somebody_who_acts_for_them_returns_to_paper(self, account):
        company = world.person(OTTO, account, role="COMPANY", until_date=TODAY + timedelta(days=90))
        agrees(company, account, days_ago=5)
        company.post(f"/me/data/paper/{account.pk}/")

        assert delivery(account) == {("PAPER", "")}
        assert told(HANNA) == ["chosen"]
        assert told(account.customer.email) == ["chosen"]
        assert told(OTTO) == []

    def test_twice_tells_once(self, hanna, account):
        hanna.post(f"/me/data/paper/{account.pk}/")
        hanna.post(f"/me/data/paper/{account.pk}/")
        assert told(account.customer.email) == ["chosen"]


class TestAnotherEmail:
    """
    Bills follow the login that gets them, there and back.
    """

    @pytest.fixture
    def moved(self, hanna) -> str:
        """
        Move Hanna's login to another address over HTTP and return where it is taken back.
        """
        # Later than the hours for which a fresh link keeps the e-mail.
        move_clock(SLUG, NOW + timedelta(days=4))
        hanna.post("/account/reauthenticate/", password=PASSWORD)
        hanna.post("/me/email/", email=NEW)
        for side in ("old", "new"):
            place = path_in(f"email-change-{side}", schema_name=SLUG)
            assert hanna.post(place).status_code == 200
        return path_in("email-changed", schema_name=SLUG)

    @pytest.mark.usefixtures("moved")
    def test_the_bills_go_to_it_at_once_and_what_was_chosen_stays(self, account):
        assert delivery(account) == {("ELECTRONIC", NEW)}
        with inside(SLUG):
            from mains.customers.models import DeliveryPreference

            past = DeliveryPreference.objects.filter(end_date__isnull=False)
            assert {row.email for row in past} == {""}

    def test_taken_back_they_go_to_the_old_one_again(self, moved, hanna, account):
        hanna.post(moved)
        hanna.post(moved)
        assert delivery(account) == {("ELECTRONIC", HANNA)}

    def test_somebody_elses_bills_stay_where_they_go(self, hanna):
        other = world.accounts()[1]
        agrees(world.person(OTTO, other), other)
        from django.db import transaction

        from mains.enrolment.actions import delivering

        with inside(SLUG), transaction.atomic():
            delivering.follow(user_id=hanna.user.pk, before=OTTO, after=NEW, today=TODAY)
        assert delivery(other) == {("ELECTRONIC", OTTO)}

    @pytest.mark.usefixtures("hanna")
    def test_control_without_following_they_would_go_to_the_old_one(
        self, account, monkeypatch, request
    ):
        from mains.journeys import email_change

        monkeypatch.setattr(email_change, "follow", lambda **_what: None)
        request.getfixturevalue("moved")
        assert delivery(account) == {("ELECTRONIC", HANNA)}
