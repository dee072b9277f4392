"""The first page of a tenant's console."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mains.approvals import queries as approvals
from mains.billing.runs import overview as billing
from mains.console.access import BILLING, EVERYBODY, OWNERS, StaffRequest, real_now, staff
from mains.console.home import checklist
from mains.console.runs.tables import runs_table
from mains.journeys import desk


@require_safe
@staff(*EVERYBODY)
def home(request: StaffRequest) -> HttpResponse:
    """
    Show what is set up, what waits for somebody, and the latest runs.
    """
    overview = desk.overview(currency=request.tenant.file.locale.currency)
    tasks = (
        checklist.tasks(
            tenant=request.tenant,
            overview=overview,
            base=request.base,
        )
        if request.role in OWNERS
        else []
    )
    may_bill = request.role in BILLING
    runs = billing.runs(limit=3) if may_bill else []
    return render(
        request,
        "console/home.html",
        {
            "overview": overview,
            "may_bill": may_bill,
            "is_owner": request.role in OWNERS,
            "approvals": approvals.waiting_count(now=real_now()),
            "tasks": tasks,
            "done": sum(bool(task.meaning) for task in tasks),
            "open_tasks": [task for task in tasks if not task.meaning],
            "runs": runs_table(runs, base=request.base, brief=True) if runs else None,
        },
    )
