"""
Make the files of direct debits that a bank collects: each bill in one at a time.

PREPARED → HANDED_IN (staff gave it to the bank), or WITHDRAWN before that. What is in a file is an
attempt of its bill, so nothing else can collect or pay that bill meanwhile.

| | twice | late | in the wrong order | never |
|---|---|---|---|---|
| prepare | nothing is left for a second file | the next day that the bank takes | – | bills wait |
| hand in | once | the bank refuses: answer | withdrawn: refused | asked about in the console |
| withdraw | once | handed in: refused | – | – |
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from mains.audit.actions import record
from mains.bankfiles.direct_debits import debits as bank
from mains.bankfiles.direct_debits.calendar import latest_submission, next_business_day
from mains.bankfiles.direct_debits.writing import write
from mains.billing.models import Bill, BillState
from mains.core.transactions import inside_transaction, owns_transaction
from mains.customers.models import Company, Mandate, Scheme
from mains.documents import waiting
from mains.payments.allocating import outstanding_minor
from mains.payments.autopay import telling
from mains.payments.mandates import has_collected
from mains.payments.models import OPEN_STATES, AttemptBill, AttemptState, PaymentAttempt
from mains.payments.rules.collections import Hold
from mains.payments.stored_cards import in_force
from mains.tenancy.queries import TenantInfo

KIND, GATEWAY = "direct-debits", "sepa"
# What banks may ask about later; the law of accounting is longer, and holds for bills.
_KEPT = timedelta(days=5 * 365)
# A debit comes back for so long (unauthorised: 13 months).
_SETTLED_WITHIN = timedelta(days=400)
_LATE = timedelta(days=60)


class Step(StrEnum):
    PREPARED = "PREPARED"
    HANDED_IN = "HANDED_IN"
    WITHDRAWN = "WITHDRAWN"


class NothingToCollect(Exception):
    """No bill is due for collection on this day."""


class NoCreditor(Exception):
    """The company has no creditor identifier or bank account, so no bank collects for it."""


class WrongStep(Exception):
    """The file was handed in or withdrawn before."""


@dataclass(frozen=True, slots=True)
class DebitFile:
    """
    A file for the bank: what it collects, when, and how far it is.
    """

    name: str
    step: Step
    company_code: str
    message_id: str
    collection_date: date
    hand_in_by: date
    count: int
    total_minor: int
    currency: str
    made_at: datetime


def prepare(*, tenant: TenantInfo, company_id: int, scheme: Scheme, by: str, now: datetime) -> str:
    """
    Make the file with what is due on the next day that the bank still takes, and return its name.

    :raises NothingToCollect: if no bill is due by then, or each is in another file.
    :raises NoCreditor: if the company cannot collect.
    :raises RefusedDebit: if no bank would take one of the debits; nothing is written.
    """
    today = tenant.date_of(now)
    collection_date = first_day(tenant=tenant, today=today)
    return _prepare(tenant, company_id, scheme, collection_date, by, now)


def first_day(*, tenant: TenantInfo, today: date) -> date:
    """
    Return the first day on which the bank collects what it gets today.
    """
    day = next_business_day(today)
    lead = dict.fromkeys(bank.Sequence, tenant.file.payments.debit_lead_days)
    while latest_submission(day, bank.Sequence.RECURRENT, lead) < today:
        day = next_business_day(day + timedelta(days=1))
    return day


@owns_transaction
def _prepare(
    tenant: TenantInfo,
    company_id: int,
    scheme: Scheme,
    collection_date: date,
    by: str,
    now: datetime,
) -> str:
    # One file of a company at a time.
    company = Company.objects.select_for_update(no_key=True).get(pk=company_id)
    if not (company.creditor_id and company.iban):
        raise NoCreditor(company.code)
    due = _due(company, scheme, collection_date, tenant.date_of(now))
    if not due:
        raise NothingToCollect(company.code)
    name = secrets.token_urlsafe(18)
    message_id = f"{company.code[:10].upper()}-{now:%Y%m%d}-{secrets.token_hex(4)}"
    attempts = [_attempt(tenant, one, collection_date, name, now) for one in due]
    data = write(
        [
            _debit(attempt, bill)
            for attempt, (bill, _mandate, _minor) in zip(attempts, due, strict=True)
        ],
        creditor=bank.Creditor(company.name, company.iban, company.creditor_id),
        collection_date=collection_date,
        message_id=message_id,
        created_at=now,
        instrument=bank.Instrument(scheme),
    )
    note = {
        "step": Step.PREPARED, "company": company.code, "message_id": message_id,
        "collection_date": collection_date.isoformat(), "count": len(due),
        "hand_in_by": _last_day(tenant, collection_date).isoformat(),
        "total_minor": sum(minor for _bill, _mandate, minor in due), "currency": due[0][0].currency,
        "made_at": now.isoformat(),
    }  # fmt: skip
    waiting.put(name=name, data=data, kind=KIND, note=note, now=now, expires_at=now + _KEPT)
    _record("debits.prepared", name, by, now, count=len(due))
    return name


def _last_day(tenant: TenantInfo, collection_date: date) -> date:
    lead = dict.fromkeys(bank.Sequence, tenant.file.payments.debit_lead_days)
    return latest_submission(collection_date, bank.Sequence.RECURRENT, lead)


def _due(
    company: Company, scheme: Scheme, collection_date: date, today: date
) -> list[tuple[Bill, Mandate, int]]:
    """
    Return the bills to collect by a day, with their mandates and what is owed, locked.
    """
    bills = list(
        Bill.objects.select_for_update(of=("self",))
        .select_related("account__customer")
        .defer("facts")
        .filter(
            account__company=company,
            collection_date__range=(today - _LATE, collection_date),
            collection_hold=Hold.NONE,
            state=BillState.ISSUED,
            total_minor__gt=0,
        )
        .order_by("pk")
    )
    owed = outstanding_minor(bill_ids=[bill.pk for bill in bills])
    taken = set(
        AttemptBill.objects.filter(bill__in=bills, live=True).values_list("bill_id", flat=True)
    )
    found = []
    for bill in bills:
        mandate = in_force(account_id=bill.account_id, on=today)
        if mandate is None or mandate.scheme != scheme or owed[bill.pk] <= 0 or bill.pk in taken:
            continue
        if _may_be_collected(bill, mandate, collection_date):
            found.append((bill, mandate, owed[bill.pk]))
    return found


def _may_be_collected(bill: Bill, mandate: Mandate, collection_date: date) -> bool:
    if bill.collection_date is None:
        return False
    if mandate.paused_until is not None and mandate.paused_until > collection_date:
        return False
    tried = bill.attempt_parts.filter(attempt__collection_date__gte=bill.collection_date)
    if tried.filter(attempt__mandate__isnull=False).exists():
        return False
    return telling.announced_at(bill_id=bill.pk, on=bill.collection_date) is not None


@inside_transaction
def _attempt(
    tenant: TenantInfo,
    one: tuple[Bill, Mandate, int],
    collection_date: date,
    name: str,
    now: datetime,
) -> PaymentAttempt:
    bill, mandate, minor = one
    is_first = tenant.file.payments.first_debits_apart and not has_collected(mandate=mandate)
    customer = bill.account.customer
    attempt = PaymentAttempt.objects.create(
        token=f"D{secrets.token_hex(14).upper()}",
        gateway=GATEWAY,
        company_id=bill.account.company_id,
        state=AttemptState.CREATED,
        amount_minor=minor,
        currency=bill.currency,
        mandate=mandate,
        collection_date=collection_date,
        sequence=bank.Sequence.FIRST if is_first else bank.Sequence.RECURRENT,
        file_name=name,
        payer=f"mandate:{mandate.pk}",
        email=customer.email,
        language=customer.language or tenant.file.locale.languages[0],
        created_at=now,
        expires_at=now + _SETTLED_WITHIN,
    )
    AttemptBill.objects.create(attempt=attempt, bill=bill, amount_minor=minor)
    return attempt


def _debit(attempt: PaymentAttempt, bill: Bill) -> bank.Debit:
    mandate = attempt.mandate
    if mandate is None:
        raise TypeError(attempt.pk)
    return bank.Debit(
        end_to_end_id=attempt.token,
        mandate_reference=mandate.reference,
        signed_date=mandate.signed_date,
        sequence=bank.Sequence(attempt.sequence),
        debtor_name=mandate.holder,
        debtor_iban=mandate.iban,
        amount_minor=attempt.amount_minor,
        text=bill.number,
        currency=attempt.currency,
        amendment=_amendment(mandate),
    )


def debits_of(*, name: str) -> list[bank.Debit]:
    """
    Return the debits of a file in the order in which they were written.
    """
    attempts = PaymentAttempt.objects.filter(file_name=name).select_related("mandate")
    return [
        _debit(one, one.parts.select_related("bill").get().bill) for one in attempts.order_by("pk")
    ]


def _amendment(mandate: Mandate) -> bank.Amendment | None:
    if not mandate.old_iban:
        return None
    is_same_bank = mandate.old_iban[:2] == mandate.iban[:2] and _bank(mandate.old_iban) == _bank(
        mandate.iban
    )
    if is_same_bank:
        return bank.Amendment(debtor_iban=mandate.old_iban)
    return bank.Amendment(is_account_changed=True)


def _bank(iban: str) -> str:
    # In every country of SEPA the bank's own number stands first in the national part.
    return iban[4:8]


@owns_transaction
def hand_in(*, name: str, by: str, now: datetime) -> None:
    """
    Note that a file was given to the bank; again changes nothing.

    :raises NotWaiting: if there is no such file.
    :raises WrongStep: if it was withdrawn.
    """
    _step(name, Step.HANDED_IN, by, now)
    rows = PaymentAttempt.objects.filter(file_name=name, state=AttemptState.CREATED)
    rows.update(state=AttemptState.PENDING)
    # The bank knows the new accounts from now on.
    Mandate.objects.filter(attempts__file_name=name).exclude(old_iban="").update(old_iban="")


@owns_transaction
def withdraw(*, name: str, by: str, now: datetime) -> None:
    """
    Give up a file that was not handed in; its bills can be collected and paid again.

    :raises NotWaiting: if there is no such file.
    :raises WrongStep: if it was handed in.
    """
    _step(name, Step.WITHDRAWN, by, now)
    rows = PaymentAttempt.objects.filter(file_name=name, state__in=OPEN_STATES)
    AttemptBill.objects.filter(attempt__in=rows).delete()
    rows.update(state=AttemptState.EXPIRED, failure="withdrawn")


def _step(name: str, step: Step, by: str, now: datetime) -> None:
    file = waiting.find(name=name, kind=KIND, now=now)
    if file.note["step"] == step:
        return
    if file.note["step"] != Step.PREPARED:
        raise WrongStep(name)
    if not waiting.change(name=name, was=file.note, becomes={**file.note, "step": step}):
        raise WrongStep(name)
    _record(f"debits.{step.lower()}", name, by, now)


def files(*, now: datetime) -> list[DebitFile]:
    """
    Return the files, the newest first.
    """
    found = [_file(one.name, one.note) for one in waiting.every(kind=KIND, now=now)]
    return sorted(found, key=lambda one: one.made_at, reverse=True)


def one_file(*, name: str, now: datetime) -> DebitFile:
    """
    Return one file.

    :raises NotWaiting: if there is no such file.
    """
    return _file(name, waiting.find(name=name, kind=KIND, now=now).note)


def _file(name: str, note: dict[str, Any]) -> DebitFile:
    return DebitFile(
        name=name,
        step=Step(note["step"]),
        company_code=note["company"],
        message_id=note["message_id"],
        collection_date=date.fromisoformat(note["collection_date"]),
        hand_in_by=date.fromisoformat(note["hand_in_by"]),
        count=note["count"],
        total_minor=note["total_minor"],
        currency=note["currency"],
        made_at=datetime.fromisoformat(note["made_at"]),
    )


def _record(action: str, name: str, by: str, now: datetime, **detail: int) -> None:
    record(action=action, subject=f"debits:{name}", actor=by, detail=detail, now=now)
