"""The whole configuration: its versions, as a file down and up, and what a change would change."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mains.branding.components import Cell, Column, Table
from mains.console import wording
from mains.console.access import OWNERS, StaffRequest, author, staff, to
from mains.console.approvals.asking import ask_second_owner
from mains.console.settings.differences import difference
from mains.console.settings.forms import Publish, Upload
from mains.core.downloads import as_file
from mains.journeys import configuration_desk
from mains.journeys.configuration_desk import Proposal
from mains.tenancy import registry
from mains.tenancy.tenantfile.approvals import Deed
from mains.tenancy.tenantfile.comparing import changes
from mains.tenancy.tenantfile.writing import to_toml


@require_safe
@staff(*OWNERS)
def versions(request: StaffRequest) -> HttpResponse:
    """
    List the versions with who made them and when.
    """
    rows = registry.versions(schema_name=request.tenant.schema_name)
    table = Table(
        caption=_("Versions"),
        hide_caption=True,
        columns=(
            Column(_("Version")),
            Column(_("State")),
            Column(_("Who")),
            Column(_("What changed")),
            Column(_("When"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(
                    _("Version %(number)s") % {"number": row.version},
                    url=f"{request.base}settings/versions/{row.version}/",
                ),
                Cell(_("Published"), meaning="ok")
                if row.state == "PUBLISHED"
                else Cell(_("Replaced"), meaning="info"),
                Cell(row.author),
                Cell(row.note or "–"),
                Cell(wording.moment(row.created_at, request.tenant.zone)),
            )
            for row in rows
        ),
    )
    return render(
        request,
        "console/settings/versions.html",
        {"table": table, "version": request.tenant.version},
    )


@require_safe
@staff(*OWNERS)
def one(request: StaffRequest, version: int) -> HttpResponse:
    """
    Show what a version changed against the one before.
    """
    schema_name = request.tenant.schema_name
    file = registry.configuration(schema_name=schema_name, version=version)
    if file is None:
        raise Http404
    before = registry.configuration(schema_name=schema_name, version=version - 1)
    found = changes(before.model_dump(mode="json") if before else {}, file.model_dump(mode="json"))
    return render(
        request,
        "console/settings/version.html",
        {
            "version": version,
            "first": before is None,
            "table": difference(found[:300]) if found and before else None,
            "toml": to_toml(file),
        },
    )


@require_safe
@staff(*OWNERS)
def download(request: StaffRequest, version: int) -> HttpResponse:
    """
    Give a version as a tenant file.
    """
    file = registry.configuration(schema_name=request.tenant.schema_name, version=version)
    if file is None:
        raise Http404
    return as_file(
        to_toml(file),
        name=f"{file.slug}-v{version}.toml",
        content_type="application/toml; charset=utf-8",
    )


@require_http_methods(["GET", "POST"])
@staff(*OWNERS)
def upload(request: StaffRequest) -> HttpResponse:
    """
    Take a tenant file, name the place of each mistake, and show what it would change.
    """
    form = Upload(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["file"].read(configuration_desk.MOST_BYTES + 1)
        proposal = configuration_desk.propose(tenant=request.tenant, content=content)
        if not proposal.problems:
            return _preview(request, proposal)
        return _refused(request, form, proposal.problems)
    return render(
        request, "console/settings/upload.html", {"form": form}, status=422 if form.errors else 200
    )


@require_POST
@staff(*OWNERS)
def publish(request: StaffRequest) -> HttpResponse:
    """
    Publish what was previewed; if somebody published meanwhile, show the preview again.
    """
    form = Publish(request.POST)
    if not form.is_valid():
        return to(request, "settings/versions/new/")
    proposal = configuration_desk.propose(
        tenant=request.tenant, content=form.cleaned_data["content"].encode()
    )
    if proposal.problems:
        return _refused(request, Upload(), proposal.problems)
    based_on = form.cleaned_data["based_on"]
    if based_on != request.tenant.version and proposal.changes:
        return _meanwhile(request, proposal)
    if proposal.guarded:
        wish = configuration_desk.wish(proposal=proposal, based_on=based_on)
        note = form.cleaned_data["note"]
        return ask_second_owner(
            request, Deed.PAYMENT_DETAILS, wish, lambda: _preview(request, proposal), note=note
        )
    try:
        version = configuration_desk.publish(
            proposal=proposal,
            based_on=based_on,
            author=author(request),
            note=form.cleaned_data["note"],
            now=request.now,
        )
    except configuration_desk.Outdated:
        return _meanwhile(request, proposal)
    except configuration_desk.CannotPublish as error:
        return _refused(request, Upload(), [("tariffs", str(error))])
    messages.success(request, _("Published as version %(version)s.") % {"version": version})
    return to(request, "settings/versions/")


def _meanwhile(request: StaffRequest, proposal: Proposal) -> HttpResponse:
    messages.error(
        request, _("Somebody published another version meanwhile. This is what yours changes now.")
    )
    return _preview(request, proposal)


def _refused(request: StaffRequest, form: Upload, problems: list[tuple[str, str]]) -> HttpResponse:
    return render(
        request, "console/settings/upload.html", {"form": form, "problems": problems}, status=422
    )


def _preview(request: StaffRequest, proposal: Proposal) -> HttpResponse:
    return render(
        request,
        "console/settings/preview.html",
        {
            "table": difference(proposal.changes[:300]) if proposal.changes else None,
            "guarded": [change.place for change in proposal.guarded],
            "count": len(proposal.changes),
            "content": proposal.text,
            "based_on": request.tenant.version,
            "form": Publish(),
        },
    )
