"""Cards and links that open the page for readings: print, show as a QR code, and end them."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from mains.branding.components import Cell, Column, Table
from mains.console import wording
from mains.console.access import EVERYBODY, StaffRequest, staff, to
from mains.core.downloads import as_file
from mains.customers import queries as customers
from mains.enrolment import passes
from mains.enrolment.passes import Kind, Pass
from mains.journeys import guest_readings, reading_cards
from mains.metering import cards


def table(request: StaffRequest, *, account_id: int) -> Table | None:
    """
    List what opens an account's readings now, or None where nothing does.
    """
    found = passes.passes_of(account_id=account_id, now=request.now)
    if not found:
        return None
    return Table(
        caption=_("Open without signing in"),
        columns=(Column(_("What")), Column(_("Made")), Column(_("Until")), Column(_("End"))),
        rows=tuple(_row(request, one) for one in found),
    )


def _row(request: StaffRequest, one: Pass) -> tuple[Cell, ...]:
    zone = request.tenant.zone
    kinds = {Kind.LINK: _("Link for readings"), Kind.CARD: _("Card for readings")}
    made = wording.moment(one.made_at, zone)
    return (
        Cell(kinds[one.kind]),
        Cell(made),
        Cell(wording.moment(one.ends_at, zone)),
        Cell(_("End"), url=f"passes/{one.id}/", about=f"{kinds[one.kind]} {made}"),
    )


@require_http_methods(["GET", "POST"])
@staff(*EVERYBODY)
def end(request: StaffRequest, account_id: int, pass_id: int) -> HttpResponse:
    """
    End a card or a link, once it was said what that means.
    """
    found = passes.passes_of(account_id=account_id, now=request.now)
    one = next((one for one in found if one.id == pass_id), None)
    if request.method == "POST":
        if one is not None:
            who = f"staff:{request.user.pk}"
            passes.end(pass_id=pass_id, account_id=account_id, actor=who, now=request.now)
        messages.success(request, _("It opens nothing any more."))
        return to(request, f"customers/{account_id}/")
    if one is None:
        raise Http404
    return render(
        request,
        "console/accounts/end_pass.html",
        {
            "is_card": one.kind is Kind.CARD,
            "made": wording.moment(one.made_at, request.tenant.zone),
        },
    )


@require_POST
@staff(*EVERYBODY)
def card(request: StaffRequest, account_id: int) -> HttpResponse:
    """
    Issue a card and hand it out as PDF; the one before opens nothing any more.
    """
    if customers.account_with_customer(account_id=account_id) is None:
        raise Http404
    try:
        pdf, _left = reading_cards.print_for(
            tenant=request.tenant,
            account_ids=[account_id],
            actor=f"staff:{request.user.pk}",
            now=request.now,
        )
    except guest_readings.NothingToRead:
        messages.error(
            request,
            _("No card was made: no meter of the account is read without signing in."),
        )
        return to(request, f"customers/{account_id}/")
    return _file(pdf, "application/pdf", f"card-{account_id}.pdf")


@require_POST
@staff(*EVERYBODY)
def code(request: StaffRequest, account_id: int) -> HttpResponse:
    """
    Make a link for readings and hand it out as a QR code, for a letter or a notice.
    """
    if customers.account_with_customer(account_id=account_id) is None:
        raise Http404
    try:
        url, _until = guest_readings.link_of(
            tenant=request.tenant,
            account_id=account_id,
            actor=f"staff:{request.user.pk}",
            now=request.now,
        )
    except guest_readings.NothingToRead:
        messages.error(
            request,
            _("Nothing was made: no meter of the account is read without signing in."),
        )
        return to(request, f"customers/{account_id}/")
    return _file(cards.code_picture(url), "image/svg+xml", f"readings-{account_id}.svg")


def _file(data: bytes, content_type: str, name: str) -> HttpResponse:
    answer = as_file(data, name=name, content_type=content_type)
    answer["Cache-Control"] = "no-store"
    return answer


@require_http_methods(["GET", "POST"])
@staff(*EVERYBODY)
def many(request: StaffRequest) -> HttpResponse:
    """
    Issue cards for a list of account numbers, as one PDF; numbers that fit nothing stay typed.
    """
    typed = list(dict.fromkeys(request.POST.get("numbers", "").split()))[: reading_cards.MOST + 1]
    named = {number: customers.account_named(number=number) for number in typed}
    unknown = [number for number, account in named.items() if account is None]
    problem = _problem(typed, unknown)
    if request.method == "POST" and not problem:
        ids = [account.pk for account in named.values() if account is not None]
        try:
            pdf, _left = reading_cards.print_for(
                tenant=request.tenant,
                account_ids=ids,
                actor=f"staff:{request.user.pk}",
                now=request.now,
            )
        except guest_readings.NothingToRead:
            problem = _("No meter of these accounts is read without signing in.")
        else:
            return _file(pdf, "application/pdf", "cards.pdf")
    shown = problem if request.method == "POST" else ""
    return render(
        request,
        "console/readings/cards.html",
        {"problem": shown, "numbers": request.POST.get("numbers", ""), "most": reading_cards.MOST},
        status=422 if shown else 200,
    )


def _problem(typed: list[str], unknown: list[str]) -> str:
    if not typed:
        return _("No account number was typed. Type at least one.")
    if len(typed) > reading_cards.MOST:
        return _(
            "These are more than %(most)s accounts. Print the first ones, then the others."
        ) % {"most": reading_cards.MOST}
    if unknown:
        return ngettext(
            "There is no account with this number: %(numbers)s. Nothing was made.",
            "There are no accounts with these numbers: %(numbers)s. Nothing was made.",
            len(unknown),
        ) % {"numbers": ", ".join(unknown[:5])}
    return ""
