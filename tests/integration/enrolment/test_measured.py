"""How easily proofs are guessed, measured on a tenant's own customers, and what that keeps back."""

from datetime import date
from decimal import Decimal

import pytest
from tests.factories import utilities

from mains.customers.models import Account, Company, Customer
from mains.enrolment import strength
from mains.guard.context import inside
from mains.ledger.models import LedgerAccount, Transfer
from mains.tenancy.tenantfile.identity import Evidence, Policy, Purpose, Waiver

NOW, TODAY = utilities.NOW, utilities.NOW.date()
COUNT = 1_200
# Of 1,200 customers 200 have not paid yet; of the others 500 paid 600.00, 250 paid 750.00, and the
# rest a sum of their own.
SHARES = ((500, 60_000), (250, 75_000))
UNPAID = 200
WEAK = Policy(purpose=Purpose.LINK, evidence=(Evidence.ACCOUNT_NUMBER, Evidence.LAST_PAYMENT))


@pytest.fixture
def file(tenant):
    file = utilities.configured("teplo").file
    with inside("alder"):
        yield file


def payments() -> list[int]:
    sums = [amount for count, amount in SHARES for _ in range(count)]
    return sums + [100_000 + own for own in range(COUNT - UNPAID - len(sums))]


def fill(file) -> None:
    """
    Make the customers, and one payment for each who has paid.
    """
    company = Company.objects.first()
    people = Customer.objects.bulk_create(
        Customer(code=f"M{position:06d}", name=f"N{position}", email=f"n{position}@example.org")
        for position in range(COUNT)
    )
    accounts = Account.objects.bulk_create(
        Account(
            number=f"{90_000_000 + position}",
            customer=person,
            company=company,
            currency=file.locale.currency,
        )
        for position, person in enumerate(people)
    )
    bank = LedgerAccount.objects.create(key="bank:test", kind="BANK", currency="UAH")
    books = LedgerAccount.objects.bulk_create(
        LedgerAccount(key=f"r:{one.pk}", kind="RECEIVABLE", currency="UAH", account=one)
        for one in accounts
    )
    Transfer.objects.bulk_create(
        Transfer(
            debit_id=bank.pk, credit_id=book.pk, amount_minor=amount, currency="UAH",
            effective_date=date(2026, 10, 5), recorded_at=NOW, source=f"payment:{book.pk}", leg=0,
        )
        for book, amount in zip(books, payments(), strict=False)
    )  # fmt: skip


def with_policies(file, *policies: Policy):
    registration = file.registration.model_copy(update={"policies": policies})
    return file.model_copy(update={"registration": registration})


def test_the_tenants_own_figures_replace_what_is_assumed(file):
    fill(file)
    one = strength.measure(file=with_policies(file, WEAK), today=TODAY)[0]

    assert one.by_data
    assert one.customers == COUNT
    assert one.can_pass == COUNT - UNPAID
    # Half of those who can pass paid the same sum, so every second guess of it opens an account.
    assert one.strength.sprayed == Decimal(500_000)
    assert one.strength.one_account == 1
    assert one.is_weak
    assert one.ambiguous == 0
    assert "500,000" in strength.advice(one, file=file)


def test_accounts_that_share_every_fact_are_counted_as_ambiguous(file):
    fill(file)
    twin = Account.objects.get(number="90000001")
    Account.objects.filter(pk=twin.pk).update(
        customer=Account.objects.get(number="90000000").customer
    )
    policy = Policy(purpose=Purpose.LINK, evidence=(Evidence.CUSTOMER_CODE, Evidence.LAST_PAYMENT))
    one = strength.measure(file=with_policies(file, policy), today=TODAY)[0]

    assert one.ambiguous == 2


def test_too_few_customers_say_nothing_so_it_is_assumed(file):
    one = strength.measure(file=with_policies(file, WEAK), today=TODAY)[0]

    assert not one.by_data
    assert one.strength.sprayed == 24_000


def test_a_weak_policy_is_published_only_with_a_waiver(tenant):
    from mains.journeys import configure
    from mains.tenancy import queries

    file = utilities.configured("teplo").file
    weak = with_policies(file, WEAK)
    with pytest.raises(configure.WeakPolicy, match="Too easy to guess"):
        configure.publish(file=weak, author="tests", now=NOW)
    queries.forget()
    assert queries.tenant("alder").file == file

    waiver = Waiver(reason="A trial with two streets", by="Board", date=TODAY)
    waived = with_policies(file, WEAK.model_copy(update={"waiver": waiver}))
    configure.publish(file=waived, author="tests", now=NOW)
    queries.forget()
    assert queries.tenant("alder").file == waived


def test_control_without_the_guard_it_would_be_published(tenant, monkeypatch):
    from mains.journeys import configure
    from mains.tenancy import queries

    weak = with_policies(utilities.configured("teplo").file, WEAK)
    monkeypatch.setattr(configure, "_judge", lambda **_what: None)
    configure.publish(file=weak, author="tests", now=NOW)
    queries.forget()
    assert queries.tenant("alder").file == weak
