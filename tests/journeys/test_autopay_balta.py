"""Automatic payment through the portal: set up, limited, paused, ended; a bill stopped and paid."""

import re
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from tests.factories import money
from tests.journeys.conftest import NOW
from tests.journeys.logins import messages
from tests.journeys.personal_data.world import browser_of, holder

from mains.guard.context import PUBLIC, inside
from mains.tenancy import queries

pytestmark = pytest.mark.usefixtures("demo_tenants")
TENANTS, SLUG = {"balta"}, "balta"
CARD = "4242424242424242"
_COUNT = count()


@pytest.fixture
def person():
    user, account = holder(f"autopay{next(_COUNT)}@example.org", position=next(_COUNT) % 4)
    end_all(account)
    return user, account


def end_all(account) -> None:
    from mains.customers.models import Mandate

    with inside(SLUG):
        Mandate.objects.filter(account=account, attempts=None).delete()
        running = Mandate.objects.filter(account=account, end_date=None)
        running.update(end_date=NOW.date(), end_reason="customer")


def page_of(browser, account):
    return browser.get(f"/autopay/{account.pk}/")


def store(browser, account, *, limit="", card=CARD):
    """
    Begin to store a card and type it at the gateway; return the page that tells what came of it.
    """
    from mains.sandbox import service

    answer = browser.client.post(
        f"/autopay/{account.pk}/", {"limit": limit},
        headers={"host": browser.host, **browser.headers},
    )  # fmt: skip
    token = answer.headers["Location"].rstrip("/").split("/")[-1]
    with inside(PUBLIC):
        page = service.pay(token=token, card=card, now=datetime.now(UTC))
    return browser.get(re.sub(r"^https?://[^/]+", "", page.return_url))


def mandate(account):
    from mains.customers.models import Mandate

    with inside(SLUG):
        return Mandate.objects.filter(account=account).order_by("-pk").first()


def collected_bill(account, *, days=20):
    with inside(SLUG):
        return money.bill(account, 4_819, collection_date=NOW.date() + timedelta(days=days))


@pytest.mark.seed("S0.09")
class TestSettingItUp:
    def test_a_card_is_stored_with_a_limit_and_its_holder_is_told(self, person):
        user, account = person
        browser = browser_of(user)
        assert "Store a card" in page_of(browser, account).content.decode()
        page = store(browser, account, limit="200").content.decode()
        assert "We collect your bills" in page
        assert "4242" in page
        assert "€200.00" in page
        found = mandate(account)
        assert (found.scheme, found.limit_minor, found.confirmed) == ("CARD", 20_000, True)
        with inside(SLUG):
            account.customer.refresh_from_db()
        told = [one for one in messages("mandate-given", schema_name=SLUG)
                if one.recipient == account.customer.email]  # fmt: skip
        assert len(told) <= 1

    def test_coming_back_twice_is_once(self, person):
        user, account = person
        browser = browser_of(user)
        store(browser, account)
        reference = mandate(account).reference
        browser.get(f"/autopay/back/{reference}/")
        with inside(SLUG):
            from mains.customers.models import Mandate

            assert Mandate.objects.filter(account=account, confirmed=True).count() == 1

    def test_never_coming_back_collects_nothing(self, person):
        user, account = person
        browser = browser_of(user)
        browser.client.post(
            f"/autopay/{account.pk}/", {"limit": ""},
            headers={"host": browser.host, **browser.headers},
        )  # fmt: skip
        assert not mandate(account).confirmed
        assert "Store a card" in page_of(browser, account).content.decode()

    @pytest.mark.parametrize("typed", ["abc", "0", "-5"])
    def test_a_limit_that_is_none_is_said(self, person, typed):
        user, account = person
        answer = browser_of(user).post(f"/autopay/{account.pk}/", limit=typed)
        assert answer.status_code == 422
        assert mandate(account) is None

    def test_a_direct_debit_is_not_offered_where_the_utility_has_none(self, person):
        user, account = person
        assert browser_of(user).get(f"/autopay/{account.pk}/debit/").status_code == 404

    def test_an_account_of_somebody_else_does_not_exist(self, person):
        _user, account = person
        stranger, _other = holder(f"stranger{next(_COUNT)}@example.org", position=5)
        browser = browser_of(stranger)
        for path in (f"/autopay/{account.pk}/", f"/autopay/{account.pk}/debit/"):
            assert browser.get(path).status_code == 404


