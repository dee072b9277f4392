"""Readings without signing in: identify or follow a link, enter, receipt; without any history."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from mains.enrolment import actions as enrolment
from mains.enrolment.passes import PassOver
from mains.journeys import guest_readings
from mains.metering import photos, queries
from mains.metering.models import Reading, ReadingQuality
from mains.metering.queries import RegisterRow
from mains.metering.windows import is_any_open
from mains.portal import specimens
from mains.portal.access import PortalRequest
from mains.portal.proving import trying
from mains.portal.proving.forms import Code, Facts
from mains.portal.readings import entering, keeping, messages
from mains.portal.readings.forms import Readings, name_of
from mains.portal.readings.windows import service_window
from mains.tenancy.tenantfile.identity import Policy, Purpose

# What a session holds of a guest: the registers that they may read, then what they sent.
GRANT, SENT, CODE = "guest_reading", "guest_reading_sent", "guest_reading_code"
# Asked for the details although no readings are taken, to be told when they are.
TELL = "tell"
HOLDS = timedelta(minutes=20)
# What somebody reads on one walk, and one form can hold.
MOST = 25


def demand_offer(request: PortalRequest) -> Sequence[Policy]:
    """
    Return what guests are asked for.

    :raises Http404: where the tenant takes no readings from guests.
    """
    found = guest_readings.policies(file=request.tenant.file)
    if not found:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
def identify(request: PortalRequest) -> HttpResponse:
    """
    Ask for what proves an account, unless readings of every service are suspended today.
    """
    policy, alternatives = trying.chosen(request, demand_offer(request))
    file = request.tenant.file
    offered = guest_readings.services(file=file)
    shut = not is_any_open(tenant=request.tenant, services=offered, instant=request.now)
    asks = shut and TELL in request.GET
    form = Facts(None if shut and not asks else request.POST or None, policy=policy, file=file)
    if form.is_bound and form.is_valid():
        outcome = trying.try_facts(request, form)
        if isinstance(outcome, enrolment.CodeNeeded):
            request.session[CODE] = outcome.token
            return redirect("portal:guest-reading-code")
        if outcome is not None:
            return _proven(request, outcome)
    return render(
        request,
        "portal/readings/identify.html",
        {
            "form": form,
            "alternatives": alternatives,
            "windows": [service_window(request, service=service) for service in offered],
            "shut": shut and not asks,
            "asks": asks,
            "over": "over" in request.GET,
            "specimen": specimens.shown(request, [policy]),
        },
        status=trying.status_of(form),
    )


@require_http_methods(["GET", "POST"])
def code(request: PortalRequest) -> HttpResponse:
    """
    Ask for the code that went to the contact on file.
    """
    demand_offer(request)
    form = Code(request.POST or None)
    token = request.session.get(CODE, "")
    if request.method == "POST" and form.is_valid():
        proven = trying.try_code(request, form, token=token, purpose=Purpose.GUEST_READ)
        if proven is not None:
            request.session.pop(CODE, None)
            return _proven(request, proven)
    return render(
        request,
        "portal/proving/code.html",
        {
            "form": form,
            "back": "/readings/guest/",
            "again": "/readings/guest/",
            "waits": bool(token),
        },
        status=trying.status_of(form),
    )


def _proven(request: PortalRequest, proven: enrolment.Proven) -> HttpResponse:
    """
    Let this browser read the meters of an account for some minutes.
    """
    found = guest_readings.registers(
        file=request.tenant.file, account_id=proven.account_id, today=request.today
    )
    request.session[GRANT] = {
        "account": proven.account_id,
        "registers": [register.register_id for register in found],
        "until": (request.now + HOLDS).isoformat(),
    }
    return redirect("portal:guest-reading-enter")


def granted(request: PortalRequest) -> dict[str, Any] | None:
    """
    Return what this browser proved, while it holds.
    """
    return _kept(request, GRANT)


def _kept(request: PortalRequest, name: str) -> dict[str, Any] | None:
    kept = request.session.get(name)
    if not kept or datetime.fromisoformat(kept["until"]) <= request.now:
        request.session.pop(name, None)
        return None
    return dict(kept)


@require_http_methods(["GET", "POST"])
def enter(request: PortalRequest) -> HttpResponse:
    """
    Take the readings of the meters that this browser proved; afterwards it has to prove them again.
    """
    demand_offer(request)
    grant = _kept(request, GRANT)
    if grant is None:
        return _ended(request)
    found = guest_readings.registers(
        file=request.tenant.file, account_id=grant["account"], today=request.today
    )
    mine = [register for register in found if register.register_id in grant["registers"]]
    return take(request, mine, back="/readings/guest/")


def _ended(request: PortalRequest) -> HttpResponse:
    return sent_before(request) or redirect("/readings/guest/?over=1")


def sent_before(request: PortalRequest) -> HttpResponse | None:
    """
    Lead whoever sends the same form twice to their receipt.
    """
    kept = _kept(request, SENT)
    if kept and kept["key"] == request.POST.get("key"):
        return redirect("portal:guest-reading-sent")
    return None


@never_cache
@require_http_methods(["GET", "POST"])
def linked(request: PortalRequest, token: str) -> HttpResponse:
    """
    Take the readings of the meters that a mailed address names: one page, and nobody signs in.
    """
    try:
        mine = guest_readings.linked(tenant=request.tenant, token=token, now=request.now)
    except PassOver:
        offered = bool(guest_readings.policies(file=request.tenant.file))
        return render(request, "portal/readings/over.html", {"offered": offered}, status=410)
    return take(request, mine, back="", whose=keeping.mark(f"link:{token}"))


def take(
    request: PortalRequest, registers: list[RegisterRow], *, back: str, whose: str = ""
) -> HttpResponse:
    """
    Take readings; `whose` marks what a device may keep, and nothing where it may keep none.
    """
    shown = registers[:MOST]
    form = Readings(request.POST or None, request.FILES or None, registers=shown, whose=whose)
    for register in shown:
        form.fields[name_of(register)].help_text = messages.digits(register)
    if request.method == "POST" and form.is_valid() and _store(request, form, whose=whose):
        request.session.pop(GRANT, None)
        return redirect("portal:guest-reading-sent")
    groups = entering.groups(request, form, shown)
    if whose and keeping.KEPT in request.GET:
        return keeping.page(request, form, groups)
    return render(
        request,
        "portal/readings/guest.html",
        {
            "form": form,
            "groups": groups,
            "taken": any(group.fields for group in groups),
            "tells": bool(back) and any(not group.fields for group in groups),
            "more": len(registers) > len(shown),
            "back": back,
            "whose": whose,
        },
        status=422 if form.errors else 200,
    )


def _store(request: PortalRequest, form: Readings, *, whose: str) -> bool:
    if not keeping.check_whose(form, whose=whose):
        return False
    key = form.cleaned_data["key"]
    sent_form = guest_readings.Sent(
        key=key,
        decimal_mark=entering.decimal_mark(),
        kept=keeping.kept_for(form),
        together=form.together(),
    )

    def send(register: RegisterRow, text: str, confirmed: bool) -> Reading:
        return guest_readings.send(
            tenant=request.tenant,
            register=register,
            typed=text,
            confirmed=confirmed,
            form=sent_form,
            now=request.now,
        )

    sent = entering.send_typed(request, form, send=send, explain=messages.unlikely_for_guest)
    if sent and not form.errors:
        request.session[SENT] = {
            "account": form.registers[0].account_id,
            "ids": [reading.pk for reading in sent],
            "key": key,
            "whose": whose,
            "until": (request.now + HOLDS).isoformat(),
        }
        keeping.tell_other_day(request, form, sent)
    return not form.errors


@require_safe
def receipt(request: PortalRequest) -> HttpResponse:
    """
    Show what was sent with its reference, for some minutes.
    """
    kept = _kept(request, SENT)
    readings = [
        reading
        for reading in queries.readings_of(account_ids=[kept["account"]] if kept else [])
        if kept and reading.id in kept["ids"]
    ]
    if not readings:
        return redirect("portal:home")
    review = any(reading.quality == ReadingQuality.NEEDS_REVIEW for reading in readings)
    return render(
        request,
        "portal/readings/sent.html",
        {
            "readings": readings,
            "needs_review": review,
            "photos": len(photos.photographed(reading_ids=[one.id for one in readings])),
            "guest": True,
            "key": kept["key"] if kept else "",
            "whose": kept.get("whose", "") if kept else "",
        },
    )
