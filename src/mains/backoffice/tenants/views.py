"""All tenants, and one of them."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mains.backoffice import words
from mains.backoffice.access import platform_staff
from mains.backoffice.tenants.forms import ChangeState
from mains.branding.components import Cell, Column, Fact, Table
from mains.tenancy import actions, registry
from mains.tenancy.models import TenantState
from mains.tenancy.registry import MemberRow, TenantRow
from mains.tenancy.tenantfile.writing import to_toml
from mains.tenancy.wording import role


@require_safe
@platform_staff
def every(request: HttpRequest) -> HttpResponse:
    rows = registry.tenant_rows()
    table = Table(
        caption=_("Tenants"),
        hide_caption=True,
        columns=(
            Column(_("Tenant")),
            Column(_("State")),
            Column(_("Schema")),
            Column(_("Configuration")),
            Column(_("Address")),
            Column(_("Created"), numeric=True),
        ),
        rows=tuple(_row(row) for row in rows),
    )
    return render(
        request, "backoffice/tenants.html", {"table": table if rows else None, "count": len(rows)}
    )


def _row(row: TenantRow) -> tuple[Cell, ...]:
    state, meaning = words.state(row.state)
    return (
        Cell(row.name, url=f"/tenants/{row.schema_name}/", note=row.schema_name),
        Cell(state, meaning=meaning),
        Cell(_("Behind"), meaning="warn") if row.is_behind else Cell(_("Current"), meaning="ok"),
        Cell(_("Version %(number)s") % {"number": row.version} if row.version else _("None")),
        Cell(row.hosts[0] if row.hosts else "–"),
        Cell(words.moment(row.created_at)),
    )


@require_http_methods(["GET", "POST"])
@platform_staff
def one(request: HttpRequest, schema_name: str) -> HttpResponse:
    """
    Show a tenant, and change its state with a reason.
    """
    row = registry.tenant_row(schema_name=schema_name)
    if row is None:
        raise Http404
    form = ChangeState(request.POST or None, initial={"state": row.state})
    if request.method == "POST" and form.is_valid():
        return _changed(request, schema_name, form)
    file = registry.configuration(schema_name=schema_name, version=row.version)
    return render(
        request,
        "backoffice/tenant.html",
        {
            "row": row,
            "state": words.state(row.state),
            "facts": _facts(row),
            "members": _members(registry.members(schema_name=schema_name)),
            "toml": to_toml(file) if file else "",
            "form": form,
        },
        status=422 if form.errors else 200,
    )


def _changed(request: HttpRequest, schema_name: str, form: ChangeState) -> HttpResponse:
    try:
        changed = actions.change_state(
            schema_name=schema_name,
            state=TenantState(form.cleaned_data["state"]),
            reason=form.cleaned_data["reason"],
            author=str(request.user.email),  # type: ignore[union-attr]
        )
    except actions.ReasonMissing:
        messages.error(request, _("Nothing was changed: a reason is missing. Write one."))
    else:
        text, _meaning = words.state(form.cleaned_data["state"])
        if changed:
            messages.success(request, _("The tenant's state is now: %(state)s.") % {"state": text})
        else:
            messages.info(request, _("It was in this state already."))
    return redirect("tenant", schema_name=schema_name)


def _facts(row: TenantRow) -> list[Fact]:
    return [
        Fact(_("Short name"), row.schema_name),
        Fact(_("Addresses"), ", ".join(row.hosts) or "–"),
        Fact(_("Created"), words.moment(row.created_at)),
        Fact(
            _("Schema"),
            _("Behind: it shows a maintenance page until it is migrated")
            if row.is_behind
            else _("Current"),
        ),
        Fact(_("Configuration"), _("Version %(number)s") % {"number": row.version}),
    ]


def _members(rows: list[MemberRow]) -> Table | None:
    if not rows:
        return None
    return Table(
        caption=_("Members"),
        columns=(Column(_("E-mail")), Column(_("Name")), Column(_("Role")), Column(_("Last here"))),
        rows=tuple(
            (
                Cell(row.email),
                Cell(row.name or "–"),
                Cell(role(row.role)),
                Cell(words.moment(row.last_login) if row.last_login else "–"),
            )
            for row in rows
        ),
    )
