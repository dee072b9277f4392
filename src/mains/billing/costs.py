"""What the bills of accounts charged, month by month and place by place."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection

from mains.billing.rules.spreading import Charge, spread
from mains.core.arrays import integer_array
from mains.core.calendars import Period
from mains.core.money import Money


@dataclass(frozen=True, slots=True)
class BilledMonth:
    """
    A month of a service at a supply point as a bill charges it; `total` is that of the whole bill.
    """

    account_id: int
    account_number: str
    point_code: str
    service: str
    month: date
    net: Money
    vat: Money
    bill_number: str
    total: Money


# The contract is joined from outside: a bill never loses a line for want of one.
_CHARGES = """
select b.id, b.number, b.account_id, a.number, b.period_start, b.period_end, b.currency,
       b.net_minor, b.vat_minor, b.total_minor, l.contract_id, min(l.service),
       coalesce(min(sp.code), ''), l.vat_rate, sum(l.net)
from billing_bill b
join customers_account a on a.id = b.account_id
join billing_billline l on l.bill_id = b.id
left join customers_contract c on c.id = l.contract_id
left join customers_supplypoint sp on sp.id = c.supply_point_id
where b.account_id = any(%(accounts)s::bigint[]) and b.state = 'ISSUED' and b.kind <> 'CREDIT'
  and b.period_start < %(end)s and b.period_end > %(start)s
group by b.id, a.number, l.contract_id, l.vat_rate
order by b.id, l.contract_id, l.vat_rate
"""


def billed_months(*, account_ids: Collection[int], within: Period) -> list[BilledMonth]:
    """
    Return what each month within a period costs by the issued bills of accounts, by bill.

    A bill of several months is shared among them by their days; what it corrects of earlier bills
    counts in its own months. All months of a bill add up to its net and its VAT.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _CHARGES,
            {
                "accounts": integer_array(account_ids),
                "start": within.start,
                "end": within.end,
            },
        )
        rows = cursor.fetchall()
    found = (_of_bill(list(bill)) for _id, bill in groupby(rows, key=itemgetter(0)))
    return [one for bill in found for one in bill if within.contains(one.month)]


def _of_bill(rows: list[tuple[Any, ...]]) -> list[BilledMonth]:
    _id, number, account_id, account_number, start, end, currency, net, vat, total = rows[0][:10]
    places = {row[10]: (row[11], row[12]) for row in rows}
    costs = spread(
        [Charge(row[10], row[14], row[13]) for row in rows],
        days=Period(start, end),
        net=Money(net, currency),
        vat=Money(vat, currency),
    )
    return [
        BilledMonth(
            account_id=account_id,
            account_number=account_number,
            point_code=places[cost.contract_id][1],
            service=places[cost.contract_id][0],
            month=cost.month,
            net=cost.net,
            vat=cost.vat,
            bill_number=number,
            total=Money(total, currency),
        )
        for cost in costs
    ]
