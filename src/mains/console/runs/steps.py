"""What staff do with a bill run: each step may be sent twice."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from mains.billing import actions
from mains.billing.runs.pausing import BillsIssued
from mains.console.access import BILLING, StaffRequest, author, staff, to
from mains.console.runs.problems import sentence_of
from mains.journeys import run_desk
from mains.ledger.actions import ClosedMonth


def _do(request: StaffRequest, run_id: int, step: Callable[[], object]) -> HttpResponse:
    """
    Take a step and show the run; what stands in its way is said there.
    """
    try:
        step()
    except run_desk.UnknownRun as error:
        raise Http404 from error
    except (
        actions.WrongStage,
        actions.SamePerson,
        actions.ContentChanged,
        actions.Paused,
        run_desk.AlreadyIssuing,
        BillsIssued,
        ClosedMonth,
    ) as error:
        messages.error(request, sentence_of(error))
    return to(request, f"runs/{run_id}/")


def _actor(request: StaffRequest) -> str:
    return f"staff:{request.user.pk}"


@require_POST
@staff(*BILLING)
def rehearse(request: StaffRequest, run_id: int) -> HttpResponse:
    """
    Rate every account of a draft run; nothing is issued.
    """
    return _do(request, run_id, lambda: run_desk.rehearse(tenant=request.tenant, run_id=run_id))


@require_POST
@staff(*BILLING)
def again(request: StaffRequest, run_id: int) -> HttpResponse:
    """
    Rehearse a run anew, after readings or prices changed; an approval is taken back by it.
    """

    def step() -> None:
        run_desk.withdraw(run_id=run_id)
        run_desk.rehearse(tenant=request.tenant, run_id=run_id)

    return _do(request, run_id, step)


@require_POST
@staff(*BILLING)
def approve(request: StaffRequest, run_id: int) -> HttpResponse:
    """
    Approve what was rehearsed.
    """
    return _do(
        request,
        run_id,
        lambda: run_desk.approve(
            tenant=request.tenant, run_id=run_id, approved_by=author(request), now=request.now
        ),
    )


@require_POST
@staff(*BILLING)
def issue(request: StaffRequest, run_id: int) -> HttpResponse:
    """
    Issue what was approved: numbers, ledger, messages.
    """
    return _do(
        request,
        run_id,
        lambda: run_desk.issue(tenant=request.tenant, run_id=run_id, now=request.now),
    )


@require_POST
@staff(*BILLING)
def take_up(request: StaffRequest, run_id: int) -> HttpResponse:
    """
    Rehearse again what remains of an issued run.
    """
    return _do(
        request,
        run_id,
        lambda: run_desk.take_up(
            tenant=request.tenant, run_id=run_id, taken_up_by=author(request), now=request.now
        ),
    )


@require_POST
@staff(*BILLING)
def finish(request: StaffRequest, run_id: int) -> HttpResponse:
    """
    Finish an issued run without what remains.
    """

    def step() -> None:
        count = run_desk.finish(run_id=run_id)
        said = ngettext(
            "%(count)s account gets no bill by this run.",
            "%(count)s accounts get no bill by this run.",
            count,
        )
        messages.success(request, said % {"count": count})

    return _do(request, run_id, step)


@require_POST
@staff(*BILLING)
def pause(request: StaffRequest, run_id: int) -> HttpResponse:
    """
    Let workers stop after the part that they are at.
    """
    return _do(
        request,
        run_id,
        lambda: run_desk.pause(run_id=run_id, actor=_actor(request), now=request.now),
    )


@require_POST
@staff(*BILLING)
def resume(request: StaffRequest, run_id: int) -> HttpResponse:
    """
    Let a worker go on with a paused run.
    """
    return _do(
        request,
        run_id,
        lambda: run_desk.resume(run_id=run_id, actor=_actor(request), now=request.now),
    )


@require_POST
@staff(*BILLING)
def cancel(request: StaffRequest, run_id: int) -> HttpResponse:
    """
    Cancel a run of which nothing is issued.
    """

    def step() -> None:
        run_desk.cancel(run_id=run_id, actor=_actor(request), now=request.now)
        messages.success(request, _("The run is cancelled. Its days can be billed by another."))

    return _do(request, run_id, step)
