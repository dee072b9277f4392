"""Attach many accounts to one login: type, look at what would come of each line, agree."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from mains.branding.components import Cell, Column, Fact, Meaning, Table
from mains.console import wording
from mains.console.access import EVERYBODY, StaffRequest, staff, to
from mains.console.authorities.forms import Attach, Change
from mains.customers import companies
from mains.customers import queries as customers
from mains.enrolment import actions, queries
from mains.enrolment import wording as enrolment
from mains.enrolment.queries import Line, Verdict


@require_http_methods(["GET", "POST"])
@staff(*EVERYBODY)
def attach(request: StaffRequest) -> HttpResponse:
    """
    Preview a list of accounts, then attach it as previewed, whole or not at all.
    """
    form = Attach(
        request.POST or None,
        today=request.today,
        companies=[(row.code, row.name) for row in companies.all_companies()],
    )
    if request.method != "POST" or not form.is_valid() or "edit" in request.POST:
        page = "console/authorities/new.html"
        return render(request, page, {"form": form}, status=422 if form.errors else 200)
    wanted = form.wanted(request.tenant.file.portal.grouping)
    lines, changed = queries.plan(wanted=wanted, today=request.today), False
    if request.POST.get("seen"):
        try:
            done = actions.attach(
                wanted=wanted,
                seen=request.POST["seen"],
                by=f"staff:{request.user.pk}",
                days=request.tenant.file.registration.invitation_days,
                site=request.tenant.url,
                now=request.now,
                today=request.today,
            )
        except actions.PlanChanged:
            changed = True
        else:
            return _done(request, done, wanted)
    ready = sum(line.verdict is Verdict.ATTACHED for line in lines)
    return render(
        request,
        "console/authorities/preview.html",
        {
            "form": form,
            "wanted": wanted,
            "facts": _facts(wanted),
            "lines": _table(lines, _("What would come of each line"), good=_("Will be attached")),
            "ready": ready,
            "left_out": len(lines) - ready,
            "seen": queries.fingerprint(wanted, lines),
            "changed": changed,
        },
        status=409 if changed else 200,
    )


def _facts(wanted: queries.Wanted) -> list[Fact]:
    last = queries.last_day(wanted.until_date)
    return [
        Fact(_("E-mail of the login"), wanted.email),
        Fact(_("Acts as"), enrolment.role(wanted.role)),
        Fact(_("Authority"), wanted.authority),
        Fact(_("Until"), wording.day(last) if last else "–"),
    ]


def _done(request: StaffRequest, done: actions.Attached, wanted: queries.Wanted) -> HttpResponse:
    count = sum(line.verdict is Verdict.ATTACHED for line in done.lines)
    return render(
        request,
        "console/authorities/done.html",
        {
            "facts": _facts(wanted),
            "count": count,
            "invited": done.invited,
            "lines": _table(
                done.lines,
                _("What came of each line"),
                # Nothing is attached before the link in the message was followed.
                good=_("Invited") if done.invited else _("Attached"),
            ),
        },
    )


def _table(lines: list[Line], caption: str, *, good: str) -> Table:
    words: dict[Verdict, tuple[str, Meaning]] = {
        Verdict.ATTACHED: (good, "ok"),
        Verdict.UNKNOWN: (_("No account has this number"), "bad"),
        Verdict.LINKED: (_("Sees the account already"), "info"),
        Verdict.OTHER_COMPANY: (_("Belongs to another company"), "bad"),
        Verdict.OTHER_TAX_NUMBER: (_("Belongs to another tax number"), "bad"),
        Verdict.TWICE: (_("Stands in the list twice"), "warn"),
    }
    # What needs somebody's eye comes first: a list may be long.
    ordered = sorted(lines, key=lambda line: (line.verdict is Verdict.ATTACHED, line.position))
    return Table(
        caption=caption,
        columns=(Column(_("Line"), numeric=True), Column(_("Account")), Column(_("Result"))),
        rows=tuple(
            (
                Cell(str(line.position)),
                Cell(line.number),
                Cell(words[line.verdict][0], meaning=words[line.verdict][1]),
            )
            for line in ordered
        ),
    )


@require_http_methods(["GET", "POST"])
@staff(*EVERYBODY)
def person(request: StaffRequest, link_id: int) -> HttpResponse:
    """
    Show on what a login sees an account, and let its authority end on another day.
    """
    row = _row(request, link_id)
    others = queries.under_same_authority(link_id=link_id, today=request.today) - 1
    mandated = row.role in actions.MANDATED
    form = Change(
        request.POST or None,
        today=request.today,
        others=others,
        initial={"last_date": row.last_date, "whole": True},
    )
    if request.method == "POST" and mandated and form.is_valid():
        try:
            count = actions.extend(
                link_id=link_id,
                until_date=form.until_date(),
                whole=form.cleaned_data.get("whole", False),
                by=f"staff:{request.user.pk}",
                now=request.now,
                today=request.today,
            )
        except actions.AuthorityOver as error:
            raise Http404 from error
        messages.success(
            request,
            ngettext("Changed for %(count)s account.", "Changed for %(count)s accounts.", count)
            % {"count": count},
        )
        return to(request, f"customers/{row.account_id}/")
    number = customers.numbers_of(account_ids=[row.account_id])[row.account_id][0]
    return render(
        request,
        "console/authorities/person.html",
        {
            "row": row,
            "number": number,
            "account_url": f"{request.base}customers/{row.account_id}/",
            "form": form if mandated else None,
            "others": others if mandated else 0,
            "facts": [
                Fact(_("Account"), number),
                Fact(_("Acts as"), enrolment.role(row.role)),
                Fact(_("May"), enrolment.scope(may_read=row.may_read, may_pay=row.may_pay)),
                *([Fact(_("Authority"), row.authority)] if row.authority else []),
                Fact(_("Since"), wording.moment(row.linked_at, request.tenant.zone)),
                Fact(_("Until"), wording.day(row.last_date) if row.last_date else "–"),
            ],
        },
        status=422 if form.errors else 200,
    )


def _row(request: StaffRequest, link_id: int) -> queries.WhoSees:
    row = queries.person(link_id=link_id, today=request.today)
    if row is None:
        raise Http404
    return row


@require_POST
@staff(*EVERYBODY)
def end(request: StaffRequest, link_id: int) -> HttpResponse:
    """
    End a login's access at once, to one account or to all under the same authority.
    """
    row = queries.person(link_id=link_id, today=request.today)
    count = actions.end_early(
        link_id=link_id,
        whole=request.POST.get("whole") == "1",
        by=f"staff:{request.user.pk}",
        now=request.now,
        today=request.today,
    )
    if row is None:
        messages.success(request, _("This access has ended before."))
        return to(request, "customers/")
    messages.success(
        request,
        ngettext("Ended for %(count)s account.", "Ended for %(count)s accounts.", count)
        % {"count": count},
    )
    return to(request, f"customers/{row.account_id}/")
