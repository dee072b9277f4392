"""Where my money went and whether I owe anything: pages, files, letters, the API and the desk."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pikepdf
import pytest
from tests.factories import bills_due
from tests.journeys import console_world
from tests.journeys import sharing_world as world
from tests.journeys.conftest import move_clock
from tests.journeys.sharing_world import SLUG

from mains.core.sheets import first_sheet
from mains.guard.context import inside

DECEMBER = datetime(2026, 12, 10, 9, tzinfo=UTC)
# A reference that a spreadsheet would run.
RUN = "=1+1"


@pytest.fixture(scope="module")
def home(django_db_setup, django_db_blocker) -> Iterator[world.Person]:
    """
    Somebody with two accounts: one bill paid too high, the other one open.
    """
    with django_db_blocker.unblock(), world.opened("teplo", count=4):
        accounts = world.accounts()[:2]
        person = world.person("hanna@home.example", *accounts)
        person.accounts = accounts
        pay(world.bill_of(accounts[0]), more=500)
        yield person


@pytest.fixture(autouse=True)
def allowed(home, unblocked):
    from django.core.cache import cache

    cache.clear()


def pay(bill, *, more: int = 0, reference: str = RUN) -> None:
    from mains.payments import booking

    with inside(SLUG):
        booking.book_bank_transfer(
            bill_id=bill.pk, amount_minor=bill.total_minor + more, bank_reference=reference,
            value_date=date(2026, 11, 10), booked_by="staff:1", now=world.NOW,
        )  # fmt: skip


def balance(account) -> int:
    from mains.ledger import queries

    with inside(SLUG):
        return queries.balance_minor(account_id=account.pk)


def rows(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def stranger() -> world.Person:
    from mains.identity.models import User

    with inside(SLUG):
        User.objects.filter(email="oleh@else.example").delete()
    return world.person("oleh@else.example", world.accounts()[3])


@pytest.mark.seed("S2.07")
class TestStatement:
    def test_each_movement_stands_with_the_balance_after_it(self, home):
        page = home.get("/payments/statement/").content.decode()
        paid, due = home.accounts
        for account in home.accounts:
            assert f"Account {account.number}" in page
            assert f'href="/bills/{world.bill_of(account).pk}/"' in page
        assert "Payment, Bank transfer" in page
        assert page.index("Balance before") < page.index("Payment, Bank transfer")
        assert (balance(paid), balance(due) > 0) == (-500, True)

    def test_files_hold_the_same_and_no_formula(self, home):
        found = rows(home.get("/payments/statement/statement.csv"))
        for account in home.accounts:
            own = [row for row in found if row["Account"] == account.number]
            assert own[0]["Kind"] == "Balance before"
            assert own[-1]["Balance"] == f"{balance(account) / 100:.2f}"
        (payment,) = (row for row in found if row["Kind"] == "Payment")
        assert payment["Reference"] == f"'{RUN}"
        sheet = first_sheet(home.get("/payments/statement/statement.xlsx").content)
        assert len(sheet) == len(found) + 1
        assert RUN in {cell for _number, row in sheet for cell in row}

    def test_the_letter_is_tagged_and_says_the_balance(self, home):
        answer = home.get("/payments/statement/statement.pdf")
        assert answer["Content-Type"] == "application/pdf"
        with pikepdf.open(io.BytesIO(answer.content)) as pdf:
            assert pdf.Root.MarkInfo.Marked
            assert len(pdf.pages) == 2
        text = bills_due.text_of(answer.content)
        for account in home.accounts:
            assert account.number in text
        assert "in credit" in text

    def test_more_than_one_file_holds_is_not_offered(self, home, monkeypatch):
        from mains.payments.statements import paper
        from mains.portal.payments import statement as views

        monkeypatch.setattr(paper, "MOST_LETTERS", 1)
        page = home.get("/payments/statement/?account=all").content.decode()
        assert ("statement.pdf" in page, "statement.csv" in page) == (False, True)
        assert home.get("/payments/statement/statement.pdf").status_code == 404
        monkeypatch.setattr(views, "MOST_IN_FILE", 1)
        page = home.get("/payments/statement/").content.decode()
        assert "Choose a company or an account first." in page
        assert home.get("/payments/statement/statement.csv").status_code == 404
        path = f"/payments/statement/statement.pdf?account={home.accounts[0].pk}"
        assert home.get(path).status_code == 200
        assert home.get("/payments/statement/?account=all").status_code == 200

    def test_days_are_chosen_and_both_parts_join(self, home):
        account = home.accounts[0]
        before = statement(home, account, **{"from": "2026-01-01", "to": "2026-11-09"})
        after = statement(home, account, **{"from": "2026-11-10", "to": "2026-11-20"})
        assert before["closing"] == after["opening"]
        assert [line["kind"] for line in after["lines"]] == ["PAYMENT"]
        assert after["closing"] == {"amount": "-5.00", "currency": "UAH"}

    @pytest.mark.parametrize(
        ("first", "last", "told"),
        [
            ("2026-03-02", "2026-03-01", "The last day is before the first one."),
            ("2001-01-01", "2026-03-01", "A statement has five years at most."),
            ("2026-02-30", "", "This is no day of the calendar."),
        ],
    )
    def test_days_that_do_not_fit_are_told(self, home, first, last, told):
        page = home.get("/payments/statement/", **{"from": first, "to": last})
        assert (page.status_code, told in page.content.decode()) == (422, True)
        file = home.get("/payments/statement/statement.csv", **{"from": first, "to": last})
        assert file.status_code == 404
        path = f"/accounts/acc_{home.accounts[0].pk}/statement?from={first}&to={last}"
        assert home.call("GET", path).json()["code"] == "unfit_days"

    def test_only_who_may_pay_sees_it(self, home):
        from mains.enrolment.models import LinkRole

        account = home.accounts[0]
        dora = world.person(
            "dora@friends.example", account, role=LinkRole.DELEGATE, may_read=True, may_pay=False
        )
        assert account.number not in dora.get("/payments/statement/").content.decode()
        path = f"/accounts/acc_{account.pk}/statement"
        assert dora.call("GET", path).status_code == 403
        assert stranger().call("GET", path).status_code == 404
        assert home.call("GET", path).status_code == 200


def statement(person, account, **days):
    query = "&".join(f"{name}={day}" for name, day in days.items())
    answer = person.call("GET", f"/accounts/acc_{account.pk}/statement?{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.seed("S3.10")
class TestNoDebt:
    def test_nothing_is_owed_as_of_now(self, home):
        paid, due = home.accounts
        page = home.get(f"/payments/statement/?account={paid.pk}").content.decode()
        # Nine in London is eleven in Kyiv.
        assert "You owe nothing as of November 20, 2026, 11:" in page
        assert "You owe nothing as of" in home.get("/").content.decode()
        assert "You owe nothing as of" in home.get("/payments/").content.decode()
        page = home.get(f"/payments/statement/?account={due.pk}").content.decode()
        assert "You owe nothing" not in page
        assert "You owe nothing" not in home.get("/?account=all").content.decode()

    def test_what_is_due_later_is_told_apart(self, home):
        due = home.accounts[1]
        bill = world.bill_of(due)
        found = home.call("GET", f"/accounts/acc_{due.pk}/standing").json()
        is_late = bill.due_date < world.TODAY
        assert found["debt"] == ("DUE" if is_late else "LATER")
        assert found["overdue" if is_late else "due_later"] == found["owed"] == found["balance"]

    def test_a_payment_that_is_being_confirmed_is_not_counted(self, home):
        from mains.payments.models import AttemptBill, PaymentAttempt

        due = home.accounts[1]
        bill = world.bill_of(due)
        with inside(SLUG):
            attempt = PaymentAttempt.objects.create(
                token="t" * 20, gateway="sandbox", company=due.company, state="UNKNOWN",
                amount_minor=bill.total_minor, currency=bill.currency, payer="x", language="uk",
                created_at=world.NOW, expires_at=world.NOW,
            )  # fmt: skip
            part = AttemptBill.objects.create(
                attempt=attempt, bill=bill, amount_minor=bill.total_minor
            )
        page = home.get(f"/payments/statement/?account={due.pk}").content.decode()
        assert re.search(r"A payment of .* is being confirmed", page)
        assert "You owe nothing" not in page
        found = home.call("GET", f"/accounts/acc_{due.pk}/standing").json()
        assert found["being_confirmed"] == found["owed"] != "0.00"
        assert "Payment being confirmed" in home.get("/bills/").content.decode()
        with inside(SLUG):
            part.delete()
            attempt.delete()

    def test_the_certificate_can_be_checked_by_anybody(self, home):
        from django.test import Client

        for account, said in zip(home.accounts, ("Nothing was", "Something was"), strict=True):
            path = f"/payments/certificate/{account.pk}/certificate.pdf"
            text = bills_due.text_of(home.get(path).content)
            code = re.search(r"[A-Z2-7]{4}(-[A-Z2-7]{4}){7}", text)[0]
            known = Client(headers={"host": home.host, "accept-language": "en"})
            page = known.get(f"/check/{code}").content.decode()
            assert f"{said} owed" in page
            assert f"ending {account.number[-3:]}" in page
            assert account.number not in page
            assert account.customer.name not in page
            other = ("A" if code[0] != "A" else "B") + code[1:]
            assert known.get(f"/check/{other}").status_code == 404
            elsewhere = Client(headers={"host": "birch.localhost", "accept-language": "en"})
            assert elsewhere.get(f"/check/{code}").status_code == 404
        assert home.call("GET", f"/accounts/acc_{account.pk}/standing").json()["certificate"]

    def test_nobody_else_gets_one(self, home):
        path = f"/payments/certificate/{home.accounts[0].pk}/certificate.pdf"
        assert stranger().get(path).status_code == 404


@pytest.mark.seed("S3.14")
class TestTwelveMonths:
    @pytest.fixture(autouse=True)
    def in_december(self):
        move_clock(SLUG, DECEMBER)
        yield
        move_clock(SLUG, world.NOW)

    def test_months_add_up_to_bills_and_payments(self, home):
        billed = sum(world.bill_of(account).total_minor for account in home.accounts)
        paid = world.bill_of(home.accounts[0]).total_minor + 500
        for by in ("issue", "use"):
            (report,) = home.call("GET", f"/payment-report?by={by}").json()["data"]
            assert (len(report["months"]), report["months"][-1]) == (12, "2026-11-01")
            assert minor(report["billed"]) == billed
            assert minor(report["paid"]) == paid
            assert minor(report["on_no_bill"]) == 500
            services = {one["service"]: one for one in report["services"]}
            assert sum(minor(one["billed"]) for one in services.values()) == billed
            assert sum(minor(one["paid"]) for one in services.values()) == paid - 500
            month = report["months"].index("2026-11-01" if by == "issue" else "2026-10-01")
            assert minor([report["billed"][month]]) == billed
        assert len(services) > 1

    def test_a_bill_that_is_paid_is_paid_service_by_service(self, home):
        account = home.accounts[0]
        path = f"/payment-report?account=acc_{account.pk}"
        (report,) = home.call("GET", path).json()["data"]
        for one in report["services"]:
            assert minor(one["billed"]) == minor(one["paid"]) != 0

    def test_page_files_and_letter_say_the_same(self, home):
        page = home.get("/payments/report/?account=all").content.decode()
        assert "December 2025 – November 2026" in page
        assert "Paid on no bill" in page
        assert page.count('class="chart"') > 1
        found = rows(home.get("/payments/report/twelve-months.csv"))
        paid = sum(round(float(row["Paid"]) * 100) for row in found if row["Paid"])
        assert paid == world.bill_of(home.accounts[0]).total_minor + 500
        letter = home.get("/payments/report/twelve-months.pdf").content
        with pikepdf.open(io.BytesIO(letter)) as pdf:
            assert pdf.Root.MarkInfo.Marked
        assert "November 2026" in bills_due.text_of(letter)
        assert home.get("/payments/report/twelve-months.doc").status_code == 404

    def test_the_desk_has_it_for_the_whole_company(self):
        desk = console_world.signed_in("olga@alder.example")
        page = desk.get("payments/report/").content.decode()
        assert "December 2025 – November 2026" in page
        found = rows(desk.get("payments/report/twelve-months.csv"))
        with inside(SLUG):
            from mains.billing.models import Bill

            total = sum(Bill.objects.values_list("total_minor", flat=True))
        assert sum(round(float(row["Billed"]) * 100) for row in found if row["Billed"]) == total

    def test_the_desk_says_as_of_when_and_adds_up_again_when_told(self, monkeypatch):
        from mains.journeys import company_year

        added = []
        plain = company_year.of_company
        monkeypatch.setattr(
            company_year, "of_company", lambda **asked: added.append(asked) or plain(**asked)
        )
        desk = console_world.signed_in("olga@alder.example")
        desk.post("payments/report/again/?by=use")
        assert len(added) == 1
        for _ in range(2):
            assert "as of" in desk.get("payments/report/", by="use").content.decode()
            desk.get("payments/report/twelve-months.csv", by="use")
        assert len(added) == 1

    def test_every_night_it_is_made_ready_once_a_day(self, monkeypatch):
        from django.core.cache import cache

        from mains.journeys import company_year
        from mains.tenancy import queries

        added = []
        monkeypatch.setattr(company_year, "of_company", lambda **asked: added.append(asked) or [])
        tenant = queries.tenant(SLUG)
        with inside(SLUG):
            cache.clear()
            for _ in range(2):
                company_year.make_ready(tenant=tenant, now=tenant.now())
            assert len(added) == 2 * len(tenant.file.companies)
            company_year.make_ready(tenant=tenant, now=tenant.now() + timedelta(days=1))
            assert len(added) == 4 * len(tenant.file.companies)
            cache.clear()

    def test_others_report_on_their_own(self, home):
        path = f"/payment-report?account=acc_{home.accounts[0].pk}"
        assert stranger().call("GET", path).status_code == 404


def minor(amounts) -> int:
    return sum(round(float(one["amount"]) * 100) for one in amounts)


class TestAtTheDesk:
    def test_staff_see_and_give_what_the_customer_does(self, home):
        account = home.accounts[0]
        desk = console_world.signed_in("olga@alder.example")
        base = f"customers/{account.pk}/"
        assert 'href="statement/"' in desk.get(base).content.decode()
        page = desk.get(f"{base}statement/").content.decode()
        assert "Payment, Bank transfer" in page
        assert f"/bills/{world.bill_of(account).pk}/" in page
        assert rows(desk.get(f"{base}statement/statement.csv"))[-1]["Balance"] == "-5.00"
        for file in ("statement.pdf", "certificate.pdf"):
            answer = desk.get(f"{base}statement/{file}")
            assert answer["Content-Type"] == "application/pdf"
            assert account.number in bills_due.text_of(answer.content)
        assert desk.get("customers/999999/statement/").status_code == 404
