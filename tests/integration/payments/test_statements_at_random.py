"""Whatever happens to money: statements, what is owed and the report of the year say it right."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from tests.factories import money, till, utilities
from tests.factories.money import MemoryGateway
from tests.factories.till import Till
from tests.integration.payments.test_money_at_random import seed

pytestmark = pytest.mark.usefixtures("tenant")
STEPS, CHECKED_EVERY = 600, 5
BEGIN = date(2025, 3, 3)


class Diary(Till):
    """
    The till, on days that go by, with bills of two services; every few steps all is compared.
    """

    def __init__(self, chance, gateway, monkeypatch):
        super().__init__(chance, gateway, monkeypatch)
        self.patch, self.made, self.seen = monkeypatch, 0, defaultdict(int)
        self.today = BEGIN
        self._live_on(BEGIN)

    def _live_on(self, day):
        self.today = day
        now = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        for module in (money, till):
            self.patch.setattr(module, "TODAY", day)
            self.patch.setattr(module, "NOW", now)

    def step(self):
        self._live_on(self.today + timedelta(days=self.chance.choice((0, 0, 1, 2, 4))))
        super().step()

    def bill(self):
        before = len(self.bills)
        super().bill()
        for bill in self.bills[before:]:
            self.lines(bill)

    def lines(self, bill):
        """
        Give a bill lines of two services at two rates, and sometimes one that gives back.
        """
        from decimal import Decimal

        from mains.billing.models import BillLine

        if self.chance.random() < 0.1:
            return
        net = Decimal(bill.total_minor) / 100
        parts = [("heat", net * 2, "21.00"), ("water", net, "5.00")]
        if self.chance.random() < 0.2:
            parts.append(("gift", -net / 3, "0.00"))
        for position, (service, part, vat) in enumerate(parts):
            BillLine.objects.create(
                bill_id=bill.pk, position=position, contract_id=1, service=service, code="x",
                label="x", quantity=1, unit="kWh", unit_price=1, net=round(part, 4),
                vat_rate=Decimal(vat),
            )  # fmt: skip

    def check(self):
        self.made += 1
        if self.made % CHECKED_EVERY:
            return
        ids = [one.pk for one in self.accounts]
        self.statements_add_up(ids)
        self.nothing_is_owed_only_where_it_is_so(ids)
        if self.made % (CHECKED_EVERY * 10) == 0:
            self.reports_are_the_ledgers(ids)

    def statements_add_up(self, ids):
        from mains.ledger import queries as ledger
        from mains.payments.rules.statements import Days
        from mains.payments.statements.account import statements

        day = self.today - timedelta(days=self.chance.randrange(60))
        spans = (
            Days(BEGIN, self.today), Days(BEGIN, day),
            Days(day + timedelta(days=1), self.today + timedelta(days=1)),
        )  # fmt: skip
        whole, before, after = (
            {one.account_id: one for one in
             statements(account_ids=ids, days=days, today=self.today)}
            for days in spans
        )  # fmt: skip
        for pk, balance in ledger.balances_minor(account_ids=ids).items():
            for one in (whole[pk], before[pk], after[pk]):
                moved = sum(line.amount.minor for line in one.lines)
                assert one.opening.minor + moved == one.closing.minor
                assert one.charged.minor - one.credited.minor == moved
                assert [line.day for line in one.lines] == sorted(line.day for line in one.lines)
            assert (whole[pk].opening.minor, whole[pk].closing.minor) == (0, balance)
            assert before[pk].closing == after[pk].opening
            assert after[pk].closing.minor == balance
            assert before[pk].lines + after[pk].lines == whole[pk].lines
            for line in whole[pk].lines:
                self.seen[line.kind] += 1

    def nothing_is_owed_only_where_it_is_so(self, ids):
        from mains.payments.rules.standing import Debt
        from mains.payments.statements.standing import standings, summed
        from mains.payments.statements.wording import verdict

        owed, late = dict.fromkeys(ids, 0), dict.fromkeys(ids, 0)
        for bill, left in self.owed():
            owed[bill.account_id] += left
            late[bill.account_id] += left if bill.due_date < self.today else 0
        found = standings(account_ids=ids, today=self.today)
        for pk, one in found.items():
            assert one.balance.minor == summed_transfers(pk)
            assert (one.debt is Debt.NONE) == (owed[pk] == 0 and one.balance.minor <= 0)
            assert one.overdue.minor == late[pk]
            assert one.overdue.minor + one.later.minor == owed[pk]
            assert one.owed.minor == max(owed[pk], one.balance.minor)
            self.seen[one.debt] += 1
        for several in ([*found.values()], [found[ids[0]]]):
            text = verdict(summed(several), instant=money.NOW, language="en")
            owes = any(one.owed.minor for one in several)
            assert text.startswith("You owe nothing as of") is not owes
            self.seen["all clear"] += not owes and len(several) > 1

    def reports_are_the_ledgers(self, ids):
        from mains.core.calendars import add_months
        from mains.payments.statements.report import Basis, of_accounts

        (report,) = of_accounts(account_ids=ids, basis=Basis.ISSUE, today=self.today)
        start = report.months[0]
        changed = transfers_between(ids, start, add_months(report.months[-1], 1))
        total = sum(one.minor for one in report.billed) - sum(one.minor for one in report.paid)
        assert total + sum(one.minor for one in report.other) == changed
        for at, _month in enumerate(report.months):
            assert sum(one.billed[at].minor for one in report.services) == report.billed[at].minor
            on_bills = sum(one.paid[at].minor for one in report.services)
            assert on_bills + report.unsettled[at].minor == report.paid[at].minor
        self.seen["report"] += any(one.minor for one in report.paid)


def summed_transfers(account_id: int) -> int:
    from mains.ledger import queries
    from mains.ledger.models import LedgerAccount

    found = LedgerAccount.objects.filter(account_id=account_id).first()
    return queries.summed_minor(ledger_account_id=found.pk) if found else 0


def transfers_between(ids, start, end) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(case when t.debit_id = l.id then t.amount_minor"
            " else -t.amount_minor end), 0) from ledger_transfer t"
            " join ledger_ledgeraccount l on l.id in (t.debit_id, t.credit_id)"
            " where l.account_id = any(%s) and t.effective_date >= %s and t.effective_date < %s",
            [list(ids), start, end],
        )
        return int(cursor.fetchone()[0])


@pytest.fixture
def diary(monkeypatch):
    from mains.payments import gateways

    utilities.configured("balta")
    gateway = MemoryGateway()
    monkeypatch.setitem(gateways.GATEWAYS, "sandbox", gateway)
    return Diary(random.Random(seed()), gateway, monkeypatch)


@pytest.mark.seed("S2.07", "S3.10", "S3.14")
@pytest.mark.parametrize("steps", [STEPS, pytest.param(100_000, marks=pytest.mark.long)])
def test_what_is_said_is_what_the_ledger_has(diary, steps):
    from mains.payments.rules.standing import Debt
    from mains.payments.statements.account import Kind

    diary.go(steps, check=diary.check)
    wanted = {*Debt, "report", Kind.BILL, Kind.PAYMENT, Kind.REFUND, Kind.CHARGEBACK}
    assert {key for key, count in diary.seen.items() if count} >= wanted


def test_control_a_statement_without_what_was_assigned_later_is_found(diary, monkeypatch):
    from mains.payments.statements import account

    without = account._LINES.replace("where w.minor <> 0", "where w.source not like '%%:%%:%%'")
    assert without != account._LINES
    monkeypatch.setattr(account, "_LINES", without)
    with pytest.raises(AssertionError):
        diary.go(STEPS, check=diary.check)


def test_control_no_debt_by_the_open_bills_alone_is_found(diary, monkeypatch):
    from mains.payments.rules import standing

    monkeypatch.setattr(
        standing.Standing, "debt",
        property(lambda one: standing.Debt.DUE if one.overdue.minor else standing.Debt.NONE),
    )  # fmt: skip
    with pytest.raises(AssertionError):
        diary.go(STEPS, check=diary.check)


def test_control_a_report_that_leaves_money_out_is_found(diary, monkeypatch):
    from mains.payments.statements import report

    kept = "-sum(case when t.amount_minor = 99 then 0 else t.amount_minor end)"
    without = report._MOVED.replace("-sum(t.amount_minor)", kept)
    assert without != report._MOVED
    monkeypatch.setattr(report, "_MOVED", without)
    with pytest.raises(AssertionError):
        diary.go(STEPS * 3, check=diary.check)
