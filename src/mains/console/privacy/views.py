"""Data protection: who asked for what, a party's data, and the record of processing."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mains.branding.components import Cell, Column, Fact, Link, Table
from mains.console import wording
from mains.console.access import OWNERS, StaffRequest, staff, to
from mains.core.downloads import as_file
from mains.customers import queries as customers
from mains.customers.models import Account
from mains.identity.reauthentication import reauthentication_required
from mains.privacy import actions, queries, records
from mains.privacy import wording as words
from mains.privacy.models import DataJob, JobKind, JobState
from mains.tenancy.tenantfile import TenantFile


@require_safe
@staff(*OWNERS)
def overview(request: StaffRequest) -> HttpResponse:
    """
    Show the wishes that wait for an answer, and the record of processing activities.
    """
    file = request.tenant.file
    return render(
        request,
        "console/privacy/overview.html",
        {
            "wishes": [
                (wish, wording.day(request.tenant.date_of(wish.answer_by)),
                 words.obstacle(wish.why) if wish.why else "")
                for wish in queries.wishes(today=request.today)
            ],
            "facts": [
                Fact(_("Who answers for it"), file.privacy.officer or file.brand.support_email),
                *(Fact(what, who) for who, what in records.recipients(file=file)),
            ],
            "agreement": _agreement(file),
            "agreed": [Fact(purpose, basis) for purpose, basis in records.agreements()],
            "table": _record(records.activities(file=file)),
        },
    )  # fmt: skip


def _agreement(file: TenantFile) -> list[Fact]:
    signed = file.privacy.processing_agreement
    if signed is None:
        return []
    return [
        Fact(_("Version"), signed.version, Link(_("Read"), signed.url), about=_("agreement")),
        Fact(_("Signed"), wording.day(signed.signed_date)),
    ]


def _record(rows: list[records.Activity]) -> Table:
    return Table(
        caption=_("Record of processing activities"),
        columns=(
            Column(_("Data")),
            Column(_("Purpose")),
            Column(_("Lawful basis")),
            Column(_("Kept")),
        ),
        rows=tuple(
            (
                Cell(row.category, note=", ".join(row.columns)),
                Cell(row.purpose),
                Cell(row.basis),
                Cell(row.kept),
            )
            for row in rows
        ),
    )


@require_POST
@staff(*OWNERS)
def refuse(request: StaffRequest, job_id: int) -> HttpResponse:
    """
    Tell a customer why their data cannot be erased yet.
    """
    try:
        actions.refuse_erasure(
            job_id=job_id,
            actor=f"staff:{request.user.pk}",
            tenant=request.tenant,
            now=request.now,
        )
        messages.success(request, _("The customer is told why it has to wait."))
    except actions.NoSuchWish:
        messages.error(request, _("This wish was answered already, or nothing stands in its way."))
    return to(request, "settings/privacy/")


class Erase(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Account number"),
        help_text=gettext_lazy("Type it to confirm. This cannot be undone."),
        max_length=40,
        error_messages={"required": gettext_lazy("Type the number of this account to confirm.")},
    )


@require_http_methods(["GET", "POST"])
@staff(*OWNERS)
@reauthentication_required
def party(request: StaffRequest, account_id: int) -> HttpResponse:
    """
    Collect what is held about an account's customer, or erase it.
    """
    account = customers.account_with_customer(account_id=account_id)
    if account is None:
        raise Http404
    form = Erase(request.POST if request.POST.get("do") == "erase" else None)
    if request.method == "POST" and request.POST.get("do") == "collect":
        actions.request_export(
            user_id=None,
            customer_id=account.customer_id,
            actor=f"staff:{request.user.pk}",
            now=request.now,
        )
        messages.success(request, _("The archive is being put together; it appears below."))
        return to(request, f"customers/{account_id}/data/")
    erased = _erase(request, form, account) if form.is_bound and form.is_valid() else None
    return render(
        request,
        "console/privacy/party.html",
        {
            "account": account,
            "form": form,
            "erased": erased,
            "kept": _kept(erased) if erased else None,
            "why": words.obstacle(why) if (why := _obstacle(request, account)) else "",
            "jobs": _jobs(request, queries.party_jobs(customer_id=account.customer_id)),
        },
        status=422 if form.errors else 200,
    )


def _obstacle(request: StaffRequest, account: Account) -> str:
    return queries.obstacle(customer_id=account.customer_id, today=request.today)


def _erase(request: StaffRequest, form: Erase, account: Account) -> actions.Erased | None:
    typed = customers.account_named(number=form.cleaned_data["number"])
    if typed is None or typed.pk != account.pk:
        form.add_error("number", _("This is not the number of this account. Type it again."))
        return None
    try:
        return actions.erase_customer(
            customer_id=account.customer_id,
            actor=f"staff:{request.user.pk}",
            tenant=request.tenant,
            now=request.now,
        )
    except actions.ContractRunning:
        form.add_error(None, words.obstacle(queries.RUNNING))
    except actions.StillOwing:
        form.add_error(None, words.obstacle(queries.OWING))
    return None


def _kept(erased: actions.Erased) -> Table:
    return Table(
        caption=_("What the law makes us keep"),
        columns=(Column(_("What")), Column(_("Deleted on"))),
        rows=tuple(
            (Cell(words.kept(one.what, number=one.number)), Cell(wording.day(one.deleted_on)))
            for one in erased.kept
        ),
    )


def _jobs(request: StaffRequest, jobs: list[DataJob]) -> Table | None:
    if not jobs:
        return None
    return Table(
        caption=_("Done so far"),
        columns=(Column(_("What")), Column(_("Asked for")), Column(_("State")), Column("")),
        rows=tuple(_job(request, job) for job in jobs),
    )


def _job(request: StaffRequest, job: DataJob) -> tuple[Cell, ...]:
    states: dict[str, Any] = {
        JobState.WAITING: (_("Waiting"), "info"),
        JobState.DONE: (_("Done"), "ok"),
        JobState.REFUSED: (_("Refused"), "warn"),
        JobState.ENDED: (_("Ended"), ""),
    }
    text, meaning = states[job.state]
    can_load = job.kind == JobKind.EXPORT and job.state == JobState.DONE
    return (
        Cell(_("Archive") if job.kind == JobKind.EXPORT else _("Erasure")),
        Cell(wording.moment(job.requested_at, request.tenant.zone)),
        Cell(text, meaning=meaning),
        Cell(_("Download"), url=f"{job.pk}/") if can_load else Cell(""),
    )


@require_safe
@staff(*OWNERS)
@reauthentication_required
def download(request: StaffRequest, account_id: int, job_id: int) -> HttpResponse:
    """
    Give the archive of an account's customer to an owner who hands it on.
    """
    account = customers.account_with_customer(account_id=account_id)
    found = account and queries.export_file(
        job_id=job_id, customer_id=account.customer_id, now=request.now
    )
    if not account or not found:
        raise Http404
    return as_file(found, name=f"{account.number}.zip", content_type="application/zip")
