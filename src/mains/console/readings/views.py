"""The readings desk: unusual readings, one by one, by mouse or by keys."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from mains.console import wording
from mains.console.access import EVERYBODY, StaffRequest, staff, to
from mains.journeys import reading_desk
from mains.metering import photos, reviewing, waiting
from mains.metering.models import Reading
from mains.metering.rules.typed import NotANumber, TooManyDigits
from mains.metering.waiting import ReviewRow, Shown

# The reading that this browser decided about last, for "Undo".
LAST = "reading_decided"


@require_safe
@staff(*EVERYBODY)
def desk(request: StaffRequest) -> HttpResponse:
    """
    List the readings that wait for a decision, oldest first.
    """
    rows = waiting.waiting()
    pictured = photos.photographed(reading_ids=[row.id for row in rows])
    histories = waiting.histories(register_ids={row.register_id for row in rows})
    return render(
        request,
        "console/readings/desk.html",
        {
            "waiting": [
                _entry(row, histories.get(row.register_id, []), pictured=row.id in pictured)
                for row in rows
            ],
            "count": waiting.count_waiting(),
            "undo": request.session.get(LAST),
        },
    )


def _entry(row: ReviewRow, history: list[Shown], *, pictured: bool) -> dict[str, Any]:
    unit = wording.unit(row.unit)
    return {
        "row": row,
        "photo": f"{row.id}/photo.jpg" if pictured else "",
        "value": f"{wording.number(row.value)} {unit}",
        "last": f"{wording.number(row.last_value)} {unit}",
        "last_date": wording.day(row.last_date) if row.last_date else "",
        "holder": "" if row.holder_value is None else wording.number(row.holder_value),
        "unit": unit,
        "other": "" if row.other_value is None else f"{wording.number(row.other_value)} {unit}",
        "expected": [f"{wording.number(round(edge, 1))} {unit}" for edge in row.expected or ()],
        "why": wording.verdict(row.verdict),
        "source": wording.source(row.source),
        "read_on": wording.day(row.read_date),
        "history": [
            (wording.day(one.read_date), wording.number(one.value), one.is_estimated)
            for one in history
        ],
    }


@never_cache
@require_safe
@staff(*EVERYBODY)
def photo(request: StaffRequest, reading_id: int) -> HttpResponse:  # noqa: ARG001
    """
    Show the photo of a reading.
    """
    jpeg = photos.shown(reading_id=reading_id)
    if jpeg is None:
        raise Http404
    return HttpResponse(jpeg, content_type="image/jpeg")


@require_POST
@staff(*EVERYBODY)
def decide(request: StaffRequest, reading_id: int) -> HttpResponse:
    """
    Accept a reading, reject it, correct it, or ask for it again; it is kept whatever is decided.
    """
    ways: dict[str, Callable[[StaffRequest, int], str]] = {
        "accept": _accept,
        "reject": _reject,
        "ask": _ask,
        "correct": _correct,
        "exchange": _exchange,
        "undo": _undo,
    }
    way = ways.get(request.POST.get("decision", ""))
    if way is None:
        raise Http404
    try:
        done = way(request, reading_id)
    except Reading.DoesNotExist as error:
        raise Http404 from error
    except tuple(_PROBLEMS) as error:
        messages.error(request, str(_PROBLEMS[type(error)]()))
    else:
        messages.success(request, done)
    return to(request, "readings/")


def _who(request: StaffRequest) -> dict[str, Any]:
    return {"actor": f"staff:{request.user.pk}", "now": request.now}


def _accept(request: StaffRequest, reading_id: int) -> str:
    reviewing.decide(reading_id=reading_id, accept=True, **_who(request))
    request.session[LAST] = reading_id
    return _("The reading counts from now on.")


def _reject(request: StaffRequest, reading_id: int) -> str:
    reviewing.decide(reading_id=reading_id, accept=False, **_who(request))
    request.session[LAST] = reading_id
    return _("The reading is rejected; it is kept, and bills leave it out.")


def _ask(request: StaffRequest, reading_id: int) -> str:
    reading_desk.ask_again(tenant=request.tenant, reading_id=reading_id, **_who(request))
    request.session[LAST] = reading_id
    return _("The reading is rejected, and who sent it is asked to look at the meter again.")


def _correct(request: StaffRequest, reading_id: int) -> str:
    reviewing.correct(
        reading_id=reading_id,
        typed=request.POST.get("value", "")[:30],
        decimal_mark=wording.decimal_mark(),
        **_who(request),
    )
    request.session.pop(LAST, None)
    return _("The corrected reading counts; the other one is kept as rejected.")


def _exchange(request: StaffRequest, reading_id: int) -> str:
    reviewing.exchange(reading_id=reading_id, **_who(request))
    request.session.pop(LAST, None)
    return _("Both readings count, exchanged; what was sent is kept as rejected.")


def _undo(request: StaffRequest, reading_id: int) -> str:
    reading_desk.undo(reading_id=reading_id, **_who(request))
    request.session.pop(LAST, None)
    return _("The reading waits again.")


_PROBLEMS: dict[type[Exception], Callable[[], str]] = {
    reviewing.AlreadyDecided: lambda: _(
        "Somebody else decided about this reading first. Their decision stands."
    ),
    reviewing.NothingToExchange: lambda: _(
        "The reading of the other register does not wait any more. Correct this one instead."
    ),
    reviewing.NothingToUndo: lambda: _("There is nothing to undo about this reading."),
    reading_desk.AlreadyBilled: lambda: _(
        "A bill was issued since and counts by this decision. Enter another reading instead: "
        "the next bill puts it right."
    ),
    reading_desk.NobodyToAsk: lambda: _(
        "Nobody has a contract for this meter, so nobody can be asked. Accept, correct or reject "
        "the reading."
    ),
    NotANumber: lambda: _(
        "Nothing was corrected: type only the digits that the meter shows, then correct it again."
    ),
    TooManyDigits: lambda: _(
        "Nothing was corrected: the meter has fewer digits. Leave out those after the decimal sign."
    ),
}
