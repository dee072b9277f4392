"""The accounts of a run: by bucket, one beside its last bill, held back and released."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from mains.billing.rules.outcomes import AccountState, BucketSum
from mains.billing.runs import overview
from mains.billing.runs.holding import Selection
from mains.billing.runs.overview import RunRow
from mains.branding.components import Pages
from mains.console import wording
from mains.console.access import BILLING, StaffRequest, staff, to
from mains.console.runs import words
from mains.console.runs.account_tables import accounts_table, causes_table, lines_table
from mains.console.runs.forms import HoldBack
from mains.console.runs.holding import Here, here, hold_one, moved
from mains.core.money import Money
from mains.customers import queries as customers
from mains.journeys import draft_desk

PAGE = 50


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def every(request: StaffRequest, run_id: int) -> HttpResponse:
    """
    List the accounts of a bucket or a state, and hold the bucket back or release it.
    """
    run = overview.run(run_id=run_id)
    if run is None:
        raise Http404
    chosen = {name: request.GET.get(name, "") for name in ("bucket", "state", "first")}
    page = here(request, **chosen)
    form = HoldBack(None if "account" in request.POST else request.POST or None)
    if request.method == "POST":
        answer = _answer(request, run_id, page, form)
        if answer is not None:
            return answer
    wrong = page.form if page.form.errors else form
    return render(
        request,
        "console/runs/accounts.html",
        {"run": run, "form": form, "wrong": wrong, **_listed(request, run, page)},
        status=422 if wrong.errors else 200,
    )


def _listed(request: StaffRequest, run: RunRow, page: Here) -> dict[str, Any]:
    """
    Return a page of the accounts of a bucket or a state, and what the bucket comes to.
    """
    bucket, state = request.GET.get("bucket", ""), request.GET.get("state", "")
    sums = overview.buckets(run_id=run.id).sums
    found = [one for name, one in sums.items() if bucket in {"", name}]
    first = _first(request)
    rows = overview.accounts_in(run_id=run.id, bucket=bucket, state=state, first=first, limit=PAGE)
    count = sum(one.count(state) if state else one.accounts for one in found)
    title = words.bucket(bucket) if bucket else words.state(state)[0] if state else _("Accounts")
    base = f"{request.base}runs/{run.id}/accounts/"
    may_move = bool(bucket) and run.stage == "REHEARSED"
    return {
        "period": wording.period(run.period_start, run.period_end),
        "title": title,
        "causes": _causes(run, found[0]) if bucket and found else None,
        "table": accounts_table(
            rows, run=run, base=base, caption=title, with_cause=not bucket, here=page
        )
        if rows
        else None,
        "pages": _pages(first, len(rows), count, bucket=bucket, state=state),
        "may_hold": may_move and _count(found, "ready"),
        "may_release": may_move and _count(found, "held"),
    }


def _answer(request: StaffRequest, run_id: int, page: Here, form: HoldBack) -> HttpResponse | None:
    """
    Hold or release the account of a row, or the whole bucket; nothing if the form is not in order.
    """
    place = f"runs/{run_id}/accounts/{page.url}"
    if "account" in request.POST:
        return hold_one(request, run_id, page, place=place)
    bucket = page.query.get("bucket", "")
    if bucket and moved(request, run_id, form, Selection(bucket)):
        return to(request, place)
    return None


def _count(found: list[BucketSum], state: str) -> int:
    return sum(one.count(state) for one in found)


def _causes(run: RunRow, sums: BucketSum) -> object:
    by_size = sorted(sums.causes.items(), key=lambda one: -abs(one[1]))
    return causes_table(by_size, run.currency)


def _first(request: StaffRequest) -> int:
    typed = request.GET.get("first", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 8 else 0


def _pages(first: int, shown: int, count: int, **chosen: str) -> Pages:
    def link(start: int) -> str:
        return f"?{urlencode({**chosen, 'first': start})}"

    summary = ngettext(
        "%(first)s to %(last)s of %(count)s account",
        "%(first)s to %(last)s of %(count)s accounts",
        count,
    ) % {
        "first": wording.number(str(first + 1 if shown else 0)),
        "last": wording.number(str(first + shown)),
        "count": wording.number(str(count)),
    }
    return Pages(
        summary=summary,
        previous_url=link(max(0, first - PAGE)) if first else "",
        next_url=link(first + PAGE) if first + shown < count else "",
    )


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def one(request: StaffRequest, run_id: int, account_id: int) -> HttpResponse:
    """
    Show what an account would be billed, or was, beside its last bill.
    """
    form = HoldBack(request.POST or None)
    selection = Selection(account_ids=frozenset({account_id}))
    if request.method == "POST" and moved(request, run_id, form, selection):
        return to(request, f"runs/{run_id}/accounts/{account_id}/")
    view = draft_desk.view(tenant=request.tenant, run_id=run_id, account_id=account_id)
    if view is None:
        raise Http404
    outcome, currency = view.outcome, view.run.currency
    number, customer = customers.numbers_of(account_ids=[account_id])[account_id]
    state, meaning = words.state(outcome.state)
    is_rehearsed = view.run.stage == "REHEARSED"
    return render(
        request,
        "console/runs/account.html",
        {
            "view": view,
            "outcome": outcome,
            "period": wording.period(view.run.period_start, view.run.period_end),
            "number": number,
            "customer": customer,
            "account_id": account_id,
            "state": state,
            "meaning": meaning,
            "cause": words.bucket(outcome.bucket),
            "now": _money(outcome.total_minor, currency),
            "previous": _money(outcome.previous_minor, currency),
            "last_year": _money(outcome.last_year_minor, currency),
            "difference": _money(outcome.difference_minor, currency)
            if outcome.before_minor is not None and outcome.total_minor is not None
            else None,
            "blocked": wording.hold(outcome.reason, view.explanation)
            if outcome.state == AccountState.BLOCKED
            else "",
            "causes": causes_table(outcome.causes, currency),
            "lines": lines_table(view.lines, currency) if view.lines else None,
            "form": form,
            "may_hold": is_rehearsed and outcome.state == AccountState.READY,
            "may_release": is_rehearsed and outcome.state == AccountState.HELD,
        },
        status=422 if form.errors else 200,
    )


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)
