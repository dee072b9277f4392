"""The desk of bank lines: what arrived, what it is proposed for, and what became of it."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from mains.branding.components import Pages
from mains.console import wording
from mains.console.access import BILLING, StaffRequest, staff
from mains.console.bank import words
from mains.console.bank.forms import BY_ITSELF, Filter
from mains.customers.companies import all_companies
from mains.journeys import bank_desk_lines
from mains.journeys.bank_desk_lines import Entry, Shown
from mains.payments.bank import overview
from mains.payments.bank.overview import LineRow, SumRow, Wanted
from mains.payments.models import LineState
from mains.payments.rules.matching import Confidence
from mains.tenancy import registry

PLACE = "payments/bank/"
PAGE = 12
# The line about which this browser decided last, for "Undo".
LAST = "bank_line_decided"


def companies() -> list[tuple[str, str]]:
    """
    Return the companies of the tenant by code, for choosing one.
    """
    return [(one.code, one.name) for one in all_companies()]


def names(request: StaffRequest) -> dict[int, str]:
    """
    Return the names of colleagues by number.
    """
    members = registry.members_of(schema_name=request.tenant.schema_name)
    return {one.id: one.name or one.email for one in members}


@require_safe
@staff(*BILLING)
def desk(request: StaffRequest) -> HttpResponse:
    """
    List the lines that are looked for, at first the open ones, the oldest first.
    """
    form = Filter(
        {"state": LineState.OPEN, **request.GET.dict()},
        companies=companies(),
        currency=request.tenant.file.locale.currency,
    )
    wanted = _wanted(form)
    sums = overview.sums(wanted=_any_state(wanted))
    count = sum(one.count for one in overview.sums(wanted=wanted))
    page = min(_page(request), max(count - 1, 0) // PAGE)
    found = bank_desk_lines.entries(
        wanted=wanted, today=request.today, first=page * PAGE, limit=PAGE
    )
    return render(
        request,
        "console/bank/desk.html",
        {
            "form": form,
            "entries": [shown(request, one) for one in found],
            "sums": [sum_of(one) for one in sums],
            "is_searched": bool(form.errors or set(request.GET) - {"page", "lang"}),
            "progress": _progress(sums),
            "pages": _pages(request, page, count),
            "undo": _undo(request),
            "query": request.GET.urlencode(),
            "is_open": wanted.state == LineState.OPEN,
        },
    )


def _wanted(form: Filter) -> Wanted:
    said = form.cleaned_data if form.is_valid() else {}
    state = said.get("state", LineState.OPEN if form.errors else "")
    return Wanted(
        state=LineState.BOOKED if state == BY_ITSELF else "" if state == "ALL" else state,
        company=said.get("company", ""),
        first=said.get("first"),
        last=said.get("last"),
        amount_minor=said.get("amount"),
        text=said.get("text", ""),
        by_itself=state == BY_ITSELF,
    )


def _any_state(wanted: Wanted) -> Wanted:
    return Wanted(
        company=wanted.company, first=wanted.first, last=wanted.last,
        amount_minor=wanted.amount_minor, text=wanted.text,
    )  # fmt: skip


def _page(request: StaffRequest) -> int:
    text = request.GET.get("page", "")
    return int(text) if text.isdecimal() and len(text) < 7 else 0


def _pages(request: StaffRequest, page: int, count: int) -> Pages | None:
    if count <= PAGE:
        return None

    def url(number: int) -> str:
        return "?" + urlencode({**request.GET.dict(), "page": number})

    return Pages(
        _("%(first)s to %(last)s of %(count)s")
        % {"first": page * PAGE + 1, "last": min((page + 1) * PAGE, count), "count": count},
        url(page - 1) if page else "",
        url(page + 1) if (page + 1) * PAGE < count else "",
    )


def _progress(sums: list[SumRow]) -> str:
    total = sum(one.count for one in sums)
    placed = sum(one.count for one in sums if one.state != LineState.OPEN)
    return ngettext(
        "%(placed)s of %(total)s line placed", "%(placed)s of %(total)s lines placed", total
    ) % {"placed": wording.number(placed), "total": wording.number(total)}


def sum_of(row: SumRow) -> dict[str, Any]:
    """
    Return the sum of a state with its words.
    """
    count = ngettext("%(count)s line", "%(count)s lines", row.count) % {
        "count": wording.number(row.count)
    }
    return {"state": words.state_name(row.state), "count": count, "amount": words.money(row.amount)}


def _undo(request: StaffRequest) -> LineRow | None:
    line_id = request.session.get(LAST)
    found = overview.lines(wanted=Wanted(line_id=line_id), limit=1) if line_id else []
    return found[0] if found else None


def shown(request: StaffRequest, entry: Entry) -> dict[str, Any]:
    """
    Return a line with its words.
    """
    row = entry.row
    state, meaning = words.state(row)
    decided = row.handled_at is not None and not row.is_open
    return {
        "row": row,
        "amount": words.money(row.amount),
        "waits": words.money(row.waits) if row.is_open and row.waits != row.amount else "",
        "day": wording.day(row.booking_date),
        "value_day": wording.day(row.value_date) if row.value_date != row.booking_date else "",
        "state": state,
        "meaning": meaning,
        "why": words.reasons(row.why),
        "payout_of": words.clearing(row.payout_of) if row.payout_of else "",
        "decided": _decided(request, row) if decided else "",
        "proposals": [proposal(one) for one in entry.proposals],
        # What is only possible is looked at before it is booked.
        "may_book": any(one.confidence != Confidence.POSSIBLE for one in entry.proposals[:1]),
        "linkable": [
            {
                "id": one.pk,
                "amount": words.money(row.amount),
                "when": wording.day(one.value_date),
                "note": one.note,
                "given_back": not row.is_credit,
            }
            for one in entry.linkable
        ],
        "payout": entry.payout,
        "payout_name": words.clearing(entry.payout) if entry.payout else "",
    }


def _decided(request: StaffRequest, row: LineRow) -> str:
    assert row.handled_at is not None
    who = words.who(row.handled_by, names(request))
    return f"{who}, {wording.moment(row.handled_at, request.tenant.zone)}"


def proposal(found: Shown) -> dict[str, Any]:
    """
    Return a proposal with its words.
    """
    text, meaning = words.confidence(found.confidence)
    return {
        "key": found.key,
        "confidence": text,
        "meaning": meaning,
        "what": words.proposal(found),
        "who": f"{found.holder}, {found.account_number}",
        "why": words.reasons(found.reasons),
    }
