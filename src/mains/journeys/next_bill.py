"""What the next bills of somebody's accounts would be."""

from collections.abc import Sequence
from datetime import date

from mains.billing.foreseeing import NextBill, next_bills
from mains.journeys.bill_run import bill_plans
from mains.tariffs.rules.lines import LineRounding
from mains.tenancy.queries import TenantInfo


def foresee(*, tenant: TenantInfo, account_ids: Sequence[int], today: date) -> list[NextBill]:
    """
    Return the next bill of accounts by the tenant's own rules, in the order given.
    """
    file = tenant.file
    return next_bills(
        account_ids=account_ids,
        today=today,
        months=file.billing.months_per_bill,
        currency=file.locale.currency,
        line_rounding=LineRounding(file.billing.line_precision),
        plans=bill_plans(file),
    )
