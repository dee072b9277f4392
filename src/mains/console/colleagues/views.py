"""Colleagues: who works here with which role, who is invited, and the end of both."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mains.approvals.actions import NeedsSecondOwner
from mains.branding.components import Cell, Column, Table
from mains.console import wording
from mains.console.access import OWNERS, StaffRequest, real_now, staff, to
from mains.console.approvals.asking import ask_second_owner
from mains.console.colleagues.forms import ChangeRole, Invite
from mains.journeys import colleagues
from mains.tenancy import registry
from mains.tenancy import staff as working
from mains.tenancy.registry import MemberRow
from mains.tenancy.tenantfile.approvals import Deed
from mains.tenancy.wording import role


@require_http_methods(["GET", "POST"])
@staff(*OWNERS)
def every(request: StaffRequest) -> HttpResponse:
    """
    List colleagues and open invitations, and invite one more.
    """
    form = Invite(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if _invite(request, form):
                return to(request, "colleagues/")
        except NeedsSecondOwner:
            wish = {"email": form.cleaned_data["email"], "language": get_language() or "en"}
            return ask_second_owner(
                request, Deed.NEW_OWNER, wish, lambda: to(request, "colleagues/")
            )
    rows = registry.members_of(schema_name=request.tenant.schema_name)
    return render(
        request,
        "console/colleagues/list.html",
        {
            "form": form,
            "table": _table(request, rows),
            "waiting": [
                (row, role(row.role), wording.moment(row.expires_at, request.tenant.zone))
                for row in colleagues.waiting(tenant=request.tenant, now=real_now())
            ],
            "days": working.LIFE.days,
        },
        status=422 if form.errors else 200,
    )


def _invite(request: StaffRequest, form: Invite) -> bool:
    email = form.cleaned_data["email"]
    try:
        colleagues.invite(
            tenant=request.tenant,
            email=email,
            role=form.chosen(),
            invited_by=request.user.pk,
            language=get_language() or "en",
            now=real_now(),
        )
    except working.AlreadyMember:
        form.add_error("email", _("Somebody with this address works here already."))
        return False
    messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": email})
    return True


def _table(request: StaffRequest, rows: list[MemberRow]) -> Table:
    return Table(
        caption=_("Colleagues"),
        hide_caption=True,
        columns=(Column(_("E-mail")), Column(_("Name")), Column(_("Role")), Column(_("Last here"))),
        rows=tuple(
            (
                Cell(row.email, url=f"{request.base}colleagues/{row.id}/"),
                Cell(row.name or "–"),
                Cell(role(row.role)),
                Cell(
                    wording.moment(row.last_login, request.tenant.zone) if row.last_login else "–"
                ),
            )
            for row in rows
        ),
    )


@require_POST
@staff(*OWNERS)
def revoke(request: StaffRequest, invitation_id: int) -> HttpResponse:
    """
    End an invitation that waits.
    """
    ended = colleagues.revoke(
        tenant=request.tenant,
        invitation_id=invitation_id,
        revoked_by=request.user.pk,
        now=real_now(),
    )
    if ended:
        messages.success(request, _("The invitation has ended."))
    else:
        messages.info(request, _("This invitation had ended already."))
    return to(request, "colleagues/")


@require_http_methods(["GET", "POST"])
@staff(*OWNERS)
def one(request: StaffRequest, user_id: int) -> HttpResponse:
    """
    Give a colleague another role.

    :raises Http404: if nobody with this login works here.
    """
    member = _member(request, user_id)
    form = ChangeRole(request.POST or None, initial={"role": member.role})
    if request.method == "POST" and form.is_valid():
        try:
            colleagues.change_role(
                tenant=request.tenant,
                user_id=user_id,
                role=form.chosen(),
                changed_by=request.user.pk,
                now=real_now(),
            )
        except working.NotMember as error:
            raise Http404 from error
        except working.LastOne:
            form.add_error("role", _last())
        except NeedsSecondOwner:
            wish = {"email": member.email, "user_id": user_id}
            return ask_second_owner(
                request, Deed.NEW_OWNER, wish, lambda: to(request, "colleagues/")
            )
        else:
            messages.success(request, _("Saved. It holds from their next click on."))
            return to(request, "colleagues/")
    return _page(request, member, form)


@require_POST
@staff(*OWNERS)
def remove(request: StaffRequest, user_id: int) -> HttpResponse:
    """
    End a colleague's work here.

    :raises Http404: if nobody with this login works here, or no longer.
    """
    member = _member(request, user_id)
    try:
        colleagues.remove(
            tenant=request.tenant, user_id=user_id, removed_by=request.user.pk, now=real_now()
        )
    except working.NotMember as error:
        raise Http404 from error
    except working.LastOne:
        messages.error(request, _last())
        return to(request, f"colleagues/{user_id}/")
    messages.success(request, _("%(email)s no longer works here.") % {"email": member.email})
    return to(request, "colleagues/")


def _last() -> str:
    return _("This is the only owner. Make somebody else an owner first.")


def _member(request: StaffRequest, user_id: int) -> MemberRow:
    rows = registry.members_of(schema_name=request.tenant.schema_name)
    member = next((row for row in rows if row.id == user_id), None)
    if member is None:
        raise Http404
    return member


def _page(request: StaffRequest, member: MemberRow, form: ChangeRole) -> HttpResponse:
    return render(
        request,
        "console/colleagues/one.html",
        {"member": member, "form": form, "is_me": member.id == request.user.pk},
        status=422 if form.errors else 200,
    )
