"""Invite customers, one or a whole list, and see which invitations wait."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from mains.branding.components import Cell, Column, Meaning, Table
from mains.console import wording
from mains.console.access import EVERYBODY, StaffRequest, staff, to
from mains.enrolment import actions, queries
from mains.journeys import invite_customers
from mains.journeys.invite_customers import Line, Result


class Lines(forms.Form):
    lines = forms.CharField(
        label=gettext_lazy("Accounts and e-mail addresses"),
        help_text=gettext_lazy(
            "One line each: account number, e-mail address. Without an address we take the one on "
            "file. You can paste two columns of a spreadsheet."
        ),
        max_length=200_000,
        # What is left is put back as it was typed.
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Type at least one line.")},
    )

    def clean_lines(self) -> str:
        lines: str = self.cleaned_data["lines"]
        if not lines.strip():
            raise forms.ValidationError(self.fields["lines"].error_messages["required"])
        return lines


@require_http_methods(["GET", "POST"])
@staff(*EVERYBODY)
def every(request: StaffRequest) -> HttpResponse:
    """
    Show what waits, and invite line by line.
    """
    form = Lines(request.POST or None, initial={"lines": request.GET.get("account", "")[:40]})
    results: list[Line] = []
    if request.method == "POST" and form.is_valid():
        results = invite_customers.invite_lines(
            tenant=request.tenant,
            text=form.cleaned_data["lines"],
            invited_by=f"staff:{request.user.pk}",
            now=request.now,
        )
        sent = sum(line.result is Result.SENT for line in results)
        messages.add_message(
            request,
            messages.SUCCESS if sent else messages.WARNING,
            ngettext("%(count)s invitation sent.", "%(count)s invitations sent.", sent)
            % {"count": sent},
        )
        # What could not be sent stays in the field as it was typed, to be mended.
        done = (Result.SENT, Result.TWICE)
        left = "\n".join(line.typed for line in results if line.result not in done)
        form = Lines(initial={"lines": left})
    return render(
        request,
        "console/invitations/list.html",
        {
            "form": form,
            "results": _results(results) if results else None,
            "waiting": [
                (row, wording.moment(row.expires_at, request.tenant.zone))
                for row in queries.open_invitations(now=request.now)
            ],
            "days": request.tenant.file.registration.invitation_days,
        },
        status=422 if form.errors else 200,
    )


def _results(lines: list[Line]) -> Table:
    words: dict[Result, tuple[str, Meaning]] = {
        Result.SENT: (_("Sent"), "ok"),
        Result.NO_ACCOUNT: (_("No account has this number"), "bad"),
        Result.NO_EMAIL: (_("No e-mail address in the line or on file"), "bad"),
        Result.BAD_EMAIL: (_("An e-mail address has the form name@example.com."), "bad"),
        Result.BAD_ON_FILE: (_("The e-mail address on file cannot be used"), "bad"),
        Result.TWICE: (_("Stands in the list twice"), "warn"),
        Result.NOT_READ: (_("Not read: send the rest as another list"), "bad"),
        Result.LINKED: (_("Sees the account already"), "info"),
    }
    return Table(
        caption=_("What came of each line"),
        columns=(
            Column(_("Line"), numeric=True),
            Column(_("Account")),
            Column(_("E-mail")),
            Column(_("Result")),
        ),
        rows=tuple(
            (
                Cell(str(line.number)),
                Cell(line.account),
                Cell(line.email or "–"),
                Cell(words[line.result][0], meaning=words[line.result][1]),
            )
            for line in lines
        ),
    )


@require_POST
@staff(*EVERYBODY)
def revoke(request: StaffRequest, invitation_id: int) -> HttpResponse:
    """
    End an invitation that waits.
    """
    if actions.revoke_invitation(invitation_id=invitation_id, now=request.now):
        messages.success(request, _("The invitation has ended."))
    return to(request, "invitations/")
