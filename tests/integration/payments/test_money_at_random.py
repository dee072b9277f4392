"""Bills, payments, refunds, chargebacks in any order, with crashes: the money always adds up."""

import os
import random
import sys
from dataclasses import replace

import pytest
from django.db import connection
from tests.factories import money, utilities
from tests.factories.money import NOW, TODAY, MemoryGateway

pytestmark = pytest.mark.usefixtures("tenant")
STEPS, CUSTOMERS_STAY = 2_000, 100
# Bills that take more than their total, and payments that settle or hold more than they brought.
_WRONG = """
select 'bill', b.id from billing_bill b join payments_allocation x on x.bill_id = b.id
group by b.id having sum(x.amount_minor) > b.total_minor or sum(x.amount_minor) < 0
union all
select 'payment', root.id from payments_payment root
join payments_payment p on p.id = root.id or p.reverses_id = root.id
left join (select payment_id, sum(amount_minor) as minor from payments_allocation group by 1) x
  on x.payment_id = p.id
where root.reverses_id is null
group by root.id
having sum(coalesce(x.minor, 0)) + root.suspense_minor > sum(p.amount_minor)
    or sum(coalesce(x.minor, 0)) < 0
"""
_FINGERPRINT = """
select md5(string_agg(t::text, ';' order by t.id)) from ledger_transfer t
where t.id <= %s and t.id > %s - 500
"""
# Whoever is stopped in the middle of something leaves nothing half done.
CRASHES = 0.05


def seed() -> int:
    """
    Return a new seed, which a failed test shows, or the one that is to be tried again.
    """
    chosen = int(os.environ.get("MONEY_SEED", random.SystemRandom().randrange(10**6)))
    sys.stdout.write(f"MONEY_SEED={chosen}\n")
    return chosen


class Crash(Exception):
    """A process that died at this moment."""


