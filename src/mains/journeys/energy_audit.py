"""What an energy auditor asks for: month by month what was used, what it cost, and the weather."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import zip_longest

from django.utils.translation import gettext as _

from mains.billing.costs import BilledMonth, billed_months
from mains.core import spreadsheets
from mains.core.calendars import Period
from mains.core.wording import text_in
from mains.metering.monthly_use import UsedMonth, used_months
from mains.tenancy.queries import TenantInfo

FIRST_YEAR, LAST_YEAR = 1900, 9998
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class AuditRow:
    """
    A month of one service at one place: what was used of a quantity, and what a bill charges.

    Either may be None: a month that is not billed yet, or a service that no meter counts. Where a
    service has several quantities, or several bills, what is left over has rows of its own, so that
    no cost stands twice. `degree_days` (K·d) are those of the month, where they are known.
    """

    account_number: str
    point_code: str
    service: str
    month: date
    used: UsedMonth | None
    cost: BilledMonth | None
    degree_days: Decimal | None


type _Place = tuple[str, str, str, date]


def years_asked(first: str, last: str) -> Period:
    """
    Return the calendar years from one to another, as they were typed; all where none is one.
    """
    start, end = _year(first, FIRST_YEAR), _year(last, LAST_YEAR)
    return Period(date(min(start, end), 1, 1), date(max(start, end) + 1, 1, 1))


def _year(typed: str, otherwise: int) -> int:
    is_year = typed.isascii() and typed.isdecimal() and len(typed) == _DIGITS
    return min(max(int(typed), FIRST_YEAR), LAST_YEAR) if is_year else otherwise


def rows(*, tenant: TenantInfo, account_ids: Collection[int], within: Period) -> list[AuditRow]:
    """
    Return the months within a period of accounts, by account, place, service and month.
    """
    uses: dict[_Place, list[UsedMonth]] = defaultdict(list)
    costs: dict[_Place, list[BilledMonth]] = defaultdict(list)
    for used in used_months(account_ids=account_ids, within=within, file=tenant.file):
        series = used.series
        place = (series.account_number, series.point_code, series.service, used.month)
        uses[place].append(used)
    for cost in billed_months(account_ids=account_ids, within=within):
        costs[cost.account_number, cost.point_code, cost.service, cost.month].append(cost)
    known = tenant.file.weather.by_month() if tenant.file.weather else {}
    return [
        AuditRow(*place, used_, cost_, known.get(place[-1]))
        for place in sorted(uses.keys() | costs.keys())
        for used_, cost_ in zip_longest(uses[place], costs[place])
    ]


def file_of(
    *, tenant: TenantInfo, account_ids: Collection[int], within: Period, suffix: str, language: str
) -> bytes:
    """
    Return the months within a period of accounts as a file of one of `spreadsheets.TYPES`.
    """
    found = rows(tenant=tenant, account_ids=account_ids, within=within)
    return spreadsheets.file_of(
        suffix=suffix,
        title=_("Energy audit"),
        header=_header(),
        rows=[list(_cells(row, tenant, language)) for row in found],
    )


def _header() -> list[str]:
    return [
        _("Account"), _("Supply point"), _("Service"), _("Month"), _("Quantity"), _("Used"),
        _("Unit"), _("How it is known"), _("Priced as"), _("Priced unit"), _("Net"), _("VAT"),
        _("Currency"), _("Bill"), _("Total of the bill"), _("Degree days"),
    ]  # fmt: skip


def _cells(row: AuditRow, tenant: TenantInfo, language: str) -> Iterator[spreadsheets.Value]:
    labels = {service.code: service.label for service in tenant.file.services}.get(row.service, {})
    yield from (
        row.account_number,
        row.point_code,
        text_in(labels, language=language, otherwise=row.service),
        f"{row.month:%Y-%m}",
    )
    used, cost = row.used, row.cost
    yield from (
        (None,) * 6
        if used is None
        else (
            used.series.quantity,
            _plain(used.used),
            used.series.unit,
            _how(used),
            _plain(used.priced),
            used.priced_unit or None,
        )
    )
    yield from (
        (None,) * 5
        if cost is None
        else (
            cost.net.as_decimal(),
            cost.vat.as_decimal(),
            cost.net.currency,
            cost.bill_number,
            cost.total.as_decimal(),
        )
    )
    yield row.degree_days


def _plain(quantity: Decimal | None) -> Decimal | None:
    return None if quantity is None else quantity.normalize()


def _how(used: UsedMonth) -> str:
    if used.used is None:
        return _("a reading is missing or being checked")
    if used.is_estimated:
        return _("estimated")
    return _("share by days") if used.is_shared else _("measured")
