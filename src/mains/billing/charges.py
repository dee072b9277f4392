"""What staff charge or give an account once: added, cancelled until billed, and read for bills."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection

from mains.audit import actions as audit
from mains.audit.rules.chain import without_addresses
from mains.billing.inputs.contracts import ContractRow
from mains.billing.inputs.covered import BilledMeanwhile
from mains.billing.models import Charge
from mains.billing.rules.charging import OneOff
from mains.core.arrays import integer_array
from mains.core.money import Money
from mains.core.transactions import inside_transaction, owns_transaction
from mains.customers.models import Account
from mains.tariffs.rules.taxes import NoTaxInForce, Taxes, in_force

LABEL = 120


class NothingCharged(Exception):
    """A charge or a deduction is more or less than nothing."""


class WordsMissing(Exception):
    """A charge says on the bill what it is for, and here why it is made."""


class UnknownCharge(Exception):
    """The account has no such charge."""


class AlreadyOnBill(Exception):
    """The charge is on a bill; credit that bill to take it back."""


@dataclass(frozen=True, slots=True)
class Wish:
    """
    A charge as staff want it: net in minor units, below zero for a deduction.

    `texts` are what the bill says, by language, or one text under an empty key.
    """

    texts: Mapping[str, str]
    day: date
    net_minor: int
    tax: str
    book: str
    reason: str


class ChargeRow(NamedTuple):
    """
    A charge as staff see it; `bill_number` once it is billed.
    """

    id: int
    texts: Mapping[str, str]
    day: date
    net: Money
    tax: str
    reason: str
    added_by: str
    is_cancelled: bool
    bill_id: int | None
    bill_number: str


def charges_of(*, account_id: int, limit: int = 50) -> list[ChargeRow]:
    """
    Return the charges of an account, newest first.
    """
    rows = Charge.objects.filter(account_id=account_id).select_related("bill").order_by("-pk")
    return [
        ChargeRow(
            row.pk,
            row.texts,
            row.day,
            Money(row.net_minor, row.currency),
            row.tax,
            row.reason,
            row.added_by,
            row.cancelled_at is not None,
            row.bill_id,
            row.bill.number if row.bill else "",
        )
        for row in rows[:limit]
    ]


@owns_transaction
def add(
    *, account_id: int, wish: Wish, sent_key: str, added_by: str, actor: str, now: datetime
) -> int:
    """
    Add a charge or a deduction to an account and return its id; the same form again adds nothing.

    :raises NothingCharged: for an amount of nothing.
    :raises WordsMissing: if no text or no reason is given.
    :raises Account.DoesNotExist: if there is no such account.
    """
    texts = {language: text.strip()[:LABEL] for language, text in wish.texts.items()}
    reason = without_addresses(wish.reason)[:LABEL]
    if not any(texts.values()) or not reason:
        raise WordsMissing(account_id)
    if not wish.net_minor:
        raise NothingCharged(account_id)
    account = Account.objects.get(pk=account_id)
    row, made = Charge.objects.get_or_create(
        sent_key=sent_key,
        defaults={
            "account": account,
            "texts": texts,
            "day": wish.day,
            "net_minor": wish.net_minor,
            "currency": account.currency,
            "tax": wish.tax,
            "book": wish.book,
            "reason": reason,
            "added_by": added_by,
            "added_at": now,
        },
    )
    if made:
        detail: dict[str, str | int | None] = {
            "account": account_id,
            "net_minor": wish.net_minor,
            "reason": reason,
        }
        _audit("charge.added", row.pk, detail, actor=actor, now=now)
    return row.pk


@owns_transaction
def cancel(*, account_id: int, charge_id: int, actor: str, now: datetime) -> None:
    """
    Cancel a charge that is not billed; again changes nothing.

    :raises AlreadyOnBill: if it is billed.
    :raises UnknownCharge: if the account has none with this id.
    """
    row = Charge.objects.select_for_update().filter(pk=charge_id, account_id=account_id).first()
    if row is None:
        raise UnknownCharge(charge_id)
    if row.bill_id is not None:
        raise AlreadyOnBill(charge_id)
    if row.cancelled_at is not None:
        return
    row.cancelled_at = now
    row.save(update_fields=["cancelled_at"])
    _audit("charge.cancelled", charge_id, {"account": account_id}, actor=actor, now=now)


def _audit(
    action: str, charge_id: int, detail: dict[str, str | int | None], *, actor: str, now: datetime
) -> None:
    audit.record(action=action, subject=f"charge:{charge_id}", actor=actor, detail=detail, now=now)


_WAITING = """
select account_id, id, texts::text, day, net_minor, currency, tax, book from billing_charge
where account_id = any(%(accounts)s::bigint[]) and day <= %(until)s
  and bill_id is null and cancelled_at is null
order by account_id, id
"""


def waiting(
    *, contracts: Mapping[int, list[ContractRow]], until: date, taxes: Taxes
) -> dict[int, list[OneOff]]:
    """
    Return the charges up to a day that are on no bill yet, by account.

    Each is charged at the tax of its own day. One whose tax is unknown then waits.
    """
    import json

    found: dict[int, list[OneOff]] = {}
    values: dict[str, str | date] = {"accounts": integer_array(contracts), "until": until}
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, values)
        rows = cursor.fetchall()
    for account_id, charge_id, texts, day, minor, currency, tax, book in rows:
        first = contracts[account_id][0]
        try:
            rate = in_force(tax, taxes, day=day, contract_class=first.contract_class)
        except NoTaxInForce:
            continue
        one = OneOff(charge_id, json.loads(texts), Money(minor, currency), rate, book)
        found.setdefault(account_id, []).append(one)
    return found


@inside_transaction
def put_on_bills(*, bills: Mapping[int, Collection[int]]) -> None:
    """
    Say on which bill charges are, by the bill's id.

    :raises BilledMeanwhile: if one was billed or cancelled since the bill was drafted.
    """
    pairs = [(charge_id, bill_id) for bill_id, ids in bills.items() for charge_id in ids]
    if not pairs:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "update billing_charge c set bill_id = g.bill_id"
            " from unnest(%s::bigint[], %s::bigint[]) as g (id, bill_id)"
            " where c.id = g.id and c.bill_id is null and c.cancelled_at is null",
            [
                integer_array(charge_id for charge_id, _bill_id in pairs),
                integer_array(bill_id for _charge_id, bill_id in pairs),
            ],
        )
        if cursor.rowcount != len(pairs):
            raise BilledMeanwhile(pairs)


@inside_transaction
def wait_again(*, bill_id: int) -> None:
    """
    Let the charges of a credited bill wait for another one.
    """
    Charge.objects.filter(bill_id=bill_id).update(bill=None)
