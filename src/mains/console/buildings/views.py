"""Buildings whose homes share their meters: who has which share, and who joins or leaves."""

from datetime import date
from decimal import Decimal
from itertools import groupby

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mains.branding.components import Cell, Column, Table
from mains.console import wording
from mains.console.access import BILLING, EVERYBODY, StaffRequest, staff, to
from mains.console.buildings.forms import Sharing
from mains.journeys import bill_run, building_shares
from mains.journeys.building_shares import HomeShare
from mains.metering import buildings
from mains.tenancy.tenantfile.services import Service, label_of_key


@require_safe
@staff(*EVERYBODY)
def every(request: StaffRequest) -> HttpResponse:
    """
    List the buildings.
    """
    rows = buildings.buildings()
    table = Table(
        caption=_("Buildings"),
        hide_caption=True,
        columns=(Column(_("Building")), Column(_("Address")), Column(_("Homes"), numeric=True)),
        rows=tuple(
            (Cell(row.code, url=f"{row.id}/"), Cell(row.address), Cell(str(row.homes)))
            for row in rows
        ),
    )
    return render(
        request,
        "console/buildings/list.html",
        {"table": table if rows else None, "shares": bool(_services(request))},
    )


@require_safe
@staff(*EVERYBODY)
def one(request: StaffRequest, building_id: int) -> HttpResponse:
    """
    Show what each home of a building has of the period that ended last, and how it came about.
    """
    building = buildings.building(building_id=building_id)
    if building is None:
        raise Http404
    period = bill_run.period_before(tenant=request.tenant, today=request.today)
    rows = building_shares.shares_of(tenant=request.tenant, building_id=building_id, period=period)
    return render(
        request,
        "console/buildings/building.html",
        {
            "building": building,
            "period": wording.period(period.start, period.end),
            "tables": [
                _table(request, list(group))
                for _key, group in groupby(rows, key=lambda row: (row.service, row.quantity))
            ],
        },
    )


def _table(request: StaffRequest, rows: list[HomeShare]) -> Table:
    told = [row.share for row in rows if row.share is not None]
    keys = told[0].keys if told else ()
    unit = wording.unit(rows[0].unit)
    service = request.tenant.file.service(rows[0].service)
    total = f"{wording.number(str(told[0].total))} {unit}" if told else _("not known yet")
    return Table(
        caption=_("%(service)s: %(total)s") % {"service": _label(service), "total": total},
        columns=(
            Column(_("Home")),
            *(
                Column(
                    _("%(percent)s %% by %(name)s")
                    % {
                        "percent": wording.number(str(key.percent)),
                        "name": label_of_key(service, key.name, language=wording.language()),
                    },
                    numeric=True,
                )
                for key in keys
            ),
            Column(_("Share"), numeric=True),
            Column(_("Falls to")),
        ),
        rows=(
            *(_row(row, len(keys), unit) for row in rows),
            *([_sum(rows, len(keys), unit)] if told else []),
        ),
    )


def _row(row: HomeShare, keys: int, unit: str) -> tuple[Cell, ...]:
    parts = row.share.keys if row.share else ()
    return (
        Cell(row.home_code, note=row.address),
        *(
            Cell(
                wording.number(str(part.used)),
                note=_("%(weight)s of %(whole)s")
                % {
                    "weight": wording.number(str(part.weight)),
                    "whole": wording.number(str(part.whole)),
                },
            )
            for part in parts
        ),
        *(Cell("–") for _missing in range(keys - len(parts))),
        Cell(f"{wording.number(str(row.share.used))} {unit}" if row.share else "–"),
        Cell(
            ", ".join(row.account_numbers) if row.account_numbers else _("nobody: it is not billed")
        ),
    )


def _sum(rows: list[HomeShare], keys: int, unit: str) -> tuple[Cell, ...]:
    together = sum((row.share.used for row in rows if row.share), Decimal(0))
    return (
        Cell(_("Together")),
        *(Cell("") for _key in range(keys)),
        Cell(f"{wording.number(str(together))} {unit}"),
        Cell(""),
    )


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def join(request: StaffRequest) -> HttpResponse:
    """
    Let a home share the meters of its building.
    """
    return _change(request, leaves=False)


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def leave(request: StaffRequest) -> HttpResponse:
    """
    Let a home share the meters of its building no longer.
    """
    return _change(request, leaves=True)


def _change(request: StaffRequest, *, leaves: bool) -> HttpResponse:
    services = [(service.code, _label(service)) for service in _services(request)]
    form = Sharing(request.POST or None, services=services, initial=_initial(request))
    if request.method == "POST" and form.is_valid():
        building_id = _changed(request, form, leaves=leaves)
        if building_id:
            return to(request, f"buildings/{building_id}/")
    return render(
        request,
        "console/buildings/change.html",
        {"form": form, "leaves": leaves},
        status=422 if form.errors else 200,
    )


def _initial(request: StaffRequest) -> dict[str, str | date]:
    return {
        "building": request.GET.get("building", "")[:40],
        "day": request.today.replace(day=1),
    }


def _changed(request: StaffRequest, form: Sharing, *, leaves: bool) -> int | None:
    building, home = form.cleaned_data["building"], form.cleaned_data["home"]
    service, day = form.cleaned_data["service"], form.cleaned_data["day"]
    deed = {"service": service, "day": day, "actor": f"staff:{request.user.pk}", "now": request.now}
    if leaves:
        if home.building_id != building.pk:
            form.add_error("home", _("This home does not share the meters of that building."))
        elif not buildings.stop(home=home, **deed):
            form.add_error("day", _("It shares nothing of this service after that day."))
        else:
            messages.success(request, _("%(home)s no longer shares.") % {"home": home.code})
            return building.pk
        return None
    try:
        buildings.share(building=building, home=home, **deed)
    except buildings.NoHome:
        form.add_error(
            "home", _("A building cannot be a home of another. Type the supply point of a home.")
        )
    except buildings.InAnotherBuilding:
        form.add_error("home", _("This home belongs to another building."))
    except buildings.NoSuchMeter:
        form.add_error(
            "building",
            _("No meter of this service hangs there on that day. Choose another day."),
        )
    else:
        messages.success(
            request,
            _("%(home)s shares from %(day)s on.") % {"home": home.code, "day": wording.day(day)},
        )
        return building.pk
    return None


def _services(request: StaffRequest) -> list[Service]:
    return [service for service in request.tenant.file.services if service.allocation]


def _label(service: Service) -> str:
    return service.label.get(wording.language()) or next(iter(service.label.values()))