class TestChangingIt:
    def test_limit_pause_and_end(self, person):
        user, account = person
        browser = browser_of(user)
        store(browser, account)
        change = f"/autopay/{account.pk}/change/"
        browser.post(change, deed="limit", limit="99")
        assert mandate(account).limit_minor == 9_900
        until = queries.tenant(SLUG).date_of(queries.tenant(SLUG).now()) + timedelta(days=30)
        assert "Paused" in browser.post(change, deed="pause", until=until).content.decode()
        far = until + timedelta(days=300)
        assert "six months" in browser.post(change, deed="pause", until=far).content.decode()
        browser.post(change, deed="resume")
        assert mandate(account).paused_until is None
        for _ in range(2):
            page = browser.post(change, deed="end").content.decode()
        assert "Store a card" in page
        assert mandate(account).end_reason == "customer"

    @pytest.mark.parametrize(
        ("deed", "typed", "said"),
        [
            ("limit", {"limit": "a lot"}, "This is no amount"),
            ("limit", {"limit": "0"}, "A limit is more than nothing"),
            ("pause", {"until": "soon"}, "A day has the form"),
            ("pause", {"until": ""}, "Type the day on which it goes on"),
            ("pause", {"until": "2199-01-01"}, "within the next six months"),
        ],
    )
    def test_what_was_typed_wrongly_stays_and_is_said_at_its_field(self, person, deed, typed, said):
        user, account = person
        browser = browser_of(user)
        store(browser, account, limit="50")
        answer = browser.client.post(
            f"/autopay/{account.pk}/change/", {"deed": deed, **typed},
            headers={"host": browser.host, **browser.headers},
        )  # fmt: skip
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "There is a problem" in page
        assert said in page
        for value in typed.values():
            assert f'value="{value}"' in page or not value
        assert f'action="/autopay/{account.pk}/change/"' in page
        known = mandate(account)
        assert (known.limit_minor, known.paused_until) == (5_000, None)


class TestOneBill:
    @pytest.mark.seed("S1.24")
    def test_paying_instead_stops_the_collection_first(self, person):
        user, account = person
        browser = browser_of(user)
        store(browser, account)
        bill = collected_bill(account)
        assert "will be collected on" in browser.get(f"/bills/{bill.pk}/").content.decode()
        asked = browser.get(f"/bills/{bill.pk}/pay-instead/").content.decode()
        assert "nothing is paid twice" in asked
        page = browser.post(f"/bills/{bill.pk}/pay-instead/")
        assert page.request["PATH_INFO"] == "/pay/"
        assert hold_of(bill) == "customer"
        assert "Collect it after all" in browser.get(f"/bills/{bill.pk}/").content.decode()
        for _ in range(2):
            browser.post(f"/bills/{bill.pk}/go-on/")
        assert hold_of(bill) == ""

    @pytest.mark.parametrize(
        ("days", "says"), [(5, "would be collected on"), (-2, "is being collected since")]
    )
    def test_what_paying_instead_stops_is_told_by_its_day(self, person, days, says):
        user, account = person
        browser = browser_of(user)
        store(browser, account)
        bill = collected_bill(account, days=days)
        page = browser.get(f"/bills/{bill.pk}/pay-instead/").content.decode()
        assert says in page
        assert ("would be" in page) is (days > 0)

    def test_a_bill_in_dispute_is_not_collected_and_does_not_go_on_by_itself(self, person):
        user, account = person
        browser = browser_of(user)
        store(browser, account)
        bill = collected_bill(account)
        for _ in range(2):
            browser.post(f"/bills/{bill.pk}/stop/")
        browser.post(f"/bills/{bill.pk}/go-on/")
        assert hold_of(bill) == "disputed"

    def test_what_the_bank_has_is_not_stopped(self, person):
        from mains.payments.models import AttemptBill, PaymentAttempt

        user, account = person
        browser = browser_of(user)
        store(browser, account)
        bill = collected_bill(account)
        with inside(SLUG):
            attempt = PaymentAttempt.objects.create(
                token=money.key(), gateway="sepa", company=account.company, state="PENDING",
                amount_minor=4_819, currency="EUR", mandate=mandate(account), payer="m",
                language="en", file_name="f", created_at=NOW, expires_at=NOW,
            )  # fmt: skip
            AttemptBill.objects.create(attempt=attempt, bill=bill, amount_minor=4_819)
        page = browser.post(f"/bills/{bill.pk}/stop/").content.decode()
        assert "can no longer be stopped" in page
        assert hold_of(bill) == ""


