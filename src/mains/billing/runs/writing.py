"""Write the bills of one chunk set-wise: bills, lines, transfers, balances, messages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom
from typing import NamedTuple

import orjson
from django.db import connection

from mains.billing import charges, numbers
from mains.billing.documents.facts import Identity, seal
from mains.billing.inputs.chunk_inputs import ChunkInputs
from mains.billing.inputs.covered import refuse_billed
from mains.billing.models import BillRun
from mains.billing.rules.drafting import Draft
from mains.billing.runs.contents import Content, collection_date
from mains.core.money import Money
from mains.core.transactions import inside_transaction
from mains.core.wording import date_text, money_text
from mains.customers.models import Company
from mains.ledger import bulk
from mains.ledger.bulk import TransferRow
from mains.metering import estimated_readings as readings
from mains.references.rf import reference_of

_NEVER = (None,)


@dataclass(frozen=True, slots=True)
class Writing:
    """
    What all bills of a run have in common; `books` names the ledger accounts to credit.

    `revenue:<service>:<book>` and `vat:<rate>` → ledger account id.
    """

    run: BillRun
    company: Company
    series: str
    collection_days: int
    site: str
    books: dict[str, int]
    now: datetime


class NumberedBill(NamedTuple):
    id: int
    draft: Draft
    identity: Identity


@inside_transaction
def write(
    *,
    writing: Writing,
    inputs: ChunkInputs,
    drafts: Sequence[Draft],
    contents: Mapping[int, Content],
) -> list[int]:
    """
    Write the bills of drafts that are not held, with the facts in their contents; return their ids.
    """
    billable = [draft for draft in drafts if draft.hold is None]
    if not billable:
        return []
    ledger_ids = bulk.ensure_receivables(
        account_ids=[draft.account_id for draft in billable], currency=writing.run.currency
    )
    contracts = [one for draft in billable for one in inputs.contracts[draft.account_id]]
    bills = _numbered(writing, inputs, billable)
    # Nobody else can bill for this company before this ends, so whoever did so is seen.
    refuse_billed(
        contracts=contracts, days=inputs.days, taken_off=inputs.taken_off, run=writing.run
    )
    with connection.cursor() as cursor:
        _copy_bills(cursor, writing, inputs, contents, bills)
        _copy_lines(cursor, contents, bills)
        _copy_messages(cursor, writing, inputs, bills)
    used = [one for one in contracts if one.contract_id not in inputs.fixed]
    closings, replaced_ids = inputs.counted.closed.closings(used)
    readings.store(
        closings=closings, replaced_ids=replaced_ids, run_id=writing.run.pk, now=writing.now
    )
    charges.put_on_bills(
        bills={
            bill.id: [one.id for one in inputs.charges.get(bill.draft.account_id, ())]
            for bill in bills
            if bill.draft.account_id in inputs.charges
        }
    )
    changes: dict[int, int] = {}
    rows = list(_transfers(writing, bills, ledger_ids, changes))
    bulk.post(
        rows=rows,
        currency=writing.run.currency,
        effective_date=writing.run.issue_date,
        now=writing.now,
        receivable_changes=changes,
    )
    return [bill.id for bill in bills]


def _numbered(writing: Writing, inputs: ChunkInputs, drafts: Sequence[Draft]) -> list[NumberedBill]:
    run = writing.run
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence('billing_bill', 'id'))"
            " from generate_series(1, %s)",
            [len(drafts)],
        )
        ids = [row[0] for row in cursor.fetchall()]
    # Last before writing: from here to the commit nobody else can number a bill of this company, in
    # whatever year.
    Company.objects.select_for_update(no_key=True).get(pk=writing.company.pk)
    first = numbers.take(
        company_id=writing.company.pk,
        series=writing.series,
        year=run.issue_date.year,
        count=len(drafts),
    )
    bills = []
    # Dealt at random, so that nobody can tell a neighbour's bill number from their own: it is one
    # of the facts that prove an account.
    dealt = SystemRandom().sample(range(len(drafts)), len(drafts))
    for position, bill_id, draft in zip(dealt, ids, drafts, strict=True):
        number = numbers.number_text(
            series=writing.series, year=run.issue_date.year, number=first + position
        )
        identity = Identity(
            number=number,
            reference=reference_of(number=number),
            collection_date=collection_date(
                run=run, holder=inputs.holders[draft.account_id], days=writing.collection_days
            ),
        )
        bills.append(NumberedBill(bill_id, draft, identity))
    return bills


def _copy_bills(
    cursor: object,
    writing: Writing,
    inputs: ChunkInputs,
    contents: Mapping[int, Content],
    bills: Sequence[NumberedBill],
) -> None:
    run = writing.run
    # As text once: the driver would write them out again for every bill.
    dates = [day.isoformat() for day in (run.issue_date, run.due_date)]
    usual = inputs.period.start.isoformat(), inputs.period.end.isoformat()
    instant = writing.now.isoformat()
    with cursor.copy(  # type: ignore[attr-defined]
        "copy billing_bill (id, account_id, run_id, kind, state, number, period_start, period_end,"
        " issue_date, due_date, collection_date, currency, net_minor, vat_minor, total_minor,"
        " reference, facts, facts_hash, issued_at) from stdin"
    ) as copy:
        for bill in bills:
            totals = bill.draft.totals
            facts = contents[bill.draft.account_id].facts
            assert totals is not None
            assert facts is not None
            given = {"number": bill.identity.number, "reference": bill.identity.reference}
            text, digest = seal(facts | given)
            period = inputs.period_of(bill.draft.account_id)
            copy.write_row(
                (
                    bill.id, bill.draft.account_id, run.pk, run.kind, "ISSUED",
                    bill.identity.number,
                    *(usual if period is inputs.period else (period.start, period.end)), *dates,
                    bill.identity.collection_date, run.currency, totals.net.minor,
                    totals.tax.minor, totals.gross.minor, bill.identity.reference, text, digest,
                    instant,
                )
            )  # fmt: skip


def _copy_lines(
    cursor: object, contents: Mapping[int, Content], bills: Sequence[NumberedBill]
) -> None:
    with cursor.copy(  # type: ignore[attr-defined]
        "copy billing_billline (bill_id, position, contract_id, service, code, label, quantity,"
        " unit, unit_price, net, vat_rate, corrects_date) from stdin"
    ) as copy:
        for bill in bills:
            facts = contents[bill.draft.account_id].facts
            assert facts is not None
            # As the facts say them: texts already, which nobody has to write out again.
            for position, line in enumerate(facts["lines"]):
                copy.write_row(
                    (
                        bill.id, position, line["contract"], line["service"], line["code"],
                        line["label"], line["quantity"], line["unit"], line["unit_price"],
                        line["net"], line["vat"], line.get("corrects", _NEVER)[0],
                    )
                )  # fmt: skip


def _copy_messages(
    cursor: object, writing: Writing, inputs: ChunkInputs, bills: Sequence[NumberedBill]
) -> None:
    instant = writing.now.isoformat()
    with cursor.copy(  # type: ignore[attr-defined]
        "copy notifications_message (key, kind, recipient, language, values, state, created_at,"
        " tries, error) from stdin"
    ) as copy:
        for bill in bills:
            holder = inputs.holders[bill.draft.account_id]
            if holder.delivery_email:
                values = orjson.dumps(_message(writing, inputs, bill)).decode()
                key = f"bill-issued:{bill.id}"
                for email in holder.delivery_email.split(","):
                    copy.write_row(
                        (
                            key, "bill-issued", email, holder.language, values, "QUEUED", instant,
                            0, "",
                        )
                    )  # fmt: skip
                    key += "+"


def _message(writing: Writing, inputs: ChunkInputs, bill: NumberedBill) -> dict[str, str]:
    holder = inputs.holders[bill.draft.account_id]
    assert bill.draft.totals is not None
    collected = bill.identity.collection_date
    return {
        "name": holder.name,
        "number": bill.identity.number,
        "amount": money_text(bill.draft.totals.gross, language=holder.language),
        "due": date_text(writing.run.due_date, language=holder.language),
        "account": holder.number[-3:],
        "url": f"{writing.site}/bills/{bill.id}/",
        "collection": date_text(collected, language=holder.language) if collected else "",
    }


def _transfers(
    writing: Writing,
    bills: Sequence[NumberedBill],
    ledger_ids: dict[int, int],
    changes: dict[int, int],
) -> Iterator[TransferRow]:
    """
    Yield what each bill moves: net to revenue per service and book, tax per rate; credits the
    other way.
    """
    for bill in bills:
        receivable = ledger_ids[bill.draft.account_id]
        source = f"bill:{bill.id}"
        for leg, (book, amount) in enumerate(_amounts(bill.draft, writing.run.currency)):
            other = writing.books[book]
            debit, credit = (receivable, other) if amount > 0 else (other, receivable)
            if amount:
                changes[receivable] = changes.get(receivable, 0) + amount
                yield debit, credit, abs(amount), source, leg


def _amounts(draft: Draft, currency: str) -> list[tuple[str, int]]:
    """
    Return net per service and book, tax per rate, in minor units; they add up to the bill's total.
    """
    assert draft.totals is not None
    revenue: dict[str, int] = {}
    for _contract_id, service, rated, _corrects, _days in draft.lines:
        net = rated.net
        minor = net.minor if isinstance(net, Money) else Money.round_from(net, currency).minor
        book = f"revenue:{service}:{rated.book}"
        revenue[book] = revenue.get(book, 0) + minor
    # Lines of four decimals are rounded as a sum; the difference belongs to the largest amount.
    difference = draft.totals.net.minor - sum(revenue.values())
    if difference:
        largest = max(revenue, key=lambda book: abs(revenue[book]))
        revenue[largest] += difference
    return [*revenue.items()] + [(f"vat:{vat.name}", vat.tax.minor) for vat in draft.totals.by_rate]
