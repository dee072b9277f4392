"""The report of twelve months as a letter."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from mains.core.money import Money
from mains.core.wording import date_text, money_text, month_text
from mains.customers.models import Account
from mains.payments.statements import letters
from mains.payments.statements.report import Basis, Report
from mains.payments.statements.report_words import months_text, service_name, year_rows
from mains.tenancy.queries import TenantInfo

# So many numbers of accounts stand on a letter; of more only how many there are.
_NAMED = 5


class NothingToReport(Exception):
    """There is no account to report on."""


def pdf(
    *,
    reports: Sequence[Report],
    account_ids: Collection[int],
    tenant: TenantInfo,
    language: str,
    today: date,
) -> bytes:
    """
    Return the reports of accounts as one PDF, a letter for each company, in the language in force.

    :raises NothingToReport: if there are none.
    """
    if not reports:
        raise NothingToReport
    accounts = Account.objects.filter(pk__in=account_ids).select_related("company", "customer")
    known = list(accounts.order_by("number"))
    return letters.printed(
        [
            _letter(
                report,
                [
                    one
                    for one in known
                    if (one.company.code, one.currency) == (report.company_code, report.currency)
                ],
                tenant,
                language,
                today,
            )
            for report in reports
        ],
        title=_("Billed and paid in twelve months"),
        author=reports[0].company_name,
        tenant=tenant,
        language=language,
        day=today,
    )


def _letter(
    report: Report, accounts: list[Account], tenant: TenantInfo, language: str, today: date
) -> dict[str, Any]:
    numbers = [one.number for one in accounts]
    basis = {
        Basis.ISSUE: _("by the month in which they were issued"),
        Basis.USE: _("by the months that they are for"),
    }
    return letters.letter(
        account=accounts[0],
        heading=_("Billed and paid in twelve months"),
        facts=[
            [_("Accounts"), ", ".join(numbers) if len(numbers) <= _NAMED else str(len(numbers))],
            [_("Months"), months_text(report, language=language)],
            [_("Bills"), basis[report.basis]],
            [_("Made"), date_text(today, language=language)],
        ],
        tables=[
            letters.table(
                title=_("The twelve months together"),
                head=[_("Service"), _("Billed"), _("Paid")],
                texts=1,
                columns=["1", "auto", "auto"],
                rows=_year(report, tenant, language),
            ),
            *_services(report, tenant, language),
        ],
    )


def _year(report: Report, tenant: TenantInfo, language: str) -> list[letters.Row]:
    rows = list(year_rows(report, file=tenant.file, language=language))
    return [
        ([(name,), (_text(billed, language),), (_text(paid, language),)], at == len(rows) - 1)
        for at, (name, billed, paid) in enumerate(rows)
    ]


def _services(report: Report, tenant: TenantInfo, language: str) -> Iterator[dict[str, Any]]:
    for one in report.services:
        months = zip(report.months, one.billed, one.paid, strict=True)
        yield letters.table(
            title=service_name(one.code, file=tenant.file, language=language),
            head=[_("Month"), _("Billed"), _("Paid")],
            texts=1,
            columns=["1", "auto", "auto"],
            rows=[
                (
                    [
                        (month_text(month, language=language),),
                        (_text(billed, language),),
                        (_text(paid, language),),
                    ],
                    False,
                )
                for month, billed, paid in months
            ],
        )


def _text(amount: Money | None, language: str) -> str:
    return "" if amount is None else money_text(amount, language=language)
