"""Whatever is posted in whatever order: the ledger balances, and balances are its transfers."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

pytestmark = pytest.mark.usefixtures("tenant")

NOW = datetime(2026, 11, 4, tzinfo=UTC)
OPEN, CLOSED = date(2026, 11, 4), date(2026, 9, 30)
AMOUNTS = st.integers(min_value=1, max_value=10**9)
ACCOUNTS = st.integers(min_value=0, max_value=2)


def machine():  # noqa: C901
    from django.db import connection, transaction

    from mains.customers.models import Account, Company, Customer
    from mains.ledger import actions as ledger
    from mains.ledger import queries
    from mains.ledger.models import LedgerAccountKind, Transfer

    class Ledger(RuleBasedStateMachine):
        """
        Three accounts of one company, and a plain sum beside each of them as an oracle.
        """

        def __init__(self):
            super().__init__()
            self.block = transaction.atomic()
            self.block.__enter__()
            self.company, _ = Company.objects.get_or_create(code="m", defaults={"name": "M"})
            customer = Customer.objects.create(kind="PERSON", name="C", language="lv")
            first = Account.objects.count()
            self.accounts = [
                Account.objects.create(
                    number=f"M{first + n}", customer=customer, company=self.company, currency="EUR"
                )
                for n in range(3)
            ]
            self.receivables = [ledger.receivable(account=account) for account in self.accounts]
            self.expected = [0, 0, 0]
            self.posted, self.bills = [], []
            Company.objects.filter(pk=self.company.pk).update(books_open_from=OPEN.replace(day=1))

        def teardown(self):
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

        def book(self, kind, detail="main", currency="EUR"):
            return ledger.company_account(
                company=self.company, kind=kind, detail=detail, currency=currency
            ).pk

        def post(self, postings, source, *, day=OPEN, currency="EUR"):
            with transaction.atomic():
                return ledger.post(
                    postings=postings,
                    currency=currency,
                    company_id=self.company.pk,
                    effective_date=day,
                    source=source,
                    now=NOW,
                )

        def source(self, kind):
            return f"{kind}:{self.accounts[0].pk}:{len(self.posted)}"

        @rule(of=ACCOUNTS, net=AMOUNTS, tax=AMOUNTS)
        def bill(self, of, net, tax):
            owes = self.receivables[of].pk
            postings = [
                ledger.Posting(owes, self.book(LedgerAccountKind.REVENUE, "water"), net, 0),
                ledger.Posting(owes, self.book(LedgerAccountKind.VAT, "21"), tax, 1),
            ]
            source = self.source("bill")
            assert self.post(postings, source)
            self.posted.append((postings, source))
            self.bills.append((of, net + tax))
            self.expected[of] += net + tax

        @rule(of=ACCOUNTS, amount=AMOUNTS)
        def pay(self, of, amount):
            """
            Pay part of what is owed, all of it, or more.
            """
            bank = self.book(LedgerAccountKind.BANK)
            postings = [ledger.Posting(bank, self.receivables[of].pk, amount, 0)]
            source = self.source("payment")
            assert self.post(postings, source)
            self.posted.append((postings, source))
            self.expected[of] -= amount

        @rule(which=st.integers(min_value=0))
        def pay_a_bill_exactly(self, which):
            if self.bills:
                of, amount = self.bills[which % len(self.bills)]
                self.pay(of=of, amount=amount)

        @rule(which=st.integers(min_value=0))
        def repeat(self, which):
            if self.posted:
                postings, source = self.posted[which % len(self.posted)]
                assert not self.post(postings, source)

        @rule(which=st.integers(min_value=0))
        def reverse(self, which):
            """
            Correct a posting by its opposite; the first one stays.
            """
            if not self.posted:
                return
            postings, _source = self.posted[which % len(self.posted)]
            back = [
                ledger.Posting(one.credit_id, one.debit_id, one.amount_minor, one.leg)
                for one in postings
            ]
            source = self.source("reversal")
            assert self.post(back, source)
            self.posted.append((back, source))
            for one in back:
                for of, receivable in enumerate(self.receivables):
                    if receivable.pk == one.debit_id:
                        self.expected[of] += one.amount_minor
                    if receivable.pk == one.credit_id:
                        self.expected[of] -= one.amount_minor

        @rule(of=ACCOUNTS, amount=AMOUNTS)
        def refuse(self, of, amount):
            """
            A closed month, another currency and nothing at all leave no trace.
            """
            from django.db import IntegrityError

            bank = self.book(LedgerAccountKind.BANK)
            owes = self.receivables[of].pk
            good = [ledger.Posting(bank, owes, amount, 0)]
            before = Transfer.objects.count()
            with pytest.raises(ledger.ClosedMonth):
                self.post(good, self.source("refused"), day=CLOSED)
            with pytest.raises(ledger.CurrencyMismatch):
                self.post(good, self.source("refused"), currency="HUF")
            for wrong in (0, -amount):
                with pytest.raises(IntegrityError):
                    self.post([ledger.Posting(bank, owes, wrong, 0)], self.source("refused"))
            with pytest.raises(IntegrityError):
                self.post([ledger.Posting(owes, owes, amount, 0)], self.source("refused"))
            assert Transfer.objects.count() == before

        @invariant()
        def every_balance_is_what_its_transfers_moved(self):
            found = queries.balances_minor(account_ids=[account.pk for account in self.accounts])
            assert list(found.values()) == self.expected
            assert [
                queries.summed_minor(ledger_account_id=receivable.pk)
                for receivable in self.receivables
            ] == self.expected
            strays = queries.strays()
            assert (strays.transfers_without_account, strays.wrong_balances) == (0, 0)

        @invariant()
        def everything_adds_up_to_nothing(self):
            with connection.cursor() as cursor:
                cursor.execute(
                    "select coalesce(sum(moved), 0) from (select debit_id, sum(amount_minor)"
                    " as moved from ledger_transfer group by 1 union all select credit_id,"
                    " -sum(amount_minor) from ledger_transfer group by 1) sides"
                )
                assert cursor.fetchone()[0] == 0

    return Ledger


def run(examples, steps):
    run_state_machine_as_test(
        machine(),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.seed("S2.07")
def test_two_hundred_steps():
    run(examples=10, steps=20)


@pytest.mark.long
def test_ten_thousand_steps():
    run(examples=200, steps=50)


# Controls end at the first that is found; ten examples may hold none by chance.
def test_control_a_balance_that_is_not_moved_is_found(monkeypatch):
    from mains.ledger import actions

    monkeypatch.setattr(actions, "_changes", lambda _postings: {})
    with pytest.raises(AssertionError):
        run(examples=200, steps=20)


def test_control_a_source_that_may_come_twice_is_found(monkeypatch):
    """
    Without the look for the source, the unique key of the database still refuses the second one.
    """
    from django.db import IntegrityError

    from mains.ledger import actions

    plain = actions.Transfer.objects.filter
    monkeypatch.setattr(actions.Transfer.objects, "filter", lambda **_by: plain(pk__lt=0))
    with pytest.raises(IntegrityError, match="transfer_once"):
        run(examples=200, steps=20)
