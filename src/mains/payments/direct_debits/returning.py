"""
Debits that the bank refused or gave back, and what each reason asks for.

Before it was collected a debit fails; afterwards its money goes back, as with a chargeback. Then it
is tried again, stopped until its payer is asked, or the mandate ends (`bankfiles.reasons`).
"""

from datetime import date, datetime

from mains.bankfiles.direct_debits.reasons import Action, action_of
from mains.billing.models import Bill
from mains.core.transactions import inside_transaction, owns_transaction
from mains.ledger import actions as ledger
from mains.ledger.models import LedgerAccountKind
from mains.payments import mandates, reversing, settling
from mains.payments.allocating import outstanding_minor
from mains.payments.autopay import telling
from mains.payments.gateways.base import ChargeState, Notice
from mains.payments.models import (
    OPEN_STATES,
    AttemptState,
    Payment,
    PaymentAttempt,
    PaymentKind,
)
from mains.payments.rules.collections import Hold, next_try
from mains.tenancy.queries import TenantInfo, current_tenant


@owns_transaction
def refused(*, tenant: TenantInfo, token: str, reason: str, now: datetime) -> bool:
    """
    Let a debit fail that the bank did not collect, and do what the reason asks; again nothing.
    """
    attempt = _locked(token)
    if attempt is None or attempt.state not in OPEN_STATES:
        return False
    attempt.state, attempt.failure = AttemptState.FAILED, reason[:40] or "refused"
    attempt.save(update_fields=["state", "failure"])
    attempt.parts.update(live=False)
    _follow_up(tenant, attempt, reason, now)
    return True


@inside_transaction
def take_in(
    *,
    end_to_end_id: str,
    reason: str,
    amount_minor: int,
    currency: str,
    key: str,
    company_id: int,
    now: datetime,
    today: date,
) -> bool:
    """
    Take in a debit that came back on a statement, and tell whether it is one of ours.

    `amount_minor` is what left the bank account, with the bank's own fee if it adds one. What comes
    back was collected, so it is booked first where the credit of its file was not seen yet. Again
    changes nothing.
    """
    attempt = (
        PaymentAttempt.objects.filter(
            token=end_to_end_id, company_id=company_id, currency=currency, refunds=None
        )
        .exclude(file_name="")
        .first()
    )
    if attempt is None:
        return False
    if attempt.state in OPEN_STATES:
        settling.settle_inside(
            notice=Notice(
                reference=attempt.token,
                state=ChargeState.SUCCEEDED,
                gateway_reference=attempt.token,
                amount_minor=attempt.amount_minor,
                currency=currency,
            ),
            now=now,
            today=today,
        )
    _take_back(token=end_to_end_id, reason=reason, amount_minor=amount_minor, key=key, now=now)
    return True


def _take_back(*, token: str, reason: str, amount_minor: int, key: str, now: datetime) -> None:
    attempt = _locked(token)
    if attempt is None:
        return
    tenant = current_tenant()
    today = tenant.date_of(now)
    payment = Payment.objects.select_for_update(of=("self",)).filter(attempt=attempt).first()
    if payment is None:
        return
    movement = reversing.Movement(
        min(amount_minor, payment.amount_minor), f"sepa:return:{token}", reason,
        f"bank:{key}"[:120], now, today,
    )  # fmt: skip
    row = reversing.take_back(
        payment=payment, kind=PaymentKind.CHARGEBACK, movement=movement, out_of=_bank(attempt)
    )
    if row is None:
        return
    if amount_minor > payment.amount_minor:
        _fee(attempt, amount_minor - payment.amount_minor, now, today)
    attempt.state, attempt.failure = AttemptState.CHARGED_BACK, reason[:40]
    attempt.save(update_fields=["state", "failure"])
    _follow_up(tenant, attempt, reason, now)


def _fee(attempt: PaymentAttempt, minor: int, now: datetime, today: date) -> None:
    """
    Book what the bank took for the return, which the company bears.
    """
    fees = ledger.company_account(
        company=attempt.company,
        kind=LedgerAccountKind.FEE,
        detail="bank",
        currency=attempt.currency,
    )
    ledger.post(
        postings=[ledger.Posting(fees.pk, _bank(attempt), minor, 0)],
        currency=attempt.currency,
        company_id=attempt.company_id,
        effective_date=today,
        source=f"returnfee:{attempt.token}",
        now=now,
    )


def _bank(attempt: PaymentAttempt) -> int:
    bank = ledger.company_account(
        company=attempt.company,
        kind=LedgerAccountKind.BANK,
        detail="main",
        currency=attempt.currency,
    )
    return bank.pk


def _locked(token: str) -> PaymentAttempt | None:
    rows = PaymentAttempt.objects.select_for_update(of=("self",)).select_related(
        "company", "mandate"
    )
    return rows.filter(token=token).exclude(file_name="").first()


@inside_transaction
def _follow_up(tenant: TenantInfo, attempt: PaymentAttempt, reason: str, now: datetime) -> None:
    today = tenant.date_of(now)
    action = action_of(reason)
    for part in attempt.parts.order_by("bill_id"):
        bill = (
            Bill.objects.select_for_update(of=("self",))
            .select_related("account__company", "account__customer")
            .defer("facts")
            .get(pk=part.bill_id)
        )
        _decide(tenant, attempt, bill, action, now, today)
    if action is Action.STOP_MANDATE and attempt.mandate_id is not None:
        mandates.end_locked(
            mandate_id=attempt.mandate_id, why=reason, by="system", now=now, today=today
        )


def _decide(
    tenant: TenantInfo,
    attempt: PaymentAttempt,
    bill: Bill,
    action: Action,
    now: datetime,
    today: date,
) -> None:
    minor = outstanding_minor(bill_ids=[bill.pk])[bill.pk]
    tries = bill.attempt_parts.filter(attempt__mandate__isnull=False).count()
    again = None
    if action is Action.RETRY:
        again = next_try(
            failure="", tries=tries, today=today, retry_days=tenant.file.payments.retry_days
        )
    if again is not None and attempt.mandate is not None:
        bill.collection_date = again
        bill.save(update_fields=["collection_date"])
        telling.announce(
            tenant=tenant, bill=bill, mandate=attempt.mandate, minor=minor, now=now, is_again=True
        )
        return
    is_disputed = action is Action.REFUND
    bill.collection_hold = Hold.DISPUTED if is_disputed else Hold.FAILED
    bill.save(update_fields=["collection_hold"])
    telling.held(tenant=tenant, bill=bill, minor=minor, why=attempt.failure or Hold.FAILED, now=now)
