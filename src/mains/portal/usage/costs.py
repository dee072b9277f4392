"""What the bills of an account came to, beside those of the same months a year before."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby

from django.utils.translation import gettext as _

from mains.branding.figures import BarChart
from mains.core.calendars import Period
from mains.core.money import Money, exponent_of
from mains.core.wording import money_text
from mains.metering.rules.comparing import Compared, Use, by_period
from mains.payments import queries as payments
from mains.payments.queries import BillRow
from mains.portal.access import PortalRequest
from mains.portal.readings.messages import language
from mains.portal.usage import wording
from mains.portal.usage.wording import UseChart


def charts(request: PortalRequest, account_ids: list[int], *, latest: int) -> list[UseChart]:
    """
    Return a chart of its bills for each account that has one.
    """
    rows = payments.bills(account_ids=account_ids, today=request.today)
    rows.sort(key=lambda row: (row.account_number, row.period_start))
    return [
        _chart(list(bills), latest)
        for _number, bills in groupby(rows, key=lambda row: row.account_number)
    ]


def _chart(bills: list[BillRow], latest: int) -> UseChart:
    currency = bills[0].total.currency
    shown = by_period(list(_uses(bills)), latest=latest)
    return UseChart(
        label=bills[0].company_name,
        place=_("Account %(number)s") % {"number": bills[0].account_number},
        chart=BarChart(
            finding=_finding(shown, currency=currency),
            unit=currency,
            subject=_("bills with VAT"),
            periods=tuple(wording.bar(use, yearly=False) for use in shown),
            now=_("Bill"),
            before=_("A year before") if any(use.before is not None for use in shown) else "",
            decimals=exponent_of(currency),
        ),
    )


def _uses(bills: list[BillRow]) -> Iterator[Use]:
    """
    Yield the months of each bill with its total in major units; a credit has no bar.
    """
    for bill in bills:
        months = Period(bill.period_start, bill.period_end)
        yield Use(months, None if bill.total.minor < 0 else bill.total.as_decimal())


def _finding(shown: list[Compared], *, currency: str) -> str:
    latest = shown[-1]
    when = wording.name_of(latest.months)
    if latest.used is None:
        return _("%(when)s: you got money back.") % {"when": when}
    values = {"when": when, "figure": _text(latest.used, currency)}
    if latest.before is None:
        return _("%(when)s: your bill was %(figure)s.") % values
    difference = latest.used - latest.before
    values["difference"] = _text(abs(difference), currency)
    if difference == 0:
        return _("%(when)s: your bill was %(figure)s, as much as a year before.") % values
    if difference > 0:
        return _("%(when)s: your bill was %(figure)s, %(difference)s more than a year before.") % (
            values
        )
    return _("%(when)s: your bill was %(figure)s, %(difference)s less than a year before.") % values


def _text(amount: Decimal, currency: str) -> str:
    return money_text(Money.round_from(amount, currency), language=language())
