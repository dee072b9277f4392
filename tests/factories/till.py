"""A till where everything that can be done with money is done, in any order, with crashes."""

from dataclasses import replace

import pytest

from tests.factories import money
from tests.factories.money import NOW, TODAY

CUSTOMERS_STAY = 100
# Whoever is stopped in the middle of something leaves nothing half done.
CRASHES = 0.05


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
        self.accounts, self.bills, self.tokens, self.aside = [], [], [], set()
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

    def go(self, steps, check):
        """
        Do something again and again, and let the check look at the whole after each.
        """
        for step in range(steps):
            if step % CUSTOMERS_STAY == 0:
                # Others come: accounts with hundreds of bills only make each look longer.
                self.accounts = [money.account() for _ in range(3)]
                self.bills, self.tokens = [], []
            self.step()
            check()

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
        from mains.payments import refunding

        payment = self.a_payment()
        left = refunding.left_minor(payment=payment) if payment else 0
        if left <= 0:
            return
        minor, key = self.chance.randrange(1, left + 1), money.key()
        self.gateway.silent = self.chance.random() < 0.3
        facts = {
            "payment_id": payment.pk, "amount_minor": minor, "request_key": key, "by": "staff:1",
            "now": NOW, "today": TODAY,
        }  # fmt: skip
        token = self.until_done(lambda: refunding.refund(**facts))
        self.gateway.silent = False
        assert self.until_done(lambda: refunding.refund(**facts)) == token
        self.until_done(lambda: refunding.sweep(now=NOW, today=TODAY))
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

        rows = Payment.objects.filter(kind="CHARGEBACK", amount_minor__lt=0).order_by("pk")
        lost = list(
            rows.exclude(reverses__reversals__amount_minor__gt=0).select_related("reverses")
        )
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
