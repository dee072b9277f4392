"""Tariffs: the list, one with its versions, and what prices refer to."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mains.console.access import BILLING, OWNERS, StaffRequest, staff
from mains.console.tariffs import reference_tables, tables
from mains.tariffs import drafts, queries
from mains.tariffs.queries import TariffRow, VersionRow
from mains.tariffs.timetables import timetables_of


@require_safe
@staff(*BILLING)
def every(request: StaffRequest) -> HttpResponse:
    """
    List the tariffs with what is in force, what is coming, and how many contracts have them.
    """
    rows = queries.tariffs()
    file = request.tenant.file
    contracts = queries.contracts_on(codes=[row.code for row in rows], today=request.today)
    table = tables.tariffs_table(
        rows, file=file, contracts=contracts, base=request.base, today=request.today
    )
    return render(request, "console/tariffs/list.html", {"table": table if rows else None})


@require_safe
@staff(*BILLING)
def one(request: StaffRequest, code: str) -> HttpResponse:
    """
    Show a tariff: its versions over time, the prices of one of them, what changed against the one
    before, and its drafts.
    """
    tariff = queries.tariff(code=code)
    if tariff is None:
        raise Http404
    shown, before = _shown(request, tariff)
    file = request.tenant.file
    context = {
        "tariff": tariff,
        "service": tables.service_label(file, tariff.service),
        "contracts": queries.contracts_on(codes={code}, today=request.today).get(code, 0),
        "versions": [
            (event, version, version is shown)
            for event, version in zip(
                tables.time_line(tariff, today=request.today, zone=request.tenant.zone),
                reversed(tariff.versions),
                strict=True,
            )
        ],
        "shown": shown,
        "drafts": drafts.every(code=code),
        "may_publish": request.role in OWNERS,
        "in_file": any(one.code == code for one in file.tariffs),
    }
    if shown is not None:
        context["components"] = tables.components_table(shown.prices, file=file)
        context["has_lab"] = bool(shown.trial.get("lab"))
    if shown is not None and before is not None:
        found = tables.difference(before.prices.components, shown.prices.components)
        labels = {**before.prices.labels, **shown.prices.labels}
        context["same"] = found.same
        if found:
            context["difference"] = tables.difference_table(found, file=file, labels=labels)
        context["before"] = before
    return render(request, "console/tariffs/tariff.html", context)


def _shown(request: StaffRequest, tariff: TariffRow) -> tuple[VersionRow | None, VersionRow | None]:
    """
    Return the version that the address names, else the one in force, with the one before it.
    """
    asked = request.GET.get("version", "")
    if asked.isdecimal() and len(asked) < 19:
        return tariff.version(int(asked))
    current = tariff.in_force(request.today) or (tariff.versions or (None,))[0]
    return tariff.version(current.prices.version_id) if current else (None, None)


@require_safe
@staff(*BILLING)
def taxes(request: StaffRequest) -> HttpResponse:
    """
    Show the taxes that prices name.
    """
    found = request.tenant.file.taxes
    table = reference_tables.taxes_table(found) if found else None
    return render(request, "console/tariffs/taxes.html", {"table": table})


@require_safe
@staff(*BILLING)
def calendars(request: StaffRequest) -> HttpResponse:
    """
    Show which tariff period each hour belongs to, for every calendar.
    """
    file = request.tenant.file
    timetables = timetables_of(file)
    found = [
        (entry, reference_tables.calendar_tables(entry, timetables[entry.code].calendar))
        for entry in file.calendars
    ]
    return render(request, "console/tariffs/calendars.html", {"calendars": found})
