"""Settle the debits of a file once the bank has credited it, or refused some of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from mains.bankfiles.direct_debits import answers
from mains.bankfiles.direct_debits.writing import batch_ids
from mains.core.transactions import inside_transaction, owns_transaction
from mains.customers.models import Company
from mains.ledger import actions as ledger
from mains.ledger.models import LedgerAccountKind
from mains.payments import settling
from mains.payments.direct_debits import filing, returning
from mains.payments.gateways.base import ChargeState, Notice
from mains.payments.models import OPEN_STATES, PaymentAttempt
from mains.tenancy.queries import TenantInfo


class NotHandedIn(Exception):
    """The file was never given to the bank, so it cannot have been collected."""


class AnotherFile(Exception):
    """The bank answers another file than this one."""


@dataclass(frozen=True, slots=True)
class Answered:
    """
    What an answer of the bank did: how many debits it rejected, and how many it does not know.
    """

    rejected: int
    accepted: int
    unknown: int


@inside_transaction
def credited(
    *,
    company_id: int,
    texts: Collection[str],
    amount_minor: int,
    currency: str,
    key: str,
    value_date: date,
    now: datetime,
    today: date,
) -> bool:
    """
    Settle the file that a credit on a statement is for, and tell whether there is one.

    It is the one whose message the bank names, or else the only one of this day's collections that
    is still open over exactly this amount. The same key again settles nothing more.
    """
    company = Company.objects.get(pk=company_id)
    file = _meant(company.code, texts, amount_minor, currency, value_date, now)
    if file is None:
        return False
    _settle_open(name=file.name, now=now, today=today)
    _into_bank(company, amount_minor, currency, key, value_date, now)
    return True


def _meant(
    company: str,
    texts: Collection[str],
    amount_minor: int,
    currency: str,
    value_date: date,
    now: datetime,
) -> filing.DebitFile | None:
    files = [
        one
        for one in filing.files(now=now)
        if one.company_code == company
        and one.currency == currency
        and one.step is filing.Step.HANDED_IN
    ]
    named = [one for one in files if any(one.message_id in text for text in texts)]
    if len(named) == 1 and open_minor(name=named[0].name) in {amount_minor, 0}:
        return named[0]
    fitting = [
        one
        for one in files
        if one.collection_date <= value_date and open_minor(name=one.name) == amount_minor
    ]
    return fitting[0] if len(fitting) == 1 and not named else None


def open_minor(*, name: str) -> int:
    """
    Return how much of a file is neither collected nor refused, in minor units.
    """
    rows = PaymentAttempt.objects.filter(file_name=name, state__in=OPEN_STATES)
    return sum(rows.values_list("amount_minor", flat=True))


@owns_transaction
def settle_file(*, name: str, now: datetime, today: date) -> int:
    """
    Book every debit of a file that was not refused, and return how many; again books none.

    :raises NotHandedIn: if the file was never given to the bank.
    """
    if filing.one_file(name=name, now=now).step is not filing.Step.HANDED_IN:
        raise NotHandedIn(name)
    return _settle_open(name=name, now=now, today=today)


def _settle_open(*, name: str, now: datetime, today: date) -> int:
    rows = PaymentAttempt.objects.filter(file_name=name, state__in=OPEN_STATES).order_by("pk")
    notices = [collected(attempt=attempt) for attempt in rows]
    for notice in notices:
        settling.settle_inside(notice=notice, now=now, today=today)
    return len(notices)


def collected(*, attempt: PaymentAttempt) -> Notice:
    """
    Return the news that a debit was collected, in a gateway's words.
    """
    return Notice(
        reference=attempt.token,
        state=ChargeState.SUCCEEDED,
        gateway_reference=attempt.token,
        amount_minor=attempt.amount_minor,
        currency=attempt.currency,
    )


def _into_bank(
    company: Company, amount_minor: int, currency: str, key: str, value_date: date, now: datetime
) -> None:
    accounts = [
        ledger.company_account(company=company, kind=kind, detail=detail, currency=currency).pk
        for kind, detail in (
            (LedgerAccountKind.BANK, "main"),
            (LedgerAccountKind.CLEARING, filing.GATEWAY),
        )
    ]
    ledger.post(
        postings=[ledger.Posting(accounts[0], accounts[1], amount_minor, 0)],
        currency=currency,
        company_id=company.pk,
        effective_date=value_date,
        source=f"debits:{key}"[:60],
        now=now,
    )


def take_answer(*, tenant: TenantInfo, name: str, data: bytes, now: datetime) -> Answered:
    """
    Take in the bank's answer to a file (pain.002): what it rejects fails, the rest stays open.

    :raises UnreadableFile: if it is no such answer.
    :raises AnotherFile: if it answers another file.
    :raises NotWaiting: if there is no such file.
    """
    answer, file = answers.read(data), filing.one_file(name=name, now=now)
    if answer.message_id != file.message_id:
        raise AnotherFile(answer.message_id)
    batches = batch_ids(filing.debits_of(name=name), message_id=file.message_id)
    rejected = accepted = unknown = 0
    rows = PaymentAttempt.objects.filter(file_name=name).order_by("pk")
    for attempt in rows:
        verdict = answer.verdict_on(attempt.token, batch_id=batches[attempt.token])
        if verdict.is_rejected:
            returning.refused(tenant=tenant, token=attempt.token, reason=verdict.reason, now=now)
            rejected += 1
        elif verdict.status:
            accepted += 1
        else:
            unknown += 1
    return Answered(rejected, accepted, unknown)
