"""Who else sees an account: share it, change that, end it, and read what others did."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mains.branding import paging
from mains.branding.components import Cell, Column, Table
from mains.core.wording import instant_text, short_date_text
from mains.enrolment import actions, queries
from mains.enrolment import wording as enrolment
from mains.enrolment.models import LinkRole
from mains.enrolment.queries import LinkedAccount, WhoSees
from mains.enrolment.rules.rights import Right
from mains.identity.budgets import Budget
from mains.portal.access import PortalRequest, customer_required, require
from mains.portal.accounts.forms import Give, Sharing
from mains.portal.readings.messages import language

# Nobody fills strangers' mailboxes from here; the API spends the same budget.
INVITATIONS = Budget("share", tries=30, seconds=86_400)

type View = Callable[..., HttpResponse]


def holder_required(view: View) -> View:
    """
    Let only who holds an account see with whom it is shared.
    """

    @customer_required
    @wraps(view)
    def checked(request: PortalRequest, account_id: int, **parts: Any) -> HttpResponse:
        require(request, Right.SHARE, account_id=account_id)
        account = next(one for one in request.linked if one.pk == account_id)
        try:
            return view(request, account, **parts)
        except actions.NotHolder as error:
            # The link ended between the two looks at it.
            raise PermissionDenied from error
        except actions.NotShared as error:
            raise Http404 from error

    return checked


def _home(account: LinkedAccount) -> str:
    return f"/accounts/{account.pk}/people/"


@require_safe
@holder_required
def every(request: PortalRequest, account: LinkedAccount) -> HttpResponse:
    """
    List who sees an account and who was asked to, and what others did with it.
    """
    rows = queries.who_sees(account_id=account.pk, today=request.today)
    shared = [row for row in rows if row.role == LinkRole.DELEGATE]
    others = [row for row in rows if row.role != LinkRole.DELEGATE]
    before = paging.before(request)
    log = queries.access_log(account_ids=[account.pk], before=before, limit=paging.ASKED)
    return render(
        request,
        "portal/accounts/people.html",
        {
            "account": account,
            "shared": _shared(shared, account) if shared else None,
            "others": _others(others, request),
            "waiting": [
                (row, enrolment.scope(may_read=row.may_read, may_pay=row.may_pay), _day(row))
                for row in queries.asked(
                    account_id=account.pk, now=request.now, today=request.today
                )
            ],
            "log": _log(log[: paging.SHOWN], request) if log else None,
            "pages": paging.newest_first([row.id for row in log], before=before),
        },
    )


def _day(row: Any) -> str:
    return short_date_text(row.last_date, language=language()) if row.last_date else ""


def _shared(rows: list[WhoSees], account: LinkedAccount) -> Table:
    return Table(
        caption=_("Shared with"),
        columns=(Column(_("E-mail")), Column(_("May")), Column(_("Until")), Column(_("Action"))),
        rows=tuple(
            (
                Cell(row.email, url=f"{_home(account)}{row.link_id}/"),
                Cell(enrolment.scope(may_read=row.may_read, may_pay=row.may_pay)),
                Cell(_day(row) or "–"),
                Cell(
                    _("End the access"), url=f"{_home(account)}{row.link_id}/end/", about=row.email
                ),
            )
            for row in rows
        ),
    )


def _others(rows: list[WhoSees], request: PortalRequest) -> Table:
    return Table(
        caption=_("Other logins that see it"),
        columns=(Column(_("E-mail")), Column(_("As")), Column(_("Until"))),
        rows=tuple(
            (
                Cell(row.email, note=_("You") if row.user_id == request.user.pk else ""),
                Cell(enrolment.role(row.role), note=row.authority),
                Cell(_day(row) or "–"),
            )
            for row in rows
        ),
    )


def _log(rows: list[queries.Access], request: PortalRequest) -> Table:
    zone = request.tenant.zone
    return Table(
        caption=_("What others did"),
        columns=(Column(_("When")), Column(_("Who")), Column(_("What"))),
        rows=tuple(
            (
                Cell(instant_text(row.at.astimezone(zone), language=language())),
                Cell(enrolment.who(row)),
                Cell(enrolment.deed(row.purpose), note=row.reason),
            )
            for row in rows
        ),
    )


@require_http_methods(["GET", "POST"])
@holder_required
def give(request: PortalRequest, account: LinkedAccount) -> HttpResponse:
    """
    Invite somebody by e-mail to share the account.
    """
    form = Give(request.POST or None, today=request.today)
    if request.method == "POST" and form.is_valid() and _invite(request, account, form):
        messages.success(
            request,
            _("We sent a link to %(email)s. It works once.")
            % {"email": form.cleaned_data["email"]},
        )
        return redirect(_home(account))
    return _form_page(request, account, form, person=None)


def _invite(request: PortalRequest, account: LinkedAccount, form: Give) -> bool:
    """
    Send the invitation, or put on the form why not.
    """
    if not INVITATIONS.spend(request.user.pk):
        form.add_error(None, _("You invited many people today. Go on tomorrow."))
        return False
    try:
        actions.share(
            holder_id=request.user.pk,
            account_id=account.pk,
            email=form.cleaned_data["email"],
            scope=form.scope(),
            mail=actions.LinkMail(
                request.tenant.url,
                language(),
                request.tenant.file.registration.invitation_days,
            ),
            now=request.now,
            today=request.today,
        )
    except actions.AlreadyLinked:
        form.add_error("email", _("This login sees the account already."))
    except actions.TooManyPeople:
        form.add_error(None, _("You share this account with many people. End one of them first."))
    else:
        return True
    return False


def _form_page(
    request: PortalRequest, account: LinkedAccount, form: Sharing, *, person: WhoSees | None
) -> HttpResponse:
    return render(
        request,
        "portal/accounts/share.html",
        {"form": form, "account": account, "person": person, "back": _home(account)},
        status=422 if form.errors else 200,
    )


def _person(request: PortalRequest, account: LinkedAccount, link_id: int) -> WhoSees:
    row = queries.person(link_id=link_id, today=request.today)
    if row is None or row.account_id != account.pk or row.role != LinkRole.DELEGATE:
        raise Http404
    return row


@require_http_methods(["GET", "POST"])
@holder_required
def change(request: PortalRequest, account: LinkedAccount, link_id: int) -> HttpResponse:
    """
    Change what somebody may do, from their next click on.
    """
    row = _person(request, account, link_id)
    shown = {"may_read": row.may_read, "may_pay": row.may_pay, "last_date": row.last_date}
    form = Sharing(
        # Nothing ticked is an answer as well.
        request.POST if request.method == "POST" else None,
        today=request.today,
        initial=shown,
    )
    if request.method == "POST" and form.is_valid():
        changed = actions.change_share(
            holder_id=request.user.pk,
            account_id=account.pk,
            link_id=link_id,
            scope=form.scope(),
            now=request.now,
            today=request.today,
        )
        messages.success(
            request, _("Saved. You both get a message.") if changed else _("Nothing was changed.")
        )
        return redirect(_home(account))
    return _form_page(request, account, form, person=row)


@require_http_methods(["GET", "POST"])
@holder_required
def end(request: PortalRequest, account: LinkedAccount, link_id: int) -> HttpResponse:
    """
    Ask whether to stop sharing with somebody, and stop.
    """
    if request.method == "POST":
        ended = actions.end_share(
            holder_id=request.user.pk,
            account_id=account.pk,
            link_id=link_id,
            now=request.now,
            today=request.today,
        )
        messages.success(
            request,
            _("The account is no longer shared.") if ended else _("This has ended before."),
        )
        return redirect(_home(account))
    row = _person(request, account, link_id)
    return render(
        request,
        "portal/accounts/end_share.html",
        {"account": account, "person": row, "back": _home(account)},
    )


@require_POST
@holder_required
def withdraw(request: PortalRequest, account: LinkedAccount, invitation_id: int) -> HttpResponse:
    """
    Take back an invitation that waits.
    """
    withdrawn = actions.withdraw_share(
        holder_id=request.user.pk,
        account_id=account.pk,
        invitation_id=invitation_id,
        now=request.now,
        today=request.today,
    )
    messages.success(
        request,
        _("The invitation was withdrawn.")
        if withdrawn
        else _("This invitation was accepted or ended before."),
    )
    return redirect(_home(account))
