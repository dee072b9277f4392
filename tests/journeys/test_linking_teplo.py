"""teplo: an account is connected with its number, the last payment and a bill; and let go again."""

import pytest
from tests.journeys.joining_world import (
    Newcomer,
    code_of,
    counted,
    messages,
    published,
)
from tests.journeys.test_joining_teplo import newcomer, with_login

from mains.core.checksums import Checksum, completed, fits
from mains.customers.models import Account
from mains.enrolment.models import AccountLink, TryCount
from mains.guard.context import inside
from mains.ledger import actions as ledger
from mains.ledger.models import Transfer
from mains.ledger.queries import balance_minor
from mains.tenancy import queries

SLUG, TENANTS = "teplo", {"teplo"}
pytestmark = [pytest.mark.usefixtures("fresh_tries"), pytest.mark.seed("S3.18")]


def test_an_account_is_connected_with_its_number_the_last_payment_and_a_bill():
    kim = with_login(newcomer())
    page = kim.open("/accounts/link/")
    asked = [name for name in page.form().fields if name.startswith("fact-")]
    assert asked == ["fact-account_number", "fact-last_payment", "fact-bill_number"]
    assert len(kim.paper["account_number"]) == 15

    assert kim.state_facts("/accounts/link/").url.endswith("/accounts/")
    assert kim.sees_the_account()
    told = {message.recipient for message in messages(SLUG, "account-linked")}
    assert kim.account.customer.email in told


@pytest.mark.parametrize(
    "change",
    [
        {"account_number": completed("19999999999999", Checksum.LUHN)},
        {"last_payment": "1,00"},
        {"bill_number": "DT2020-000001"},
    ],
)
def test_one_wrong_fact_connects_nothing(change):
    kim = with_login(newcomer())
    before = counted(SLUG)

    assert kim.state_facts("/accounts/link/", **change).status == 422
    assert counted(SLUG) == before
    assert not kim.sees_the_account()


def test_a_number_of_another_length_is_said_so():
    kim = with_login(newcomer())
    before = counted(SLUG)
    page = kim.state_facts("/accounts/link/", account_number="1234")

    assert page.status == 422
    assert "100000000000041" in page.text
    assert counted(SLUG) == before
    assert not tries()


@pytest.mark.parametrize("typed", ["{wrong}", " {wrong} ", "{swapped}"])
def test_a_number_whose_check_digit_does_not_fit_is_said_so_and_is_no_try(typed):
    kim = with_login(newcomer())
    number = kim.paper["account_number"]
    assert fits(number, Checksum.LUHN)
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    swapped = number[:-3] + number[-2] + number[-3] + number[-1]
    typed = typed.format(wrong=wrong, swapped=wrong if fits(swapped, Checksum.LUHN) else swapped)
    before = counted(SLUG)

    page = kim.state_facts("/accounts/link/?lang=en", account_number=typed)
    assert page.status == 422
    assert "check digit does not fit" in page.text
    facts = {kind: kim.paper[kind] for kind in ("last_payment", "bill_number")}
    answer = kim.api("post", "accounts/links", {"facts": {**facts, "account_number": typed}})
    assert (answer.status_code, answer.json()["code"]) == (422, "mistyped")

    assert counted(SLUG) == before
    assert not tries()


def test_control_where_the_tenant_names_no_checksum_the_same_number_is_a_try():
    kim = with_login(newcomer())
    number = kim.paper["account_number"]
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    (printed,) = queries.tenant(SLUG).file.identifiers
    with published(SLUG, identifiers=(printed.model_copy(update={"checksum": None}),)):
        page = kim.state_facts("/accounts/link/?lang=en", account_number=wrong)
    assert page.status == 422
    assert "check digit" not in page.text
    assert tries()


def tries() -> bool:
    with inside(SLUG):
        return TryCount.objects.exists()


class TestLimits:
    def test_after_three_wrong_tries_at_an_account_right_details_need_a_code_as_well(self):
        kim = with_login(newcomer())
        for _ in range(3):
            assert kim.state_facts("/accounts/link/", last_payment="1,00").status == 422
        before = counted(SLUG)

        page = kim.state_facts("/accounts/link/")
        assert page.url.endswith("/accounts/link/code/")
        assert not kim.sees_the_account()
        assert counted(SLUG)["AccountLink"] == before["AccountLink"]
        assert messages(SLUG, "contact-code")[-1].recipient == kim.account.customer.email
        assert kim.submit(page, code="00000000").status == 422
        assert not kim.sees_the_account()
        assert kim.submit(page, code=code_of(SLUG)).url.endswith("/accounts/")
        assert kim.sees_the_account()

    def test_an_address_over_its_limit_is_refused_whatever_it_types(self):
        kim = with_login(newcomer())
        for number in range(20):
            other = completed(f"1999999999{number:04d}", Checksum.LUHN)
            assert kim.state_facts("/accounts/link/", account_number=other).status == 422
        before = counted(SLUG)

        assert kim.state_facts("/accounts/link/").status == 429
        assert counted(SLUG) == before
        assert not kim.sees_the_account()


