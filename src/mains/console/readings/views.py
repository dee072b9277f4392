"""The readings desk: unusual readings, accepted or rejected one by one."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mains.console import wording
from mains.console.access import EVERYBODY, StaffRequest, staff, to
from mains.metering import reviewing
from mains.metering.models import Reading


@require_safe
@staff(*EVERYBODY)
def desk(request: StaffRequest) -> HttpResponse:
    """
    List the readings that wait for a decision, oldest first.
    """
    waiting = [
        {
            "row": row,
            "value": wording.number(row.value),
            "last": wording.number(row.last_value),
            "last_date": wording.day(row.last_date) if row.last_date else "",
            "holder": wording.number(row.holder_value) if row.holder_value is not None else "",
            "unit": wording.unit(row.unit),
            "why": wording.verdict(row.verdict),
            "source": wording.source(row.source),
            "read_on": wording.day(row.read_date),
        }
        for row in reviewing.waiting()
    ]
    return render(
        request,
        "console/readings/desk.html",
        {"waiting": waiting, "count": reviewing.count_waiting()},
    )


@require_POST
@staff(*EVERYBODY)
def decide(request: StaffRequest, reading_id: int) -> HttpResponse:
    """
    Accept a reading, which then counts, or reject it; it is kept either way.
    """
    accept = request.POST.get("decision") == "accept"
    try:
        reviewing.decide(reading_id=reading_id, accept=accept)
    except Reading.DoesNotExist as error:
        raise Http404 from error
    except reviewing.AlreadyDecided:
        messages.error(
            request,
            _("Somebody else decided about this reading first. Their decision stands."),
        )
    else:
        messages.success(
            request,
            _("The reading counts from now on.")
            if accept
            else _("The reading is rejected; it is kept, and bills leave it out."),
        )
    return to(request, "readings/")
