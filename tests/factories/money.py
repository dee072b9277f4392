"""Accounts with bills and a gateway in memory: everything that moves money, in milliseconds."""

import itertools
import secrets
from datetime import UTC, date, datetime, timedelta

from mains.payments.gateways.base import (
    Ability,
    Back,
    BackState,
    ChargeState,
    GatewayRefused,
    GatewayUnavailable,
    MoneyBack,
    Notice,
    Started,
)

NOW = datetime(2026, 11, 4, 9, tzinfo=UTC)
TODAY = NOW.date()
_NUMBERS = itertools.count(1)


class MemoryGateway:
    """
    A gateway that keeps everything in memory and does what the test wants next.
    """

    kind = "sandbox"
    abilities = frozenset(Ability)

    def __init__(self):
        self.charges, self.refunds, self.silent = {}, {}, False

    def moves_money(self, _merchant):
        return True

    def _answers(self):
        if self.silent:
            raise GatewayUnavailable("silent")

    def start(self, charge):
        self.charges.setdefault(charge.reference, [charge, ChargeState.OPEN, charge.amount_minor])
        self._answers()
        return Started(f"p_{charge.reference}", f"https://cards.example/{charge.reference}/")

    def pay(self, reference, minor=None):
        charge, state, asked = self.charges[reference]
        if state is not ChargeState.OPEN:
            return False
        self.charges[reference] = [charge, ChargeState.SUCCEEDED, asked if minor is None else minor]
        return True

    def notice(self, reference, **changes):
        charge, state, minor = self.charges[reference]
        facts = {
            "reference": reference, "state": state, "gateway_reference": f"p_{reference}",
            "amount_minor": minor, "currency": charge.currency,
        }  # fmt: skip
        return Notice(**{**facts, **changes})

    def ask(self, charge, **_known):
        self._answers()
        if charge.reference not in self.charges:
            raise GatewayUnavailable("not known yet")
        return self.notice(charge.reference)

    def expire(self, charge, **_known):
        self._answers()
        found = self.charges.setdefault(
            charge.reference, [charge, ChargeState.OPEN, charge.amount_minor]
        )
        if found[1] in (ChargeState.OPEN, ChargeState.NEEDS_CUSTOMER):
            found[1] = ChargeState.EXPIRED
        return self.notice(charge.reference)

    def charge_stored(self, charge, *, card):
        if charge.reference not in self.charges:
            state = ChargeState[card] if card in ChargeState.__members__ else ChargeState.SUCCEEDED
            self.charges[charge.reference] = [charge, state, charge.amount_minor]
        self._answers()
        return self.notice(charge.reference)

    def refund(self, refund):
        taken = sum(
            minor for known, minor in self.refunds.values() if known == refund.gateway_reference
        )
        reference = refund.gateway_reference.removeprefix("p_")
        if refund.reference not in self.refunds:
            if taken + refund.amount_minor > self.charges[reference][2]:
                raise GatewayRefused("too much")
            self.refunds[refund.reference] = (refund.gateway_reference, refund.amount_minor)
        self._answers()
        return MoneyBack(
            kind=Back.REFUND, state=BackState.DONE, key=f"r_{refund.reference}",
            gateway_reference=refund.gateway_reference, amount_minor=refund.amount_minor,
            currency=refund.currency, reference=refund.reference,
        )  # fmt: skip


def account():
    """
    Make an account of the tenant's first company.
    """
    from mains.customers.models import Account, Company, Customer

    number = next(_NUMBERS)
    customer = Customer.objects.create(kind="PERSON", name=f"Payer {number}", language="lv")
    return Account.objects.create(
        number=f"MONEY{number:06d}", customer=customer, currency="EUR",
        company=Company.objects.order_by("pk")[0],
    )  # fmt: skip


def bill(account, minor, *, days=14, collection_date=None):
    """
    Issue a bill over some minor units, with its transfer; the run behind it is an empty one.
    """
    from django.db import transaction

    from mains.billing.models import Bill, BillRun
    from mains.ledger import actions as ledger
    from mains.ledger.models import LedgerAccountKind

    number = f"MM-{next(_NUMBERS):07d}"
    with transaction.atomic():
        run = BillRun.objects.create(
            company=account.company, period_start=date(2026, 10, 1), period_end=date(2026, 11, 1),
            kind="FINAL", stage="ISSUED", issue_date=TODAY, due_date=TODAY, started_by="test",
            currency=account.currency, created_at=NOW,
        )  # fmt: skip
        made = Bill.objects.create(
            account=account, run=run, state="ISSUED", number=number, currency=account.currency,
            period_start=date(2026, 10, 1), period_end=date(2026, 11, 1), issue_date=TODAY,
            due_date=TODAY + timedelta(days=days), net_minor=minor, vat_minor=0,
            total_minor=minor, reference=f"R{number}", facts="", facts_hash="0" * 64,
            issued_at=NOW, collection_date=collection_date, facts_deleted_at=NOW,
        )  # fmt: skip
        revenue = ledger.company_account(
            company=account.company, kind=LedgerAccountKind.REVENUE, detail="test",
            currency=account.currency,
        )  # fmt: skip
        ledger.post(
            postings=[
                ledger.Posting(ledger.receivable(account=account).pk, revenue.pk, minor, 0)
            ],
            currency=account.currency, company_id=account.company_id, effective_date=TODAY,
            source=f"bill:{made.pk}", now=NOW,
        )  # fmt: skip
    return made


def with_lines(bill, *services):
    """
    Give a bill a line for each of some services.
    """
    from mains.billing.models import BillLine

    BillLine.objects.bulk_create(
        BillLine(
            bill_id=bill.pk, position=position, contract_id=1, service=service, code="use",
            label="Use", quantity=1, unit="kWh", unit_price=1, net=1, vat_rate=20,
        )
        for position, service in enumerate(services)
    )  # fmt: skip
    return bill


def started(bills, *, payer="user:1", parts=None):
    """
    Open a page for bills and return the token of the attempt.
    """
    from mains.payments import actions
    from mains.payments.models import PaymentAttempt

    basket = actions.Basket(
        bill_ids=tuple(one.pk for one in bills), payer=payer, email="", language="lv",
        gateway="sandbox", parts=parts or {},
    )  # fmt: skip
    url = actions.start(basket=basket, now=NOW, today=TODAY)
    return PaymentAttempt.objects.get(page_url=url).token


def key() -> str:
    return secrets.token_hex(8)
