"""The report of twelve months in words: a table of the year, a chart for each service, a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from mains.branding.components import Cell, Column, Table
from mains.branding.figures import BarChart
from mains.branding.rules.chart import Period as Bar
from mains.core.money import Money, exponent_of
from mains.core.spreadsheets import Value, file_of
from mains.core.wording import (
    money_text,
    month_text,
    short_month_text,
    short_month_year_text,
    text_in,
)
from mains.payments.statements.report import Basis, Report, ServiceYear
from mains.tenancy.tenantfile import TenantFile


def service_name(code: str, *, file: TenantFile, language: str) -> str:
    """
    Return what a service is called; its code where the utility no longer has it.
    """
    if not code:
        return _("Without a service")
    labels = next((one.label for one in file.services if one.code == code), {})
    return text_in(labels, language=language, otherwise=code)


def months_text(report: Report, *, language: str) -> str:
    """
    Write the first and the last month of a report.
    """
    ends = (report.months[0], report.months[-1])
    return " – ".join(month_text(day, language=language) for day in ends)


def year_table(report: Report, *, file: TenantFile, language: str) -> Table:
    """
    Return what the year came to for each service, what was paid on no bill, and the sums.
    """
    return Table(
        caption=_("The twelve months together"),
        columns=(
            Column(_("Service")),
            Column(_("Billed"), numeric=True),
            Column(_("Paid"), numeric=True),
        ),
        rows=tuple(
            (Cell(name), Cell(billed or ""), Cell(paid or ""))
            for name, billed, paid in year_rows(report, file=file, language=language)
        ),
    )


def year_rows(
    report: Report, *, file: TenantFile, language: str
) -> Iterator[tuple[str, Money | None, Money | None]]:
    """
    Yield name, billed and paid of each service, of what settles no bill, and of all together.
    """
    for one in report.services:
        name = service_name(one.code, file=file, language=language)
        yield name, report.total(one.billed), report.total(one.paid)
    if any(one.minor for one in report.unsettled):
        yield _("Paid on no bill"), None, report.total(report.unsettled)
    if any(one.minor for one in report.other):
        yield _("Other bookings"), report.total(report.other), None
    yield _("Total"), report.total([*report.billed, *report.other]), report.total(report.paid)


def charts(report: Report, *, file: TenantFile, language: str) -> list[tuple[str, BarChart]]:
    """
    Return for each service its name and a chart of what was billed, beside what was paid.
    """
    return [
        (
            service_name(one.code, file=file, language=language),
            BarChart(
                finding=_("%(months)s: %(billed)s billed, %(paid)s paid")
                % {
                    "months": months_text(report, language=language),
                    "billed": money_text(report.total(one.billed), language=language),
                    "paid": money_text(report.total(one.paid), language=language),
                },
                unit=report.currency,
                subject=_("with VAT"),
                periods=tuple(_bars(report.months, one, language)),
                now=_("Billed"),
                before=_("Paid"),
                gap=_("Below zero"),
                oldest_first=True,
                column=_("Month"),
                decimals=exponent_of(report.currency),
            ),
        )
        for one in report.services
    ]


def _bars(months: Sequence[date], one: ServiceYear, language: str) -> Iterator[Bar]:
    for month, billed, paid in zip(months, one.billed, one.paid, strict=True):
        below = [amount for amount in (billed, paid) if amount.minor < 0]
        yield Bar(
            label=short_month_year_text(month, language=language),
            short=short_month_text(month, language=language),
            value=billed.as_decimal() if billed.minor >= 0 else None,
            before=paid.as_decimal() if paid.minor >= 0 else None,
            note=", ".join(money_text(amount, language=language) for amount in below),
        )


def report_file(
    reports: Sequence[Report], *, file: TenantFile, language: str, suffix: str
) -> bytes:
    """
    Return reports as a file of one of `spreadsheets.TYPES`: a row for each service and month.
    """
    return file_of(
        suffix=suffix,
        title=_("Twelve months"),
        header=[
            _("Company"), _("Service"), _("Month"), _("Billed"), _("Paid"), _("Currency"),
        ],
        rows=[row for one in reports for row in _rows(one, file, language)],
    )  # fmt: skip


def _rows(report: Report, file: TenantFile, language: str) -> Iterator[list[Value]]:
    none: tuple[None, ...] = (None,) * len(report.months)
    parts: list[tuple[str, Sequence[Money | None], Sequence[Money | None]]] = [
        (service_name(one.code, file=file, language=language), one.billed, one.paid)
        for one in report.services
    ]
    parts.append((_("Paid on no bill"), none, report.unsettled))
    if any(one.minor for one in report.other):
        parts.append((_("Other bookings"), report.other, none))
    for name, billed, paid in parts:
        for month, charged, settled in zip(report.months, billed, paid, strict=True):
            yield [
                report.company_name,
                name,
                f"{month:%Y-%m}",
                charged.as_decimal() if charged else None,
                settled.as_decimal() if settled else None,
                report.currency,
            ]


@dataclass(frozen=True, slots=True)
class ReportPage:
    """
    A report as a page shows it.
    """

    company: str
    months: str
    table: Table
    charts: list[tuple[str, BarChart]]


def page_of(report: Report, *, file: TenantFile, language: str) -> ReportPage:
    """
    Return a report with everything that a page says of it.
    """
    return ReportPage(
        company=report.company_name,
        months=months_text(report, language=language),
        table=year_table(report, file=file, language=language),
        charts=charts(report, file=file, language=language),
    )


def bases() -> list[tuple[Basis, str]]:
    """
    Return which month of a bill may count, each with its name.
    """
    return [(Basis.ISSUE, _("By month of the bill")), (Basis.USE, _("By month of use"))]
