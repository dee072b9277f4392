"""The lab: what a draft would have made of the last twelve months of everybody's bills."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mains.branding.components import Cell, Column, Table
from mains.branding.figures import BarChart
from mains.branding.rules.chart import Period as Bar
from mains.console import wording
from mains.console.access import BILLING, StaffRequest, author, staff, to
from mains.console.tariffs import tables
from mains.core.money import Money
from mains.core.wording import signed_money_text
from mains.customers import queries as customers
from mains.journeys import tariff_lab
from mains.tariffs import drafts, queries
from mains.tariffs.rules.lab import BANDS, BOUNDS, SAME, LeftOut, Tally, bounds_of
from mains.tenancy.tenantfile import TenantFile


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def lab(request: StaffRequest, version_id: int) -> HttpResponse:
    """
    Show what the lab found for a draft, or for the version that was published from it; begin anew.
    """
    if request.method == "POST":
        return _asked(request, version_id)
    tariff = queries.tariff_of_version(version_id=version_id)
    if tariff is None:
        raise Http404
    published, _before = tariff.version(version_id)
    trial = published.trial if published else drafts.find(draft_id=version_id).trial
    found = trial.get("lab")
    if published is not None and not found:
        raise Http404
    context = {
        "tariff": tariff,
        "draft_url": f"{request.base}tariffs/drafts/{version_id}/",
        "is_draft": published is None,
        "lab": found,
        **(_result(request, found) if found else {}),
    }
    return render(request, "console/tariffs/lab.html", context)


def _asked(request: StaffRequest, draft_id: int) -> HttpResponse:
    try:
        tariff_lab.ask(
            tenant=request.tenant,
            draft_id=draft_id,
            by=author(request),
            today=request.today,
            now=request.now,
        )
    except drafts.UnknownDraft as error:
        raise Http404 from error
    except tariff_lab.NotRatable:
        messages.error(request, _("The draft has mistakes. Correct them, then try it."))
        return to(request, f"tariffs/drafts/{draft_id}/")
    return to(request, f"tariffs/lab/{draft_id}/")


def _result(request: StaffRequest, found: Mapping[str, Any]) -> dict[str, Any]:
    tally = Tally.from_data(found["tally"])
    file, start, end = request.tenant.file, *map(date.fromisoformat, found["period"])
    currency = file.locale.currency
    median = tally.median()
    return {
        "working": found["state"] == tariff_lab.WORKING,
        "days": wording.period(start, end),
        "tally": tally,
        "before": Money(tally.before, currency),
        "after": Money(tally.after, currency),
        "change": signed_money_text(
            Money(tally.after - tally.before, currency), language=wording.language()
        ),
        "share": _percent(tally.before, tally.after),
        "median": "–" if median is None else signed_percent(median),
        "above": [
            (_("More than %(percent)s %% dearer") % {"percent": bound}, _share(tally, bound))
            for bound in BOUNDS[1:]
        ],
        "chart": _chart(tally) if tally.measured else None,
        "theme": file.brand.theme,
        "groups": _groups(tally, file) if tally.groups else None,
        "worst": _worst(tally, currency, request.base) if tally.worst else None,
        "left_out": _left_out(tally, request.base) if tally.left_out else None,
    }


def signed_percent(value: Decimal) -> str:
    """
    Write a percentage with its sign.
    """
    sign = "−" if value < 0 else "+" if value else ""
    return _("%(number)s %%") % {"number": sign + wording.number(abs(value))}


def _percent(before: int | Decimal, after: int | Decimal) -> str:
    if before <= 0:
        return "–"
    change = (Decimal(after) - Decimal(before)) * 100 / Decimal(before)
    return signed_percent(change.quantize(Decimal("0.01")))


def _share(tally: Tally, bound: int) -> str:
    count = tally.above(bound)
    share = Decimal(count * 100) / tally.measured if tally.measured else Decimal(0)
    percent = _("%(number)s %%") % {"number": wording.number(share.quantize(Decimal("0.1")))}
    return f"{wording.number(count)} ({percent})"


def _chart(tally: Tally) -> BarChart:
    return BarChart(
        finding=_("%(falling)s pay less, %(rising)s pay more, for %(same)s nothing changes")
        % {
            "falling": wording.number(tally.falling),
            "rising": wording.number(tally.rising),
            "same": wording.number(tally.bands[SAME]),
        },
        unit=_("accounts"),
        periods=tuple(
            Bar(label=_band(band), short=_short_band(band), value=Decimal(tally.bands[band]))
            for band in BANDS
        ),
        now=_("Accounts"),
        subject=_("by how much their bills change"),
        column=_("Difference"),
        oldest_first=True,
        short_labels=True,
        every_value=True,
    )


def _band(band: int) -> str:
    if band == SAME:
        return _("no change")
    low, high = bounds_of(band)
    values = {"low": low, "high": high}
    if high is None:
        less, more = _("more than %(low)s %% cheaper"), _("more than %(low)s %% dearer")
    else:
        less, more = _("%(low)s to %(high)s %% cheaper"), _("%(low)s to %(high)s %% dearer")
    return (less if band < SAME else more) % values


def _short_band(band: int) -> str:
    if band == SAME:
        return "0"
    low, high = bounds_of(band)
    arrow = "↓" if band < SAME else "↑"
    return f"{arrow} {low}+" if high is None else f"{arrow} {low}–{high}"


def _groups(tally: Tally, file: TenantFile) -> Table:
    currency = file.locale.currency
    return Table(
        caption=_("Revenue by service and class, without tax"),
        columns=(
            Column(_("Service")),
            Column(_("Class")),
            Column(_("Accounts"), numeric=True),
            Column(_("Before"), numeric=True),
            Column(_("After"), numeric=True),
            Column(_("Difference"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(tables.service_label(file, service)),
                Cell(name or "–"),
                Cell(wording.number(one.accounts)),
                Cell(Money.round_from(one.before, currency)),
                Cell(Money.round_from(one.after, currency)),
                Cell(_percent(one.before, one.after)),
            )
            for (service, name), one in sorted(tally.groups.items())
        ),
    )


def _worst(tally: Tally, currency: str, base: str) -> Table:
    names = customers.numbers_of(account_ids=[entry[0] for entry in tally.worst])
    return Table(
        caption=_("Whose bills rise most"),
        columns=(
            Column(_("Account")),
            Column(_("Customer")),
            Column(_("Before"), numeric=True),
            Column(_("After"), numeric=True),
            Column(_("In these twelve months"), numeric=True),
            Column(_("Difference"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(names.get(account, (str(account), ""))[0], url=f"{base}customers/{account}/"),
                Cell(names.get(account, ("", ""))[1]),
                Cell(Money(before, currency)),
                Cell(Money(after, currency)),
                Cell(
                    signed_money_text(Money(after - before, currency), language=wording.language())
                ),
                Cell(_percent(before, after)),
            )
            for account, before, after in tally.worst
        ),
    )


def _left_out(tally: Tally, base: str) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """
    Return each reason with its count of bills and the accounts that it names.
    """
    named = {account for accounts in tally.named.values() for account in accounts}
    numbers = customers.numbers_of(account_ids=sorted(named))
    sentences = {
        LeftOut.NO_INPUTS: _("Nothing is kept of what these bills were rated from."),
        LeftOut.NOT_REPRODUCED: _(
            "Rated again by the tariff they were billed with, they come to something else."
        ),
        LeftOut.NOT_RATABLE: _("The draft prices what is not known of these accounts."),
    }
    return [
        (
            sentences[why],
            wording.number(count),
            [
                (numbers.get(account, (str(account), ""))[0], f"{base}customers/{account}/")
                for account in tally.named.get(why, [])
            ],
        )
        for why, count in tally.left_out.items()
    ]
