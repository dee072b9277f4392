"""Bill runs: the list, starting one, and where one stands."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mains.billing import actions
from mains.billing.kinds import kind_name
from mains.billing.models import RunKind
from mains.billing.rules.outcomes import AccountState
from mains.billing.runs import overview
from mains.billing.runs.overview import RunRow
from mains.console import wording
from mains.console.access import BILLING, StaffRequest, author, staff, to
from mains.console.runs.account_tables import accounts_table, buckets_table
from mains.console.runs.forms import StartRun
from mains.console.runs.holding import Here, here, hold_one
from mains.console.runs.tables import SHOWN, held_table, runs_table, way
from mains.core.money import Money
from mains.customers.companies import all_companies
from mains.einvoices.filing import offices_of
from mains.journeys import bill_run, run_desk


@require_safe
@staff(*BILLING)
def every(request: StaffRequest) -> HttpResponse:
    rows = overview.runs()
    return render(
        request,
        "console/runs/list.html",
        {
            "table": runs_table(rows, base=request.base) if rows else None,
            "settles": request.tenant.file.budget_billing is not None,
            "files": any(offices_of(one.einvoices) for one in request.tenant.file.companies),
        },
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
            % {"period": wording.period(error.period.start, error.period.end)},
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


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def one(request: StaffRequest, run_id: int) -> HttpResponse:
    """
    Show where a run stands, what it would bill and why that differs, and who gets no bill.

    An account with a large difference is held back and released in its row.
    """
    run = overview.run(run_id=run_id)
    if run is None:
        raise Http404
    page = here(request)
    if "account" in request.POST:
        answer = hold_one(request, run_id, page, place=f"runs/{run_id}/")
        if answer is not None:
            return answer
    return render(
        request,
        "console/runs/run.html",
        {
            "run": run,
            "form": page.form,
            **_standing(run, request.tenant.zone),
            **_found(run, request, page),
        },
        status=422 if page.form.errors else 200,
    )


def _standing(run: RunRow, zone: ZoneInfo) -> dict[str, Any]:
    """
    Return how far a run is, and whether a worker is at it.
    """
    large = run.chunks > run_desk.CHUNKS_AT_ONCE
    return {
        "way": way(run.stage) if run.stage != "CANCELLED" else None,
        "period": wording.period(run.period_start, run.period_end),
        "kind": "" if run.kind == RunKind.REGULAR else kind_name(run.kind),
        "working": large and run.stage in {"DRAFT", "APPROVED"} and run.paused_at is None,
        "snapshot": wording.moment(run.snapshot_at, zone) if run.snapshot_at else "",
        "done": wording.number(str(run.accounts_done)),
        "all": wording.number(str(run.accounts)),
        "may_cancel": run.stage in {"DRAFT", "REHEARSED", "APPROVED"} and run.issued_at is None,
    }


def _found(run: RunRow, request: StaffRequest, page: Here) -> dict[str, Any]:
    """
    Return what the rehearsal found, and what became of it.
    """
    found = overview.buckets(run_id=run.id)
    base = f"{request.base}runs/{run.id}/accounts/"
    changed = found.count(AccountState.CHANGED)
    refused = overview.accounts_in(run_id=run.id, state=AccountState.CHANGED, limit=SHOWN)
    compared = bool(found.all.before_minor)
    second_person = request.tenant.file.billing.second_person_approves
    return {
        "found_ready": found.count(AccountState.READY),
        "total": Money(run.total_minor, run.currency),
        "average": Money(round(run.total_minor / run.bills), run.currency) if run.bills else None,
        "difference": Money(found.all.difference_minor, run.currency) if compared else None,
        "buckets": buckets_table(run, found) if found.all.accounts else None,
        "worst": accounts_table(
            found.worst, run=run, base=base, caption=_("Largest differences"), here=page
        )
        if found.worst
        else None,
        "changed": changed,
        "refused": accounts_table(refused, run=run, base=base, caption=_("Refused accounts"))
        if refused
        else None,
        "refused_more": changed - len(refused),
        "held": held_table(run, base=request.base) if run.held else None,
        "held_more": max(0, len(run.held) - SHOWN),
        "held_back": found.count(AccountState.HELD),
        "remaining": found.remaining if run.stage in {"ISSUED", "SENT"} else 0,
        "ends_later": run.period_end > request.today and run.stage in {"REHEARSED", "APPROVED"},
        "second_person": second_person,
        "may_approve": not (second_person and run.started_by == author(request)),
    }
