"""What the bills before said when a bill was issued, so that its document stays the same."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple

from django.db import connection

from mains.billing.queries import FactsTampered
from mains.billing.rules.inputs_as_facts import period_of

# A year back, and the period before the first of it.
MOST = 25

# What was credited later still stood then; what was credited before did not.
_STOOD = """
select b.number, b.facts, b.facts_hash
from billing_bill b
left join billing_bill n on n.credits_id = b.id and n.issued_at <= %(at)s
where b.account_id = %(account)s and b.id <> %(bill)s and b.issued_at <= %(at)s
  and b.state <> 'DRAFT' and b.kind <> 'CREDIT' and b.facts_deleted_at is null and n.id is null
  and b.period_end <= %(before)s and b.currency = %(currency)s
order by b.period_end desc, b.id desc
limit %(most)s
"""

# The same bills and the one itself, whatever their currency was: what was paid per unit.
_PRICED = """
select l.code, l.unit_price, l.vat_rate, sum(l.net)
from billing_bill own
join billing_bill b on b.account_id = own.account_id and b.issued_at <= own.issued_at
left join billing_bill n on n.credits_id = b.id and n.issued_at <= own.issued_at
join billing_billline l on l.bill_id = b.id
where own.id = %(bill)s and b.state <> 'DRAFT' and b.kind <> 'CREDIT' and n.id is null
  and l.code = any(%(codes)s) and l.unit_price > 0
group by 1, 2, 3
"""
_REPLACED = """
select c.number, c.facts, c.facts_hash
from billing_bill b
join billing_billrun r on r.id = b.run_id
join billing_bill c on c.id = r.corrects_id
where b.id = %s and c.facts_deleted_at is null
"""


class Paid(NamedTuple):
    """
    What was charged for a component at one unit price, net, in major units.
    """

    code: str
    unit_price: Decimal
    vat_percent: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True)
class Earlier:
    """
    The facts of the bills of an account that end before a bill begins, the latest first, and of
    the one in whose place it stands.
    """

    bills: tuple[dict[str, Any], ...] = ()
    # The credited bill in whose place a bill stands.
    replaced: dict[str, Any] | None = None
    # What was charged so far for what once had another price.
    paid: tuple[Paid, ...] = ()

    def like(self, facts: dict[str, Any]) -> tuple[dict[str, Any], ...]:
        """
        Return those that a bill can be compared with: settlements with each other, others likewise.
        """
        settles = facts.get("kind") == "SETTLEMENT"
        return tuple(one for one in self.bills if (one.get("kind") == "SETTLEMENT") is settles)

    def year_before(self, facts: dict[str, Any]) -> dict[str, Any] | None:
        """
        Return the bill for the same period of the year before, or None.
        """
        wanted = period_of(facts["period"]).year_before()
        return next((one for one in self.like(facts) if period_of(one["period"]) == wanted), None)

    def before(self, facts: dict[str, Any]) -> dict[str, Any] | None:
        """
        Return the bill before, or None.
        """
        return next(iter(self.like(facts)), None)


NOTHING = Earlier()


def paid_so_far(*, bill_id: int, codes: Collection[str]) -> tuple[Paid, ...]:
    """
    Return what was charged for components until a bill was issued, by unit price, with it.
    """
    if not codes:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(_PRICED, {"bill": bill_id, "codes": list(codes)})
        return tuple(Paid(*row) for row in cursor.fetchall())


def earlier_than(*, bill_id: int) -> Earlier:
    """
    Return what stood before an issued bill when it was issued.

    :raises FactsTampered: if the facts of one of them are not what was sealed at issue.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select account_id, issued_at, period_start, currency from billing_bill where id = %s",
            [bill_id],
        )
        found = cursor.fetchone()
        if found is None:
            return NOTHING
        account, at, start, currency = found
        cursor.execute(
            _STOOD,
            {
                "account": account,
                "at": at,
                "bill": bill_id,
                "before": start,
                "currency": currency,
                "most": MOST,
            },
        )
        bills = tuple(_unsealed(*row) for row in cursor.fetchall())
        cursor.execute(_REPLACED, [bill_id])
        replaced = cursor.fetchone()
    return Earlier(bills, _unsealed(*replaced) if replaced else None)


def _unsealed(number: str, text: str, digest: str) -> dict[str, Any]:
    if sha256(text.encode()).hexdigest() != digest:
        raise FactsTampered(number)
    facts: dict[str, Any] = json.loads(text)
    return facts
