"""Bill runs: the list, starting one, and its way from draft to issued."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mains.billing import actions
from mains.billing import run_queries as queries
from mains.console import wording
from mains.console.access import BILLING, StaffRequest, author, staff, to
from mains.console.runs.forms import StartRun
from mains.console.runs.tables import held_table, runs_table, way
from mains.core.money import Money
from mains.customers.companies import all_companies
from mains.journeys import bill_run, run_desk
from mains.ledger.actions import ClosedMonth


@require_safe
@staff(*BILLING)
def every(request: StaffRequest) -> HttpResponse:
    rows = queries.runs()
    return render(
        request,
        "console/runs/list.html",
        {"table": runs_table(rows, base=request.base) if rows else None},
    )


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def start(request: StaffRequest) -> HttpResponse:
    """
    Start a run for a company and a period; the next one to bill is proposed.
    """
    company, period = bill_run.proposed(tenant=request.tenant, today=request.today)
    companies = [(company.code, company.name) for company in all_companies()]
    form = StartRun(
        request.POST or None,
        companies=companies,
        initial={
            "company": company,
            "start": period.start,
            "last": period.last_day,
        },
    )
    if request.method == "POST" and form.is_valid():
        run_id = _started(request, form)
        if run_id is not None:
            return to(request, f"runs/{run_id}/")
    due = request.today + timedelta(days=request.tenant.file.billing.due_days)
    return render(
        request,
        "console/runs/start.html",
        {"form": form, "issue_day": wording.day(request.today), "due_day": wording.day(due)},
        status=422 if form.errors else 200,
    )


def _started(request: StaffRequest, form: StartRun) -> int | None:
    try:
        return run_desk.start(
            tenant=request.tenant,
            company_code=form.cleaned_data["company"],
            period=form.period(),
            started_by=author(request),
            now=request.now,
        )
    except actions.OverlappingRun as error:
        form.add_error(
            None,
            _(
                "Another run bills some of these days (%(period)s), and no day is billed twice. "
                "Choose days that follow it."
            )
            % {"period": error},
        )
    except actions.NobodyToBill:
        form.add_error(
            None,
            _(
                "No contract of this company falls into these days. "
                "Choose others, or add contracts."
            ),
        )
    return None


@require_safe
@staff(*BILLING)
def one(request: StaffRequest, run_id: int) -> HttpResponse:
    """
    Show where a run stands, what it would bill, and who gets no bill and why.
    """
    run = queries.run(run_id=run_id)
    if run is None:
        raise Http404
    large = run.chunks > run_desk.CHUNKS_AT_ONCE
    return render(
        request,
        "console/runs/run.html",
        {
            "run": run,
            "way": way(run.stage),
            "period": wording.period(run.period_start, run.period_end),
            "total": Money(run.total_minor, run.currency),
            "average": Money(round(run.total_minor / run.bills), run.currency)
            if run.bills
            else None,
            "held": held_table(run, base=request.base) if run.held else None,
            "held_more": max(0, len(run.held) - 200),
            "working": large and run.stage in {"DRAFT", "APPROVED"} and run.chunks_done > 0,
            "second_person": request.tenant.file.billing.second_person_approves,
        },
    )


@require_POST
@staff(*BILLING)
def rehearse(request: StaffRequest, run_id: int) -> HttpResponse:
    """
    Rate every account of a draft run; nothing is issued.
    """
    try:
        run_desk.rehearse(tenant=request.tenant, run_id=run_id)
    except run_desk.UnknownRun as error:
        raise Http404 from error
    return to(request, f"runs/{run_id}/")


@require_POST
@staff(*BILLING)
def again(request: StaffRequest, run_id: int) -> HttpResponse:
    """
    Rehearse a run anew, after readings or prices changed; an approval is taken back by it.
    """
    try:
        run_desk.withdraw(run_id=run_id)
        run_desk.rehearse(tenant=request.tenant, run_id=run_id)
    except run_desk.UnknownRun as error:
        raise Http404 from error
    except run_desk.AlreadyIssuing:
        messages.error(request, _("Bills of this run are issued, so it is not rehearsed again."))
    return to(request, f"runs/{run_id}/")


@require_POST
@staff(*BILLING)
def approve(request: StaffRequest, run_id: int) -> HttpResponse:
    """
    Approve what was rehearsed.
    """
    try:
        run_desk.approve(
            tenant=request.tenant, run_id=run_id, approved_by=author(request), now=request.now
        )
    except run_desk.UnknownRun as error:
        raise Http404 from error
    except actions.WrongStage:
        messages.error(request, _("This run is not rehearsed yet. Rehearse it, then approve it."))
    except actions.SamePerson:
        messages.error(
            request,
            _(
                "You started this run, and a second person has to approve it. "
                "Ask a colleague with the role Owner or Billing."
            ),
        )
    return to(request, f"runs/{run_id}/")


@require_POST
@staff(*BILLING)
def issue(request: StaffRequest, run_id: int) -> HttpResponse:
    """
    Issue what was approved: numbers, ledger, messages.
    """
    try:
        run_desk.issue(tenant=request.tenant, run_id=run_id, now=request.now)
    except run_desk.UnknownRun as error:
        raise Http404 from error
    except actions.WrongStage:
        messages.error(request, _("This run is not approved yet. Approve it, then issue it."))
    except actions.ContentChanged:
        messages.error(
            request,
            _(
                "A reading or a price changed after the rehearsal, so the bills would differ from "
                "what was approved, and they were not issued. Rehearse again, look at the totals "
                "and approve them anew."
            ),
        )
    except ClosedMonth:
        messages.error(
            request,
            _(
                "The month of the issue date is closed in the ledger. Nothing was issued. "
                "Start the run again on a day of an open month."
            ),
        )
    return to(request, f"runs/{run_id}/")