class Till:
    """
    Three accounts, everything that can be done with their money, and plain sums beside as oracle.
    """

    def __init__(self, chance, gateway, monkeypatch):
        from mains.customers.models import Company

        self.chance, self.gateway = chance, gateway
        self.company = Company.objects.order_by("pk")[0]
        self.billed, self.bank, self.clearing, self.suspense = 0, 0, 0, 0
        self.last, self.fingerprint, self.aside = 0, None, set()
        self._crashes(monkeypatch)

    def _crashes(self, monkeypatch):
        """
        Die now and then just before something is posted, or just after.
        """
        from mains.ledger import actions as ledger

        plain = ledger.post

        def post(**given):
            if self.chance.random() < CRASHES:
                raise Crash
            posted = plain(**given)
            if self.chance.random() < CRASHES:
                raise Crash
            return posted

        self.plain = plain
        monkeypatch.setattr(ledger, "post", post)

    def until_done(self, deed):
        """
        Try again as long as the process dies, as sweeps and people do.
        """
        while True:
            try:
                return deed()
            except Crash:
                continue

    def go(self, steps):
        for step in range(steps):
            if step % CUSTOMERS_STAY == 0:
                # Others come: accounts with hundreds of bills only make each look longer.
                self.accounts = [money.account() for _ in range(3)]
                self.bills, self.tokens = [], []
            self.step()
            self.check()

    def step(self):
        deeds = (
            self.bill, self.pay, self.pay, self.settle_again, self.transfer, self.unknown_money,
            self.refund, self.charge_back, self.win_back, self.apply, self.give_back, self.release,
            self.take_off, self.set_aside,
        )  # fmt: skip
        self.chance.choice(deeds)()

    def minor(self):
        return self.chance.choice((1, 99, self.chance.randrange(1, 20_000), 10**7))

    def bill(self):
        account, minor = self.chance.choice(self.accounts), self.minor()
        self.bills.append(self.until_done(lambda: money.bill(account, minor)))
        self.billed += minor

    def owed(self):
        from mains.payments.allocating import outstanding_minor

        found = outstanding_minor(bill_ids=[one.pk for one in self.bills])
        return [(one, found[one.pk]) for one in self.bills if found[one.pk] > 0]

    def pay(self):
        """
        Pay one or several bills by card: all of it, a part, too much, too little or other money.
        """
        open_bills = self.owed()
        if not open_bills:
            return
        chosen = self.chance.sample(open_bills, min(len(open_bills), self.chance.randrange(1, 4)))
        parts = {}
        if self.chance.random() < 0.3:
            parts = {one.pk: self.chance.randrange(1, left + 1) for one, left in chosen}
        token = money.started([one for one, _left in chosen], payer=money.key(), parts=parts)
        asked = self.gateway.charges[token][2]
        paid = self.chance.choice((asked, asked, asked + 5, max(asked // 2, 1)))
        if self.chance.random() < 0.2:
            return
        self.gateway.pay(token, paid)
        self.tokens.append(token)
        self.settle(token)

    def settle(self, token, *, currency="EUR"):
        from mains.payments import settling
        from mains.payments.models import Payment

        before = Payment.objects.filter(attempt__token=token).exists()
        notice = replace(self.gateway.notice(token), currency=currency)
        self.until_done(lambda: settling.settle(notice=notice, now=NOW, today=TODAY))
        if before:
            return
        self.clearing += notice.amount_minor

    def settle_again(self):
        if self.tokens:
            self.settle(self.chance.choice(self.tokens))

    def transfer(self):
        from mains.payments import booking, releasing

        if not self.bills:
            return
        bill, minor = self.chance.choice(self.bills), self.minor()
        details = {
            "bill_id": bill.pk, "amount_minor": minor, "bank_reference": money.key(),
            "value_date": TODAY, "booked_by": "staff:1", "now": NOW,
        }  # fmt: skip
        for _ in range(2):
            self.until_done(lambda: booking.book_bank_transfer(**details))
        self.until_done(lambda: releasing.use_credit_of(account_id=bill.account_id))
        self.bank += minor

    def unknown_money(self):
        from django.db import transaction

        from mains.core.money import Money
        from mains.payments import booking

        minor, key = self.minor(), money.key()

        @transaction.atomic
        def book():
            return booking.book_unknown(
                company=self.company, amount=Money(minor, "EUR"), key=f"bank:{key}",
                value_date=TODAY, note="", booked_by="staff:1", now=NOW,
            )  # fmt: skip

        self.until_done(book)
        self.suspense += minor
        self.bank += minor

    def waits(self):
        from mains.payments import suspense

        found = suspense.waiting()
        return self.chance.choice(found) if found else None

    def apply(self):
        from mains.payments import suspense

        one, open_bills = self.waits(), self.owed()
        if one is None or not open_bills:
            return
        bill, _left = self.chance.choice(open_bills)
        minor = self.chance.randrange(1, one.waits.minor + 1)
        facts = {
            "payment_id": one.id, "waits_minor": one.waits.minor, "parts": [(bill.pk, minor)],
            "by": "staff:1", "now": NOW, "today": TODAY,
        }  # fmt: skip
        self.until_done(lambda: suspense.apply(**facts))
        with pytest.raises(suspense.NotWaiting):
            suspense.apply(**facts)
        self.suspense -= minor

    def give_back(self):
        from mains.payments import suspense

        one = self.waits()
        if one is None:
            return
        facts = {
            "payment_id": one.id, "waits_minor": one.waits.minor, "key": money.key(),
            "by": "staff:1", "now": NOW, "today": TODAY,
        }  # fmt: skip
        self.until_done(lambda: suspense.give_back(**facts))
        with pytest.raises(suspense.NotWaiting):
            suspense.give_back(**facts)
        self.suspense -= one.waits.minor
        self.bank -= one.waits.minor

    def take_off(self):
        """
        Take a transfer off wherever it was placed, as who placed it wrongly does.
        """
        from django.db import transaction

        from mains.payments import suspense
        from mains.payments.models import Payment

        placed = Payment.objects.filter(method="BANK_TRANSFER", kind="RECEIPT", reversals=None)
        latest = list(placed.order_by("-pk")[:5])
        if not latest:
            return
        chosen = self.chance.choice(latest)

        @transaction.atomic
        def take():
            return suspense.take_in_again(payment_id=chosen.pk, by="staff:1", now=NOW, today=TODAY)

        self.suspense += self.until_done(take)
        assert self.until_done(take) == 0
        if chosen.pk in self.aside:
            self.aside.remove(chosen.pk)
            self.bank += chosen.amount_minor

    def set_aside(self):
        """
        Move what waits whole out by the way it came in: it concerns nobody.
        """
        from django.db import transaction

        from mains.payments import reversing, suspense
        from mains.payments.models import Payment

        one = self.waits()
        if one is None or one.waits != one.amount:
            return
        payment = Payment.objects.get(pk=one.id)
        if payment.method != "BANK_TRANSFER":
            return
        what = suspense.Share(one.id, one.waits.minor, "staff:1", NOW, TODAY)

        @transaction.atomic
        def move():
            way = reversing.way_in(payment)
            suspense.move_out(what, ledger_id=way, action="payment.set_aside")

        self.until_done(move)
        self.aside.add(one.id)
        self.suspense -= one.waits.minor
        self.bank -= one.waits.minor

    def a_payment(self):
        from mains.payments.models import Payment

        paid = [token for token in self.tokens if self.gateway.charges[token][1] == "SUCCEEDED"]
        return Payment.objects.get(attempt__token=self.chance.choice(paid)) if paid else None

    def refund(self):
        from mains.payments import money_back

        payment = self.a_payment()
        left = money_back.left_minor(payment=payment) if payment else 0
        if left <= 0:
            return
        minor, key = self.chance.randrange(1, left + 1), money.key()
        self.gateway.silent = self.chance.random() < 0.3
        facts = {
            "payment_id": payment.pk, "amount_minor": minor, "request_key": key, "by": "staff:1",
            "now": NOW, "today": TODAY,
        }  # fmt: skip
        token = self.until_done(lambda: money_back.refund(**facts))
        self.gateway.silent = False
        assert self.until_done(lambda: money_back.refund(**facts)) == token
        self.until_done(lambda: money_back.sweep(now=NOW, today=TODAY))
        self.clearing -= minor

    def news(self, payment, kind, minor, key):
        from mains.payments import money_back
        from mains.payments.gateways.base import BackState, MoneyBack

        news = MoneyBack(
            kind=kind, state=BackState.DONE, key=key, amount_minor=minor, currency="EUR",
            gateway_reference=payment.booking_key.partition(":")[2], reason="fraudulent",
        )  # fmt: skip
        facts = {"news": news, "kind": "sandbox", "company": self.company.code}
        book = lambda: money_back.book(**facts, now=NOW, today=TODAY)  # noqa: E731
        assert self.until_done(book)
        assert not self.until_done(book)

    def charge_back(self):
        from mains.payments.gateways.base import Back

        payment = self.a_payment()
        if payment is None or payment.reversals.exists():
            return
        self.news(payment, Back.CHARGEBACK, payment.amount_minor, f"d{payment.pk}")
        self.clearing -= payment.amount_minor

    def win_back(self):
        from mains.payments.gateways.base import Back
        from mains.payments.models import Payment

        lost = [
            one
            for one in Payment.objects.filter(kind="CHARGEBACK", amount_minor__lt=0)
            if not one.reverses.reversals.filter(amount_minor__gt=0).exists()
        ]
        if not lost:
            return
        row = self.chance.choice(lost)
        self.news(row.reverses, Back.CHARGEBACK_WON, -row.amount_minor, f"w{row.pk}")
        self.clearing -= row.amount_minor

    def release(self):
        """
        Credit a bill: its transfer goes the other way, and what paid it is credit of its account.
        """
        from django.db import transaction

        from mains.billing.models import Bill
        from mains.ledger import actions as ledger
        from mains.ledger.models import Transfer
        from mains.payments import releasing
        from mains.payments.models import AttemptBill

        if not self.bills or self.chance.random() < 0.7:
            return
        bill = self.chance.choice(self.bills)
        if AttemptBill.objects.filter(bill=bill, live=True).exists():
            return

        @transaction.atomic
        def credit():
            (one,) = Transfer.objects.filter(source=f"bill:{bill.pk}")
            back = ledger.Posting(one.credit_id, one.debit_id, one.amount_minor, 0)
            ledger.post(
                postings=[back], currency="EUR", company_id=self.company.pk,
                effective_date=TODAY, source=f"credit:{bill.pk}", now=NOW,
            )  # fmt: skip
            Bill.objects.filter(pk=bill.pk).update(state="CANCELLED")
            releasing.release(bill_id=bill.pk)

        self.until_done(credit)
        self.until_done(lambda: releasing.use_credit_of(account_id=bill.account_id))
        self.bills.remove(bill)
        self.billed -= bill.total_minor

    def check(self):
        """
        Everything that has to be true after each step, whatever happened before.
        """
        self._adds_up()
        self._accounts_owe_what_their_bills_do()
        self._payments_hold_no_more_than_they_brought()
        self._nothing_was_edited()

    def _adds_up(self):
        from mains.ledger import queries
        from mains.ledger.models import LedgerAccount

        strays = queries.strays()
        assert (strays.transfers_without_account, strays.wrong_balances) == (0, 0)
        found = {"CLEARING": 0, "BANK": 0, "SUSPENSE": 0, "RECEIVABLE": 0}
        for one in LedgerAccount.objects.filter(kind__in=found):
            found[one.kind] += queries.summed_minor(ledger_account_id=one.pk)
        assert found == {
            "CLEARING": self.clearing, "BANK": self.bank, "SUSPENSE": -self.suspense,
            "RECEIVABLE": self.billed - self.clearing - self.bank + self.suspense,
        }  # fmt: skip

    def _accounts_owe_what_their_bills_do(self):
        from mains.ledger import queries

        owed = dict.fromkeys([one.pk for one in self.accounts], 0)
        for bill, left in self.owed():
            owed[bill.account_id] += left
        balances = queries.balances_minor(account_ids=list(owed))
        credit = {pk: owed[pk] - balances[pk] for pk in owed}
        assert credit == {pk: free(pk) for pk in owed}
        assert min(credit.values()) >= 0

    def _payments_hold_no_more_than_they_brought(self):
        with connection.cursor() as cursor:
            cursor.execute(_WRONG)
            assert cursor.fetchall() == []

    def _nothing_was_edited(self):
        """
        What was there after the step before is there as it was.
        """
        with connection.cursor() as cursor:
            cursor.execute(_FINGERPRINT, [self.last] * 2)
            assert self.fingerprint in {None, cursor.fetchone()[0]}
            cursor.execute("select coalesce(max(id), 0) from ledger_transfer")
            self.last = cursor.fetchone()[0]
            cursor.execute(_FINGERPRINT, [self.last] * 2)
            self.fingerprint = cursor.fetchone()[0]


def free(account_id) -> int:
    """
    Return what an account has in credit.
    """
    from mains.payments import releasing

    with connection.cursor() as cursor:
        cursor.execute(releasing._FREE, [account_id])
        return sum(int(row[1]) for row in cursor.fetchall())


@pytest.fixture
def till(monkeypatch):
    from mains.payments import gateways

    utilities.configured("balta")
    gateway = MemoryGateway()
    monkeypatch.setitem(gateways.GATEWAYS, "sandbox", gateway)
    return Till(random.Random(seed()), gateway, monkeypatch)


@pytest.mark.seed("S2.07", "S0.08")
@pytest.mark.parametrize("steps", [STEPS, pytest.param(1_000_000, marks=pytest.mark.long)])
def test_money_adds_up_whatever_happens(till, steps):
    till.go(steps)


def test_control_a_bill_that_takes_more_than_is_owed_is_found(till, monkeypatch):
    from mains.payments import booking

    plain = booking.outstanding_minor
    monkeypatch.setattr(
        booking,
        "outstanding_minor",
        lambda *, bill_ids: {pk: minor + 7 for pk, minor in plain(bill_ids=bill_ids).items()},
    )
    found_within(till)


def test_control_money_that_goes_back_and_leaves_its_bill_paid_is_found(till, monkeypatch):
    from mains.payments import reversing

    monkeypatch.setattr(reversing.Allocation.objects, "bulk_create", list)
    found_within(till)


def test_control_money_that_is_booked_twice_is_found(till, monkeypatch):
    from mains.payments import suspense

    monkeypatch.setattr(suspense, "_locked", lambda pk, _minor: payment_locked(pk))
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        till.go(STEPS)


def payment_locked(payment_id):
    from mains.payments.models import Payment

    rows = Payment.objects.select_for_update(of=("self",)).select_related("company")
    return rows.get(pk=payment_id)


def found_within(till):
    with pytest.raises(AssertionError):
        till.go(STEPS)
