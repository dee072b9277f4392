"""
Leave to collect: given, changed, paused and ended by customers, staff and banks.

| | twice | late | in the wrong order | never |
|---|---|---|---|---|
| give | the same is found | from today on | another in force: refused | bills are paid by hand |
| pause | the later day holds | what the bank has is collected | ended: refused | – |
| end | nothing more | what the bank has is collected | – | ends after 36 months unused |
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, Q, QuerySet
from stdnum import iban as ibans

from mains.audit.actions import record
from mains.bankfiles.direct_debits import debits
from mains.billing.models import Bill, BillState
from mains.core.calendars import add_months
from mains.core.transactions import inside_transaction, owns_transaction
from mains.customers.models import Account, Mandate, Scheme
from mains.payments.allocating import outstanding_minor
from mains.payments.autopay.holding import WithTheBank, hold_locked
from mains.payments.models import AttemptState
from mains.payments.rules.collections import Hold
from mains.payments.stored_cards import AlreadyCollected, in_force

# A mandate that nothing was collected under for so long is void (EPC016-06, section 4.1).
UNUSED_MONTHS = 36
LONGEST_PAUSE_MONTHS = 6
_SUCCEEDED = Q(attempts__state=AttemptState.SUCCEEDED)


class WrongIban(Exception):
    """The check digits do not fit: it was typed wrongly."""


class UnknownMandate(Exception):
    """The account has no such mandate in force."""


class PauseTooLong(Exception):
    """A pause ends within half a year; without collections for longer a mandate is ended."""


@dataclass(frozen=True, slots=True)
class Signed:
    """
    What somebody signs: whose bank account it is, and how much is collected of one bill at most.
    """

    holder: str
    iban: str
    scheme: Scheme = Scheme.CORE
    limit_minor: int | None = None
    reference: str = ""
    signed_date: date | None = None


@owns_transaction
def give(*, account_id: int, signed: Signed, by: str, now: datetime, today: date) -> Mandate:
    """
    Put a direct debit in force from today on; what is signed again while it is in force is found.

    Bills that are open already are paid as they were to be; those from now on are collected.

    :raises WrongIban: if the check digits do not fit.
    :raises AlreadyCollected: if another mandate is in force.
    """
    account = Account.objects.select_for_update(of=("self",), no_key=True).get(pk=account_id)
    plain = ibans.compact(signed.iban).upper()
    if not ibans.is_valid(plain):
        raise WrongIban(plain[-4:])
    known = in_force(account_id=account_id, on=today)
    if known is not None:
        if (known.iban, known.scheme) == (plain, signed.scheme):
            return known
        raise AlreadyCollected(account_id)
    mandate = Mandate.objects.create(
        account=account,
        reference=signed.reference or f"M{account.number[-10:]}-{secrets.token_hex(4).upper()}",
        scheme=signed.scheme,
        holder=signed.holder[:160],
        iban=plain,
        limit_minor=signed.limit_minor,
        signed_date=signed.signed_date or today,
        start_date=today,
    )
    _record("mandate.given", mandate, by, now)
    return mandate


@owns_transaction
def change_account(*, mandate_id: int, iban: str, by: str, now: datetime, today: date) -> bool:
    """
    Collect from another bank account of the same payer, and tell whether it is another.

    The bank is told with the next collection; until then the one before is remembered.

    :raises WrongIban: if the check digits do not fit.
    :raises UnknownMandate: if no direct debit is in force.
    """
    plain = ibans.compact(iban).upper()
    if not ibans.is_valid(plain):
        raise WrongIban(plain[-4:])
    mandate = _running(mandate_id, today)
    if mandate.scheme == Scheme.CARD:
        raise UnknownMandate(mandate_id)
    if mandate.iban == plain:
        return False
    mandate.old_iban = mandate.old_iban or mandate.iban
    mandate.iban = plain
    mandate.save(update_fields=["iban", "old_iban"])
    _record("mandate.account_changed", mandate, by, now)
    return True


@owns_transaction
def set_limit(
    *, mandate_id: int, limit_minor: int | None, by: str, now: datetime, today: date
) -> None:
    """
    Change how much is collected of one bill at the most; None means whatever is owed.

    :raises UnknownMandate: if it is not in force.
    """
    mandate = _running(mandate_id, today)
    mandate.limit_minor = limit_minor
    mandate.save(update_fields=["limit_minor"])
    _record("mandate.limit_set", mandate, by, now)


@owns_transaction
def pause(*, mandate_id: int, until: date, by: str, now: datetime, today: date) -> None:
    """
    Collect nothing before a day; bills that were to be collected before it are collected then.

    :raises UnknownMandate: if it is not in force.
    :raises PauseTooLong: for more than half a year, or a day that is over.
    """
    if not today < until <= add_months(today, LONGEST_PAUSE_MONTHS):
        raise PauseTooLong(until)
    mandate = _running(mandate_id, today)
    mandate.paused_until = until
    mandate.save(update_fields=["paused_until"])
    _planned(mandate).filter(collection_date__lt=until).update(collection_date=until)
    _record("mandate.paused", mandate, by, now)


@owns_transaction
def resume(*, mandate_id: int, by: str, now: datetime, today: date) -> None:
    """
    End a pause; what it moved is announced anew and collected after that.

    :raises UnknownMandate: if it is not in force.
    """
    mandate = _running(mandate_id, today)
    mandate.paused_until = None
    mandate.save(update_fields=["paused_until"])
    _record("mandate.resumed", mandate, by, now)


@owns_transaction
def end(*, mandate_id: int, why: str, by: str, now: datetime, today: date) -> bool:
    """
    End a mandate today, and tell whether it was in force; its open bills are paid by hand.

    What the bank has the order to collect is collected.
    """
    return end_locked(mandate_id=mandate_id, why=why, by=by, now=now, today=today)


@inside_transaction
def end_locked(*, mandate_id: int, why: str, by: str, now: datetime, today: date) -> bool:
    """
    End a mandate in the caller's transaction.
    """
    try:
        mandate = _running(mandate_id, today)
    except UnknownMandate:
        return False
    mandate.end_date, mandate.end_reason = today, why[:20]
    mandate.save(update_fields=["end_date", "end_reason"])
    for bill in _planned(mandate).select_for_update(of=("self",)).defer("facts").order_by("pk"):
        try:
            hold_locked(bill=bill, why=Hold.ENDED, by=by, now=now)
        except WithTheBank:
            continue
    _record("mandate.ended", mandate, by, now)
    return True


def end_unused(*, now: datetime, today: date) -> int:
    """
    End the direct debits under which nothing was collected for 36 months; return how many.
    """
    long_ago = add_months(today, -UNUSED_MONTHS)
    running = Mandate.objects.filter(confirmed=True, signed_date__lt=long_ago).exclude(
        scheme=Scheme.CARD
    )
    last = running.filter(end_date=None).annotate(
        last=Max("attempts__collection_date", filter=_SUCCEEDED)
    )
    ids = [pk for pk, day in last.values_list("pk", "last") if day is None or day < long_ago]
    return sum(end(mandate_id=pk, why="unused", by="system", now=now, today=today) for pk in ids)


def is_iban(typed: str) -> bool:
    """
    Tell whether an IBAN's check digits fit.
    """
    return bool(ibans.is_valid(typed))


def is_reference(typed: str) -> bool:
    """
    Tell whether banks take a text as the reference of a mandate.
    """
    return debits.is_reference(typed)


def has_collected(*, mandate: Mandate) -> bool:
    """
    Tell whether anything was ever collected under a mandate, or is being collected now.
    """
    failed = (AttemptState.FAILED, AttemptState.EXPIRED)
    return mandate.attempts.exclude(state__in=failed).exists()


def _planned(mandate: Mandate) -> QuerySet[Bill]:
    """
    Return the bills that were to be collected and are still owed.
    """
    rows = Bill.objects.filter(
        account_id=mandate.account_id, state=BillState.ISSUED, collection_hold="",
        collection_date__isnull=False,
    )  # fmt: skip
    owed = outstanding_minor(bill_ids=list(rows.values_list("pk", flat=True)))
    return Bill.objects.filter(pk__in=[pk for pk, minor in owed.items() if minor > 0])


def _running(mandate_id: int, today: date) -> Mandate:
    rows = Mandate.objects.select_for_update(of=("self",)).filter(
        pk=mandate_id, confirmed=True, start_date__lte=today
    )
    mandate = rows.exclude(end_date__lte=today).first()
    if mandate is None:
        raise UnknownMandate(mandate_id)
    return mandate


def _record(action: str, mandate: Mandate, by: str, now: datetime) -> None:
    record(
        action=action,
        subject=f"mandate:{mandate.pk}",
        actor=by,
        detail={"account": mandate.account_id},
        now=now,
    )
