"""Hundreds of accounts under one login: found, paged, switched and summed without mixing."""

import gzip
import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.journeys import sharing_world as world
from tests.journeys.sharing_world import SLUG

from mains.guard.context import inside

MANY = 300
PAGES = ("/accounts/", "/bills/", "/payments/", "/readings/", "/me/")


@pytest.fixture(scope="module")
def utility(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), world.opened("teplo", count=6):
        bill_the_other_company()
        with inside(SLUG):
            more_accounts(MANY)
        yield


@pytest.fixture
def few(utility, django_db_blocker) -> Iterator[world.Person]:
    with django_db_blocker.unblock():
        yield from somebody("fay@people.example", world.accounts(number__lt="9")[:2])


@pytest.fixture(scope="class")
def many(utility, django_db_blocker) -> Iterator[world.Person]:
    with django_db_blocker.unblock():
        yield from somebody("max@admin.example", world.accounts())


def somebody(email: str, accounts) -> Iterator[world.Person]:
    from mains.enrolment.models import AccountLink
    from mains.identity.models import User

    person = world.person(email, *accounts)
    user_id = person.user.pk
    yield person
    with inside(SLUG):
        AccountLink.objects.filter(user_id=user_id).delete()
        User.objects.filter(pk=user_id).delete()


def bill_the_other_company() -> None:
    from tests.factories import utilities

    from mains.customers.models import Company
    from mains.journeys import bill_run
    from mains.tenancy import queries

    tenant = queries.tenant(SLUG)
    with inside(SLUG):
        run = bill_run.start(
            tenant=tenant, company=Company.objects.get(code="energo"), period=utilities.OCTOBER,
            started_by="ana", now=utilities.NOW,
        )  # fmt: skip
        run = bill_run.rehearse(tenant=tenant, run=run)
        run = bill_run.approve(tenant=tenant, run=run, approved_by="bob", now=utilities.NOW)
        bill_run.issue(tenant=tenant, run=run, now=utilities.NOW)


def more_accounts(count: int) -> None:
    from mains.customers.models import Account, Contract, SupplyPoint

    first = Account.objects.select_related("customer", "company").order_by("number")[0]
    accounts = Account.objects.bulk_create(
        Account(
            number=f"9{position:014d}", customer=first.customer, company=first.company,
            currency=first.currency, postal_address="",
        )
        for position in range(count)
    )  # fmt: skip
    points = SupplyPoint.objects.bulk_create(
        SupplyPoint(
            code=f"MANY-{position}", street=f"Łąkowa {position}", city="Lviv", post_code="79000"
        )
        for position in range(count)
    )
    Contract.objects.bulk_create(
        Contract(
            account=account, supply_point=point, service="heating", contract_class="home",
            tariff_code="home", start_date="2025-01-01",
        )
        for account, point in zip(accounts, points, strict=True)
    )  # fmt: skip


def pay(account, *, reference: str) -> None:
    from mains.payments import booking

    bill = world.bill_of(account)
    with inside(SLUG):
        booking.book_bank_transfer(
            bill_id=bill.pk, amount_minor=100, bank_reference=reference, value_date=world.TODAY,
            booked_by="staff:1", now=world.NOW,
        )  # fmt: skip


def cells(page) -> list[list[str]]:
    html = page.content.decode().split("<tbody", 1)[1].split("</tbody>", 1)[0]
    rows = [re.findall(r"<td.*?>(.*?)</td>", row, re.DOTALL) for row in html.split("<tr ")[1:]]
    return [[" ".join(re.sub(r"<.*?>", " ", cell).split()) for cell in row] for row in rows]


class TestTheList:
    def test_tells_of_each_account_where_it_is_what_is_due_and_its_last_bill(self, few):
        account = world.accounts()[0]
        bill = world.bill_of(account)
        row = cells(few.get("/accounts/"))[0]

        assert account.number in row[0]
        with inside(SLUG):
            assert account.contracts.all()[0].supply_point.street in row[1]
        assert row[2] == account.company.name
        assert bill.number in row[3]
        with inside(SLUG):
            from mains.ledger import queries as ledger

            owed = ledger.balance_minor(account_id=account.pk)
        assert owed > 0
        assert f"{owed / 100:.2f}" in row[4].replace(",", "")

    def test_is_paged_and_every_account_is_on_one_page(self, many):
        seen, path = [], "/accounts/"
        while path:
            page = many.get(path)
            rows = cells(page)
            assert len(rows) <= 25
            seen += [row[0].split()[0] for row in rows]
            onward = re.search(r'rel="next" href="(.*?)"', page.content.decode())
            path = f"/accounts/{onward[1]}" if onward else ""

        assert seen == [account.number for account in world.accounts()]

    @pytest.mark.parametrize("text", ["90000 00000 00123", "lakowa 123", "MANY-123"])
    def test_is_searched_by_number_address_and_supply_point(self, many, text):
        page = many.get("/accounts/", q=text)

        assert [row[0].split()[0] for row in cells(page)] == ["900000000000123"]

    def test_says_so_where_nothing_fits(self, many):
        assert "None of your accounts fits" in many.get("/accounts/", q="xyzzy").content.decode()

    def test_finds_nothing_of_anybody_else(self, few):
        assert "<tbody" not in few.get("/accounts/", q="900000000000123").content.decode()

    def test_a_name_that_is_not_shown_cannot_be_searched_for(self, few):
        from mains.customers.models import Customer

        account = world.accounts()[0]
        guest = world.person(
            "guest@people.example", account, role="DELEGATE", granted_by=few.user.pk
        )
        with inside(SLUG):
            name = Customer.objects.get(accounts=account).name

        assert account.number in few.get("/accounts/", q=name).content.decode()
        listed = guest.get("/accounts/").content.decode()
        assert account.number in listed
        assert name not in listed
        assert account.number not in guest.get("/accounts/", q=name).content.decode()