class TestUnlinking:
    def linked(self) -> Newcomer:
        kim = with_login(newcomer())
        assert kim.state_facts("/accounts/link/").url.endswith("/accounts/")
        return kim

    def books(self, kim: Newcomer) -> tuple[int, ...]:
        with inside(SLUG):
            return (
                balance_minor(account_id=kim.account.pk),
                Transfer.objects.count(),
                kim.account.bills.count(),
                kim.account.contracts.count(),
            )

    def test_the_login_sees_nothing_more_the_holder_is_told_and_the_books_stay(self):
        kim = self.linked()
        books, place = self.books(kim), f"/accounts/{kim.account.pk}/unlink/"
        with inside(SLUG):
            bill = kim.account.bills.first().pk
        assert kim.open(f"/bills/{bill}/").status == 200
        page = kim.open(place)
        told = len(messages(SLUG, "account-unlinked"))

        assert kim.submit(page).url.endswith("/accounts/")

        assert not kim.sees_the_account()
        assert kim.open(f"/bills/{bill}/").status == 404
        assert kim.api("get", "accounts").json()["data"] == []
        assert self.books(kim) == books
        notices = messages(SLUG, "account-unlinked")
        assert len(notices) == told + 1
        assert notices[-1].recipient == kim.account.customer.email
        before = counted(SLUG)
        assert kim.submit(page).status == 404, "done twice"
        assert counted(SLUG) == before
        # What was unlinked can be proven again.
        assert kim.state_facts("/accounts/link/").url.endswith("/accounts/")
        assert kim.sees_the_account()

    def test_nobody_unlinks_for_somebody_else(self):
        kim, bob = self.linked(), self.linked()
        page = bob.open(f"/accounts/{bob.account.pk}/unlink/")
        form = page.form()
        form.action = f"/accounts/{kim.account.pk}/unlink/"
        before = counted(SLUG)

        assert bob.browser.submit(page, form).status == 404
        assert bob.open(f"/accounts/{kim.account.pk}/unlink/").status == 404
        visitor = newcomer()
        assert "/account/login/" in visitor.open(f"/accounts/{kim.account.pk}/unlink/").url
        assert counted(SLUG) == before
        assert kim.sees_the_account()


@pytest.fixture
def unpaid():
    """
    Move the latest bill and the contract of an account to a new one that never paid; then back.
    """
    moved = []

    def never_paid() -> Newcomer:
        old = newcomer().account
        with inside(SLUG):
            new = Account.objects.create(
                number=completed(f"3{old.number[1:-1]}", Checksum.LUHN),
                customer=old.customer, company=old.company, currency=old.currency,
            )  # fmt: skip
            bill, contract = old.bills.order_by("-period_end")[0], old.contracts.all()[0]
            moved.append((old, new, [bill, contract]))
            for row in (bill, contract):
                type(row).objects.filter(pk=row.pk).update(account=new)
        return Newcomer(SLUG, new)

    yield never_paid
    with inside(SLUG):
        for old, new, rows in moved:
            for row in rows:
                type(row).objects.filter(pk=row.pk).update(account=old)
            AccountLink.objects.filter(account=new).delete()
            new.delete()


@pytest.mark.parametrize("typed", ["0", "0,00", "1,00", "{bill_amount}"])
def test_who_never_paid_proves_with_the_other_details_and_never_with_a_payment(unpaid, typed):
    kim = with_login(unpaid())
    assert not kim.paper["last_payment"]
    before = counted(SLUG)
    stated = typed.format(bill_amount=kim.paper["bill_amount"])

    refusal = kim.state_facts("/accounts/link/", last_payment=stated)
    assert refusal.status == 422
    assert counted(SLUG) == before
    assert not kim.sees_the_account()
    assert "?with=1" in refusal.body.decode()
    assert kim.state_facts("/accounts/link/?with=1").url.endswith("/accounts/")
    assert kim.sees_the_account()


@pytest.fixture
def refunded():
    """
    Give back the last payment of an account, as a later release books it.
    """
    from django.db import transaction

    made = []

    def give_back(kim: Newcomer) -> None:
        with inside(SLUG), transaction.atomic():
            receivable = ledger.receivable(account=Account.objects.get(pk=kim.account.pk))
            last = (
                Transfer.objects.filter(credit_id=receivable.pk, source__startswith="payment:")
                .order_by("-effective_date", "-pk")
                .first()
            )
            ledger.post(
                postings=[
                    ledger.Posting(
                        debit_id=receivable.pk,
                        credit_id=last.debit_id,
                        amount_minor=last.amount_minor,
                        leg=0,
                    )
                ],
                currency="UAH",
                company_id=kim.account.company_id,
                effective_date=last.effective_date,
                source=last.source.replace("payment:", "refund:"),
                now=last.recorded_at,
            )
            made.append(last.source)

    return give_back


def test_a_payment_that_was_given_back_proves_nothing_and_other_details_do(refunded):
    kim = with_login(newcomer())
    refunded(kim)
    before = counted(SLUG)
    refusal = kim.state_facts("/accounts/link/")
    assert refusal.status == 422
    assert counted(SLUG) == before
    assert "?with=1" in refusal.body.decode()

    asked = kim.open("/accounts/link/?with=1").form().fields
    assert "fact-last_payment" not in asked
    assert kim.state_facts("/accounts/link/?with=1").url.endswith("/accounts/")


def test_connecting_twice_is_one_link():
    kim = with_login(newcomer())
    for _ in range(2):
        assert kim.state_facts("/accounts/link/").url.endswith("/accounts/")

    with inside(SLUG):
        assert AccountLink.objects.filter(account=kim.account, ended_at=None).count() == 1