def hold_of(bill) -> str:
    with inside(SLUG):
        bill.refresh_from_db()
        return bill.collection_hold


class TestPayingInsteadByTheApi:
    """
    The collection of a bill is stopped only where its payer gets a page to pay it on.
    """

    def pay(self, user, *keys, **more):
        from mains.api import actions as api

        browser = browser_of(user)
        with inside(SLUG):
            now = queries.tenant(SLUG).now()
            token, _until = api.issue_token(user_id=user.pk, tenant=SLUG, now=now)
        return browser.client.post(
            "/api/v1/payments", {"bills": keys, "instead_of_collection": True, **more},
            content_type="application/json",
            headers={"host": browser.host, "authorization": f"Bearer {token}"},
        )  # fmt: skip

    def bill(self, person):
        user, account = person
        store(browser_of(user), account)
        return user, collected_bill(account)

    def test_control_a_page_stops_it(self, person):
        user, bill = self.bill(person)
        answer = self.pay(user, f"bil_{bill.pk}")
        assert answer.status_code == 201, answer.content
        assert hold_of(bill) == "customer"

    def test_a_bill_beside_it_that_is_nobodys_lets_it_go_on(self, person):
        user, bill = self.bill(person)
        assert self.pay(user, f"bil_{bill.pk}", "bil_999999").status_code == 404
        assert hold_of(bill) == ""

    def test_a_gateway_that_does_not_answer_lets_it_go_on(self, person, monkeypatch):
        from mains.payments import gateways
        from mains.payments.gateways.base import GatewayUnavailable

        def silent(_charge):
            raise GatewayUnavailable("silent")

        user, bill = self.bill(person)
        monkeypatch.setattr(gateways.GATEWAYS["sandbox"], "start", silent)
        assert self.pay(user, f"bil_{bill.pk}").status_code == 503
        assert hold_of(bill) == ""

    def test_a_part_that_nobody_takes_lets_it_go_on(self, person):
        user, bill = self.bill(person)
        assert self.pay(user, f"bil_{bill.pk}", amount_minor=100).status_code == 422
        assert hold_of(bill) == ""


class TestTheHomePage:
    def test_says_what_is_collected_and_when_instead_of_nothing_to_pay(self, person):
        user, account = person
        settle_all(account)
        browser = browser_of(user)
        assert "Nothing to pay" in heading(browser)

        collected_bill(account, days=5)
        assert heading(browser) == "€48.19 will be collected on December 3, 2026"
        collected_bill(account, days=6)
        assert heading(browser) == "Your bills are collected by themselves"
        settle_all(account)

    def test_says_since_when_a_late_one_is_collected(self, person):
        user, account = person
        settle_all(account)
        browser = browser_of(user)
        collected_bill(account, days=-2)
        assert heading(browser) == "€48.19 is being collected since November 26, 2026"
        settle_all(account)

    def test_says_that_no_bill_is_to_be_paid_where_something_else_is_owed(
        self, person, monkeypatch
    ):
        from mains.ledger import queries as ledger

        user, account = person
        settle_all(account)
        monkeypatch.setattr(ledger, "balances_minor", lambda **_asked: {account.pk: 500})
        assert heading(browser_of(user)) == "No bill to pay"


def settle_all(account) -> None:
    """
    Pay whatever is owed on an account by transfer.
    """
    from mains.payments import booking
    from mains.payments import queries as payments

    with inside(SLUG):
        for row in payments.payable(account_ids=[account.pk], today=NOW.date()):
            booking.book_bank_transfer(
                bill_id=row.id, amount_minor=row.outstanding.minor, bank_reference=row.number,
                value_date=NOW.date(), booked_by="staff:1", now=NOW,
            )  # fmt: skip


def heading(browser) -> str:
    page = browser.get("/").content.decode()
    found = re.search(r"<h1>(.*?)</h1>", page, re.DOTALL)
    return re.sub("<.*?>", "", found[1]).strip() if found else ""
