"""Messages that come back are marked with their reason, and the provider's rule is applied."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.journeys import console_world
from tests.journeys import delivery_world as bills
from tests.journeys import sharing_world as world
from tests.journeys.sharing_world import HANNA, NOW, SLUG, TODAY, Person

from mains.guard.context import inside

pytestmark = pytest.mark.seed("S4.13")
TOMORROW = TODAY + timedelta(days=1)
# The choice is made by the clock of the utility, which goes on.
SOON = NOW + timedelta(minutes=10)
PAPER = {"delivery": {"on_bounce": "paper"}}


@pytest.fixture(scope="module")
def utility(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), world.opened("balta", count=4):
        yield


@pytest.fixture
def account(utility, django_db_blocker):
    with django_db_blocker.unblock():
        yield bills.begin_anew()


@pytest.fixture
def hanna(account) -> Person:
    """
    Somebody whose bills come by e-mail, and who was told of two.
    """
    person = world.person(HANNA, account)
    bills.choose(person, account, "ELECTRONIC")
    told("1", "2")
    return person


def told(*numbers: str) -> None:
    from mains.notifications.models import Message

    with inside(SLUG):
        for number in numbers:
            Message.objects.create(
                key=f"bill-issued:{number}", kind="bill-issued", recipient=HANNA, language="en",
                values={"number": number}, state="SENT", created_at=SOON, sent_at=SOON,
            )  # fmt: skip


def messages() -> dict[str, tuple[str, str]]:
    from mains.notifications.models import Message

    with inside(SLUG):
        rows = Message.objects.filter(kind="bill-issued")
        return {row.key: (row.state, row.error) for row in rows}


def report(
    *, name: str = "e-1", of: str = "1", secret: bytes | None = None, at: datetime | None = None,
    **event: Any,
) -> Any:  # fmt: skip
    from mains.core import signatures
    from mains.journeys import bounced_mail
    from mains.tenancy import queries

    body = json.dumps({
        "id": name, "type": "hard", "recipient": HANNA, "reason": "550 no such user",
        "message": f"<bill-issued.{of}@mail.example>", **event,
    }).encode()  # fmt: skip
    key = secret or bounced_mail.secret_of(queries.tenant(SLUG))
    signed = signatures.sign(secret=key, body=body, now=at or datetime.now(UTC))
    return Client().post(
        "/webhooks/mail/bounces/", body, content_type="application/json",
        headers={"host": f"{SLUG}.localhost", bounced_mail.HEADER: signed},
    )  # fmt: skip


@pytest.mark.usefixtures("hanna")
class TestReported:
    def test_the_message_has_failed_with_its_reason(self):
        assert report().json() == {"received": True, "new": True}
        assert messages() == {
            "bill-issued:1": ("FAILED", "came back [e-1]: 550 no such user"),
            "bill-issued:2": ("SENT", ""),
        }

    def test_the_bills_go_on_paper_and_the_contact_is_told(self, hanna, account):
        with bills.published(**PAPER):
            report()
        assert bills.on(account) == {("PAPER", "")}
        assert bills.consents(hanna) == []
        told = world.mailed("delivery-changed", account.customer.email)
        assert [one["what"] for one in told][-1:] == ["bounced"]
        assert [one["what"] for one in world.mailed("delivery-changed", HANNA)] == ["chosen"]

    def test_a_contact_that_is_the_address_gets_a_letter(self, account):
        from mains.customers.models import Customer
        from mains.notifications.models import Message

        with inside(SLUG):
            customer = Customer.objects.filter(pk=account.customer_id)
            customer.update(email=HANNA)
        with bills.published(**PAPER):
            report()
        with inside(SLUG):
            letters = Message.objects.filter(kind="delivery-changed", channel="LETTER")
            assert [letter.values["what"] for letter in letters] == ["bounced"]
            customer.update(email=account.customer.email)

    def test_the_same_twice_does_nothing_more(self, account):
        with bills.published(**PAPER):
            report()
            before, rows = (world.counted(), messages()), bills.rows_of(account)
            assert report().json()["new"] is False
            assert report(name="e-2").json()["new"] is False, "another report of the same message"
        assert (world.counted(), messages()) == before
        assert bills.rows_of(account) == rows

    def test_one_without_the_message_is_about_the_last_and_once(self):
        assert report(message="").json()["new"] is True
        assert report(message="").json()["new"] is False
        assert sorted(state for state, _error in messages().values()) == ["FAILED", "SENT"]

    def test_fewer_than_the_provider_allows_change_nothing(self, account):
        with bills.published(delivery={"on_bounce": "paper", "bounces": 2}):
            report()
            assert bills.on(account) == {("ELECTRONIC", HANNA)}
            report(name="e-2", of="2")
        assert bills.on(account) == {("PAPER", "")}

    def test_those_from_before_the_choice_do_not_count(self, hanna, account):
        from mains.customers.models import DeliveryPreference

        with inside(SLUG):
            DeliveryPreference.objects.update(chosen_at=SOON + timedelta(seconds=1))
        with bills.published(**PAPER):
            report()
        assert bills.on(account) == {("ELECTRONIC", HANNA)}
        assert hanna.email == HANNA

    def test_where_only_telling_is_wanted_the_bills_go_on(self, account):
        report()
        assert bills.on(account) == {("ELECTRONIC", HANNA)}
        told = world.mailed("email-came-back", account.customer.email)
        assert [one["email"] for one in told] == [HANNA]
        assert world.mailed("email-came-back", HANNA) == []
        assert world.texts("email-came-back")

    def test_where_there_is_no_paper_the_holder_is_told(self, account):
        with bills.published(**PAPER, portal={"mandatory": True}):
            report()
        assert bills.on(account) == {("ELECTRONIC", HANNA)}
        assert world.mailed("email-came-back", account.customer.email)

    def test_after_a_run_took_the_choices_it_is_for_the_next_bill(self, account):
        bills.start_run()
        with bills.published(**PAPER):
            report()
        assert bills.on(account, TODAY) == {("ELECTRONIC", HANNA)}
        assert bills.on(account, TOMORROW) == {("PAPER", "")}

    def test_a_soft_one_or_one_of_somebody_unknown_changes_nothing(self, account):
        before = messages()
        with bills.published(**PAPER):
            assert report(type="soft").json() == {"received": True, "new": False}
            assert report(recipient="nobody@home.example").json()["new"] is False
            assert report(of="77").json()["new"] is False
        assert messages() == before
        assert bills.on(account) == {("ELECTRONIC", HANNA)}


@pytest.mark.usefixtures("hanna")
class TestForged:
    def test_anothers_secret_an_old_or_an_unreadable_report_is_refused(self):
        from mains.journeys import bounced_mail
        from mains.tenancy import queries

        before = messages()
        old = datetime.now(UTC) - timedelta(minutes=6)
        foreign = bounced_mail.secret_of(queries.tenant(world.OTHER))
        for answer in (
            report(secret=b"guessed"),
            report(secret=foreign),
            report(at=old),
            report(recipient=7),
            report(id=""),
        ):
            assert answer.status_code == 400
        assert messages() == before

    def test_control_unchecked_it_would_be_taken(self, monkeypatch):
        from mains.webhooks import mail

        monkeypatch.setattr(mail, "check", lambda **_given: None)
        assert report(secret=b"guessed").json()["new"] is True


@pytest.mark.usefixtures("hanna")
class TestByStaff:
    def test_staff_say_it_came_back_and_see_why(self, account):
        from mains.notifications.models import Message

        desk = console_world.signed_in("olga@alder.example", SLUG)
        with inside(SLUG):
            pk = Message.objects.get(key="bill-issued:1").pk
        assert b"It came back" in desk.get(f"messages/{pk}/").content
        with bills.published(**PAPER):
            desk.post(f"messages/{pk}/came-back/")
            desk.post(f"messages/{pk}/came-back/")
        assert bills.on(account) == {("PAPER", "")}
        assert messages()["bill-issued:2"] == ("SENT", "")
        assert b"reported by staff" in desk.get(f"messages/{pk}/").content
        entries = world.audited("message.came_back")
        assert [one.actor.startswith("staff:") for one in entries][-1:] == [True]
