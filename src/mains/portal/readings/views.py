"""Send readings: all meters of the linked accounts on one page."""

from dataclasses import replace
from datetime import timedelta

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mains.branding.paging import page_asked, pages
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.metering import actions, photos, queries, reminding
from mains.metering.models import Reading, ReadingQuality, ReadingSource
from mains.metering.queries import RegisterRow
from mains.metering.windows import window_for
from mains.portal.access import PortalRequest, account_ids, customer_required, noted
from mains.portal.readings import after, entering, history, keeping, messages
from mains.portal.readings.forms import Readings

SENT, SENT_KEY, SENT_FOR = "readings_sent", "readings_sent_key", "readings_sent_for"
# Registers on one page: what somebody reads on one walk, and one form can hold.
PAGE = 25
# With more registers than these, a list can be sent instead.
FEW = 5


@require_http_methods(["GET", "POST"])
@customer_required
def enter(request: PortalRequest) -> HttpResponse:
    page = page_asked(request)
    found = queries.registers_of(
        account_ids=account_ids(request, Right.READ),
        today=request.today,
        first=(page - 1) * PAGE,
        limit=PAGE + 1,
    )
    registers = found[:PAGE]
    if page > 1 and not registers:
        return redirect("portal:readings")
    whose = keeping.mark(f"user:{request.user.pk}")
    form = Readings(request.POST or None, request.FILES or None, registers=registers, whose=whose)
    if request.method == "POST" and form.is_valid() and _store(request, form, whose=whose):
        return redirect("portal:readings-sent")
    groups = entering.groups(request, form, registers)
    if keeping.KEPT in request.GET:
        return keeping.page(request, form, groups)
    return render(
        request,
        "portal/readings/enter.html",
        {
            "form": form,
            "groups": groups,
            "whose": whose,
            "remindable": any(group.window.calendar for group in groups),
            "history": history.latest(request),
            "many": page > 1 or len(found) > FEW,
            "reminded": reminding.is_reminded(user_id=request.user.pk),
            "pages": pages(page, more=len(found) > PAGE),
            "not_shared": bool(request.accounts) and not account_ids(request, Right.READ),
        },
        status=422 if form.errors else 200,
    )


def _store(request: PortalRequest, form: Readings, *, whose: str) -> bool:
    """
    Store what was typed, and remember it for the receipt.
    """
    if not keeping.check_whose(form, whose=whose):
        return False

    sending = actions.Sending(
        source=ReadingSource.SELF,
        user_id=request.user.pk,
        key=form.cleaned_data["key"],
        decimal_mark=entering.decimal_mark(),
        now=request.now,
        zone=request.tenant.zone,
        kept=keeping.kept_for(form),
        together=form.together(),
    )

    def send(register: RegisterRow, text: str, confirmed: bool) -> Reading:
        reading = actions.submit_reading(
            register=register,
            typed=text,
            confirmed=confirmed,
            window=window_for(
                file=request.tenant.file,
                service=register.service,
                contract_class=register.contract_class,
            ),
            sending=replace(
                sending,
                most_kept=timedelta(days=request.tenant.file.service(register.service).kept_days),
            ),
        )
        noted(request, Deed.READING, [register.account_id])
        return reading

    sent = entering.send_typed(request, form, send=send, explain=messages.unlikely)
    request.session[SENT] = [reading.pk for reading in sent]
    request.session[SENT_KEY] = form.cleaned_data["key"]
    accounts = sorted({register.account_id for register, _text in form.together()})
    request.session[SENT_FOR] = accounts
    if not form.errors:
        keeping.tell_other_day(request, form, sent)
        after.tell_next_bill(request, accounts)
    return not form.errors


@require_POST
@customer_required
def reminder(request: PortalRequest) -> HttpResponse:
    """
    Be told by e-mail when it is time to read, or no longer.
    """
    if "on" in request.POST:
        reminding.remind(user_id=request.user.pk, now=request.now)
        notices.success(request, _("We write to you when it is time, and on the last day."))
    else:
        reminding.stop_reminding(user_id=request.user.pk)
        notices.success(request, _("We no longer remind you."))
    return redirect("portal:readings")


@require_safe
@customer_required
def sent(request: PortalRequest) -> HttpResponse:
    ids = request.session.get(SENT, [])
    readings = [
        reading
        for reading in queries.readings_of(account_ids=account_ids(request, Right.READ))
        if reading.id in ids
    ]
    if not readings:
        return redirect("portal:readings")
    accounts = request.session.get(SENT_FOR, [])
    review = any(reading.quality == ReadingQuality.NEEDS_REVIEW for reading in readings)
    return render(
        request,
        "portal/readings/sent.html",
        {
            "readings": readings,
            "needs_review": review,
            "photos": len(photos.photographed(reading_ids=[one.id for one in readings])),
            "key": request.session.get(SENT_KEY, ""),
            "whose": keeping.mark(f"user:{request.user.pk}"),
            "dues": after.open_dues(request, accounts),
            "foreseen": after.payers(request, accounts),
            "payments_on": request.tenant.file.payments.enabled,
        },
    )