@pytest.mark.usefixtures("steady")
class TestTheCost:
    @pytest.mark.parametrize(
        "path", ["/accounts/", "/", "/bills/", "/payments/", "/readings/", "/me/"]
    )
    def test_a_page_asks_as_little_for_three_hundred_accounts_as_for_two(self, many, path):
        most = asked(many, path)
        weight = len(gzip.compress(many.get(path).content))

        assert len(most) <= 14, most
        assert weight <= 30_000, weight

    def test_as_for_two(self, few):
        assert len(asked(few, "/accounts/")) <= 14

    def test_the_switcher_offers_no_long_list_and_leads_to_one(self, many):
        page = many.get("/").content.decode()
        menu = page.split("switcher", 1)[1].split("</details>", 1)[0]

        assert menu.count("<li>") <= 5, "all, two companies, find"
        assert 'href="/accounts/"' in menu

    def test_the_account_that_is_shown_stands_in_it(self, many):
        account = world.accounts(number="900000000000123")[0]
        many.get("/", account=str(account.pk))
        menu = many.get("/bills/").content.decode().split("switcher", 1)[1].split("</details>")[0]

        assert account.number in menu
        assert menu.count("<li>") <= 6


class TestInPages:
    """
    What grows with the accounts is read page by page, nothing twice and nothing never.
    """

    def walk(self, person, path: str, pattern: str) -> list[list[str]]:
        found, place = [], path
        while place:
            html = person.get(place).content.decode()
            found.append(re.findall(pattern, html))
            onward = re.search(r'rel="next" href="(.*?)"', html)
            place = f"{path}{onward[1]}" if onward else ""
        return found

    def test_readings(self, many, monkeypatch):
        from mains.portal.readings import views

        pattern = r'name="(reading-\d+)"'
        (whole,) = self.walk(many, "/readings/", pattern)
        monkeypatch.setattr(views, "PAGE", 4)
        in_pages = self.walk(many, "/readings/", pattern)

        assert len(whole) > 4
        assert {len(page) for page in in_pages[:-1]} == {4}
        assert sorted(name for page in in_pages for name in page) == sorted(whole)

    def test_a_reading_is_sent_from_a_later_page(self, many, monkeypatch):
        from mains.portal.readings import views

        monkeypatch.setattr(views, "PAGE", 4)
        page = many.get("/readings/", page="2").content.decode()
        name = re.findall(r'name="(reading-\d+)"', page)[0]
        key = re.search(r'name="key" value="(.*?)"', page)
        assert key
        sent = many.post("/readings/?page=2", key=key[1], **{name: "no number"})
        assert sent.status_code == 422
        assert f'name="{name}"' in sent.content.decode()

    def test_a_page_that_is_not_there_is_the_first(self, many):
        assert many.get("/readings/", page="999").headers["Location"] == "/readings/"
        for wrong in ("0", "-1", "x", "9" * 30):
            assert many.get("/readings/", page=wrong).status_code == 200
            assert many.get("/payments/", page=wrong).status_code == 200

    def test_payments(self, many, monkeypatch):
        from mains.portal.payments import views

        paid = world.accounts(number__lt="9")[:3]
        for position, account in enumerate(paid):
            pay(account, reference=f"paged-{position}")
        pattern = r'data-label="Bill"><span>(.*?)</span>'
        (whole,) = self.walk(many, "/payments/", pattern)
        monkeypatch.setattr(views, "PAGE", 2)
        in_pages = self.walk(many, "/payments/", pattern)

        assert len(whole) >= 3
        assert {len(page) for page in in_pages[:-1]} == {2}
        assert [one for page in in_pages for one in page] == whole


def asked(person, path: str) -> list[str]:
    person.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert person.get(path).status_code == 200
    return [query["sql"][:160] for query in queries]


@pytest.mark.seed("S3.09")
class TestTwoCompanies:
    @pytest.mark.usefixtures("utility")
    def test_home_sums_each_company_by_itself(self, django_db_blocker):
        from mains.billing.models import Bill

        with django_db_blocker.unblock():
            # Others of them paid a part of their bills.
            mine = [
                world.accounts(company__code=code, number__lt="9")[-1]
                for code in ("teplo", "energo")
            ]
            ivan = world.person("ivan@people.example", *mine)
            page = ivan.get("/").content.decode()
            with inside(SLUG):
                totals = [
                    sum(Bill.objects.filter(account=one).values_list("total_minor", flat=True))
                    for one in mine
                ]
        shown = re.findall(r'class="figure".*?<data class="money" value="(.*?)"', page, re.DOTALL)

        assert sorted(shown) == sorted(f"{total / 100:.2f}" for total in totals)
        assert f"{sum(totals) / 100:.2f}" not in page
        assert all(f"<h2>{one.company.name}</h2>" in page for one in mine)

    def test_sums_of_two_currencies_are_never_one(self):
        from datetime import UTC, datetime

        from mains.core.money import Money
        from mains.enrolment.models import LinkRole
        from mains.enrolment.queries import LinkedAccount
        from mains.enrolment.rules.rights import Right
        from mains.portal.home.dues import dues

        both = [
            LinkedAccount(
                pk, str(pk), currency, "one", "One", "", LinkRole.HOLDER, frozenset({Right.PAY}),
                datetime(2026, 1, 1, tzinfo=UTC), None,
            )
            for pk, currency in ((1, "EUR"), (2, "UAH"))
        ]  # fmt: skip
        found = dues(accounts=both, bills=[], balances_minor={1: -500, 2: -700})

        assert [due.credit for due in found] == [Money(500, "EUR"), Money(700, "UAH")]
