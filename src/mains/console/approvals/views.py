"""What waits for a second owner: look at it, approve, refuse, take it back."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from mains.approvals import actions, queries
from mains.approvals.queries import ApprovalRow
from mains.approvals.rules.states import State
from mains.branding.components import Cell, Column, Fact, Table
from mains.console import wording
from mains.console.access import BILLING, OWNERS, StaffRequest, real_now, staff, to
from mains.console.approvals import words
from mains.console.settings.differences import difference
from mains.core.money import Money
from mains.core.wording import money_text
from mains.identity.reauthentication import reauthentication_required
from mains.journeys import second_owner
from mains.tenancy import registry
from mains.tenancy.tenantfile.approvals import Deed

PAGE = 50


class Refuse(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why not"),
        help_text=gettext_lazy("Whoever asked reads it."),
        max_length=200,
        error_messages={"required": gettext_lazy("Say why, so that they know what to change.")},
    )


@require_safe
@staff(*OWNERS)
def every(request: StaffRequest) -> HttpResponse:
    """
    List what waits for a second owner, and what became of the rest.
    """
    before = request.GET.get("before", "")
    now = real_now()
    rows = queries.approvals(
        now=now, before=int(before) if before.isdecimal() else None, limit=PAGE + 1
    )
    names = _names(request)
    return render(
        request,
        "console/approvals/list.html",
        {
            "table": _table(request, rows[:PAGE], names),
            "older": rows[PAGE - 1].id if len(rows) > PAGE else None,
            "demands": _demands(request),
        },
    )


def _demands(request: StaffRequest) -> list[str]:
    approvals, currency = request.tenant.file.approvals, request.tenant.file.locale.currency
    found = []
    if approvals.demand(Deed.PAYMENT_DETAILS):
        found.append(_("a change of where customers' payments go"))
    if approvals.refund_limit is not None:
        limit = Money.round_from(approvals.refund_limit, currency)
        found.append(
            _("giving more than %(limit)s of one payment back")
            % {"limit": money_text(limit, language=wording.language())}
        )
    if approvals.demand(Deed.NEW_OWNER):
        found.append(_("a new owner"))
    return found


def _table(request: StaffRequest, rows: list[ApprovalRow], names: dict[int, str]) -> Table | None:
    if not rows:
        return None
    return Table(
        caption=_("Approvals"),
        hide_caption=True,
        columns=(
            Column(_("What")),
            Column(_("State")),
            Column(_("Who asked")),
            Column(_("When"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(words.deed(row.deed), url=f"{request.base}approvals/{row.id}/"),
                Cell(words.state(row.state), meaning=words.MEANINGS[row.state]),
                Cell(_name(names, row.asked_by)),
                Cell(wording.moment(row.asked_at, request.tenant.zone)),
            )
            for row in rows
        ),
    )


@require_safe
@staff(*BILLING)
def one(request: StaffRequest, approval_id: int) -> HttpResponse:
    """
    Show what would change, who asked, and what can be done about it; to owners and who asked.
    """
    return _page(request, _found_by(request, approval_id), Refuse())


@require_POST
@staff(*OWNERS)
@reauthentication_required
def approve(request: StaffRequest, approval_id: int) -> HttpResponse:
    """
    Approve as another owner than who asked, and carry it out.
    """
    row = _found(approval_id)
    try:
        state = second_owner.approve(
            tenant=request.tenant,
            approval_id=approval_id,
            approved_by=request.user.pk,
            now=real_now(),
        )
    except actions.SamePerson:
        messages.error(request, _("You asked for this yourself. Another owner has to approve it."))
    except second_owner.OwnGuest:
        messages.error(
            request, _("Who asked works here by your invitation. Another owner has to approve it.")
        )
    except actions.ApprovalOver as error:
        messages.error(request, words.over(error.state))
    else:
        _say(request, state)
    return to(request, f"approvals/{row.id}/")


def _say(request: StaffRequest, state: State) -> None:
    if state == State.DONE:
        messages.success(request, _("Approved and done."))
    else:
        messages.error(request, words.over(state))


@require_POST
@staff(*OWNERS)
def refuse(request: StaffRequest, approval_id: int) -> HttpResponse:
    """
    Refuse as another owner than who asked, with a reason.
    """
    row, form = _found(approval_id), Refuse(request.POST)
    if not form.is_valid():
        return _page(request, row, form)
    try:
        second_owner.refuse(
            tenant=request.tenant,
            approval_id=approval_id,
            refused_by=request.user.pk,
            reason=form.cleaned_data["reason"],
            now=real_now(),
        )
    except actions.SamePerson:
        messages.error(request, _("You asked for this yourself. Withdraw it instead."))
    except actions.ApprovalOver as error:
        messages.error(request, words.over(error.state))
    else:
        messages.success(request, _("Refused. Nothing was changed."))
    return to(request, f"approvals/{approval_id}/")


@require_POST
@staff(*BILLING)
def withdraw(request: StaffRequest, approval_id: int) -> HttpResponse:
    """
    Take back what one asked for oneself.
    """
    _found_by(request, approval_id)
    try:
        actions.withdraw(approval_id=approval_id, withdrawn_by=request.user.pk, now=real_now())
    except actions.NotYours:
        messages.error(request, _("Somebody else asked for this. Refuse it instead."))
    except actions.ApprovalOver as error:
        messages.error(request, words.over(error.state))
    else:
        messages.success(request, _("Withdrawn. Nothing was changed."))
    return to(request, f"approvals/{approval_id}/")


def _found(approval_id: int) -> ApprovalRow:
    row = queries.approval(approval_id=approval_id, now=real_now())
    if row is None:
        raise Http404
    return row


def _found_by(request: StaffRequest, approval_id: int) -> ApprovalRow:
    row = _found(approval_id)
    if request.role not in OWNERS and row.asked_by != request.user.pk:
        raise PermissionDenied
    return row


def _page(request: StaffRequest, row: ApprovalRow, form: Refuse) -> HttpResponse:
    changes = second_owner.changes(tenant=request.tenant, row=row)
    mine = row.asked_by == request.user.pk
    undecided = row.state in (State.WAITING, State.APPROVED)
    return render(
        request,
        "console/approvals/one.html",
        {
            "row": row,
            "title": words.deed(row.deed),
            "facts": _facts(request, row),
            "table": difference(changes[:300]),
            "form": form,
            "may_approve": undecided and not mine,
            "may_refuse": row.state == State.WAITING and not mine,
            "may_withdraw": row.state == State.WAITING and mine,
            "unfinished": row.state == State.APPROVED,
        },
        status=422 if form.errors else 200,
    )


def _facts(request: StaffRequest, row: ApprovalRow) -> list[Fact]:
    names, zone = _names(request), request.tenant.zone
    facts = [
        Fact(_("State"), words.state(row.state)),
        Fact(_("Asked"), f"{_name(names, row.asked_by)}, {wording.moment(row.asked_at, zone)}"),
    ]
    if row.note:
        facts.append(Fact(_("What changed, and why"), row.note))
    if row.decided_by and row.decided_at:
        decided = f"{_name(names, row.decided_by)}, {wording.moment(row.decided_at, zone)}"
        facts.append(Fact(_("Decided"), decided))
    elif row.state == State.WAITING:
        facts.append(Fact(_("Waits until"), wording.moment(row.expires_at, zone)))
    if row.reason:
        facts.append(Fact(_("Why not"), row.reason))
    if row.result:
        facts.append(Fact(_("Version"), row.result))
    return facts


def _names(request: StaffRequest) -> dict[int, str]:
    rows = registry.members_of(schema_name=request.tenant.schema_name)
    return {row.id: row.email for row in rows}


def _name(names: dict[int, str], user_id: int) -> str:
    return names.get(user_id) or _("somebody who no longer works here")
