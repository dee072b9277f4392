"""What is held about the reader: take it along, see what was agreed to."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mains.branding.components import Cell, Column, Table
from mains.core.downloads import as_file
from mains.core.wording import short_date_text
from mains.enrolment import actions as enrolment
from mains.enrolment import legal
from mains.enrolment import queries as enrolment_queries
from mains.enrolment import wording as enrolment_wording
from mains.enrolment.actions import ConsentPurpose
from mains.enrolment.actions.delivery_setting import may_choose
from mains.identity.reauthentication import reauthentication_required
from mains.portal.access import PortalRequest, customer_required
from mains.portal.readings.messages import language
from mains.privacy import actions, queries, wording
from mains.privacy.models import DataJob, JobState


@require_http_methods(["GET", "POST"])
@customer_required
def data(request: PortalRequest) -> HttpResponse:
    """
    Show what was agreed to and the archives that were asked for; ask for a new one.
    """
    if request.method == "POST":
        actions.request_export(
            user_id=request.user.pk,
            customer_id=None,
            actor=f"user:{request.user.pk}",
            now=request.now,
        )
        messages.success(
            request,
            _("We are putting your archive together and write to you when it is ready."),
        )
        return redirect("portal:data")
    jobs = queries.exports(user_id=request.user.pk)
    agreed = queries.consents(user_id=request.user.pk)
    file = request.tenant.file
    return render(
        request,
        "portal/privacy/data.html",
        {
            "table": _jobs(request, jobs) if jobs else None,
            "waits": any(job.state == JobState.WAITING for job in jobs),
            "days": file.privacy.export_days,
            "consents": [
                {
                    "heading": _consent(row.purpose),
                    "text": row.text,
                    "account": row.account,
                    "contracts": _contracts(request, row),
                    "basis": wording.coded("lawful_basis", row.lawful_basis),
                    **_way_back(request, row),
                    "given": _day(request, row.given_at),
                    "withdrawn": _day(request, row.withdrawn_at) if row.withdrawn_at else "",
                }
                for row in agreed
            ],
            "bills_come": _bills_come(request),
            "news": legal.news(file=file, language=language()).text if file.privacy.news else "",
            "news_on": any(
                row.purpose == ConsentPurpose.MARKETING and row.withdrawn_at is None
                for row in agreed
            ),
        },
    )


def _bills_come(request: PortalRequest) -> list[tuple[str, int, list[str]]]:
    """
    Return how the bills of each account come that the login decides about: the setting itself is
    the one on the account's own page (S2.19).
    """
    found = []
    for account in filter(may_choose, request.linked):
        rows = enrolment_queries.how_bills_come(
            account_id=account.pk, portal=request.tenant.file.portal, today=request.today
        )
        ways = dict.fromkeys(enrolment_wording.delivered(row.latest) for row in rows)
        found.append((account.number, account.pk, list(ways)))
    return found


def _contracts(request: PortalRequest, row: queries.ConsentRow) -> str:
    labels = {one.code: one.label.get(language(), "") for one in request.tenant.file.services}
    return ", ".join(
        f"{labels.get(one.service) or one.service} ({one.supply_point})" for one in row.contracts
    )


def _way_back(request: PortalRequest, row: queries.ConsentRow) -> dict[str, Any]:
    """
    Return the account whose bills may go back to paper, or that they may not.
    """
    if row.purpose != ConsentPurpose.ELECTRONIC_BILL or row.withdrawn_at or not row.account_id:
        return {}
    running = enrolment_queries.choosable(
        account_id=row.account_id, portal=request.tenant.file.portal, today=request.today
    )
    bound = bool(running) and all(one.bound for one in running)
    return {"bound": True} if bound else {"paper": row.account_id}


def _consent(purpose: str) -> str:
    return {
        ConsentPurpose.TERMS: _("Terms of use"),
        ConsentPurpose.PRIVACY: _("Privacy notice"),
        ConsentPurpose.ELECTRONIC_BILL: _("Bills by e-mail"),
        ConsentPurpose.MARKETING: _("News and offers"),
    }[ConsentPurpose(purpose)]


def _day(request: PortalRequest, instant: Any) -> str:
    return short_date_text(request.tenant.date_of(instant), language=language())


def _jobs(request: PortalRequest, jobs: list[DataJob]) -> Table:
    return Table(
        caption=_("Archives"),
        columns=(Column(_("Asked for")), Column(_("State")), Column(_("Until")), Column("")),
        rows=tuple(_job(request, job) for job in jobs),
    )


def _job(request: PortalRequest, job: DataJob) -> tuple[Cell, ...]:
    asked = _day(request, job.requested_at)
    is_there = job.state == JobState.DONE and job.expires_at and job.expires_at > request.now
    return (
        Cell(asked),
        _state(job),
        Cell(_day(request, job.expires_at) if job.expires_at else "–"),
        Cell(_("Download"), url=f"/me/data/{job.pk}/", about=asked) if is_there else Cell(""),
    )


def _state(job: DataJob) -> Cell:
    if job.state == JobState.WAITING:
        return Cell(_("In the works"), meaning="info")
    if job.state == JobState.DONE:
        return Cell(_("Ready"), meaning="ok")
    return Cell(_("Ended"))


@require_safe
@customer_required
@reauthentication_required
def download(request: PortalRequest, job_id: int) -> HttpResponse:
    """
    Give an archive of the reader's own, to somebody who has just proven who they are.
    """
    found = queries.export_file(job_id=job_id, user_id=request.user.pk, now=request.now)
    if found is None:
        raise Http404
    return as_file(
        found,
        name=f"{request.tenant.schema_name}-{request.today:%Y-%m-%d}.zip",
        content_type="application/zip",
    )


@require_POST
@customer_required
def paper(request: PortalRequest, account_id: int) -> HttpResponse:
    """
    Let the bills of an account come on paper again, as was promised with the box at sign-up.

    :raises Http404: if the login does not see the account.
    """
    if account_id not in {account.pk for account in request.linked}:
        raise Http404
    try:
        changed = enrolment.return_to_paper(
            user_id=request.user.pk,
            account_id=account_id,
            portal=request.tenant.file.portal,
            now=request.now,
            today=request.today,
        )
    except enrolment.PortalMandatory:
        messages.error(
            request,
            _("Your contract has bills by e-mail only, none on paper. Nothing was changed."),
        )
    else:
        if changed:
            messages.success(request, _on_paper(request, account_id))
    return redirect("portal:data")


def _on_paper(request: PortalRequest, account_id: int) -> str:
    running = enrolment_queries.choosable(
        account_id=account_id, portal=request.tenant.file.portal, today=request.today
    )
    if any(one.bound for one in running):
        return _(
            "Bills come on paper from tomorrow on, except for contracts with bills by e-mail only."
        )
    return _("The bills of this account come on paper from tomorrow on.")


@require_POST
@customer_required
def news(request: PortalRequest) -> HttpResponse:
    """
    Agree to news and offers, or withdraw that; nobody gets any who did not ask for them (S0.14).
    """
    if not request.tenant.file.privacy.news:
        raise Http404
    user_id = request.user.pk
    if "on" in request.POST:
        enrolment.agree(
            user_id=user_id,
            agreed=legal.news(file=request.tenant.file, language=language()),
            account_id=None,
            address=request.META.get("REMOTE_ADDR", ""),
            now=request.now,
        )
    else:
        enrolment.withdraw(
            user_id=user_id, purpose=ConsentPurpose.MARKETING, account_id=None, now=request.now
        )
    messages.success(request, _("Saved."))
    return redirect("portal:data")
