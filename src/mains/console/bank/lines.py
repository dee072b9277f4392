"""One line of a bank statement: its proposals side by side, and one deed for each key."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mains.console.access import BILLING, StaffRequest, staff, to
from mains.console.bank import words
from mains.console.bank.forms import Split
from mains.console.bank.views import LAST, PLACE, shown
from mains.journeys import bank_desk_lines
from mains.journeys.bank_desk_lines import Entry, UnknownTarget
from mains.ledger.actions import ClosedMonth
from mains.payments.bank import deeds, overview
from mains.payments.bank.deeds import Deed
from mains.payments.suspense import NotFitting, NotWaiting

_LONGEST = 200


class _Wrong(Exception):
    """The form was not filled in so that something can be done."""


@require_safe
@staff(*BILLING)
def one(request: StaffRequest, line_id: int) -> HttpResponse:
    """
    Show a line with all that is proposed for it.
    """
    return _page(request, _entry(request, line_id), None)


def _entry(request: StaffRequest, line_id: int) -> Entry:
    found = bank_desk_lines.entry(line_id=line_id, today=request.today)
    if found is None:
        raise Http404
    return found


def _page(
    request: StaffRequest, entry: Entry, form: Split | None, status: int = 200
) -> HttpResponse:
    found = shown(request, entry)
    row = entry.row
    if form is None:
        form = Split(currency=row.amount.currency)
    clearings = bank_desk_lines.clearings(line_id=row.id)
    return render(
        request,
        "console/bank/line.html",
        {
            "line": found,
            "row": row,
            "form": form,
            "pairs": [(form[f"target{at}"], form[f"amount{at}"]) for at in range(5)],
            "clearings": [(code, words.clearing(code)) for code in clearings],
            "action": f"{request.base}{PLACE}{row.id}/decide/",
        },
        status=status,
    )


@require_POST
@staff(*BILLING)
def decide(request: StaffRequest, line_id: int) -> HttpResponse:
    """
    Do one thing with a line, and go on with the next one or back to the list.
    """
    deed = Deed(
        line_id, request.POST.get("seen", "")[:60], f"staff:{request.user.pk}",
        request.now, request.today,
    )  # fmt: skip
    way = _WAYS.get(request.POST.get("deed", ""))
    if way is None or not overview.lines(wanted=overview.Wanted(line_id=line_id), limit=1):
        raise Http404
    try:
        done = way(request, deed)
    except _Wrong as wrong:
        return _page(request, _entry(request, line_id), wrong.args[0], status=422)
    except tuple(_PROBLEMS) as error:
        messages.error(request, _PROBLEMS[type(error)]())
        return to(request, f"{PLACE}{line_id}/")
    messages.success(request, done)
    return _onward(request, line_id)


def _onward(request: StaffRequest, line_id: int) -> HttpResponse:
    if request.POST.get("onward") == "list":
        query = request.POST.get("query", "")[:_LONGEST]
        return to(request, f"{PLACE}?{query}" if query else PLACE)
    if request.POST.get("deed") == "undo":
        return to(request, f"{PLACE}{line_id}/")
    following = overview.next_open(after_id=line_id)
    return to(request, f"{PLACE}{following}/" if following else PLACE)


def _remember(request: StaffRequest, deed: Deed) -> None:
    request.session[LAST] = deed.line_id


def _plain(action: Callable[..., None], text: Callable[[], str], *wanted: str) -> Any:
    """
    Return a way to do a deed with what the form says under these names.
    """

    def way(request: StaffRequest, deed: Deed) -> str:
        details = {name: request.POST.get(name, "").strip()[:_LONGEST] for name in wanted}
        if "note" in details and not details["note"] and action is deeds.set_aside:
            raise _NoReason
        bank_desk_lines.decide(deed=deed, action=action, **details)
        _remember(request, deed)
        return text()

    return way


class _NoReason(Exception):
    """Nothing was said of why a line is set aside."""


def _link(request: StaffRequest, deed: Deed) -> str:
    typed = request.POST.get("payment", "")
    if not (typed.isdecimal() and len(typed) < 19):
        raise Http404
    bank_desk_lines.decide(deed=deed, action=deeds.link, payment_id=int(typed))
    _remember(request, deed)
    return _("The line and what was booked by hand are one. Nothing was booked again.")


def _undo(request: StaffRequest, deed: Deed) -> str:
    bank_desk_lines.decide(deed=deed, action=deeds.undo)
    request.session.pop(LAST, None)
    return _("Taken back. The line is open again, and its money waits.")


def _split(request: StaffRequest, deed: Deed) -> str:
    currency = _entry(request, deed.line_id).row.amount.currency
    form = Split(request.POST, currency=currency)
    if not form.is_valid():
        raise _Wrong(form)
    rows = form.cleaned_data["rows"]
    try:
        bank_desk_lines.split(deed=deed, rows=[(target, amount) for _at, target, amount in rows])
    except UnknownTarget as error:
        form.add_error(
            f"target{rows[error.position][0]}",
            _("No bill, payment document or account of this company has this number."),
        )
        raise _Wrong(form) from error
    except NotFitting as error:
        form.add_error(
            f"amount{rows[0][0]}",
            _("This is more than what waits of the line, or of another company or currency."),
        )
        raise _Wrong(form) from error
    _remember(request, deed)
    return _("Booked. Whatever is left of the line still waits.")


_WAYS: dict[str, Callable[[StaffRequest, Deed], str]] = {
    "proposal": _plain(deeds.book_proposal, lambda: _("Booked. The payer gets a receipt."), "key"),
    "split": _split,
    "back": _plain(
        deeds.give_back,
        lambda: _("Booked as given back. Send the money from the bank now."),
    ),
    "payout": _plain(deeds.pay_out, lambda: _("Booked as a payout."), "clearing"),
    "aside": _plain(deeds.set_aside, lambda: _("Set aside."), "note"),
    "fee": _plain(deeds.book_fee, lambda: _("Booked as a fee of the bank."), "note"),
    "link": _link,
    "apart": _plain(deeds.keep_apart, lambda: _("It is other money, and waits to be placed.")),
    "undo": _undo,
}
_PROBLEMS: dict[type[Exception], Callable[[], str]] = {
    deeds.Handled: lambda: _(
        "Somebody else has done something with this line in the meantime. Nothing was done now. "
        "This is how it stands."
    ),
    deeds.ProposalGone: lambda: _(
        "What is owed has changed since this page was opened. Nothing was booked. Look at what is "
        "proposed now."
    ),
    deeds.CannotUndo: lambda: _(
        "This cannot be taken back here: the money went back to its payer, or belongs to a direct "
        "debit."
    ),
    NotWaiting: lambda: _(
        "Less of this line waits than this page showed. Nothing was done. Look at it again."
    ),
    NotFitting: lambda: _(
        "This does not fit the line: a part of it is booked already, or it is of another company "
        "or currency. Take back what was booked first."
    ),
    ClosedMonth: lambda: _("This month is closed in the ledger. Do it on a day of an open month."),
    _NoReason: lambda: _("Say why the line is set aside, so that others understand it later."),
}
