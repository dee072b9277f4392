"""Credit an issued bill: it is never edited, a credit note takes all of it back."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from mains.audit import actions as audit
from mains.audit.rules.chain import without_addresses
from mains.billing import charges, numbers
from mains.billing.budgets.bills import fixed_lines
from mains.billing.documents.facts import seal
from mains.billing.models import Bill, BillKind, BillLine, BillState, RunStage
from mains.billing.rules.crediting import credited, rests_on_estimates, takes_off
from mains.billing.runs.holding import REASON, ReasonMissing
from mains.core.calendars import Period
from mains.core.money import Money
from mains.core.transactions import inside_transaction, owns_transaction
from mains.core.wording import money_text
from mains.customers.models import Company, Contract
from mains.ledger import actions as ledger
from mains.ledger.models import Transfer
from mains.metering import unbilling
from mains.notifications import actions as notifications
from mains.references.rf import reference_of


class NotCreditable(Exception):
    """A credit note is not credited, and neither is a bill whose facts are deleted."""


class RunAtWork(Exception):
    """The run of this bill is being issued; it can be credited once that is done."""


class LaterBill(Exception):
    """A later bill goes on from what this one estimated; credit that one first."""


class SettledBill(Exception):
    """A settlement took the fixed amounts of this bill off; credit the settlement first."""


class SecondPersonNeeded(Exception):
    """The tenant wants a second person; whoever asked for it cannot do it as well."""


@owns_transaction
def ask(*, bill_id: int, reason: str, asked_by: str, actor: str, now: datetime) -> None:
    """
    Ask a second person to credit a bill; again keeps the first wish, and a credited one stays.

    :raises ReasonMissing: if no reason is given.
    :raises NotCreditable: if it is a credit note.
    :raises Bill.DoesNotExist: if there is no such bill.
    """
    bill = Bill.objects.select_for_update(of=("self",)).defer("facts").get(pk=bill_id)
    words = without_addresses(reason)[:REASON]
    if not words:
        raise ReasonMissing(bill_id)
    if bill.kind == BillKind.CREDIT:
        raise NotCreditable(bill.number)
    if bill.state != BillState.ISSUED or bill.credit_asked_by:
        return
    bill.credit_asked_by, bill.credit_reason = asked_by, words
    bill.save(update_fields=["credit_asked_by", "credit_reason"])
    _audit("bill.credit_asked", bill, {"reason": words}, actor=actor, now=now)


@owns_transaction
def withdraw(*, bill_id: int, actor: str, now: datetime) -> None:
    """
    Take the wish to credit a bill back; again, or once it is credited, changes nothing.

    :raises Bill.DoesNotExist: if there is no such bill.
    """
    bill = Bill.objects.select_for_update(of=("self",)).defer("facts").get(pk=bill_id)
    if bill.state != BillState.ISSUED or not bill.credit_asked_by:
        return
    bill.credit_asked_by, bill.credit_reason = "", ""
    bill.save(update_fields=["credit_asked_by", "credit_reason"])
    _audit("bill.credit_withdrawn", bill, {}, actor=actor, now=now)


@inside_transaction
def credit(
    *,
    bill_id: int,
    reason: str,
    credited_by: str,
    actor: str,
    series: str,
    second_person: bool,
    now: datetime,
    today: date,
) -> Bill:
    """
    Credit an issued bill with a note of its own number, and return the note; again the same one.

    The bill is cancelled and its facts stay. Its transfers are posted the other way round, and what
    it estimated counts no more. The caller releases what was paid for it, in the same transaction.

    :raises ReasonMissing: if no reason is given.
    :raises NotCreditable: if it is a credit note, or its facts are deleted.
    :raises RunAtWork: if its run is being issued.
    :raises LaterBill: if it rests on estimates that a later bill goes on from.
    :raises SettledBill: if a settlement took its fixed amounts off.
    :raises SecondPersonNeeded: if nobody else asked for it, where the tenant wants two people.
    :raises ClosedMonth: if the company has closed the month of today.
    :raises Bill.DoesNotExist: if there is no such bill.
    """
    bill = Bill.objects.select_for_update(of=("self",)).select_related("account__company").get(
        pk=bill_id
    )  # fmt: skip
    known = bill.credit_notes.first()
    if known is not None:
        return known
    words = bill.credit_reason or without_addresses(reason)[:REASON]
    _check(bill, words, credited_by, second_person=second_person)
    ledger.refuse_closed_month(company_id=bill.account.company_id, effective_date=today)
    facts = json.loads(bill.facts)
    # Whoever numbers waits for this lock; so no other bill of the company is written meanwhile, and
    # whatever was written until now is seen.
    Company.objects.select_for_update(no_key=True).get(pk=bill.account.company_id)
    _refuse_later(bill, facts)
    _refuse_settled(bill, facts)
    note = _write(bill, facts, series, now=now, today=today)
    _reverse(bill, note, now=now)
    _take_back(bill, facts)
    bill.state, bill.credit_reason = BillState.CANCELLED, words
    bill.credit_asked_by = bill.credit_asked_by or credited_by
    bill.save(update_fields=["state", "credit_reason", "credit_asked_by"])
    _audit("bill.credited", bill, {"reason": words, "note": note.number}, actor=actor, now=now)
    _tell(bill, note, now=now)
    return note


def _check(bill: Bill, words: str, credited_by: str, *, second_person: bool) -> None:
    if bill.kind == BillKind.CREDIT or not bill.facts or bill.state != BillState.ISSUED:
        raise NotCreditable(bill.number)
    if not words:
        raise ReasonMissing(bill.pk)
    if second_person and bill.credit_asked_by in {"", credited_by}:
        raise SecondPersonNeeded(bill.number)
    if bill.run is not None and bill.run.stage == RunStage.APPROVED:
        raise RunAtWork(bill.number)


def _refuse_later(bill: Bill, facts: Mapping[str, Any]) -> None:
    if not rests_on_estimates(facts):
        return
    later = Bill.objects.charging().filter(
        account_id=bill.account_id, period_start__gte=bill.period_end
    )
    ids = list(later.values_list("pk", flat=True))
    contracts = {contract["id"] for contract in facts["contracts"]}
    # A fixed amount goes on from no estimate.
    days = Period(bill.period_end, date.max)
    fixed = {
        (one.bill_id, one.contract_id)
        for one in (fixed_lines(account_ids=[bill.account_id], period=days) if ids else ())
    }
    if any((pk, contract) not in fixed for pk in ids for contract in contracts):
        raise LaterBill(bill.number)


def _refuse_settled(bill: Bill, facts: Mapping[str, Any]) -> None:
    if not any("budget" in contract for contract in facts["contracts"]):
        return
    beside = Bill.objects.charging().filter(account_id=bill.account_id)
    texts = beside.exclude(kind=BillKind.REGULAR).exclude(facts="").values_list("facts", flat=True)
    if any(takes_off(json.loads(text), number=bill.number) for text in texts):
        raise SettledBill(bill.number)


def _write(
    bill: Bill, facts: Mapping[str, Any], series: str, *, now: datetime, today: date
) -> Bill:
    first = numbers.take(
        company_id=bill.account.company_id, series=series, year=today.year, count=1
    )
    number = numbers.number_text(series=series, year=today.year, number=first)
    reference = reference_of(number=number)
    text, digest = seal(
        credited(
            facts,
            number=number,
            reference=reference,
            issue_date=today.isoformat(),
            due_date=today.isoformat(),
            collection_date=None,
        )
    )
    note = Bill.objects.create(
        account=bill.account,
        credits=bill,
        kind=BillKind.CREDIT,
        state=BillState.ISSUED,
        number=number,
        reference=reference,
        period_start=bill.period_start,
        period_end=bill.period_end,
        issue_date=today,
        due_date=today,
        currency=bill.currency,
        net_minor=-bill.net_minor,
        vat_minor=-bill.vat_minor,
        total_minor=-bill.total_minor,
        facts=text,
        facts_hash=digest,
        issued_at=now,
    )
    lines = list(BillLine.objects.filter(bill_id=bill.pk).order_by("position"))
    for line in lines:
        line.bill_id, line.quantity, line.net = note.pk, -line.quantity, -line.net
        line.pk = (note.pk, line.position)
        line._state.adding = True
    BillLine.objects.bulk_create(lines)
    return note


def _reverse(bill: Bill, note: Bill, *, now: datetime) -> None:
    ledger.post(
        postings=[
            ledger.Posting(row.credit_id, row.debit_id, row.amount_minor, row.leg)
            for row in Transfer.objects.filter(source=f"bill:{bill.pk}").order_by("leg")
        ],
        currency=bill.currency,
        company_id=bill.account.company_id,
        effective_date=note.issue_date,
        source=f"bill:{note.pk}",
        now=now,
    )


def _take_back(bill: Bill, facts: Mapping[str, Any]) -> None:
    charges.wait_again(bill_id=bill.pk)
    contracts = [contract["id"] for contract in facts["contracts"]]
    unbilling.take_back(
        run_id=bill.run_id or 0,
        supply_point_ids=list(
            Contract.objects.filter(pk__in=contracts).values_list("supply_point_id", flat=True)
        ),
        corrected=[
            Period(*(date.fromisoformat(day) for day in one["period"]))
            for contract in facts["contracts"]
            for one in contract["corrections"]
        ],
    )


def _tell(bill: Bill, note: Bill, *, now: datetime) -> None:
    customer = bill.account.customer
    if customer.email:
        amount = Money(abs(bill.total_minor), bill.currency)
        notifications.queue(
            kind="bill-credited",
            key=str(note.pk),
            recipient=customer.email,
            language=customer.language,
            values={
                "name": customer.name,
                "number": bill.number,
                "note": note.number,
                "amount": money_text(amount, language=customer.language),
                "account": bill.account.number[-3:],
            },
            now=now,
        )


def _audit(action: str, bill: Bill, detail: dict[str, Any], *, actor: str, now: datetime) -> None:
    audit.record(
        action=action,
        subject=f"bill:{bill.pk}",
        actor=actor,
        detail={"number": bill.number, **detail},
        now=now,
    )
